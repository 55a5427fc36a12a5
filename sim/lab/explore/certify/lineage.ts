/**
 * Lineage: from the answers that an outcome consists of back to all that they
 * came from, by the two parents of an event: what led to it, and who wrote what
 * it has read.
 *
 * @module
 */

import type { Recorder } from "../../../trace/recorder.ts";

/** The parents of an event, by sequence numbers; -1 for none. */
export interface Parents {
  /** What led to it. */
  readonly cause: number;
  /** What wrote that which it has read. */
  readonly because: number;
}

/** What an outcome came from. */
export interface Lineage {
  /** The sequence numbers of its events. */
  readonly events: ReadonlySet<number>;
  /** Its events by component, kind and what they say, in order: equal for two runs in which the outcome came about in the same way. */
  readonly shape: string;
}

/**
 * All that some events came from, themselves included.
 *
 * @param outcome Sequence numbers.
 * @param parentsOf What an event came from; both parents that its trace names, by default.
 */
export function lineageOf(
  recorder: Recorder,
  outcome: readonly number[],
  parentsOf: (sequence: number) => Parents = (sequence) => recorder.at(sequence),
): Lineage {
  const events = new Set<number>();
  const open = [...outcome];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (each < 0 || events.has(each)) continue;
    events.add(each);
    const { cause, because } = parentsOf(each);
    open.push(cause, because);
  }
  return { events, shape: shapeOf(recorder, events) };
}

/** Everything that a run has recorded. */
export function wholeRun(recorder: Recorder): Lineage {
  const events = new Set(Array.from({ length: recorder.length }, (_, sequence) => sequence));
  return { events, shape: shapeOf(recorder, events) };
}

/** Figures and fingerprints say when and with which chance, not how. */
const VARYING = /[0-9a-f]{8,}|\d+/g;

function shapeOf(recorder: Recorder, events: ReadonlySet<number>): string {
  return [...events].toSorted((a, b) => a - b).map((sequence) => {
    const { component, kind, fields } = recorder.at(sequence);
    const said = Object.values(fields).filter((value) => typeof value === "string").join(" ");
    return `${component} ${kind} ${said.replaceAll(VARYING, "…")}`;
  }).join("\n");
}
