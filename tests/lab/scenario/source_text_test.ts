/** Lines of a file as errors show them: what many of them cost, counted. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { columnsOf } from "../../../sim/trace/text_columns.ts";
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

Deno.test("no message of a mistake holds a control or format character, whoever prints it, and marks stand where they should", () => {
  const shapeless = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
  const head = "name: t\nadapters: { hba0: { storage: ram, ports: [192.0.2.10] } }\nsteps:\n";
  const odd = "\u009b31m\u202e";
  const files: readonly (readonly [text: string, marked: string])[] = [
    [`${head}  - { wait: "\\x1b[2J" }\n`, '"\\x1b[2J"'],
    [`${head}  - { wait: ${odd}x }\n`, "·31m·x"],
    [`${head}  - { wait:\t"5${odd}" }\n`, '"5·31m·"'],
    [`${head}  - { "lo${odd}gin": { adapter: hba0 } }\n`, "·".repeat(12)],
    [`${head}  - { login: { adapter: "hba\u2028", target: hba0 } }\n`, '"hba·"'],
  ];
  for (const [text, marked] of files) {
    const { message } = assertThrows(() => checkScenario(text, `a\u001b]0;${odd}.yaml`), ScenarioError);
    const [sentence = "", line = "", marks = ""] = message.split("\n");
    for (const each of message.split("\n")) assert(!shapeless.test(each), JSON.stringify(each));
    assert(sentence.startsWith("a\\u001b]0;\\u009b31m\\u202e.yaml:4:"), sentence);
    assertEquals(line.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1), marked);
  }
});

Deno.test("marks stand below what they mark, whatever characters stand before it", () => {
  const adapter = "adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }";
  for (const name of ["disk", "接続", "⚡", "fu\u0308r"]) {
    const text =
      `name: t\n${adapter}\ntargets: { ${name}: { address: 192.0.2.20, outside: maybe } }\nsteps: [wait: 1ms]\n`;
    const { message } = assertThrows(() => checkScenario(text, "a.yaml"), ScenarioError);
    const [, line = "", marks = ""] = message.split("\n");
    assertEquals(columnsOf(line.slice(0, line.indexOf("maybe"))), marks.indexOf("^"), message);
    assertEquals(marks.length - marks.indexOf("^"), "maybe".length);
  }
});
