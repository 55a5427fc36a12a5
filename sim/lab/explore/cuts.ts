/**
 * The command of the power-cut campaign.
 *
 * ```sh
 * deno run --allow-read sim/lab/explore/cuts.ts                      # commit tier
 * deno run --allow-read sim/lab/explore/cuts.ts --tier nightly
 * deno run --allow-read sim/lab/explore/cuts.ts --replay 1:56:33:w   # one trial again
 * deno run --allow-read sim/lab/explore/cuts.ts --rules              # what each rule of the mount is for
 * ```
 *
 * Exit code 0: nothing was found; 1: the oracle did not allow something; 2: the
 * command was not understood.
 *
 * @module
 */

import { MOUNT_RULES } from "../../../firmware/nvram/mount_rules.ts";
import { type CampaignJob, type JobResult, replayTrial } from "./cut_campaign.ts";
import type { Violation } from "./cut_trial.ts";
import { tierJobs, type TierName } from "./cut_tiers.ts";
import type { WorkerAnswer, WorkerRequest } from "./cuts_worker.ts";
import { firstFailure } from "./rule_table.ts";
import { parseTrial, TrialNameError } from "./trial_name.ts";

const DEFAULT_WORKERS = 2;
const SHOWN_VIOLATIONS = 20;

interface Arguments {
  tier: TierName;
  workers: number;
  replay: string | undefined;
  rules: boolean;
}

const USAGE = "usage: cuts.ts [--tier commit|nightly] [--workers 1..64] [--replay TRIAL] [--rules]";

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
    if (name === "--tier" && (value === "commit" || value === "nightly")) result.tier = value;
    else if (name === "--workers" && /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 64) {
      result.workers = Number(value);
    } else if (name === "--replay") result.replay = value;
    else return `${name} ${value}: not understood`;
  }
  return result;
}

/** Runs jobs on workers; results come in the order of the jobs. */
function runJobs(jobs: readonly CampaignJob[], workers: number): Promise<readonly JobResult[]> {
  return new Promise((resolve, reject) => {
    const results: JobResult[] = [];
    let next = 0;
    let finished = 0;
    const started = Array.from({ length: Math.min(workers, jobs.length) }, () => {
      const worker = new Worker(new URL("./cuts_worker.ts", import.meta.url), { type: "module" });
      const give = () => {
        const job = jobs[next];
        if (job !== undefined) worker.postMessage({ index: next, job } satisfies WorkerRequest);
        next++;
      };
      worker.onmessage = ({ data: { index, result } }: MessageEvent<WorkerAnswer>) => {
        results[index] = result;
        finished++;
        give();
        if (finished < jobs.length) return;
        for (const each of started) each.terminate();
        resolve(results);
      };
      worker.onerror = (event) => {
        for (const each of started) each.terminate();
        reject(new Error(event.message));
      };
      give();
      return worker;
    });
  });
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
  const results = await runJobs(jobs, workers);
  const seconds = (performance.now() - startedAt) / 1000;
  const byKind = new Map<string, number>();
  let trials = 0;
  const violations: Violation[] = [];
  results.forEach((result, index) => {
    const kind = jobs[index]?.kind ?? "";
    byKind.set(kind, (byKind.get(kind) ?? 0) + result.trials);
    trials += result.trials;
    violations.push(...result.violations);
  });
  for (const [kind, count] of byKind) console.log(`${kind.padEnd(12)} ${count.toLocaleString("en").padStart(12)}`);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) console.log(describe(violation));
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

async function main(texts: readonly string[]): Promise<number> {
  const parsed = parseArguments(texts);
  if (typeof parsed === "string") {
    console.error(`${parsed}\n${USAGE}`);
    return 2;
  }
  if (parsed.replay !== undefined) return replay(parsed.replay);
  if (parsed.rules) return rules();
  return await campaign(parsed.tier, parsed.workers);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
