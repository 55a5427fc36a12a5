/**
 * Where two runs part.
 *
 * @module
 */

import type { TraceEvent } from "./recorder.ts";

/** The first place at which two traces are not the same. */
export interface Divergence {
  /** The sequence number of the first event that differs. */
  readonly sequence: number;
  /** The event of the first trace; `undefined` if that has ended before. */
  readonly first: TraceEvent | undefined;
  /** The event of the second trace; `undefined` if that has ended before. */
  readonly second: TraceEvent | undefined;
  /** What of it differs: `cycle`, `component`, `kind`, `cause` or a field; empty where a trace has ended. */
  readonly differs: readonly string[];
}

/**
 * The first event in which two traces part; `undefined` if they are the same to the end.
 *
 * Events are told by their numbers: of a long run the last ones may have been kept alone, and what one of the two no
 * longer has is not compared.
 */
export function divergenceOf(a: readonly TraceEvent[], b: readonly TraceEvent[]): Divergence | undefined {
  const stages = comparison(a, b);
  for (let step = stages.next();; step = stages.next()) if (step.done === true) return step.value;
}

/** How many events are compared before the number of them is said. */
const EVENTS_IN_STAGE = 8192;

/** The same, some events at a time: it says how many it has compared. */
export function* comparison(
  a: readonly TraceEvent[],
  b: readonly TraceEvent[],
): Generator<number, Divergence | undefined> {
  const [firstOfA, firstOfB] = [a[0]?.sequence ?? 0, b[0]?.sequence ?? 0];
  const end = Math.max(firstOfA + a.length, firstOfB + b.length);
  const begin = Math.max(firstOfA, firstOfB);
  for (let sequence = begin; sequence < end; sequence++) {
    if ((sequence - begin + 1) % EVENTS_IN_STAGE === 0) yield sequence - begin;
    const [first, second] = [a[sequence - firstOfA], b[sequence - firstOfB]];
    if (first === undefined || second === undefined) return { sequence, first, second, differs: [] };
    const differs = differencesOf(first, second);
    if (differs.length > 0) return { sequence, first, second, differs };
  }
  return undefined;
}

function differencesOf(first: TraceEvent, second: TraceEvent): string[] {
  const heads = (["cycle", "component", "kind", "cause"] as const).filter((name) => first[name] !== second[name]);
  const names = new Set([...Object.keys(first.fields), ...Object.keys(second.fields)]);
  return [...heads, ...[...names].filter((name) => first.fields[name] !== second.fields[name])];
}
