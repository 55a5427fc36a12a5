/** The rules of the oracle: none is broken by the product, and each has a bug that it alone notices (`rules_nightly.ts`). */

import { assertEquals } from "@std/assert";
import { RULES } from "../../../sim/lab/explore/oracle/rules.ts";
import { projectFolder, withPlantedFaults } from "../../support/planted_copy.ts";
import { BUG_OF_A_MOMENT, PLANTED_BUGS } from "./rules/planted_bugs.ts";
import { brokenRules, RULES_FOLDER } from "./rules/run_rules.ts";
import { STORY_NAMES } from "./rules/stories.ts";

Deno.test("no rule is broken by the product as it is", async () => {
  assertEquals(await brokenRules(projectFolder()), []);
  assertEquals(await brokenRules(projectFolder(), STORY_NAMES), []);
});

Deno.test(`${BUG_OF_A_MOMENT.what}: seen after the command, without anybody who is killed then`, async () => {
  const { rule, fault, story } = BUG_OF_A_MOMENT;
  const seek = (folder: string) => brokenRules(folder, [story]);
  assertEquals(await withPlantedFaults([fault], seek, [RULES_FOLDER]), [rule]);
});

Deno.test("every rule has such a bug, and stands in the prose", () => {
  assertEquals(Object.keys(PLANTED_BUGS).toSorted(), Object.keys(RULES).toSorted());
  const prose = Deno.readTextFileSync(new URL("../../../sim/lab/explore/oracle/README.md", import.meta.url));
  assertEquals(Object.keys(RULES).filter((rule) => !prose.includes(`\`${rule}\``)), []);
});
