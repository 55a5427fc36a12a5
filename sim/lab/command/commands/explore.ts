/**
 * `hbasim explore`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import type { BlockResult } from "../../explore/search/block.ts";
import { CANARY_SEEDS, findCanary } from "../../explore/search/canary.ts";
import { CELLS } from "../../explore/search/cells.ts";
import { firstOfEach, type Seeds, shrunkFinding } from "../../explore/search/explore.ts";
import { superfluous, trialOf } from "../../explore/shrink/shrink.ts";
import { readStory } from "../../explore/workload/story.ts";
import { BLIND, command, FAILS, HOLDS, INTERRUPTED } from "../command.ts";
import { countOf } from "../count_option.ts";
import { runCampaign, type Shard } from "../explore_campaign.ts";
import { makeFolder, readBundles, readParts, writeFinding, writeResults } from "../explore_files.ts";
import { type Campaign, optionsOf } from "../explore_job.ts";
import { readText } from "../input_files.ts";
import { listenForInterruption } from "../interruption.ts";
import { print } from "../terminal.ts";

/** Looks for runs that break a rule, and makes them small. */
export const explore = command({
  options: {
    seeds: { value: "FIRST..LAST", about: "which seeds; 1..1000 by default" },
    jobs: { value: "1..64", about: "on how many threads; 2 by default" },
    shard: { value: "I/N", about: "only the I-th of N parts; --merge puts them together" },
    until: { value: "plateau", about: "end earlier, when a thousand seeds have shown nothing new" },
    out: { value: "DIR", about: "write results, and of each failure scenario, bundle and last events" },
    with: { value: "MODULE", about: "a module that exports `world`, parts of your own, or `invariants`" },
    merge: { value: "DIR", about: "put the results of parts in a folder together" },
    json: { about: "as one JSON document: how many seeds, cells seen, and each failure with its scenario" },
    "verify-minimal": { value: "DIR", about: "leave out each part of the failures in a folder: none may be needless" },
  },
  notes: [
    "Without FILE seeds are stories of all calls, accidents and faults; with FILE they are variations of it.",
    "Exit code: 0 nothing was found, 1 something was, 2 bad input, 3 blind: a bug that was planted was not found.",
    "Ctrl-C ends it early with 130: what was found until then is told and written, and made small by --merge.",
  ],
  examples: ["explore --seeds 1..10000 --jobs 2 --out found", "explore --verify-minimal found"],
  async run({ seeds, jobs, shard, until, out, with: module, merge, json, "verify-minimal": minimal }, [file, more]) {
    if (more !== undefined) throw new InputError(`explore takes one file, not ${quoted(more)}, too`);
    if (until !== undefined && until !== "plateau") throw new InputError(`--until ${quoted(until)}: expected plateau`);
    const campaign: Campaign = {
      ...(file === undefined ? {} : { file: { name: file, source: readText(file) } }),
      ...(module === undefined ? {} : { module }),
    };
    if (json === true && (minimal ?? shard) !== undefined) {
      throw new InputError("--json tells of a whole exploration: expected it without --shard and --verify-minimal");
    }
    if (minimal !== undefined) return await verifyMinimal(minimal, campaign);
    const tell = json === true ? tellJson : tellWords;
    if (merge !== undefined) {
      const results = readParts(merge);
      writeResults(merge, results);
      return await tell(results, campaign, merge, NEVER);
    }
    const options = { seeds: seedsOf(seeds ?? "1..1000"), jobs: jobsOf(jobs), untilPlateau: until === "plateau" };
    const part = shard === undefined ? undefined : shardOf(shard);
    if (part !== undefined && options.untilPlateau) {
      throw new InputError("--until plateau needs all parts, not --shard");
    }
    if (part !== undefined && out === undefined) throw new InputError("--shard needs --out DIR, where its results go");
    if (out !== undefined) makeFolder(out);
    await optionsOf(campaign);
    if (findCanary() === undefined) {
      print(`blind: the planted bug was not found by ${CANARY_SEEDS} seeds`);
      return BLIND;
    }
    const interruption = listenForInterruption();
    try {
      const { signal } = interruption;
      const shards = part === undefined ? {} : { shard: part };
      const results = await runCampaign(campaign, { ...options, ...shards, interruption: signal });
      if (out !== undefined) writeResults(out, results, part);
      if (part === undefined) return await tell(results, campaign, out, signal);
      const ended = signal.aborted ? "interrupted: " : "";
      print(
        `${ended}part ${part.index} of ${part.count}: ${results.runs.length} seeds, ${results.failures.length} failures; --merge shows them`,
      );
      return codeOf(results, signal);
    } finally {
      interruption.close();
    }
  },
});

