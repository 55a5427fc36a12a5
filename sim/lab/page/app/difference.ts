/**
 * Where two runs part: the first event that is not the same in both.
 *
 * @module
 */

import type { Run } from "./run.ts";
import { sentenceOf } from "./words.ts";

/** Where two runs part. */
export interface Parting {
  /** The number of the first event that differs: both have those before it. */
  readonly event: number;
  /** What each of them has there; that it has ended, if it has none. */
  readonly first: string;
  readonly second: string;
}

/** Where they part; `undefined` if they are the same. */
export function partingOf(a: Run, b: Run): Parting | undefined {
  const length = Math.min(a.length, b.length);
  for (let event = 0; event < length; event++) {
    if (isSame(a, b, event)) continue;
    return { event, first: sentenceOf(a, event), second: sentenceOf(b, event) };
  }
  if (a.length === b.length) return undefined;
  const told = (run: Run) => run.length > length ? sentenceOf(run, length) : "it has ended";
  return { event: length, first: told(a), second: told(b) };
}

function isSame(a: Run, b: Run, event: number): boolean {
  if (a.columns.cycle(event) !== b.columns.cycle(event) || a.columns.cause(event) !== b.columns.cause(event)) {
    return false;
  }
  const [first, second] = [a.columns.event(event), b.columns.event(event)];
  return first.component === second.component && first.kind === second.kind &&
    JSON.stringify(first.fields) === JSON.stringify(second.fields);
}
