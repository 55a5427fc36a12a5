/**
 * How many runs of each strategy fail, of some seeds: `deno run -A tests/planted/yield_of.ts FIRST LAST`, in a copy of
 * the project in which a bug is planted.
 *
 * @module
 */

import { BLOCK_SEEDS, runBlock, type StrategyName } from "../../sim/lab/explore/search/block.ts";

/** What has come of the runs of a strategy. */
export interface Yield {
  /** How many runs there were. */
  readonly runs: number;
  /** How many of them have failed. */
  readonly failed: number;
}

/** What has come of the strategies. */
export type Yields = Partial<Record<StrategyName, Yield>>;

const [first = 1, last = BLOCK_SEEDS] = Deno.args.map(Number);
const yields: Yields = {};
for (let seed = first; seed <= last; seed += BLOCK_SEEDS) {
  for (const { strategy, signature } of runBlock(seed, Math.min(last, seed + BLOCK_SEEDS - 1)).runs) {
    const { runs, failed } = yields[strategy] ?? { runs: 0, failed: 0 };
    yields[strategy] = { runs: runs + 1, failed: failed + (signature === undefined ? 0 : 1) };
  }
}
console.log(JSON.stringify(yields));
