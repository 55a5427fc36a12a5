/**
 * The parts of a campaign in a folder, put together: only those of one and the
 * same campaign make a whole, and what lacks of it is told.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { join } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import type { Seeds } from "../explore/search/explore.ts";
import { type CampaignKey, type CampaignResults, decodeResults, mergeResults } from "../explore/search/results_file.ts";
import { VERSION } from "../world/version.ts";
import { namesIn, WHOLE } from "./explore_files.ts";
import type { Campaign } from "./explore_job.ts";
import { readAs, readBytes } from "./input_files.ts";
import type { Shard } from "./shard.ts";

/** Parts as one. */
export interface MergedParts {
  /** What they have found. */
  readonly results: CampaignResults;
  /** What lacks for the whole, a sentence each. */
  readonly lacks: readonly string[];
}

/** Which campaign it is; of the user's module that file counts, and not what it imports. */
export function campaignKey({ file, module }: Campaign, { first, last }: Seeds): CampaignKey {
  return {
    product: VERSION,
    scenario: file === undefined ? "" : digestOf(new TextEncoder().encode(file.source)),
    module: module === undefined ? "" : digestOf(readBytes(module)),
    first,
    last,
  };
}

/** Enough of it that two files have not the same by chance. */
function digestOf(bytes: Uint8Array): string {
  return sha256(bytes).toHex().slice(0, 32);
}

/** A file of results, by its name. */
interface Part {
  readonly name: string;
  readonly results: CampaignResults;
}

/**
 * Reads what parts of a campaign have found. Where parts are, what was put together before is left out: it may be of
 * older ones.
 *
 * @param campaign As the command is told it.
 * @throws {InputError} There are none, one is damaged, or they are of several campaigns, or of another than the command's.
 */
export function readParts(folder: string, campaign: Campaign): MergedParts {
  const names = namesIn(folder).filter((name) => /^results-\d+-of-\d+\.cbor$/.test(name)).toSorted();
  const files = names.length === 0 ? namesIn(folder).filter((name) => name === WHOLE) : names;
  const parts = files.map((name): Part => ({ name, results: readAs(join(folder, name), decodeResults) }));
  const [first] = parts;
  if (first === undefined) throw new InputError(`--merge ${quoted(folder)}: no results in it`);
  for (const part of parts) refuseMixture(folder, part, first);
  refuseOtherCampaign(folder, first, campaign);
  const lacks = names.length === 0 ? lacksOfWhole(first) : lacksOf(parts, first.results.part.count);
  const whole = { campaign: first.results.campaign, part: { index: 1, count: 1 }, isComplete: lacks.length === 0 };
  return { results: { ...whole, ...mergeResults(parts.map(({ results }) => results)) }, lacks };
}

/** What two parts of a campaign have in common. */
const COMMON: Readonly<Record<string, (results: CampaignResults) => string>> = {
  "a part of": ({ part: { count } }) => String(count),
  "product version": ({ campaign: { product } }) => product,
  seeds: ({ campaign: { first, last } }) => `${first}..${last}`,
  "scenario:": ({ campaign: { scenario } }) => toldDigest(scenario),
  "module of --with:": ({ campaign: { module } }) => toldDigest(module),
};

function toldDigest(digest: string): string {
  return digest === "" ? "none" : `one with the digest ${digest}`;
}

function refuseMixture(folder: string, { name, results }: Part, first: Part): void {
  const place = quoted(join(folder, name));
  const { index, count } = results.part;
  const said = fileNameOf(results.part);
  if (name !== said && !(name === WHOLE && count === 1)) {
    throw new InputError(`${place} has part ${index} of ${count}; expected it to be called ${said}`);
  }
  for (const [what, told] of Object.entries(COMMON)) {
    const [given, accepted] = [told(results), told(first.results)];
    if (given === accepted) continue;
    throw new InputError(`${place} has ${what} ${given}; expected ${accepted}, as in ${quoted(first.name)}`);
  }
}

/** Failures are run again, by this program and with these parts. A file is of no matter: stories stand written out. */
function refuseOtherCampaign(folder: string, { name, results }: Part, campaign: Campaign): void {
  const here = campaignKey(campaign, results.campaign);
  const { scenario } = campaign.file === undefined ? results.campaign : here;
  const command = { ...results, campaign: { ...here, scenario } };
  for (const [what, told] of Object.entries(COMMON)) {
    const [given, accepted] = [told(results), told(command)];
    if (given === accepted) continue;
    const place = quoted(join(folder, name));
    throw new InputError(`${place} has ${what} ${given}; expected ${accepted}, as this command has`);
  }
}

function fileNameOf({ index, count }: Shard): string {
  return `results-${index}-of-${count}.cbor`;
}

/** So many parts that lack are told one by one. */
const MOST_TOLD = 20;

function lacksOf(parts: readonly Part[], count: number): readonly string[] {
  const known = new Map(parts.map(({ results }) => [results.part.index, results]));
  const lacks = Array.from({ length: count }, (_, index) => index + 1).flatMap((index) => {
    const part = known.get(index);
    if (part?.isComplete === true) return [];
    return [
      part === undefined
        ? `part ${index} of ${count} is missing`
        : `part ${index} of ${count} was interrupted after ${part.runs.length} seeds`,
    ];
  });
  const more = lacks.length - MOST_TOLD;
  return more > 0 ? [...lacks.slice(0, MOST_TOLD), `${more} more parts are missing or were interrupted`] : lacks;
}

function lacksOfWhole({ name, results: { isComplete, runs } }: Part): readonly string[] {
  return isComplete
    ? []
    : [`${name} has ${runs.length} seeds, and was interrupted or put together of what was not whole`];
}
