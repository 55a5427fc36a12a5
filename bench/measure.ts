/**
 * Measures a row.
 *
 * @module
 */

import { isMissing, type NotMeasured, type Row, type Surroundings } from "./row.ts";
import { inTurns, median, ratios } from "./sampling.ts";
import type { Outcome } from "./table.ts";

/** How many pairs of samples are taken where a row does not say. */
export const PAIRS = 11;

/** What a row comes to, or why it comes to nothing. */
export async function measureRow(row: Row, surroundings: Surroundings): Promise<Outcome> {
  const { name, about, unit, target, pairs = PAIRS, warmUps } = row;
  const missing = ({ notMeasured }: NotMeasured) => ({ name, about, notMeasured });
  try {
    const ours = await row.ours(surroundings.ours);
    if (isMissing(ours)) return missing(ours);
    const theirs = await row.peer?.sample(surroundings);
    if (theirs !== undefined && isMissing(theirs)) return missing(theirs);
    const taken = await inTurns(ours, theirs ?? (() => 1), pairs, warmUps);
    const figures = { name, about, unit, ours: median(taken.first) };
    if (row.peer === undefined) return figures;
    const each = ratios(row.ratio === "peer / ours" ? { first: taken.second, second: taken.first } : taken);
    const peer = { name: row.peer.name, value: median(taken.second) };
    return { ...figures, peer, ratio: median(each), ...(target === undefined ? {} : { target }) };
  } catch (error) {
    // One row that cannot be measured does not cost the others theirs.
    return missing({ notMeasured: error instanceof Error ? error.message.split("\n")[0] ?? "" : String(error) });
  }
}
