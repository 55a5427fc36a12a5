/**
 * How a run of the kernel ends, and who could not go on.
 *
 * @module
 */

import { given } from "./given.ts";
import type { Process } from "./process.ts";
import type { Cycle } from "./task.ts";

/** One process that cannot go on, and what it waits for. */
export interface Standstill {
  /** The process's name. */
  readonly process: string;
  /** The name of what it waits for. */
  readonly waitingFor: string;
}

/** How a run ended. */
export type RunOutcome =
  /** The process that was run for is over. */
  | { readonly type: "done" }
  /** Nothing can run any more. Daemons are not listed. */
  | { readonly type: "idle"; readonly waiting: readonly Standstill[] }
  /** The cycle limit was reached with events still to come. */
  | { readonly type: "limit" };

/**
 * Refuses a limit that would let a run go on for ever, or break the clock.
 *
 * @throws {RangeError} It is no whole number of cycles and not `Infinity`.
 */
export function checkRunLimit(limitCycle: Cycle): void {
  if (limitCycle === Infinity || (Number.isSafeInteger(limitCycle) && limitCycle >= 0)) return;
  throw new RangeError(
    `Cannot run to cycle ${given(limitCycle)}: expected a whole number from 0 to 2^53 - 1, or Infinity`,
  );
}

/** Which of some processes wait, and for what; daemons may. */
export function standstillOf(processes: Iterable<Process<unknown>>): Standstill[] {
  return [...processes].filter(({ daemon, state }) => !daemon && state === "waiting")
    .map(({ name, waitingFor }) => ({ process: name, waitingFor: waitingFor?.name ?? "time" }));
}
