/**
 * What reports count besides verdicts, and how they say it.
 *
 * @module
 */

import { type Counted, othersText } from "./tally.ts";

/** A fault of a run, as far as it matters here. */
interface PlannedFault extends Counted {
  readonly line: number;
  readonly sentence: string;
  readonly missed?: string;
}

/** A verdict, as far as it matters here. */
interface Judged extends Counted {
  readonly line: number;
  readonly expected: string;
  readonly holds: boolean;
}

/** The faults of a run that did not happen, and need not have: they are no verdicts. */
export function allowedMisses(
  { faults, verdicts }: { readonly faults: readonly PlannedFault[]; readonly verdicts: readonly Judged[] },
): readonly PlannedFault[] {
  return faults.filter(({ missed, line, sentence }) =>
    missed !== undefined && !verdicts.some((each) => !each.holds && each.line === line && each.expected === sentence)
  );
}

/** A verdict in words: the step, what was expected of it, and what was found instead. */
export function verdictText(
  { step, expected, actual, holds, ...others }: Judged & { readonly step: string; readonly actual: string },
): string {
  return `${step}: expected ${expected}${holds ? "" : `, but found ${actual}`}${othersText(others)}`;
}

/** How long a run took in the simulated world, in words: `1.393 s simulated`. */
export function simulatedText(nanoseconds: bigint): string {
  return `${(Number(nanoseconds / 1000n) / 1e6).toFixed(3)} s simulated`;
}

/** How many faults need not have happened, and did not. */
export function missesText(count: number): string {
  return `${count} ${count === 1 ? "miss" : "misses"} allowed`;
}

/** The verdicts that can fail: those of `any` cannot. */
export function judgedOf<V extends { readonly isUnjudged?: true }>(verdicts: readonly V[]): readonly V[] {
  return verdicts.filter(({ isUnjudged }) => isUnjudged !== true);
}
