/**
 * Jobs of a campaign for a thread: a block, or a failure to be made small. Parts of the user's own are
 * named by the module that has them.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { type BlockOptions, type BlockResult, type FoundFailure, runBlock } from "../explore/search/block.ts";
import { type Seeds, shrunkFinding } from "../explore/search/explore.ts";
import type { Finding } from "../explore/search/finding.ts";
import { refuseOtherParts } from "../explore/search/own_parts.ts";
import { readStory } from "../explore/workload/story.ts";
import { variations } from "../explore/workload/vary_story.ts";

/** What a campaign is about. */
export interface Campaign {
  /** A scenario file, of which the seeds are variations; stories of all kinds by default. */
  readonly file?: { readonly name: string; readonly source: string };
  /** A module that exports `world`, `invariants` or `probes`, as `explore()` takes them. */
  readonly module?: string;
}

/** Some seeds of one block. */
export interface SeedsJob extends Campaign {
  /** Which. */
  readonly seeds: Seeds;
}

/** A failure that is to be made small. */
export interface ShrinkJob extends Campaign {
  /** As it was found. */
  readonly failure: FoundFailure;
}

/**
 * Runs a job.
 *
 * @param tell Told of each run that begins.
 */
export async function runJobOf(
  job: SeedsJob | ShrinkJob,
  tell: (sign: string) => void,
): Promise<BlockResult | Finding> {
  const options = await optionsOf(job);
  if ("seeds" in job) {
    const { first, last } = job.seeds;
    return runBlock(first, last, { ...options, onRun: (seed) => tell(`seed ${seed}`) });
  }
  const { failure } = job;
  return shrunkFinding(failure, { ...options, onRun: () => tell(`seed ${failure.seed}, while it is made small,`) });
}

/**
 * How the blocks of a campaign are run.
 *
 * @throws {InputError} The module cannot be loaded, or has none of them, or something else in their place.
 */
export async function optionsOf({ file, module }: Campaign): Promise<BlockOptions> {
  const parts = module === undefined ? {} : await partsOf(module);
  if (file === undefined) return parts;
  return { ...parts, story: variations(readStory(file.source, file.name)), derives: false };
}

type Parts = Pick<BlockOptions, "world" | "invariants" | "probes">;

async function partsOf(module: string): Promise<Parts> {
  const { world, invariants, probes } = await load(module);
  if (world === undefined && invariants === undefined && probes === undefined) {
    throw new InputError(`--with ${quoted(module)}: it exports neither world nor invariants nor probes`);
  }
  try {
    refuseOtherParts({ world, invariants, probes });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`--with ${quoted(module)}: ${error.message}`);
  }
  return {
    ...(world === undefined ? {} : { world }),
    ...(invariants === undefined ? {} : { invariants }),
    ...(probes === undefined ? {} : { probes }),
  };
}

async function load(module: string): Promise<Parts> {
  try {
    const { pathname } = pathToFileURL(resolve(module));
    // With the scheme written out, whoever publishes sees that it is no module of the package.
    return await import(`file://${pathname}`);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    // Between what is wrong and where stand lines of the source.
    throw new InputError(`--with ${quoted(module)}: ${told.replace(/\n(?:.*\n)*\s*/, " ")}`);
  }
}
