/** The table of mutants is about the sources as they are, and about nothing else. */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { MUTANTS } from "./table.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

Deno.test("each mutant's text stands in its file exactly once, and becomes another", () => {
  assertGreaterOrEqual(MUTANTS.length, 30);
  for (const { file, name, text, fault } of MUTANTS) {
    assertEquals(read(file).split(text).length - 1, 1, `${file}, ${name}`);
    assert(text !== fault, name);
  }
  assertEquals(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
});

Deno.test("MUTANTS.md has all mutants, and of those that were judged none that nobody finds, but for a reason", () => {
  const rows = read("tests/mutants/MUTANTS.md").split("\n").filter((line) => /^\| +\d/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  assertEquals(rows.map(([, , name]) => name), MUTANTS.map(({ name }) => name));
  rows.forEach(([, , name, , by, evidence], index) => {
    if (by === "not run") return;
    const isEquivalent = MUTANTS[index]?.equivalent !== undefined;
    assert(isEquivalent ? by === "equivalent" : by === "campaign" || by === "tests", `${name}: ${by}`);
    assert(evidence !== undefined && evidence !== "", name);
  });
});
