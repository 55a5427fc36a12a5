/**
 * Cases of one scenario file as tests.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { nanosecondsAt } from "../../trace/time.ts";
import { isSameCase, openCases } from "../scenario/open_scenario.ts";
import { renderFailure, type ScenarioReport } from "../scenario/report.ts";
import { allowedMisses, judgedOf } from "../scenario/report_words.ts";
import { countOf } from "../scenario/tally.ts";
import { runOpened } from "../scenario/runner.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { commandAgain, type NextCommands, nextCommands, type RunCase } from "./again.ts";
import { filesBeside, readText } from "./input_files.ts";
import { type CaseResult, CASES_OF_A_JOB, type TestedCase, type TestJob, type TestJobResult } from "./test_job.ts";
import { refuseNoCase } from "./scenario_files.ts";
import { isMeant, mayBeMeant, readFilter } from "./case_filter.ts";
import { told } from "./told_mistakes.ts";

/** Reads the chosen cases of files, and keeps those of the last: a file's jobs come one after the other. */
export class ChosenCases {
  #kept: { readonly key: string; readonly cases: readonly ScenarioFile[] } | undefined;
  readonly #open: typeof openCases;

  /** @param open Opens the cases of a file. */
  constructor(open: typeof openCases = openCases) {
    this.#open = open;
  }

  /**
   * The cases that a job is about, with those of the file's other jobs.
   *
   * @throws {InputError} The file cannot be read or understood.
   */
  of({ file, filter, tag, set, names }: TestJob): readonly ScenarioFile[] {
    const key = JSON.stringify([file, filter, tag, set, names]);
    if (this.#kept?.key === key) return this.#kept.cases;
    this.#kept = undefined;
    const meant = readFilter(filter);
    const [source, readFile] = [readText(file), filesBeside(file)];
    const all: string[] = [];
    const only = (name: string) => {
      all.push(name);
      return isMeant(meant, file, name) && names?.some((each) => isSameCase(name, each)) !== false;
    };
    const opened = this.#open(source, file, { set, only, readFile });
    const unknown = names?.find((name) => !all.some((each) => isSameCase(each, name)));
    if (unknown !== undefined) refuseNoCase(source, file, { set, readFile, name: unknown });
    const cases = opened
      .filter(({ scenario }) => tag === undefined || scenario.tags?.includes(tag) === true);
    this.#kept = { key, cases };
    return cases;
  }
}

/**
 * Runs cases of a file, when all of its cases have been read. Nothing that is thrown in one of them, or while they are
 * read, leaves it: the other cases, and the other files, run on.
 *
 * @param run Runs a case.
 * @param cases Reads them, or has read them for another job.
 */
export function testFile(
  job: TestJob,
  run: typeof runOpened = runOpened,
  cases: ChosenCases = new ChosenCases(),
): TestJobResult {
  const { file, begin, tag } = job;
  const beganAt = performance.now();
  try {
    const chosen = cases.of(job);
    const results = chosen.slice(begin, begin + CASES_OF_A_JOB).map((opened) => testCase(opened, job, run));
    return { job, chosen: chosen.length, results };
  } catch (error) {
    // Of a file that cannot be understood nobody knows the cases.
    const isTold = tag === undefined && mayBeMeant(readFilter(job.filter), file);
    const bad: CaseResult = { type: "bad", file, message: wordsOf(error), milliseconds: performance.now() - beganAt };
    return { job, chosen: isTold ? 1 : 0, results: isTold ? [bad] : [] };
  }
}

function testCase(opened: ScenarioFile, { file, set }: TestJob, run: typeof runOpened): CaseResult {
  const beganAt = performance.now();
  try {
    const report = run(opened, { file });
    return tested(file, report, nextCommands({ opened, file, set }, report), performance.now() - beganAt);
  } catch (error) {
    const milliseconds = performance.now() - beganAt;
    if (error instanceof InputError) return { type: "bad", file, message: told(error), milliseconds };
    return crashed({ opened, file, set }, error, milliseconds);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof InputError) return told(error);
  return `the simulator has failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

/** A case in which something was thrown that nobody foresaw has failed: how far it came is not known. */
function crashed(run: RunCase & { readonly opened: ScenarioFile }, error: unknown, milliseconds: number): TestedCase {
  const { opened: { scenario, case: varied }, file } = run;
  return {
    ...{ type: "failed", file, case: varied, name: scenario.name, seed: scenario.seed ?? "1", digest: "", judged: 0 },
    milliseconds,
    again: commandAgain(run),
    missesAllowed: 0,
    failures: [],
    story: [wordsOf(error)],
    simulatedNanoseconds: 0n,
  };
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
