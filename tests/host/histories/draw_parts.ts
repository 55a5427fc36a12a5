/**
 * What all that is drawn is drawn by.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import type { Cycles } from "../../../sim/kernel/task.ts";

/** In cycles. */
export const MILLISECOND: Cycles = 250_000;

/** One of several. */
export function pick<T>(random: RandomStream, choices: readonly T[]): T {
  return choices[random.below(choices.length)] as T;
}
