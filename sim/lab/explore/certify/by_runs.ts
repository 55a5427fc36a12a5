/**
 * Work that consists of many runs, and can be ended between two of them by
 * whoever does it a run at a time.
 *
 * @module
 */

/** After each run it says, to those who ask, what has come of it so far; in the end, what has come of the whole. */
export type ByRuns<Whole, SoFar = Whole> = Generator<() => SoFar, Whole>;

/** Does all of it. */
export function allRuns<Whole>(work: ByRuns<Whole, unknown>): Whole {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}
