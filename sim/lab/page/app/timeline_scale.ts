/**
 * Where events stand on the timeline: time compressed, so that what happens in
 * microseconds and what waits for seconds are both seen; or true time.
 *
 * @module
 */

import { lastNotAbove, type Run } from "./run.ts";

/** A part of a run on a line. */
export interface TimeScale {
  readonly first: number;
  readonly last: number;
  /** The place of an event, in CSS pixels. */
  x(event: number): number;
  /** The event at a place, or the last before it. */
  eventAt(x: number): number;
}

/** What each event takes, besides the time before it. */
const LEAST = 0.22;
/** The gap that counts once, in seconds. */
const UNIT_SECONDS = 20e-6;

/** Lays events from `first` to `last` between two places. */
export function timeScale(
  run: Run,
  first: number,
  last: number,
  left: number,
  right: number,
  isTrue: boolean,
): TimeScale {
  const { columns, summary: { frequencyHz } } = run;
  const count = Math.max(1, last - first + 1);
  const reached = new Float64Array(count);
  const unit = frequencyHz * UNIT_SECONDS;
  for (let index = 1; index < count; index++) {
    const gap = columns.cycle(first + index) - columns.cycle(first + index - 1);
    reached[index] = (reached[index - 1] ?? 0) + (isTrue ? gap : LEAST + Math.log2(1 + gap / unit));
  }
  const scale = (right - left) / ((reached[count - 1] ?? 0) || 1);
  return {
    first,
    last,
    x: (event) => event < first ? left : event > last ? right : left + (reached[event - first] ?? 0) * scale,
    eventAt: (x) => first + Math.max(0, lastNotAbove(count, (index) => reached[index] ?? 0, (x - left) / scale + 1e-9)),
  };
}
