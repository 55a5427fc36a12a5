/**
 * What a campaign, or a part of one, has found, as a file. Files of parts make
 * that of the whole, whatever the parts were.
 *
 * @module
 */

import { decodeFile, encodeFile, FileFormatError } from "../../../trace/cbor_file.ts";
import { flag, list, type Reader, record, text, whole } from "../../world/option_readers.ts";
import { WorldOptionsError } from "../../world/world_options_error.ts";
import { readRecipe, readTape } from "../tape/tape_reader.ts";
import { readStory, storyText } from "../workload/story.ts";
import { type BlockResult, type FoundFailure, type RunResult, STRATEGIES, type StrategyName } from "./block.ts";

const FORMAT = "hbasim exploration";
const VERSION = 3;

/** Which campaign results are of: only those of one and the same can be put together. */
export interface CampaignKey {
  /** The version of the product that has run it. */
  readonly product: string;
  /** A digest of the scenario whose variations it runs; empty for stories of all kinds. */
  readonly scenario: string;
  /** A digest of the user's module; empty if there is none. */
  readonly module: string;
  /** The first of its seeds, those of other parts included. */
  readonly first: number;
  /** The last of them. */
  readonly last: number;
}

/** Results of a campaign, or of a part of one. */
export interface CampaignResults extends BlockResult {
  /** Of which. */
  readonly campaign: CampaignKey;
  /** Which part: the whole is the first of one. */
  readonly part: { readonly index: number; readonly count: number };
  /** Whether it has come to its end: it was not interrupted, and nothing of it is missing. */
  readonly isComplete: boolean;
}

/** Blocks as one, in order of their seeds; what is there twice counts once. */
export function mergeResults(results: readonly BlockResult[]): BlockResult {
  const runs = new Map(results.flatMap((each) => each.runs).map((run) => [run.seed, run]));
  const failures = new Map(results.flatMap((each) => each.failures).map((failure) => [failure.seed, failure]));
  const bySeed = (a: { readonly seed: number }, b: { readonly seed: number }) => a.seed - b.seed;
  return { runs: [...runs.values()].toSorted(bySeed), failures: [...failures.values()].toSorted(bySeed) };
}

/** Writes results. The same results give the same bytes. */
export function encodeResults({ campaign, part, isComplete, runs, failures }: CampaignResults): Uint8Array {
  const { product, scenario, module, first, last } = campaign;
  return encodeFile(FORMAT, VERSION, {
    campaign: { product, scenario, module, first, last },
    part: { index: part.index, count: part.count },
    isComplete,
    runs: runs.map(({ seed, strategy, hash, dispatched, cycles, cells, probes, signature = "" }) => {
      return { seed, strategy, hash, dispatched, cycles, cells, probes, signature };
    }),
    failures: failures.map(({ seed, signature, story, tape, recipe }) => {
      const read = { tape: readTape(tape, "tape"), recipe: readRecipe(recipe, "recipe") };
      return { seed, signature, story: storyText(story), ...read };
    }),
  });
}

const must = <T>(required: Reader<T>) => ({ required });

const PART = whole(1, 999_999);

const COUNT = whole(0, Number.MAX_SAFE_INTEGER);

const strategy: Reader<StrategyName> = (value, path) => {
  const known = STRATEGIES.find((each) => each === value);
  if (known !== undefined) return known;
  throw new WorldOptionsError(path, "something else", "the name of a strategy");
};

const run = record<Omit<RunResult, "signature"> & { readonly signature: string }>({
  seed: must(COUNT),
  strategy: must(strategy),
  hash: must(whole(0, 2 ** 32 - 1)),
  dispatched: must(COUNT),
  cycles: must(COUNT),
  cells: must(list(COUNT, 0)),
  probes: must(list(COUNT, 0)),
  signature: must(text),
});

const failure = record<Pick<FoundFailure, "seed" | "signature" | "tape" | "recipe"> & { readonly story: string }>({
  seed: must(COUNT),
  signature: must(text),
  story: must(text),
  tape: must(readTape),
  recipe: must(readRecipe),
});

const campaign = record<CampaignKey>({
  product: must(text),
  scenario: must(text),
  module: must(text),
  first: must(COUNT),
  last: must(COUNT),
});

const content = record({
  campaign: must(campaign),
  part: must(record<CampaignResults["part"]>({ index: must(PART), count: must(PART) })),
  isComplete: must(flag),
  runs: must(list(run, 0)),
  failures: must(list(failure, 0)),
});

/**
 * Reads results.
 *
 * @throws {FileFormatError} It is no such file, or damaged.
 */
export function decodeResults(bytes: Uint8Array): CampaignResults {
  const file = decodeFile(FORMAT, VERSION, bytes);
  try {
    const { runs, failures, ...about } = content(file, "");
    const { index, count } = about.part;
    if (index > count) throw new WorldOptionsError("part.index", String(index), `a number from 1 to ${count}`);
    return {
      ...about,
      runs: runs.map(({ signature, ...each }) => signature === "" ? each : { ...each, signature }),
      failures: failures.map(({ story, ...each }) => ({ ...each, story: readStory(story, `story ${each.seed}`) })),
    };
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    throw new FileFormatError(FORMAT, `${error.path}: ${error.given}, expected ${error.accepted}`);
  }
}
