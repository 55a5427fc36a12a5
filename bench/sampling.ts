/**
 * Samples in turns, their medians, and whether a difference is more than noise.
 *
 * @module
 */

import process from "node:process";
import type { Sample } from "./row.ts";

/** Samples of two contenders, taken in turns. */
export interface Pairs {
  /** Of the first. */
  readonly first: readonly number[];
  /** Of the second, each taken right beside that of the first. */
  readonly second: readonly number[];
}

/** CPU time of this process so far in milliseconds: what others use of the machine is not in it. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How long a sample of many repetitions lasts, in milliseconds of CPU time. */
const SAMPLE_MILLISECONDS = 120;

/**
 * A sample of something that is repeated until it can be measured.
 *
 * @param work One repetition, or as many as `perCall` says.
 * @param perCall Repetitions of a call.
 * @returns Milliseconds of CPU time of one repetition.
 */
export function timed(work: () => void, perCall = 1): Sample {
  return () => {
    const begin = cpuMilliseconds();
    for (let calls = 1;; calls++) {
      work();
      const passed = cpuMilliseconds() - begin;
      if (passed >= SAMPLE_MILLISECONDS) return passed / calls / perCall;
    }
  };
}

/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** Samples that do not count, because code is still being compiled: one where few pairs are taken, of processes. */
function warmUps(count: number): number {
  return count > 7 ? 5 : count > 1 ? 1 : 0;
}

/**
 * Takes samples in turns; which goes first changes from pair to pair.
 *
 * @param uncounted How many of each are taken before; by their number if not given.
 */
export async function inTurns(
  first: Sample,
  second: Sample,
  count: number,
  uncounted: number = warmUps(count),
): Promise<Pairs> {
  for (let index = 0; index < uncounted; index++) {
    await first();
    await second();
  }
  const pairs = { first: [] as number[], second: [] as number[] };
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) pairs.first.push(await first());
    pairs.second.push(await second());
    if (index % 2 === 1) pairs.first.push(await first());
  }
  return pairs;
}

/** The ratio of each pair. */
export function ratios({ first, second }: Pairs): number[] {
  return first.map((value, index) => value / (second[index] ?? NaN));
}

/**
 * The interval that holds the median of all possible ratios with a probability of at least 95 %: the two ordered values
 * between which it lies by the binomial distribution, whatever the noise looks like.
 *
 * @returns `undefined` for fewer than 6 values, of which no such statement can be made.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] | undefined {
  const count = values.length;
  let tail = 0;
  let term = 0.5 ** count;
  let rank = -1;
  while (tail + term <= 0.025) {
    tail += term;
    rank++;
    term *= (count - rank) / (rank + 1);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[rank], sorted[count - 1 - rank]];
  return rank < 0 || low === undefined || high === undefined ? undefined : [low, high];
}
