/**
 * Blocks: a hundred seeds that belong together. What a seed does follows from
 * the seed alone but for the last fifth of a block, which changes stories that
 * have led somewhere rare in the same block. So blocks can be shared out among
 * workers and machines, and nothing comes out otherwise.
 *
 * | seeds of a block | strategy |
 * |---|---|
 * | 50 | random: a story of its own, ties first in first out |
 * | 20 | PCT of depth 1 to 4 on such a story |
 * | 10 | POS on such a story |
 * | 20 | mutation: a story that has seen a rare cell, with a change or two |
 *
 * @module
 */

import { CampaignMemory } from "../../world/campaign_memory.ts";
import { RandomStreams } from "../../../kernel/random.ts";
import { firstDifference } from "../tape/event_hashes.ts";
import type { Strategy } from "../execution.ts";
import { pct, pos } from "../strategy/tie_strategies.ts";
import type { Subject } from "../tape/subject.ts";
import type { Tape } from "../tape/tape.ts";
import { drawStory } from "../workload/draw_story.ts";
import { mutate } from "../workload/mutate.ts";
import type { WrittenScenario } from "../workload/story.ts";
import { storySubject } from "../workload/story_subject.ts";
import { runTrial, type Trial, type TrialOptions } from "./trial.ts";

/** How many seeds a block has. */
export const BLOCK_SEEDS = 100;

/** Which strategy a seed has. */
export type StrategyName = "random" | "PCT" | "POS" | "mutation";

/** Those of a block that mutate come behind these. */
const FIRST_MUTATION = 80;

const CYCLE = ["random", "random", "PCT", "random", "random", "POS", "random", "PCT"] as const;

/** A run that nobody will need in full. */
export interface RunResult {
  /** Its seed. */
  readonly seed: number;
  /** How it was made. */
  readonly strategy: StrategyName;
  /** A hash of its trace, 32 bits. */
  readonly hash: number;
  /** How many events the kernel has dispatched. */
  readonly dispatched: number;
  /** How much simulated time has passed, in cycles. */
  readonly cycles: number;
  /** The cells that it has seen, in order. */
  readonly cells: readonly number[];
  /** What its failure is called; absent if nothing failed. */
  readonly signature?: string;
}

/** A run that failed, as it was found. */
export interface FoundFailure {
  /** Its seed. */
  readonly seed: number;
  /** What it is called. */
  readonly signature: string;
  /** The story. */
  readonly story: WrittenScenario;
  /** What its strategy has decided. */
  readonly tape: Tape;
}

/** What has come of a block. */
export interface BlockResult {
  /** The runs, in order of their seeds. */
  readonly runs: readonly RunResult[];
  /** The first run of each signature. */
  readonly failures: readonly FoundFailure[];
}

/** How blocks are run. */
export interface BlockOptions extends TrialOptions {
  /** What happens, from the seed; a story of all calls, accidents and faults by default. */
  readonly story?: (seed: number) => WrittenScenario;
  /** Whether some seeds change the stories of others; true by default. */
  readonly mutates?: boolean;
  /** Each so many-th seed runs twice, and the runs must be the same; 50 by default. */
  readonly repeatEvery?: number;
  /** Events after which a world is a runaway; 500,000 by default. */
  readonly mostEvents?: number;
}

/** The block of a seed, counted from 0. */
export function blockOf(seed: number): number {
  return Math.floor((seed - 1) / BLOCK_SEEDS);
}

/** The strategy of a seed. */
function strategyOf(seed: number): StrategyName {
  const place = (seed - 1) % BLOCK_SEEDS;
  return place >= FIRST_MUTATION ? "mutation" : CYCLE[place % CYCLE.length] ?? "random";
}

/**
 * Runs the seeds of a block from one to another. Mutations need the seeds before them: those are run, too, and not told.
 *
 * @param first The first seed, of the block.
 * @param last The last seed, of the same block.
 */
