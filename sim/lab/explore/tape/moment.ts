/**
 * Places in a run.
 *
 * @module
 */

import { given } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { formatCoordinate } from "../../../trace/coordinate.ts";
import type { Moment } from "./tape.ts";

/** Before the first event. */
export const BEGINNING: Moment = { cycle: 0, sequence: -1 };

/** Whether a moment comes before another, or is the same. */
export function isNotAfter(a: Moment, b: Moment): boolean {
  return a.sequence < b.sequence || (a.sequence === b.sequence && a.cycle <= b.cycle);
}

/** A moment in words: `c130247966.s256`, or `cycle 5000` before anything has been recorded. */
export function tellMoment(moment: Moment): string {
  return moment.sequence < 0 ? `cycle ${moment.cycle}` : formatCoordinate(moment);
}

/**
 * Refuses what is no place in any run: early moments are such, too, and would hide a mistake.
 *
 * @throws {InputError} It is no object, or a part of it is no whole number from where runs begin.
 */
export function requireMoment(moment: Moment): void {
  if (typeof moment !== "object" || moment === null) {
    throw new InputError(`moment: ${given(moment)}, expected an object with cycle and sequence`);
  }
  for (const part of ["cycle", "sequence"] as const) {
    const [value, least] = [moment[part], BEGINNING[part]];
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new InputError(`${part}: ${given(value)}, expected a whole number from ${least}`);
  }
}
