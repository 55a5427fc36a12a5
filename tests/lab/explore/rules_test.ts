/** Each rule of the oracle is needed: there is a bug that it alone notices. */

import { assertEquals } from "@std/assert";
import { RULES } from "../../../sim/lab/explore/oracle/rules.ts";
import { projectFolder, runProgram, withPlantedFaults } from "../../support/planted_copy.ts";
import { PLANTED_BUGS } from "./rules/planted_bugs.ts";

const FOLDER = "tests/lab/explore/rules";
const PATIENCE = 100;

async function brokenRules(folder: string): Promise<readonly string[]> {
  return Object.keys(JSON.parse(await runProgram(folder, `${folder}/${FOLDER}/broken_rules.ts`, ["1", `${PATIENCE}`])));
}

Deno.test("no rule is broken by the product as it is", async () => {
  assertEquals(await brokenRules(projectFolder()), []);
});

for (const [rule, [what, ...faults]] of Object.entries(PLANTED_BUGS)) {
  Deno.test(`only the rule "${rule}" notices that ${what}`, async () => {
    assertEquals(await withPlantedFaults(faults, brokenRules, [FOLDER]), [rule]);
  });
}

Deno.test("every rule has such a bug, and says what it is about", () => {
  assertEquals(Object.keys(PLANTED_BUGS).toSorted(), Object.keys(RULES).toSorted());
  for (const { doc } of Object.values(RULES)) assertEquals(doc.at(-1), ".");
});
