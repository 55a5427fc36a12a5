/**
 * From cycles to the time of day of the simulated world, for all exports alike.
 *
 * @module
 */

import type { Cycle } from "../kernel/task.ts";

/**
 * The nanoseconds that have passed at a cycle, rounded down: `cycle * 10^9 / hz`, exactly.
 *
 * @param frequencyHz Whole cycles per second.
 */
export function nanosecondsAt(cycle: Cycle, frequencyHz: number): bigint {
  return BigInt(cycle) * 1_000_000_000n / BigInt(frequencyHz);
}
