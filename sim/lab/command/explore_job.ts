/**
 * A block of a campaign as a job for a thread: parts of the user's own are
 * named by the module that has them.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { type BlockOptions, type BlockResult, runBlock } from "../explore/search/block.ts";
import type { Seeds } from "../explore/search/explore.ts";
import { readStory } from "../explore/workload/story.ts";
import { variations } from "../explore/workload/vary_story.ts";

/** What a campaign is about. */
export interface Campaign {
  /** A scenario file, of which the seeds are variations; stories of all kinds by default. */
  readonly file?: { readonly name: string; readonly source: string };
  /** A module that exports `world` or `invariants`, as `explore()` takes them. */
  readonly module?: string;
}

/** Some seeds of one block. */
export interface ExploreJob extends Campaign {
  /** Which. */
  readonly seeds: Seeds;
}

/** Runs a job. */
export async function runJobOf({ seeds: { first, last }, ...campaign }: ExploreJob): Promise<BlockResult> {
  return runBlock(first, last, await optionsOf(campaign));
}

/**
 * How the blocks of a campaign are run.
 *
 * @throws {InputError} The module cannot be loaded, or has neither.
 */
export async function optionsOf({ file, module }: Campaign): Promise<BlockOptions> {
  const parts = module === undefined ? {} : await partsOf(module);
  if (file === undefined) return parts;
  return { ...parts, story: variations(readStory(file.source, file.name)), derives: false };
}

async function partsOf(module: string): Promise<Pick<BlockOptions, "world" | "invariants">> {
  const { world, invariants } = await load(module);
  if (world === undefined && invariants === undefined) {
    throw new InputError(`--with ${quoted(module)}: it exports neither world nor invariants`);
  }
  return { ...(world === undefined ? {} : { world }), ...(invariants === undefined ? {} : { invariants }) };
}

async function load(module: string): Promise<Pick<BlockOptions, "world" | "invariants">> {
  try {
    const { pathname } = pathToFileURL(resolve(module));
    // With the scheme written out, whoever publishes sees that it is no module of the package.
    return await import(`file://${pathname}`);
  } catch (error) {
    throw new InputError(`--with ${quoted(module)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
