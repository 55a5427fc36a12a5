/** Lines of a file as errors show them: what many of them cost, counted. */

import { assert, assertEquals } from "@std/assert";
import { isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { SourceText } from "../../../sim/lab/scenario/source_text.ts";

/** How often places of the document are looked up until a line is shown for each of its texts. */
function looksFor(count: number): number {
  const source = Array.from({ length: count }, (_, index) => `- word${index}`).join("\n");
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const nodes: Node[] = [];
  let looks = 0;
  visit(document, {
    Scalar(_, node) {
      const { range } = node;
      Object.defineProperty(node, "range", { get: () => (looks++, range) });
      nodes.push(node);
    },
  });
  const text = new SourceText(source, lines, document);
  for (const node of nodes) {
    const number = isScalar(node) ? String(node.value) : "";
    assert(text.frame(node)?.includes(`- ${"·".repeat(number.length)}\n`), number);
    text.show(node);
    assert(text.frame(node)?.includes(`- ${number}\n`), number);
  }
  assertEquals(nodes.length, count);
  return looks;
}

Deno.test("to show twice as many lines takes twice as many looks, not four times", () => {
  assert(looksFor(400) <= 2.1 * looksFor(200));
});
