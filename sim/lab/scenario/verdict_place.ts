/**
 * Where in a trace a verdict is explained: `explain` is given the line that a
 * verdict has, which need not be one in which a step begins.
 *
 * @module
 */

import { type Coordinate, parseCoordinate } from "../../trace/coordinate.ts";
import type { TraceMark } from "../../trace/recorder.ts";
import type { Verdict } from "./report.ts";

/** Where a verdict is explained. */
export type VerdictPlace =
  /** By an event that it names: the one that broke an invariant. */
  | { readonly type: "event"; readonly coordinate: Coordinate }
  /** By a step, or if that has left no event by the last one before it that has: by its place among the marks. */
  | { readonly type: "step"; readonly index: number; readonly isBefore: boolean };

/**
 * The place of a verdict; `undefined` if none of the run explains it, as of an invariant that never held.
 *
 * @param marks Where the steps of the run begin, in order.
 * @param events How many events there are.
 */
export function placeOfVerdict(
  marks: readonly TraceMark[],
  verdict: Verdict,
  events: number,
): VerdictPlace | undefined {
  const named = /\bfrom (c\d+\.s\d+) on\b/.exec(verdict.actual)?.[1];
  const coordinate = named === undefined ? undefined : parseCoordinate(named);
  if (coordinate !== undefined) {
    return coordinate.sequence >= 0 && coordinate.sequence < events ? { type: "event", coordinate } : undefined;
  }
  // These stand beside the steps, not within one.
  if (verdict.step.startsWith("invariant ") || verdict.step === "the run") return undefined;
  const line = Math.max(...marks.map((mark) => mark.line).filter((line) => line > 0 && line <= verdict.line));
  const step = marks.findIndex((mark) => mark.line === line);
  const index = marks.findLastIndex(({ first }, index) => index <= step && first < beyond(marks, index, events));
  return index < 0 ? undefined : { type: "step", index, isBefore: index < step };
}

/** The number of the first event behind a step. */
function beyond(marks: readonly TraceMark[], index: number, events: number): number {
  return marks[index + 1]?.first ?? events;
}
