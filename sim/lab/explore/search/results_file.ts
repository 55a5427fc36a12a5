/**
 * What a campaign, or a part of one, has found, as a file. Files of parts make
 * that of the whole, whatever the parts were.
 *
 * @module
 */

import { decodeFile, encodeFile, FileFormatError } from "../../../trace/cbor_file.ts";
import { list, type Reader, record, text, whole } from "../../world/option_readers.ts";
import { WorldOptionsError } from "../../world/world_options_error.ts";
import { readRecipe, readTape } from "../tape/tape_reader.ts";
import { readStory, storyText } from "../workload/story.ts";
import { type BlockResult, type FoundFailure, type RunResult, STRATEGIES, type StrategyName } from "./block.ts";

const FORMAT = "hbasim exploration";
const VERSION = 2;

/** Blocks as one, in order of their seeds; what is there twice counts once. */
export function mergeResults(results: readonly BlockResult[]): BlockResult {
  const runs = new Map(results.flatMap((each) => each.runs).map((run) => [run.seed, run]));
  const failures = new Map(results.flatMap((each) => each.failures).map((failure) => [failure.seed, failure]));
  const bySeed = (a: { readonly seed: number }, b: { readonly seed: number }) => a.seed - b.seed;
  return { runs: [...runs.values()].toSorted(bySeed), failures: [...failures.values()].toSorted(bySeed) };
}

/** Writes results. The same results give the same bytes. */
export function encodeResults({ runs, failures }: BlockResult): Uint8Array {
  return encodeFile(FORMAT, VERSION, {
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

const content = record({ runs: must(list(run, 0)), failures: must(list(failure, 0)) });

/**
 * Reads results.
 *
 * @throws {FileFormatError} It is no such file, or damaged.
 */
export function decodeResults(bytes: Uint8Array): BlockResult {
  const file = decodeFile(FORMAT, VERSION, bytes);
  try {
    const { runs, failures } = content(file, "");
    return {
      runs: runs.map(({ signature, ...each }) => signature === "" ? each : { ...each, signature }),
      failures: failures.map(({ story, ...each }) => ({ ...each, story: readStory(story, `story ${each.seed}`) })),
    };
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    throw new FileFormatError(FORMAT, `${error.path}: ${error.given}, expected ${error.accepted}`);
  }
}
