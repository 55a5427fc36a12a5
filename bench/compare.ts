/**
 * Which rows moved between two revisions: both are loaded into this process, samples are taken in turns, and a row has
 * moved if the interval of the median ratio leaves 1 out.
 *
 * @module
 */

import type { Checkout, Revisions } from "./checkout.ts";
import { PAIRS } from "./measure.ts";
import { isMissing, type NotMeasured, type Row } from "./row.ts";
import { inTurns, median, medianInterval, ratios } from "./sampling.ts";
import { figure } from "./table.ts";

/** What a difference must exceed to be worth a word, whatever the interval says. */
const LEAST_CHANGE = 1.02;

/**
 * Compares two revisions.
 *
 * @param areNamed Whether the rows were asked for by name; without that those that take minutes are left out.
 * @returns A line for each row.
 */
export async function* compareRevisions(
  revisions: Revisions,
  [a, b]: readonly [string, string],
  rows: readonly Row[],
  areNamed: boolean,
): AsyncGenerator<string> {
  const [first, second] = [revisions.checkout(a), revisions.checkout(b)];
  for (const missing of [first, second]) {
    if (isMissing(missing)) yield `not measured: ${missing.notMeasured}`;
  }
  if (isMissing(first) || isMissing(second)) return;
  for (const row of rows) {
    const verdict = row.takesMinutes === true && !areNamed
      ? "not measured: takes minutes, and was not asked for by its name"
      : await compareRow(row, first, second);
    yield `${row.name.padEnd(28)} ${verdict}`;
  }
}

async function compareRow(row: Row, first: Checkout, second: Checkout): Promise<string> {
  const missing = ({ notMeasured }: NotMeasured) => `not measured: ${notMeasured}`;
  try {
    const [before, after] = [await row.ours(first), await row.ours(second)];
    if (isMissing(before)) return missing(before);
    if (isMissing(after)) return missing(after);
    const taken = await inTurns(after, before, Math.max(PAIRS, row.pairs ?? PAIRS), row.warmUps);
    const each = ratios(taken);
    const interval = medianInterval(each);
    if (interval === undefined) return "not measured: too few samples";
    const [low, high] = interval;
    const isMoved = (low > 1 || high < 1) && Math.abs(Math.log(median(each))) > Math.log(LEAST_CHANGE);
    return `${isMoved ? "MOVED " : "noise "} ${figure(median(taken.second))} -> ${figure(median(taken.first))} ` +
      `${row.unit}, ratio ${figure(median(each))} (${figure(low)} to ${figure(high)})`;
  } catch (error) {
    return missing({ notMeasured: error instanceof Error ? error.message.split("\n")[0] ?? "" : String(error) });
  }
}
