/**
 * A campaign of `hbasim explore` on several threads, with its progress on
 * standard error.
 *
 * @module
 */

import process from "node:process";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import type { BlockResult } from "../explore/search/block.ts";
import { CELLS } from "../explore/search/cells.ts";
import { blocksOf, type Seeds } from "../explore/search/explore.ts";
import { mergeResults } from "../explore/search/results_file.ts";
import type { Campaign, ExploreJob } from "./explore_job.ts";
import { runOnWorkers } from "./worker_pool.ts";

/** One of several parts of a campaign: each n-th block. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  /** How many parts there are. */
  readonly count: number;
}

/** How a campaign is run. */
export interface CampaignOptions {
  /** Which seeds. */
  readonly seeds: Seeds;
  /** On how many threads. */
  readonly jobs: number;
  /** Only a part of it. */
  readonly shard?: Shard;
  /** Whether it ends when blocks show nothing new any more. */
  readonly untilPlateau: boolean;
  /** The user's wish that it ends: blocks that are not done then are left. */
  readonly interruption: AbortSignal;
}

/** So many blocks without a new cell or signature are a plateau. */
const PLATEAU_BLOCKS = 10;

/** Runs a campaign. */
export async function runCampaign(campaign: Campaign, options: CampaignOptions): Promise<BlockResult> {
  const { seeds, jobs: workers, shard = { index: 1, count: 1 }, untilPlateau, interruption } = options;
  const blocks = blocksOf(seeds).filter((_, index) => index % shard.count === shard.index - 1);
  const progress = new CampaignProgress();
  const results: BlockResult[] = [];
  try {
    // As many blocks at once as threads make use of, so that a plateau ends it.
    const stride = untilPlateau ? Math.max(PLATEAU_BLOCKS, workers * 2) : Math.max(1, blocks.length);
    for (let first = 0; first < blocks.length && !interruption.aborted; first += stride) {
      const work = blocks.slice(first, first + stride).map((seeds): ExploreJob => ({ ...campaign, seeds }));
      const module = new URL("./explore_worker.ts", import.meta.url);
      const finished = (result: BlockResult) => progress.add(result);
      const pool = { module, jobs: work, workers, finished, interruption };
      results.push(...await runOnWorkers<ExploreJob, BlockResult>(pool));
      const end = untilPlateau ? plateauOf(results) : undefined;
      if (end !== undefined) return mergeResults(results.slice(0, end));
    }
  } finally {
    progress.end();
  }
  return mergeResults(results);
}

/** How many blocks there are to the end of the first plateau; `undefined` if there is none. */
function plateauOf(results: readonly BlockResult[]): number | undefined {
  const seen = new Set<number | string>();
  let quiet = 0;
  for (const [index, { runs }] of results.entries()) {
    const before = seen.size;
    for (const { cells, signature } of runs) for (const each of [...cells, ...signature ?? []]) seen.add(each);
    quiet = seen.size === before ? quiet + 1 : 0;
    if (quiet === PLATEAU_BLOCKS) return index + 1;
  }
  return undefined;
}

/** A log gets a line each so many seconds. */
const LOG_SECONDS = 30;

/** How far a campaign is: a line that replaces itself on a terminal. */
class CampaignProgress {
  readonly #begin = performance.now();
  readonly #cells = new Set<number>();
  readonly #signatures = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #isTerminal = process.stderr.isTTY === true;
  #seeds = 0;
  #cycles = 0;
  #shown = 0;

  constructor() {
    this.#timer = setInterval(() => this.#show(), 1000);
  }

  add({ runs }: BlockResult): void {
    for (const { cells, cycles, signature } of runs) {
      this.#seeds++;
      this.#cycles += cycles;
      for (const cell of cells) this.#cells.add(cell);
      if (signature !== undefined) this.#signatures.set(signature, (this.#signatures.get(signature) ?? 0) + 1);
    }
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) process.stderr.write("\r\x1b[K");
  }

  #show(): void {
    if (!this.#isTerminal && ++this.#shown % LOG_SECONDS !== 0) return;
    const seconds = (performance.now() - this.#begin) / 1000;
    const simulated = this.#cycles / DEFAULT_FREQUENCY_HZ;
    const failures = [...this.#signatures].map(([signature, count]) => `${count} x ${signature}`).join("; ");
    const line = `${this.#seeds} seeds, ${(this.#seeds / seconds).toFixed(1)} a second, ` +
      `${(simulated / seconds).toFixed(0)} simulated seconds a second, ` +
      `${this.#cells.size} cells seen, ${CELLS - this.#cells.size} not, failures: ${failures || "none"}`;
    process.stderr.write(this.#isTerminal ? `\r${line.slice(0, process.stderr.columns - 1)}\x1b[K` : `${line}\n`);
  }
}
