/**
 * `hbasim explore`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { BUDGET_KINDS } from "../../explore/certify/fault_hypotheses.ts";
import { notSeen } from "../../explore/certify/not_seen.ts";
import type { BlockResult } from "../../explore/search/block.ts";
import { CANARY_SEEDS, findCanary } from "../../explore/search/canary.ts";
import { CELLS } from "../../explore/search/cells.ts";
import { firstOfEach, type Seeds } from "../../explore/search/explore.ts";
import { isNotDeterministic } from "../../explore/search/not_deterministic.ts";
import { probesOf } from "../../explore/search/probes.ts";
import { superfluous, trialOf } from "../../explore/shrink/shrink.ts";
import { readStory } from "../../explore/workload/story.ts";
import { filesBeside } from "../../explore/workload/story_subject.ts";
import { BLIND, command, FAILS, HOLDS, type Option } from "../command.ts";
import { countOf } from "../count_option.ts";
import { type CampaignOptions, EndlessError, runCampaign, shrinkFailures } from "../explore_campaign.ts";
import { makeFolder, type OutFolder, readBundles, writeFinding, writeResults } from "../explore_files.ts";
import { tellCertificate } from "../explore_certify.ts";
import { type Campaign, optionsOf } from "../explore_job.ts";
import { tellInevitable } from "../explore_inevitable.ts";
import { notSeenLines } from "../explore_not_seen.ts";
import { campaignKey, readParts } from "../explore_parts.ts";
import { tellTies } from "../explore_ties.ts";
import { readVaried } from "../explore_varied.ts";
import { INCOMPLETE, interruptedCode, listenForInterruption } from "../interruption.ts";
import { type Shard, shardOf } from "../shard.ts";
import { builtPage } from "../report_page.ts";
import { print } from "../terminal.ts";

/** Options each of which makes it something else; without one of them it is a search. */
const MODES = ["shard", "merge", "certify", "ties", "inevitable", "verify-minimal"] as const;

type Mode = typeof MODES[number];

/** An option that has an effect in these modes, and, unless it `needs` one of them, in a search. */
function of<const O extends Option>(modes: readonly Mode[], option: O): O & Pick<Required<Option>, "without"> {
  return { ...option, without: MODES.filter((mode) => !modes.includes(mode)) };
}

/** Each of them says to which modes it belongs. */
const OPTIONS = {
  seeds: of(["shard"], { value: "FIRST..LAST", about: "which seeds; 1..1000 by default" }),
  jobs: of(["shard", "merge"], { value: "1..64", about: "on how many threads; 2 by default" }),
  shard: of(["shard"], {
    value: "I/N|slurm",
    about: "only the I-th of N parts, or the task of Slurm's array; --merge puts them together",
    needs: ["out"],
  }),
  until: of([], { value: "plateau", about: "end earlier, when a thousand seeds have shown nothing new" }),
  out: of(["shard", "certify", "ties"], {
    value: "DIR",
    about: "write results, and of each failure scenario, bundle and last events",
  }),
  html: of(["merge"], {
    about: "with --out or --merge: of each failure a report, too, for a browser, keys as fingerprints",
    needs: ["out", "merge"],
  }),
  with: of(MODES, {
    value: "MODULE",
    about: "a module that exports `world`, parts of your own, `invariants` or `probes`",
  }),
  patience: of(["shard", "merge"], {
    value: "SECONDS",
    about: "how long one run may take before its seed is told as endless; 60 by default",
  }),
  "all-probes": of(["merge"], { about: "blind, too, if an interesting state was not reached" }),
  merge: of(["merge"], { value: "DIR", about: "put the results of parts in a folder together" }),
  certify: of(["certify"], {
    value: "1|2",
    about: "tell whether so many faults at once break what FILE, or a bundle, expects",
  }),
  faults: of(["certify"], {
    value: "KINDS",
    about: `kinds for --certify; ${BUDGET_KINDS.join(",")} by default`,
    needs: ["certify"],
  }),
  lines: of(["certify"], {
    value: "LINES",
    about: "only what is expected in these lines is to be certified",
    needs: ["certify"],
  }),
  ties: of(["ties"], {
    value: "all|RUNS",
    about: "run every order of simultaneous events that can matter, or so many runs of them",
  }),
  inevitable: of(["inevitable"], {
    value: "BUNDLE",
    about: "tell from which moment on its failure comes whatever is decided later",
  }),
  json: of(["merge", "certify", "ties", "inevitable"], {
    about: "as one JSON document: how many seeds, what was seen, and each failure with its scenario",
  }),
  "verify-minimal": of(["verify-minimal"], {
    value: "DIR",
    about: "leave out each part of the failures in a folder: none may be needless",
  }),
} satisfies Readonly<Record<string, ReturnType<typeof of>>>;

