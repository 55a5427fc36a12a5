/** Each rule of the oracle is needed: there is a bug that it alone notices. A run for each rule: `deno task nightly`. */

import { assertEquals } from "@std/assert";
import { withPlantedFaults } from "../../support/planted_copy.ts";
import { brokenRules, RULES_FOLDER, SEEDS } from "./rules/run_rules.ts";
import { PLANTED_BUGS } from "./rules/planted_bugs.ts";

for (const [rule, { what, fault, story }] of Object.entries(PLANTED_BUGS)) {
  Deno.test(`only the rule "${rule}" notices that ${what}`, async () => {
    const seek = (folder: string) => brokenRules(folder, story === undefined ? SEEDS : [story]);
    assertEquals(await withPlantedFaults([fault], seek, [RULES_FOLDER]), [rule]);
  });
}
