/**
 * Blocks: a hundred seeds that belong together. What a seed does follows from
 * the seed alone, but for one in ten, which begin with a story of an earlier
 * seed of the block. So blocks can be shared out among workers and machines, and
 * nothing comes out otherwise.
 *
 * | of 40 seeds | strategy |
 * |---|---|
 * | 17 | random: a story of its own, ties first in first out |
 * | 12 | sweep: a story of several rounds, each with the next kind of step and kind of fault of a table |
 * | 5 | PCT of depth 1 to 4 on a sweep |
 * | 3 | POS on a sweep |
 * | 1 | lineage: a story or sweep that went well, and in most of its steps faults at operations on which that rests |
 * | 1 | frontier: back to where a rare cell was seen, where chance and story go on otherwise |
 * | 1 | mutation: a story that has seen a rare cell, with a change or two; every other with ties as of POS |
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { type RandomStream, RandomStreams } from "../../../kernel/random.ts";
import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { Strategy } from "../execution.ts";
import { Lineage, type Operation } from "../strategy/lineage.ts";
import { pct, pos } from "../strategy/tie_strategies.ts";
import type { Subject } from "../tape/subject.ts";
import type { Recipe, Tape } from "../tape/tape.ts";
import { drawStory } from "../workload/draw_story.ts";
import { drawSweep } from "../workload/draw_sweep.ts";
import { chaosLength, chaosSteps, continued, isOfOneRound, mutate, struck } from "../workload/mutate.ts";
import type { WrittenScenario } from "../workload/story.ts";
import { storySubject } from "../workload/story_subject.ts";
import { differenceOf } from "./not_deterministic.ts";
import { OwnWorldError } from "./own_parts.ts";
import { runTrial, type Sighting, type Trial, type TrialOptions } from "./trial.ts";

/** How many seeds a block has. */
export const BLOCK_SEEDS = 100;

/** Which strategy a seed has. */
export type StrategyName = "random" | "sweep" | "PCT" | "POS" | "lineage" | "frontier" | "mutation";

/** The strategies of forty seeds, in order: R random, S sweep, P PCT, O POS, L lineage, F frontier, M mutation. */
const PORTFOLIO = "SRPSRSROSRPRSRSLRSPROSRSRPSRFRSRROPRSRMR";

const LETTERS = {
  random: "R",
  sweep: "S",
  PCT: "P",
  POS: "O",
  lineage: "L",
  frontier: "F",
  mutation: "M",
} as const satisfies Readonly<Record<StrategyName, string>>;

/** The names of the strategies. */
export const STRATEGIES: readonly StrategyName[] = Object.keys(LETTERS) as StrategyName[];

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
  /** The probes that it has reached, by their places, in order. */
  readonly probes: readonly number[];
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
  /** Where chance begins anew. */
  readonly recipe: Recipe;
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
  /** Whether some seeds begin with the stories of others; true by default. */
  readonly derives?: boolean;
  /** Each so many-th seed runs twice, and the runs must be the same; 50 by default. */
  readonly repeatEvery?: number;
  /** Events after which a world is a runaway; 500,000 by default. */
  readonly mostEvents?: number;
  /** Told of each run that begins, by its seed: what a run is given may not come to its end. */
  readonly onRun?: (seed: number) => void;
}

/** The block of a seed, counted from 0. */
export function blockOf(seed: number): number {
  return Math.floor((seed - 1) / BLOCK_SEEDS);
}

/** The strategy of a seed. */
function strategyOf(seed: number): StrategyName {
  const letter = PORTFOLIO[(seed - 1) % PORTFOLIO.length];
  return STRATEGIES.find((each) => LETTERS[each] === letter) ?? "random";
}

/** Whether a strategy begins with stories of seeds before. */
function isDerived(strategy: StrategyName): boolean {
  return strategy === "lineage" || strategy === "frontier" || strategy === "mutation";
}

/**
 * Runs the seeds of a block from one to another. Those that begin with stories of others need the seeds before them:
 * these are run, too, and not told.
 *
 * @param first The first seed, of the block.
 * @param last The last seed, of the same block.
 */
