/**
 * Looks for a failure with the seeds of one strategy, and makes the first one small. Run in a copy of the project in
 * which a bug is planted: `deno run -A tests/planted/seek.ts portfolio 2000`.
 *
 * @module
 */

import { BLOCK_SEEDS, type FoundFailure, runBlock } from "../../sim/lab/explore/search/block.ts";
import { CHAOS, HEALING, isCalled } from "../../sim/lab/explore/oracle/healing.ts";
import { runTrial } from "../../sim/lab/explore/search/trial.ts";
import { shrink } from "../../sim/lab/explore/shrink/shrink.ts";
import { drawStory } from "../../sim/lab/explore/workload/draw_story.ts";
import type { Written } from "../../sim/lab/explore/workload/scope.ts";
import type { WrittenScenario } from "../../sim/lab/explore/workload/story.ts";
import { STORY_EVENTS, storySubject } from "../../sim/lab/explore/workload/story_subject.ts";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";

/** How seeds become runs: the explorer's portfolio, or stories by chance alone. */
export type Search = "portfolio" | "random";

/** What has been found. */
export interface Sought {
  /** The seed; absent if none has failed. */
  readonly seed?: number;
  /** How many seeds were executed until then, or in vain. */
  readonly executions: number;
  /** What the failure is called. */
  readonly signature?: string;
  /** The failure made small; absent where that was not asked for. */
  readonly small?: Size;
}

/** How large a failure is that was made small. */
export interface Size {
  /** Steps that do something: those within others counted, the one that heals the world and mere containers not. */
  readonly steps: number;
  /** Faults beside steps. */
  readonly faults: number;
  /** Events of one moment whose order is not first in, first out. */
  readonly ties: number;
  /** Other decisions: draws, and places at which chance begins anew. */
  readonly others: number;
  /** How often it was executed again to make it small. */
  readonly reexecutions: number;
  /** Whether nothing can be left out. */
  readonly isMinimal: boolean;
}

const SHRINK_BUDGET = 1000;

/** The first failure of the seeds 1 to `last`. */
function first(search: Search, last: number): FoundFailure | undefined {
  for (let seed = 1; seed <= last; seed += BLOCK_SEEDS) {
    const end = Math.min(last, seed + BLOCK_SEEDS - 1);
    const [failure] = search === "portfolio" ? runBlock(seed, end).failures : runStories(seed, end);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Stories by chance alone: ties are first in, first out. */
function runStories(from: number, to: number): readonly FoundFailure[] {
  const memory = new CampaignMemory({ keepsTraces: true });
  for (let seed = from; seed <= to; seed++) {
    const story = drawStory(seed);
    const { signature, outcome } = runTrial(storySubject(story, { mostEvents: STORY_EVENTS }), { memory });
    if (signature !== undefined) return [{ seed, signature, story, tape: outcome.tape, recipe: [] }];
  }
  return [];
}

function sizeOf(failure: FoundFailure): Size {
  const { story, tape, recipe = [], executions, isMinimal } = shrink(failure, { budget: SHRINK_BUDGET });
  const ties = tape.filter(({ decision }) => decision === "tie").length;
  return {
    ...countOf(story),
    ties,
    others: tape.length - ties + recipe.length,
    reexecutions: executions,
    isMinimal,
  };
}

function countOf({ steps, faults }: WrittenScenario): Pick<Size, "steps" | "faults"> {
  const all = steps.filter(({ name }) => !isCalled(name, HEALING) && !isCalled(name, CHAOS)).flatMap(leavesOf);
  const beside = [...all, ...steps, { faults }].flatMap((step) => "faults" in step ? listOf(step["faults"]) : []);
  return { steps: all.length, faults: new Set(beside).size };
}

/** The steps in a step that are made of no others. */
function leavesOf(step: Written): readonly Written[] {
  const inner = [...listOf(step["sequence"]), ...Object.values(Object(step["parallel"])).flatMap(listOf)];
  return "sequence" in step || "parallel" in step ? inner.flatMap(leavesOf) : [step];
}

function listOf(value: unknown): readonly Written[] {
  return Array.isArray(value) ? value : [];
}

const [search, last, shrinks] = Deno.args;
const failure = first(search === "random" ? "random" : "portfolio", Number(last));
const sought: Sought = failure === undefined ? { executions: Number(last) } : {
  seed: failure.seed,
  executions: failure.seed,
  signature: failure.signature,
  ...(shrinks === "shrink" ? { small: sizeOf(failure) } : {}),
};
console.log(JSON.stringify(sought));
