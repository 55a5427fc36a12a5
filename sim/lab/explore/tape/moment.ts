/**
 * Places in a run.
 *
 * @module
 */

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
