/**
 * Cases of one scenario file as tests.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { nanosecondsAt } from "../../trace/time.ts";
import { openCases } from "../scenario/open_scenario.ts";
import { renderFailure, type ScenarioReport } from "../scenario/report.ts";
import { allowedMisses, judgedOf } from "../scenario/report_words.ts";
import { countOf } from "../scenario/tally.ts";
import { runOpened } from "../scenario/runner.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { type NextCommands, nextCommands } from "./again.ts";
import { readText } from "./input_files.ts";
import { type CaseResult, CASES_OF_A_JOB, type TestedCase, type TestJob, type TestJobResult } from "./test_job.ts";
import { isMeant, mayBeMeant, readFilter } from "./case_filter.ts";
import { told } from "./told_mistakes.ts";

/** Runs cases of a file, when all of its cases have been read. */
export function testFile(job: TestJob): TestJobResult {
  const { file, begin, tag, set } = job;
  const filter = readFilter(job.filter);
  const beganAt = performance.now();
  try {
    const chosen = openCases(readText(file), file, { set, only: (name) => isMeant(filter, file, name) })
      .filter(({ scenario }) => tag === undefined || scenario.tags?.includes(tag) === true);
    const results = chosen.slice(begin, begin + CASES_OF_A_JOB).map((opened) => testCase(opened, job));
    return { job, chosen: chosen.length, results };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Of a file that cannot be understood nobody knows the cases.
    const isTold = tag === undefined && mayBeMeant(filter, file);
    const bad: CaseResult = { type: "bad", file, message: told(error), milliseconds: performance.now() - beganAt };
    return { job, chosen: isTold ? 1 : 0, results: isTold ? [bad] : [] };
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
  const judged = countOf(judgedOf(verdicts));
  const nothing = judged === 0 && !holds;
  return {
    ...{ type: holds ? "ok" : "failed", file, case: report.case, name, seed, digest, judged },
    milliseconds,
    ...next,
    missesAllowed: countOf(allowedMisses(report)),
    failures: verdicts.filter((each) => !each.holds),
    story: nothing
      ? ["nothing was judged; expected a step that can fail, or allowNothing: true"]
      : [...renderFailure(report)],
    simulatedNanoseconds: nanosecondsAt(world.now, world.kernel.frequencyHz),
  };
}