export function runBlock(first: number, last: number, options: BlockOptions = {}): BlockResult {
  const block = new Block(options);
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const needsAll = options.derives !== false && seeds.some((seed) => isDerived(strategyOf(seed)));
  const runs: RunResult[] = [];
  const failures: FoundFailure[] = [];
  for (let seed = needsAll ? blockOf(first) * BLOCK_SEEDS + 1 : first; seed <= last; seed++) {
    const { run, failure } = block.run(seed);
    if (seed < first) continue;
    runs.push(run);
    if (failure !== undefined && !failures.some((each) => each.signature === failure.signature)) failures.push(failure);
  }
  return { runs, failures };
}

/** What a seed runs. */
interface Start {
  readonly story: WrittenScenario;
  readonly recipe: Recipe;
}

/** A run that others may begin with. */
interface Parent extends Start {
  /** What its good outcomes rest on; nothing where that was not looked at. */
  readonly supports: readonly (readonly Operation[])[];
}

/** A cell that a block has seen. */
interface SeenCell {
  /** Who has seen it first, of those with one round that others may begin with, and where. */
  first: { readonly seed: number; readonly sighting: Sighting } | undefined;
  /** How many have. */
  count: number;
}

class Block {
  readonly #options: BlockOptions;
  readonly #memory = new CampaignMemory({ keepsTraces: true });
  readonly #storyOf: (seed: number) => WrittenScenario;
  readonly #seen = new Map<number, SeenCell>();
  readonly #parents = new Map<number, Parent>();
  /** How runs have failed, and once more in the same way. */
  readonly #confirmed = new Set<string>();
  /** Parents whose outcomes nothing has struck yet. */
  readonly #unstruck: number[] = [];

  constructor(options: BlockOptions) {
    this.#options = options;
    this.#storyOf = options.story ?? drawStory;
  }

  run(seed: number): { readonly run: RunResult; readonly failure: FoundFailure | undefined } {
    this.#options.onRun?.(seed);
    try {
      return this.#run(seed);
    } catch (error) {
      if (error instanceof OwnWorldError) throw new InputError(`seed ${seed}: ${error.message}`);
      throw error;
    }
  }

