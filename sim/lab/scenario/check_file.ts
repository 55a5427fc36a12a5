/**
 * The last look at a file before it is run: whether what it says can be in the
 * world that was built of it.
 *
 * @module
 */

import type { World } from "../world/world.ts";
import { checkSteps } from "./block.ts";
import { checkFaults } from "./fault_shape.ts";
import { checkInvariants } from "./invariants.ts";
import { inOrder, type Mistake, ScenarioError } from "./mistake.ts";
import type { ScenarioFile } from "./scenario.ts";
import { refuseSilentWay } from "./silent_ways.ts";
import { StepCheck } from "./step_check.ts";
import { ALL_STEPS } from "./steps/table.ts";

/**
 * Looks whether each step can be taken in the world that was built.
 *
 * @throws {ScenarioError} Some cannot: all mistakes, in the order of the file.
 */
export function checkFile({ scenario, yaml }: ScenarioFile, world: World): void {
  const mistakes: Mistake[] = [];
  const check = (part: string) => {
    const file = { world, yaml, mistakes, limit: scenario.limit, named: new Map(), lost: new Set<string>() };
    return new StepCheck(file, part);
  };
  checkSteps(ALL_STEPS, scenario.steps, check("steps"));
  checkInvariants(scenario.invariants ?? [], check("invariants"));
  checkFaults(scenario.faults ?? [], check("faults"));
  scenario.network?.links?.forEach(({ from, to }, index) => {
    refuseSilentWay(from, to, check("network").part("links", index));
  });
  const [first, ...others] = inOrder(mistakes);
  if (first !== undefined) throw new ScenarioError(first, ...others);
}
