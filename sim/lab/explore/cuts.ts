/**
 * The power-cut campaign as a command.
 *
 * ```sh
 * hbasim cuts                      # commit tier
 * hbasim cuts --tier quick
 * hbasim cuts --tier nightly
 * hbasim cuts --replay 1:56:33:w   # one trial again
 * hbasim cuts --rules              # what each rule of the mount is for
 * ```
 *
 * Exit code 0: nothing was found; 1: the oracle did not allow something; 2: the
 * command was not understood.
 *
 * @module
 */

import process from "node:process";
import { Worker } from "node:worker_threads";
import { MOUNT_RULES } from "../../../firmware/nvram/mount_rules.ts";
import { CampaignReport } from "./campaign_report.ts";
import { type CampaignJob, type JobResult, replayTrial } from "./cut_campaign.ts";
import type { Violation } from "./cut_trial.ts";
import { isTierName, tierJobs, type TierName } from "./cut_tiers.ts";
import type { WorkerAnswer, WorkerRequest } from "./cuts_worker.ts";
import { firstFailure } from "./rule_table.ts";
import { parseTrial, TrialNameError } from "./trial_name.ts";

const DEFAULT_WORKERS = 2;
const SHOWN_VIOLATIONS = 20;
/** A log gets a line of progress after a second, and then each so many seconds. */
const LOG_SECONDS = 30;

interface Arguments {
  tier: TierName;
  workers: number;
  replay: string | undefined;
  rules: boolean;
}

/** The options, one a line. */
const CUTS_USAGE: readonly string[] = [
  "--tier quick|commit|nightly  how much is tried; commit by default",
  "--workers 1..64              on how many threads; 2 by default",
  "--replay TRIAL               one trial again, by the name that a finding has",
  "--rules                      which trial fails first without each rule of the mount",
];

function parseArguments(texts: readonly string[]): Arguments | string {
  const result: Arguments = { tier: "commit", workers: DEFAULT_WORKERS, replay: undefined, rules: false };
  for (let index = 0; index < texts.length; index++) {
    const name = texts[index];
    if (name === "--rules") {
      result.rules = true;
      continue;
    }
    const value = texts[++index];
    if (value === undefined) return `${name}: unknown, or its value is missing`;
    if (name === "--tier" && isTierName(value)) result.tier = value;
    else if (name === "--workers" && /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 64) {
      result.workers = Number(value);
    } else if (name === "--replay") result.replay = value;
    else return `${name} ${value}: not understood`;
  }
  return result;
}

/** Runs jobs on workers; results come in the order of the jobs. */
function runJobs(
  jobs: readonly CampaignJob[],
  workers: number,
  finished: (job: CampaignJob, result: JobResult, seconds: number) => void,
): Promise<readonly JobResult[]> {
  return new Promise((resolve, reject) => {
    const results: JobResult[] = [];
    let next = 0;
    let done = 0;
    const started = Array.from({ length: Math.min(workers, jobs.length) }, () => {
      const worker = new Worker(new URL("./cuts_worker.ts", import.meta.url));
      let givenAt = 0;
      const give = () => {
        const job = jobs[next];
        givenAt = performance.now();
        if (job !== undefined) worker.postMessage({ index: next, job } satisfies WorkerRequest);
        next++;
      };
      worker.on("message", ({ index, result }: WorkerAnswer) => {
        results[index] = result;
        done++;
        finished(jobs[index] as CampaignJob, result, (performance.now() - givenAt) / 1000);
        give();
        if (done < jobs.length) return;
        for (const each of started) each.terminate();
        resolve(results);
      });
      worker.on("error", (error) => {
        for (const each of started) each.terminate();
        reject(error);
      });
      give();
      return worker;
    });
  });
}

/** Shows each second on standard error how things stand. */
function showProgress(report: CampaignReport, workers: number): () => void {
  const startedAt = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  let shown = 0;
  const show = () => {
    if (!isTerminal && shown++ % LOG_SECONDS !== 0) return;
    const line = report.progress((performance.now() - startedAt) / 1000, workers);
    process.stderr.write(isTerminal ? `\r${line}\x1b[K` : `${line}\n`);
  };
  const timer = setInterval(show, 1000);
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stderr.write("\r\x1b[K");
  };
}

function describe(violation: Violation): string {
  return `${violation.trial}: ${violation.rule} (${violation.detail})`;
}

function replay(name: string): number {
  try {
    const violation = replayTrial(parseTrial(name));
    console.log(violation === undefined ? `${name}: nothing to object` : describe(violation));
    return violation === undefined ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TrialNameError)) throw error;
    console.error(error.message);
    return 2;
  }
}

async function campaign(tier: TierName, workers: number): Promise<number> {
  const jobs = tierJobs(tier);
  const startedAt = performance.now();
  const report = new CampaignReport(jobs);
  const endProgress = showProgress(report, workers);
  let results: readonly JobResult[];
  try {
    results = await runJobs(jobs, workers, ({ kind }, result, seconds) => report.add(kind, result, seconds));
  } finally {
    endProgress();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  for (const line of report.table()) console.log(line);
  const violations = results.flatMap((result) => result.violations);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) console.log(describe(violation));
  const { trials } = report;
  const rate = Math.round(trials / seconds);
  console.log(
    `${tier} tier: ${trials.toLocaleString("en")} trials, ${violations.length} violations, ` +
      `${seconds.toFixed(1)} s, ${rate.toLocaleString("en")} trials a second on ${workers} workers`,
  );
  return violations.length === 0 ? 0 : 1;
}

function rules(): number {
  let survivors = 0;
  for (const rule of MOUNT_RULES) {
    const found = firstFailure(rule);
    if (found === undefined) survivors++;
    console.log(`${rule.padEnd(20)} ${found === undefined ? "NOT CAUGHT" : `${found.trial.padEnd(22)} ${found.rule}`}`);
  }
  return survivors === 0 ? 0 : 1;
}

/**
 * Runs the command; what it finds goes to the console.
 *
 * @param texts Its arguments.
 * @returns Its exit code: 0, 1 or 2.
 */
export async function cuts(texts: readonly string[]): Promise<number> {
  const parsed = parseArguments(texts);
  if (typeof parsed === "string") {
    console.error(`hbasim cuts: ${parsed}; the options are\n${CUTS_USAGE.join("\n")}`);
    return 2;
  }
  if (parsed.replay !== undefined) return replay(parsed.replay);
  if (parsed.rules) return rules();
  return await campaign(parsed.tier, parsed.workers);
}