/** Looks for runs that break a rule, and makes them small. */
export const explore = command({
  options: OPTIONS,
  notes: [
    "Without FILE seeds are stories of all calls, accidents and faults; with FILE they are variations of it.",
    "Probes are states in which rules are worth looking at; the ones that were not reached are told at the end.",
    "At the end stands what was not seen; a bug that shows in so many seeds or more often is excluded with 95 %.",
    "Exit code: 0 nothing was found, 1 something was, 2 bad input, 3 blind: a bug that was planted was not found.",
    "On a terminal a line tells how far it is; time left only where an end is known.",
    "Ctrl-C ends it early with 130: what was found until then is told and written, and made small by --merge.",
    "So does --merge if parts are missing or were interrupted; what it put together before it does not read again.",
  ],
  examples: [
    "explore --seeds 1..10000 --jobs 2 --out found --html",
    "explore --verify-minimal found",
    "explore --certify 2 scenario.yaml",
  ],
  async run(given, [file, more]) {
    const { seeds, jobs, shard, until, out, with: module, merge, json, "verify-minimal": minimal } = given;
    const { certify, faults, lines, ties, inevitable } = given;
    if (more !== undefined) throw new InputError(`explore takes one file, not ${quoted(more)}, too`);
    requirePlateau(until);
    if (given.html === true) requireReports(module);
    requireOne(file, inevitable ?? minimal);
    if ((certify ?? ties ?? inevitable) !== undefined) {
      const options = await optionsOf(module === undefined ? {} : { module });
      if (certify !== undefined) return await tellCertificate({ certify, faults, lines, out, json }, file, options);
      if (ties !== undefined) return await tellTies({ ties, out, json }, file, options);
      if (inevitable !== undefined) return await tellInevitable(inevitable, json, options);
    }
    const campaign: Campaign = {
      ...(file === undefined ? {} : { file: readVaried(file) }),
      ...(module === undefined ? {} : { module }),
    };
    if (minimal !== undefined) return await verifyMinimal(minimal, campaign);
    const threads = { jobs: jobsOf(jobs), patienceSeconds: countOf("--patience", given.patience ?? "60", 1) };
    const hasReports = given.html === true;
    const tell = telling(json === true ? tellJson : tellWords, given["all-probes"] === true);
    if (merge !== undefined) {
      const { results, ...about } = merged(merge, campaign);
      const telling = { ...about, hasReports, threads: { ...threads, interruption: NEVER } };
      return await endlessTold(json === true, () => tell(results, telling));
    }
    const range = seedsOf(seeds ?? "1..1000");
    const options = { seeds: range, ...threads, untilPlateau: until === "plateau" };
    const part = shard === undefined ? undefined : shardOf(shard);
    const place: OutFolder | undefined = out === undefined ? undefined : { option: "--out", folder: out };
    // Before anything is written: whoever ends it from here on is told of that.
    const interruption = listenForInterruption();
    try {
      if (place !== undefined) makeFolder(place);
      await optionsOf(campaign);
      if (findCanary() === undefined) {
        print(`blind: the planted bug was not found by ${CANARY_SEEDS} seeds`);
        return BLIND;
      }
      const { signal } = interruption;
      return await endlessTold(json === true, async () => {
        const shards = part === undefined ? {} : { shard: part };
        const results = await runCampaign(campaign, { ...options, ...shards, interruption: signal });
        if (place !== undefined) {
          const about = { campaign: campaignKey(campaign, range), part: part ?? { index: 1, count: 1 } };
          writeResults(place, { ...about, ...results }, part);
        }
        if (part === undefined) {
          const how = { hasReports, threads: { ...threads, interruption: signal } };
          return await tell(results, { campaign, isOfFile: file !== undefined, lacks: [], out: place, ...how });
        }
        print(`${signal.aborted ? "interrupted: " : ""}${toldPart(part, results)}`);
        return codeOf(results, signal, []);
      });
    } finally {
      interruption.close();
    }
  },
});

