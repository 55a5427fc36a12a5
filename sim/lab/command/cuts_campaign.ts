/**
 * The power-cut campaign on several threads, with its progress on standard
 * error.
 *
 * @module
 */

import process from "node:process";
import { CampaignReport } from "../explore/cuts/campaign_report.ts";
import { type CampaignJob, type JobResult, shrinkTrial } from "../explore/cuts/cut_campaign.ts";
import { moduleJobs, tierJobs, type TierName } from "../explore/cuts/cut_tiers.ts";
import type { Violation } from "../explore/cuts/cut_trial.ts";
import { campaignOf, explainCut, sealsValues } from "../explore/cuts/module_campaign.ts";
import { parseTrial } from "../explore/cuts/trial_name.ts";
import type { ForeignModuleSource } from "../foreign/foreign_program.ts";
import { FAILS, HOLDS } from "./command.ts";
import { fitting } from "./fitting.ts";
import { interruptedCode, listenForInterruption } from "./interruption.ts";
import { print } from "./terminal.ts";
import { runOnWorkers } from "./worker_pool.ts";

const SHOWN_VIOLATIONS = 20;
/** A log gets a line of progress after a second, and then each so many seconds. */
const LOG_SECONDS = 30;

/** How a campaign is run and told. */
export interface CampaignGiven {
  readonly tier: TierName;
  readonly workers: number;
  /** The store under test; hbasim's own by default. */
  readonly module: ForeignModuleSource | undefined;
  /** As one JSON document, with all violations. */
  readonly json: boolean;
  /** Whether lines of the table stay as long as they are on a terminal, too. */
  readonly wide: true | undefined;
}

/** What a worker is sent. */
export interface CutsJob {
  readonly job: CampaignJob;
  /** The store under test; hbasim's own by default. */
  readonly module?: ForeignModuleSource;
}

/** Runs a tier, prints what it finds, and returns the exit code. */
export async function cutsCampaign({ tier, workers, module, json, wide }: CampaignGiven): Promise<number> {
  const jobs = module === undefined ? tierJobs(tier) : moduleJobs(tier);
  const startedAt = performance.now();
  const report = new CampaignReport(jobs);
  const endProgress = showProgress(report, workers);
  const interruption = listenForInterruption();
  let results: readonly JobResult[];
  try {
    results = await runOnWorkers<CutsJob, JobResult>({
      module: new URL("./cuts_worker.ts", import.meta.url),
      jobs: jobs.map((job) => ({ job, ...(module === undefined ? {} : { module }) })),
      workers,
      finished: (result, { job: { kind } }, seconds) => report.add(kind, result, seconds),
      interruption: interruption.signal,
    });
  } finally {
    interruption.close();
    endProgress();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const violations = results.flatMap((result) => result.violations);
  const interrupted = results.length < jobs.length;
  const code = interrupted ? interruptedCode(interruption.signal) : violations.length === 0 ? HOLDS : FAILS;
  if (json) {
    const { trials } = report;
    const smallest = module === undefined ? [] : smallestOf(violations, module);
    const ended = { ...(interrupted ? { interrupted } : {}), trials, kinds: report.kinds(), violations };
    const found = { tier, workers, seconds, ...ended };
    print(
      JSON.stringify(
        { ...found, ...(module === undefined ? {} : { smallest, seals: sealsValues(module) }) },
        undefined,
        2,
      ),
    );
    return code;
  }
  const fit = fitting(wide);
  for (const line of report.table()) print(fit(line));
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) print(describeViolation(violation));
  if (module !== undefined) {
    for (const each of smallestOf(violations, module)) print(`smallest: ${describeViolation(each)}\n  ${each.story}`);
  }
  if (module !== undefined && !sealsValues(module)) {
    print(
      "it never calls hba_seal: values were looked for on flash as they were given, and what it makes of them was not",
    );
  }
  const { trials } = report;
  const rate = Math.round(trials / seconds);
  print(
    `${interrupted ? `interrupted: ${results.length} of ${jobs.length} jobs of the ` : ""}${tier} tier: ${
      trials.toLocaleString("en")
    } trials, ${violations.length} violations, ` +
      `${seconds.toFixed(1)} s, ${rate.toLocaleString("en")} trials a second on ${workers} workers`,
  );
  return code;
}

/** A violation in one line: the trial's name first, by which it can be had again. */
export function describeViolation({ trial, rule, detail }: Violation): string {
  return `${trial}: ${rule} (${detail})`;
}

/** The first violation with the shortest history that leads to it, and where power went; none if there is none. */
function smallestOf(
  [first]: readonly Violation[],
  module: ForeignModuleSource,
): readonly (Violation & { readonly story: string })[] {
  if (first === undefined) return [];
  const smallest = shrinkTrial(first, campaignOf(module));
  return [{ ...smallest, story: explainCut(parseTrial(smallest.trial), module) }];
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
