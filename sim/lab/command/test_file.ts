/**
 * Cases of one scenario file as tests.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { nanosecondsAt } from "../../trace/time.ts";
import { openCases } from "../scenario/open_scenario.ts";
import { renderFailure, type ScenarioReport, type Verdict } from "../scenario/report.ts";
import { allowedMisses } from "../scenario/report_words.ts";
import { runOpened } from "../scenario/runner.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { type NextCommands, nextCommands } from "./again.ts";
import { readText } from "./input_files.ts";
import { caseId } from "./scenario_files.ts";
import { told } from "./told_mistakes.ts";

/** How many cases of a file are one job. */
export const CASES_OF_A_JOB = 8;

/** Which cases are chosen. */
export interface TestChoice {
  /** Only cases whose file and name hold this text. */
  readonly filter: string;
  /** Only files with this word among their tags; all if `undefined`. */
  readonly tag: string | undefined;
  /** Parameters with other values than the files'. */
  readonly set: Readonly<Record<string, string>>;
}

/** Some cases of a file: from one of those that are chosen, so many at the most. */
export interface TestJob extends TestChoice {
  readonly file: string;
  readonly begin: number;
}

/** What came of a job. */
export interface TestJobResult {
  readonly job: TestJob;
  /** How many cases of the file are chosen. */
  readonly chosen: number;
  readonly results: readonly CaseResult[];
}

/** What came of a case, or of a file that has none because it cannot be understood. */
export type CaseResult =
  /** It cannot be understood, and was not run. */
  | { readonly type: "bad"; readonly file: string; readonly message: string; readonly milliseconds: number }
  | TestedCase;

/** What came of a case that was run. */
export interface TestedCase extends NextCommands {
  readonly type: "ok" | "failed";
  readonly file: string;
  /** What varies; empty if the file has one case only. */
  readonly case: string;
  /** The scenario's name. */
  readonly name: string;
  readonly seed: string;
  /** The digest of the trace. */
  readonly digest: string;
  /** How many expectations were judged. */
  readonly judged: number;
  /** Those that do not hold. */
  readonly failures: readonly Verdict[];
  /** What led to the first of them, as lines. */
  readonly story: readonly string[];
  /** How many faults did not happen, and need not have. */
  readonly missesAllowed: number;
  /** How long it took in the simulated world. */
  readonly simulatedNanoseconds: bigint;
  /** How long it took here. */
  readonly milliseconds: number;
}

/** Runs cases of a file, when all of its cases have been read. */
export function testFile(job: TestJob): TestJobResult {
  const { file, begin, filter, tag, set } = job;
  const beganAt = performance.now();
  try {
    const chosen = openCases(readText(file), file, { set, only: (name) => caseId(file, name).includes(filter) })
      .filter(({ scenario }) => tag === undefined || scenario.tags?.includes(tag) === true);
    const results = chosen.slice(begin, begin + CASES_OF_A_JOB).map((opened) => testCase(opened, job));
    return { job, chosen: chosen.length, results };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Of a file that cannot be understood nobody knows the cases.
    const isMeant = tag === undefined && (file.includes(filter) || filter.startsWith(file));
    const bad: CaseResult = { type: "bad", file, message: told(error), milliseconds: performance.now() - beganAt };
    return { job, chosen: isMeant ? 1 : 0, results: isMeant ? [bad] : [] };
  }
}

function testCase(opened: ScenarioFile, { file, set }: TestJob): CaseResult {
  const beganAt = performance.now();
  try {
    const report = runOpened(opened, { file });
    return tested(file, report, nextCommands({ opened, file, set }, report), performance.now() - beganAt);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { type: "bad", file, message: told(error), milliseconds: performance.now() - beganAt };
  }
}

function tested(file: string, report: ScenarioReport, next: NextCommands, milliseconds: number): TestedCase {
  const { name, seed, digest, verdicts, holds, world } = report;
  const nothing = verdicts.length === 0 && !holds;
  return {
    ...{ type: holds ? "ok" : "failed", file, case: report.case, name, seed, digest, judged: verdicts.length },
    milliseconds,
    ...next,
    missesAllowed: allowedMisses(report).length,
    failures: verdicts.filter((each) => !each.holds),
    story: nothing
      ? ["nothing was judged; expected a step that can fail, or allowNothing: true"]
      : [...renderFailure(report)],
    simulatedNanoseconds: nanosecondsAt(world.now, world.kernel.frequencyHz),
  };
}