  #run(seed: number): { readonly run: RunResult; readonly failure: FoundFailure | undefined } {
    const strategy = this.#options.derives === false && isDerived(strategyOf(seed)) ? "random" : strategyOf(seed);
    const start = this.#startOf(seed, strategy);
    const { mostEvents } = this.#options;
    const subject = storySubject(start.story, {
      recipe: start.recipe,
      ...(mostEvents === undefined ? {} : { mostEvents }),
    });
    let lineage: Lineage | undefined;
    const ties = tieStrategy(strategy, seed);
    const trial = runTrial(subject, {
      ...this.#options,
      memory: this.#memory,
      strategy: ties,
      onWorld(world) {
        if (strategy === "random" || strategy === "sweep") lineage = new Lineage(world);
      },
    });
    const { outcome: { hash, dispatched, tape, world }, cells, probes } = trial;
    const signature = this.#difference(subject, trial, strategy, seed) ?? trial.signature;
    const isParent = signature === undefined && ties === undefined;
    if (isParent) this.#keep(seed, { ...start, supports: lineage?.supports(chaosSteps(start.story)) ?? [] });
    this.#note(seed, trial, isParent && isOfOneRound(start.story));
    const found = signature === undefined ? {} : { signature };
    const run = { seed, strategy, hash, dispatched, cycles: world.now, cells: [...cells.keys()], probes, ...found };
    return { run, failure: signature === undefined ? undefined : { seed, signature, ...start, tape } };
  }

  /**
   * What differs if a seed that is to run twice does: each so many-th, and the first that fails in a new way, lest a story
   * be told that does not fail. The second time nothing is shared with other runs.
   */
  #difference(subject: Subject, trial: Trial, strategy: StrategyName, seed: number): string | undefined {
    const { signature } = trial;
    const isNew = signature !== undefined && !this.#confirmed.has(signature);
    if (!isNew && (signature !== undefined || seed % (this.#options.repeatEvery ?? 50) !== 0)) return undefined;
    const again = runTrial(subject, { ...this.#options, strategy: tieStrategy(strategy, seed) });
    const difference = differenceOf(trial, again);
    if (difference === undefined && signature !== undefined) this.#confirmed.add(signature);
    return difference;
  }

  #keep(seed: number, parent: Parent): void {
    this.#parents.set(seed, parent);
    if (parent.supports.length > 0) this.#unstruck.push(seed);
  }

  #note(seed: number, { cells }: Trial, isParent: boolean): void {
    for (const [cell, sighting] of cells) {
      const seen = this.#seen.get(cell) ?? { first: undefined, count: 0 };
      this.#seen.set(cell, seen);
      seen.count++;
      if (isParent) seen.first ??= { seed, sighting };
    }
  }

  #startOf(seed: number, strategy: StrategyName): Start {
    const random = new RandomStreams(`${strategy} ${seed}`).stream(strategy);
    switch (strategy) {
      case "sweep":
      case "PCT":
      case "POS":
        return { story: (this.#options.story ?? drawSweep)(seed), recipe: [] };
      case "random":
        return { story: this.#storyOf(seed), recipe: [] };
      case "lineage":
        return this.#struck(seed, random);
      case "frontier":
        return this.#continued(seed, random);
      case "mutation":
        return this.#mutated(seed, random);
      default:
        return strategy satisfies never;
    }
  }

  /** Strikes what went well: the latest that was not struck yet, or any. */
  #struck(seed: number, random: RandomStream): Start {
    const known = [...this.#parents].filter(([, { supports }]) => supports.length > 0).map(([each]) => each);
    const chosen = this.#unstruck.pop() ?? known[random.below(Math.max(1, known.length))];
    const parent = chosen === undefined ? undefined : this.#parents.get(chosen);
    if (parent === undefined) return { story: this.#storyOf(seed), recipe: [] };
    return { story: struck(parent.story, parent.supports.flat(), random, seed), recipe: parent.recipe };
  }

  /** Goes back to where a rare cell was seen during the chaos, and on from there. */
  #continued(seed: number, random: RandomStream): Start {
    const places = this.#rare().flatMap(({ seed: each, sighting }) => {
      const parent = this.#parents.get(each);
      return parent !== undefined && sighting.step < chaosLength(parent.story) ? [{ parent, sighting }] : [];
    });
    const place = places[random.below(Math.min(MOST_RARE, Math.max(1, places.length)))];
    if (place === undefined) return { story: this.#storyOf(seed), recipe: [] };
    const { parent: { story, recipe }, sighting: { step, at } } = place;
    const before = recipe.filter((split) => split.at.sequence <= at.sequence && split.at.cycle <= at.cycle);
    return { story: continued(story, step, random, seed), recipe: [...before, { at, salt: `frontier ${seed}` }] };
  }

  /** A story that has seen a cell which few others have, changed. */
  #mutated(seed: number, random: RandomStream): Start {
    const parents = [...new Set(this.#rare().map((each) => each.seed))];
    const parent = this.#parents.get(parents[random.below(Math.min(MOST_RARE, Math.max(1, parents.length)))] ?? 0);
    const other = this.#parents.get(parents[random.below(Math.max(1, parents.length))] ?? 0);
    if (parent === undefined || other === undefined) return { story: this.#storyOf(seed), recipe: [] };
    return { story: mutate(parent.story, other.story, random, seed), recipe: parent.recipe };
  }

  /** Where cells were seen first, the rarest cell first. */
  #rare(): readonly { readonly seed: number; readonly sighting: Sighting }[] {
    return [...this.#seen].toSorted(([a, one], [b, other]) => one.count - other.count || a - b)
      .flatMap(([, { first }]) => first ?? []);
  }
}

/** Among so many of the rarest cells one is drawn. */
const MOST_RARE = 12;

function tieStrategy(strategy: StrategyName, seed: number): Strategy | undefined {
  const random = new RandomStreams(`ties ${seed}`).stream("ties");
  switch (strategy) {
    case "random":
    case "sweep":
    case "lineage":
    case "frontier":
      return undefined;
    case "mutation":
      return random.chance(1, 2) ? pos(random) : undefined;
    case "PCT":
      return pct(random, 1 + random.below(4));
    case "POS":
      return pos(random);
    default:
      return strategy satisfies never;
  }
}
