/**
 * How good the forecast of new cells is: campaigns of 2,000 seeds, and what the
 * next 2,000 have shown. Prints a table as it goes; a nightly run:
 * `deno run -A not_seen_table.ts [CAMPAIGNS [SEEDS]]`.
 *
 * @module
 */

import { notSeen } from "../../../../sim/lab/explore/certify/not_seen.ts";
import { BLOCK_SEEDS, runBlock, type RunResult } from "../../../../sim/lab/explore/search/block.ts";

function campaign(first: number, seeds: number): readonly RunResult[] {
  const runs: RunResult[] = [];
  for (let seed = first; seed < first + seeds; seed += BLOCK_SEEDS) {
    runs.push(...runBlock(seed, seed + BLOCK_SEEDS - 1).runs);
  }
  return runs;
}

function cellsOf(runs: readonly RunResult[]): ReadonlySet<number> {
  return new Set(runs.flatMap(({ cells }) => cells));
}

function printTable(campaigns: number, seeds: number): void {
  let inside = 0;
  let runs = campaign(1, seeds);
  for (let index = 1; index <= campaigns; index++) {
    const after = campaign(index * seeds + 1, seeds);
    const { next } = notSeen(runs, seeds);
    const seen = cellsOf(runs);
    const found = [...cellsOf(after)].filter((cell) => !seen.has(cell)).length;
    const isInside = next !== undefined && found >= next.least && found <= next.most;
    if (isInside) inside++;
    console.log(
      `| ${index} | ${seen.size} | ${next?.expected} | ${next?.least} to ${next?.most} | ${found} | ${isInside} |`,
    );
    runs = after;
  }
  console.log(`inside: ${inside} of ${campaigns}`);
}

const [campaigns = 10, seeds = 2000] = Deno.args.map(Number);
printTable(campaigns, seeds);
