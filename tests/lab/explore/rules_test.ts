/** Each rule of the oracle is needed: there is a bug that it alone notices. */

import { assertEquals } from "@std/assert";
import { RULES } from "../../../sim/lab/explore/oracle/rules.ts";
import { projectFolder, runProgram, withPlantedFaults } from "../../support/planted_copy.ts";
import { PLANTED_BUGS } from "./rules/planted_bugs.ts";
import { STORY_NAMES } from "./rules/stories.ts";

const FOLDER = "tests/lab/explore/rules";
const SEEDS = ["1", "100"];

async function brokenRules(folder: string, what: readonly string[] = SEEDS): Promise<readonly string[]> {
  return Object.keys(JSON.parse(await runProgram(folder, `${folder}/${FOLDER}/broken_rules.ts`, what)));
}

Deno.test("no rule is broken by the product as it is", async () => {
  assertEquals(await brokenRules(projectFolder()), []);
  assertEquals(await brokenRules(projectFolder(), STORY_NAMES), []);
});

for (const [rule, { what, fault, story }] of Object.entries(PLANTED_BUGS)) {
  Deno.test(`only the rule "${rule}" notices that ${what}`, async () => {
    const seek = (folder: string) => brokenRules(folder, story === undefined ? SEEDS : [story]);
    assertEquals(await withPlantedFaults([fault], seek, [FOLDER]), [rule]);
  });
}

Deno.test("every rule has such a bug, and says what it is about", () => {
  assertEquals(Object.keys(PLANTED_BUGS).toSorted(), Object.keys(RULES).toSorted());
  for (const { doc } of Object.values(RULES)) assertEquals(doc.at(-1), ".");
});
