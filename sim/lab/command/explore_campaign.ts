/**
 * A campaign of `hbasim explore` on several threads, with its progress on
 * standard error.
 *
 * @module
 */

import process from "node:process";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import type { BlockResult, FoundFailure } from "../explore/search/block.ts";
import { CELLS } from "../explore/search/cells.ts";
import { blocksOf, type Seeds } from "../explore/search/explore.ts";
import type { Finding } from "../explore/search/finding.ts";
import { mergeResults } from "../explore/search/results_file.ts";
import type { Campaign, SeedsJob, ShrinkJob } from "./explore_job.ts";
import type { Shard } from "./shard.ts";
import { standsOnTerminal } from "./progress.ts";
import { tell } from "./terminal.ts";
import { type Patience, runOnWorkers } from "./worker_pool.ts";

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
  /** How long one run may take, in seconds of real time. */
  readonly patienceSeconds: number;
}

/** So many blocks without a new cell or signature are a plateau. */
const PLATEAU_BLOCKS = 10;

/** A run, or something that it was given, does not come to its end. */
export class EndlessError extends Error {
  /** Which run: `seed 17`. */
  readonly run: string;

  /** Says which run it is, and for how many seconds it was waited for. */
  constructor(run: string, seconds: number) {
    super(`${run} has not ended after ${seconds} s: an event of its world, or what --with has given, goes on for ever`);
    this.name = "EndlessError";
    this.run = run;
  }
}

const MODULE = new URL("./explore_worker.ts", import.meta.url);

function patienceOf(seconds: number): Patience {
  return { seconds, exceeded: (sign) => new EndlessError(sign === "" ? "a thread" : sign, seconds) };
}

/** What has come of a campaign, or of a part of one. */
export interface CampaignResult extends BlockResult {
  /** Whether it has come to its end. */
  readonly isComplete: boolean;
}

/**
 * Runs a campaign.
 *
 * @throws {EndlessError} A run does not come to its end.
 */
export async function runCampaign(campaign: Campaign, options: CampaignOptions): Promise<CampaignResult> {
  const { seeds, jobs: workers, shard = { index: 1, count: 1 }, untilPlateau, patienceSeconds, interruption } = options;
  const blocks = blocksOf(seeds).filter((_, index) => index % shard.count === shard.index - 1);
  const progress = new CampaignProgress();
  const results: BlockResult[] = [];
  try {
    // As many blocks at once as threads make use of, so that a plateau ends it.
    const stride = untilPlateau ? Math.max(PLATEAU_BLOCKS, workers * 2) : Math.max(1, blocks.length);
    for (let first = 0; first < blocks.length && !interruption.aborted; first += stride) {
      const jobs = blocks.slice(first, first + stride).map((seeds): SeedsJob => ({ ...campaign, seeds }));
      const finished = (result: BlockResult) => progress.add(result);
      const patience = patienceOf(patienceSeconds);
      const pool = { module: MODULE, jobs, workers, finished, interruption, patience };
      results.push(...await runOnWorkers<SeedsJob, BlockResult>(pool));
      const end = untilPlateau ? plateauOf(results) : undefined;
      if (end !== undefined) return { ...mergeResults(results.slice(0, end)), isComplete: true };
    }
  } finally {
    progress.end(interruption);
  }
  const all = blocks.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const merged = mergeResults(results);
  return { ...merged, isComplete: merged.runs.length === all };
}

/**
 * Makes failures small.
 *
 * @returns In the order of the failures; those that an interruption leaves are left out.
 * @throws {EndlessError} A run does not come to its end.
 */
export async function shrinkFailures(
  failures: readonly FoundFailure[],
  campaign: Campaign,
  { jobs: workers, patienceSeconds, interruption }: Pick<CampaignOptions, "jobs" | "patienceSeconds" | "interruption">,
): Promise<readonly Finding[]> {
  const jobs = failures.map((failure): ShrinkJob => ({ ...campaign, failure }));
  const patience = patienceOf(patienceSeconds);
  return await runOnWorkers<ShrinkJob, Finding>({ module: MODULE, jobs, workers, interruption, patience });
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

/** Which seeds are done, those that follow each other as one range. */
function toldSeeds(done: readonly Seeds[]): string {
  if (done.length === 0) return "no block of seeds was done";
  const ranges: Seeds[] = [];
  for (const block of done.toSorted((a, b) => a.first - b.first)) {
    const before = ranges.at(-1);
    const follows = before !== undefined && before.last + 1 === block.first;
    if (follows) ranges[ranges.length - 1] = { first: before.first, last: block.last };
    else ranges.push(block);
  }
  const told = ranges.map(({ first, last }) => `${first}..${last}`).join(", ");
  return `the seeds ${told} are done; blocks that were under way are not in the results`;
}

/** A log gets a line each so many seconds. */
const LOG_SECONDS = 30;

/** How far a campaign is: a line that replaces itself on a terminal. */
class CampaignProgress {
  readonly #begin = performance.now();
  readonly #cells = new Set<number>();
  readonly #probes = new Set<number>();
  readonly #signatures = new Map<string, number>();
  readonly #done: Seeds[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #isTerminal = process.stderr.isTTY === true;
  #seeds = 0;
  #cycles = 0;
  #shown = 0;

  constructor() {
    this.#timer = setInterval(() => this.#show(), 1000);
  }

  add({ runs }: BlockResult): void {
    const [begin, last] = [runs[0], runs.at(-1)];
    if (begin !== undefined && last !== undefined) this.#done.push({ first: begin.seed, last: last.seed });
    for (const { cells, probes, cycles, signature } of runs) {
      this.#seeds++;
      this.#cycles += cycles;
      for (const cell of cells) this.#cells.add(cell);
      for (const probe of probes) this.#probes.add(probe);
      if (signature !== undefined) this.#signatures.set(signature, (this.#signatures.get(signature) ?? 0) + 1);
    }
  }

  /** @param interruption Of what it has ended, it is told which seeds are done. */
  end(interruption: AbortSignal): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) process.stderr.write("\r\x1b[K");
    if (interruption.aborted) tell(`hbasim: interrupted: ${toldSeeds(this.#done)}`);
  }

  #show(): void {
    if (!this.#isTerminal && ++this.#shown % LOG_SECONDS !== 0) return;
    const seconds = (performance.now() - this.#begin) / 1000;
    const simulated = this.#cycles / DEFAULT_FREQUENCY_HZ;
    const failures = [...this.#signatures].map(([signature, count]) => `${count} x ${signature}`).join("; ");
    const line = `${this.#seeds} seeds, ${(this.#seeds / seconds).toFixed(1)} a second, ` +
      `${(simulated / seconds).toFixed(0)} simulated seconds a second, ` +
      `${this.#cells.size} cells seen, ${CELLS - this.#cells.size} not, ${this.#probes.size} probes, failures: ${
        failures || "none"
      }`;
    if (this.#isTerminal) standsOnTerminal(line);
    else process.stderr.write(`${line}\n`);
  }
}