/** Puts the parts in a folder together, and writes the whole beside them. */
function merged(folder: string, campaign: Campaign) {
  const { results, lacks } = readParts(folder, campaign);
  const out: OutFolder = { option: "--merge", folder };
  writeResults(out, results);
  return { results, campaign, isOfFile: results.campaign.scenario !== "", lacks, out };
}

/** A bundle, or a folder of them, is all that is looked at. */
function requireOne(file: string | undefined, alone: string | undefined): void {
  if (file === undefined || alone === undefined) return;
  throw new InputError(`explore takes ${quoted(alone)} or ${quoted(file)}, not both`);
}

function requirePlateau(until: string | undefined): void {
  if (until !== undefined && until !== "plateau") throw new InputError(`--until ${quoted(until)}: expected plateau`);
}

/** A report runs in a browser: parts of a module are not there. */
function requireReports(module: string | undefined): void {
  if (module !== undefined) throw new InputError("--html: a report runs without modules of yours; expected no --with");
  builtPage();
}

function toldPart({ index, count }: Shard, { runs }: BlockResult): string {
  return `part ${index} of ${count}: ${runs.length} seeds, ${failedOf(runs)} failed; --merge shows them`;
}

function failedOf(runs: BlockResult["runs"]): number {
  return runs.filter(({ signature }) => signature !== undefined).length;
}

function codeOf({ failures }: BlockResult, interruption: AbortSignal, lacks: readonly string[]): number {
  if (interruption.aborted) return interruptedCode(interruption);
  if (lacks.length > 0) return INCOMPLETE;
  return failures.length === 0 ? HOLDS : FAILS;
}

/** A wish that nobody utters. */
const NEVER = new AbortController().signal;

/** A run that does not come to its end is a failure, too, though nothing can be made of it. */
async function endlessTold(asJson: boolean, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof EndlessError)) throw error;
    print(asJson ? JSON.stringify({ endless: error.run, why: error.message }) : `FAIL  ${error.message}`);
    return FAILS;
  }
}

/** A failure of which others may have the signature, too, made small, unless somebody wished an end before. */
interface Told {
  readonly signature: string;
  readonly seeds: number;
  readonly first: number;
  readonly text?: string;
  readonly written?: string;
}

/** How a campaign is told of. */
interface Telling {
  readonly campaign: Campaign;
  /** Whether its seeds are variations of a file. */
  readonly isOfFile: boolean;
  /** What of it is missing, a sentence each. */
  readonly lacks: readonly string[];
  /** Where failures are written. */
  readonly out: OutFolder | undefined;
  /** Whether a report of each is written. */
  readonly hasReports: boolean;
  readonly threads: Pick<CampaignOptions, "jobs" | "patienceSeconds" | "interruption">;
}

type Tell = (results: BlockResult, telling: Telling) => Promise<number>;

