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

/** The first event in which two traces part; `undefined` if they are the same to the end. */
export function divergenceOf(a: readonly TraceEvent[], b: readonly TraceEvent[]): Divergence | undefined {
  for (let sequence = 0; sequence < Math.max(a.length, b.length); sequence++) {
    const [first, second] = [a[sequence], b[sequence]];
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
