/**
 * Ways on which nothing is ever sent in a scenario file: its logins lead from
 * adapters to targets, and whoever answers answers these.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import type { StepCheck } from "./step_check.ts";

/**
 * Refuses a way between two adapters, or between two targets: a look there finds nothing whatever happens, and what goes
 * wrong there hits nothing. A program may send what it wants.
 *
 * @param field Which field holds the second end, if it stands in one of its own.
 */
export function refuseSilentWay(from: string, to: string, check: StepCheck, ...field: readonly string[]): void {
  const { world: { adapters }, isProgram } = check;
  const isBetweenAdapters = adapters.has(from);
  if (isProgram || isBetweenAdapters !== adapters.has(to) || from === to) return;
  check.part(...field).about([from, to]).refuse(
    `${to}, to which ${from}, ${isBetweenAdapters ? "an adapter" : "a target"}, too, never sends anything,`,
    isBetweenAdapters ? "a target" : `an adapter: ${alternatives(adapters.keys())}`,
  );
}