function codeOf({ failures }: BlockResult, interruption: AbortSignal): number {
  if (interruption.aborted) return INTERRUPTED;
  return failures.length === 0 ? HOLDS : FAILS;
}

/** A wish that nobody utters. */
const NEVER = new AbortController().signal;

/** A failure of which others may have the signature, too, made small, unless somebody wished an end before. */
interface Told {
  readonly signature: string;
  readonly seeds: number;
  readonly first: number;
  readonly text?: string;
  readonly written?: string;
}

/** Shrinks what was found, one failure of each signature, and writes it. */
async function* findings(
  results: BlockResult,
  campaign: Campaign,
  out: string | undefined,
  interruption: AbortSignal,
): AsyncGenerator<Told> {
  const options = await optionsOf(campaign);
  for (const failure of firstOfEach(results.failures)) {
    const { signature, seed: first } = failure;
    const seeds = results.runs.filter((run) => run.signature === signature).length;
    // Ctrl-C is heard between failures only.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (interruption.aborted) {
      yield { signature, seeds, first };
      continue;
    }
    const finding = shrunkFinding(failure, options);
    const written = out === undefined ? {} : { written: writeFinding(out, finding) };
    yield { signature, seeds, first, text: finding.text, ...written };
  }
}

function sumsOf({ runs }: BlockResult) {
  const failed = runs.filter(({ signature }) => signature !== undefined).length;
  return { seeds: runs.length, failed, cells: new Set(runs.flatMap((run) => run.cells)).size, ofCells: CELLS };
}

async function tellJson(
  results: BlockResult,
  campaign: Campaign,
  out: string | undefined,
  interruption: AbortSignal,
): Promise<number> {
  const failures = await Array.fromAsync(findings(results, campaign, out, interruption));
  print(JSON.stringify({ ...(interruption.aborted ? { interrupted: true } : {}), ...sumsOf(results), failures }));
  return codeOf(results, interruption);
}

/** Prints what was found. */
async function tellWords(
  results: BlockResult,
  campaign: Campaign,
  out: string | undefined,
  interruption: AbortSignal,
): Promise<number> {
  for await (const { signature, seeds, first, text, written } of findings(results, campaign, out, interruption)) {
    print(`FAIL  ${signature} (${seeds} seeds, the first ${first})`);
    if (text !== undefined) print(text);
    if (written !== undefined) print(`written to ${written}`);
  }
  const { seeds, failed, cells, ofCells } = sumsOf(results);
  const ended = interruption.aborted ? "interrupted: " : "";
  print(`${ended}${seeds} seeds, ${failed} failed, ${cells} of ${ofCells} cells seen`);
  return codeOf(results, interruption);
}

/** Leaves out each part of each failure of a folder. */
async function verifyMinimal(folder: string, campaign: Campaign): Promise<number> {
  const options = await optionsOf(campaign);
  let code = HOLDS;
  for (const [name, { subject: { scenario: { source, file }, tape = [] }, signature = "" }] of readBundles(folder)) {
    const failing = { signature, story: readStory(source, file), tape };
    const found = trialOf(failing, options)?.signature;
    const needless = found === signature ? superfluous(failing, options) : [];
    if (found !== signature || needless.length > 0) code = FAILS;
    print(`${name}: ${judgement(signature, found, needless)}`);
  }
  return code;
}

function judgement(signature: string, found: string | undefined, needless: readonly string[]): string {
  if (found !== signature) return `it does not fail as it did, but ${found ?? "holds"}`;
  return needless.length === 0 ? "minimal" : `still fails without ${needless.join(", or without ")}`;
}

function seedsOf(text: string): Seeds {
  const [, first = "", last = first] = /^(\d{1,12})(?:\.\.(\d{1,12}))?$/.exec(text) ?? [];
  const seeds = { first: Number(first), last: Number(last) };
  if (first !== "" && seeds.first >= 1 && seeds.first <= seeds.last) return seeds;
  throw new InputError(`--seeds ${quoted(text)}: expected FIRST..LAST, whole numbers from 1`);
}

function jobsOf(text: string = "2"): number {
  const jobs = countOf("--jobs", text, 1);
  if (jobs <= 64) return jobs;
  throw new InputError(`--jobs ${quoted(text)}: expected a number from 1 to 64`);
}

function shardOf(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new InputError(`--shard ${quoted(text)}: expected I/N, with I from 1 to N`);
}