/** Shrinks what was found, one failure of each signature, and writes it. */
async function findings(
  results: BlockResult,
  { campaign, out, hasReports, threads }: Telling,
): Promise<readonly Told[]> {
  const firsts = firstOfEach(results.failures);
  const found = await shrinkFailures(firsts, campaign, threads);
  return firsts.map(({ signature, seed: first }) => {
    const seeds = results.runs.filter((run) => run.signature === signature).length;
    const finding = found.find((each) => each.seed === first);
    if (finding === undefined) return { signature, seeds, first };
    const written = out === undefined ? {} : { written: writeFinding(out, finding, hasReports) };
    return { signature: finding.signature, seeds, first, text: finding.text, ...written };
  });
}

/** Tells what has come of a campaign; one that has found nothing is blind if it has not reached what it must. */
function telling(tell: Tell, needsAllProbes: boolean): Tell {
  return async (results, telling) => {
    const code = await tell(results, telling);
    if (code !== HOLDS || !needsAllProbes) return code;
    const { probes: { unreached } } = await sumsOf(results, telling.campaign);
    return unreached.length === 0 ? HOLDS : BLIND;
  };
}

async function sumsOf({ runs }: BlockResult, campaign: Campaign) {
  const { probes } = await optionsOf(campaign);
  const failed = failedOf(runs);
  const cells = new Set(runs.flatMap((run) => run.cells)).size;
  return { seeds: runs.length, failed, cells, ofCells: CELLS, probes: probesOf(runs, probes), notSeen: notSeen(runs) };
}

async function tellJson(results: BlockResult, telling: Telling): Promise<number> {
  const { lacks, threads: { interruption } } = telling;
  const failures = await findings(results, telling);
  const { notSeen, ...sums } = await sumsOf(results, telling.campaign);
  const isWhole = !interruption.aborted && lacks.length === 0;
  const part = { ...(interruption.aborted ? { interrupted: true } : {}), ...(lacks.length > 0 ? { lacks } : {}) };
  // A forecast is one of the whole.
  print(JSON.stringify({ ...part, ...sums, ...(isWhole ? { notSeen } : {}), failures }));
  return codeOf(results, interruption, lacks);
}

/** Prints what was found. */
async function tellWords(results: BlockResult, telling: Telling): Promise<number> {
  const { isOfFile, lacks, threads: { interruption } } = telling;
  for (const { signature, seeds, first, text, written } of await findings(results, telling)) {
    print(`FAIL  ${signature} (${seeds} seeds, the first ${first})`);
    // Of what is another run each time, the story says nothing.
    if (text !== undefined && !isNotDeterministic(signature)) print(text);
    if (written !== undefined) print(`written to ${written}`);
  }
  const sums = await sumsOf(results, telling.campaign);
  const { seeds, failed, cells, ofCells, probes: { reached, unreached } } = sums;
  const isWhole = !interruption.aborted && lacks.length === 0;
  // A file is about what it is about.
  if (!isOfFile && isWhole && unreached.length > 0) print(`not reached: ${unreached.join("; ")}`);
  for (const lack of lacks) print(`incomplete: ${lack}`);
  const state = interruption.aborted ? "interrupted: " : isWhole ? "" : "incomplete: ";
  print(
    `${state}${seeds} seeds, ${failed} failed, ${cells} of ${ofCells} cells seen, ` +
      `${reached.length} of ${reached.length + unreached.length} probes reached`,
  );
  if (isWhole) { for (const line of notSeenLines(sums.notSeen)) print(line); }
  return codeOf(results, interruption, lacks);
}

/** Leaves out each part of each failure of a folder. */
async function verifyMinimal(folder: string, campaign: Campaign): Promise<number> {
  const options = await optionsOf(campaign);
  let code = HOLDS;
  for (const [name, { subject, signature = "" }] of readBundles(folder)) {
    const { scenario, tape = [], recipe = [] } = subject;
    const story = readStory(scenario.source, scenario.file);
    const failing = { signature, story, tape, recipe, given: filesBeside(scenario) };
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