export function runBlock(first: number, last: number, options: BlockOptions = {}): BlockResult {
  const block = new Block(options);
  const begin = blockOf(first) * BLOCK_SEEDS + 1;
  const needsAll = options.mutates !== false && strategyOf(last) === "mutation";
  const runs: RunResult[] = [];
  const failures: FoundFailure[] = [];
  for (let seed = needsAll ? begin : first; seed <= last; seed++) {
    const { run, failure } = block.run(seed);
    if (seed < first) continue;
    runs.push(run);
    if (failure !== undefined && !failures.some((each) => each.signature === failure.signature)) failures.push(failure);
  }
  return { runs, failures };
}

class Block {
  readonly #options: BlockOptions;
  readonly #storyOf: (seed: number) => WrittenScenario;
  /** The first seed that has seen a cell, and how many have. */
  readonly #seen = new Map<number, { readonly seed: number; count: number }>();

  constructor(options: BlockOptions) {
    this.#options = { memory: new CampaignMemory({ keepsTraces: true }), ...options };
    this.#storyOf = options.story ?? drawStory;
  }

  run(seed: number): { readonly run: RunResult; readonly failure: FoundFailure | undefined } {
    const drawn = strategyOf(seed);
    const strategy = drawn === "mutation" && this.#options.mutates === false ? "random" : drawn;
    const story = strategy === "mutation" ? this.#mutated(seed) : this.#storyOf(seed);
    const { mostEvents } = this.#options;
    const subject = storySubject(story, mostEvents === undefined ? {} : { mostEvents });
    const trial = runTrial(subject, this.#options, tieStrategy(strategy, seed));
    const { outcome: { hash, dispatched, tape, world }, cells } = trial;
    for (const cell of cells) {
      const known = this.#seen.get(cell);
      if (known === undefined) this.#seen.set(cell, { seed, count: 1 });
      else known.count++;
    }
    const signature = trial.signature ?? this.#difference(subject, trial, strategy, seed);
    const found = signature === undefined ? {} : { signature };
    const run = { seed, strategy, hash, dispatched, cycles: world.now, cells, ...found };
    return { run, failure: signature === undefined ? undefined : { seed, signature, story, tape } };
  }

  /** What differs if a seed that is to run twice does. */
  #difference(subject: Subject, trial: Trial, strategy: StrategyName, seed: number): string | undefined {
    if (seed % (this.#options.repeatEvery ?? 50) !== 0) return undefined;
    const again = runTrial(subject, this.#options, tieStrategy(strategy, seed));
    if (again.outcome.hash === trial.outcome.hash && again.signature === trial.signature) return undefined;
    const event = firstDifference(trial.outcome.hashes, again.outcome.hashes);
    return `not deterministic: the same run once more differs${event === undefined ? "" : ` from event ${event} on`}`;
  }

  /** A story of this block that has seen a cell which few others have, changed. */
  #mutated(seed: number): WrittenScenario {
    const random = new RandomStreams(`mutation ${seed}`).stream("mutation");
    const rare = [...this.#seen].toSorted(([a, one], [b, other]) => one.count - other.count || a - b);
    const parents = [...new Set(rare.map(([, { seed }]) => seed))].filter((each) => strategyOf(each) !== "mutation");
    const count = Math.max(1, parents.length);
    const parent = parents[((seed - 1) % BLOCK_SEEDS - FIRST_MUTATION) % count] ?? seed;
    const other = parents[random.below(count)] ?? seed;
    return mutate(this.#storyOf(parent), this.#storyOf(other), random, seed);
  }
}

function tieStrategy(strategy: StrategyName, seed: number): Strategy | undefined {
  const random = new RandomStreams(`ties ${seed}`).stream("ties");
  switch (strategy) {
    case "random":
    case "mutation":
      return undefined;
    case "PCT":
      return pct(random, 1 + random.below(4));
    case "POS":
      return pos(random);
    default:
      return strategy satisfies never;
  }
}
