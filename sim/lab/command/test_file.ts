/**
 * One scenario file as a test.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { nanosecondsAt } from "../../trace/time.ts";
import { renderFailure, type ScenarioReport, type Verdict } from "../scenario/report.ts";
import { runScenarioText } from "../scenario/runner.ts";
import { readText } from "./input_files.ts";

/** What came of a file. */
export type FileResult =
  /** It cannot be understood, and was not run. */
  | { readonly type: "bad"; readonly file: string; readonly message: string; readonly milliseconds: number }
  | TestedFile;

/** What came of a file that was run. */
export interface TestedFile {
  readonly type: "ok" | "failed";
  readonly file: string;
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
  /** How long it took in the simulated world. */
  readonly simulatedNanoseconds: bigint;
  /** How long it took here. */
  readonly milliseconds: number;
}

/** Runs a file. */
export function testFile(file: string): FileResult {
  const begin = performance.now();
  try {
    const report = runScenarioText(readText(file), file);
    return tested(file, report, performance.now() - begin);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { type: "bad", file, message: error.message, milliseconds: performance.now() - begin };
  }
}

function tested(file: string, report: ScenarioReport, milliseconds: number): TestedFile {
  const { name, seed, digest, verdicts, holds, world } = report;
  const nothing = verdicts.length === 0 && !holds;
  return {
    ...{ type: holds ? "ok" : "failed", file, name, seed, digest, judged: verdicts.length, milliseconds },
    failures: verdicts.filter((each) => !each.holds),
    story: nothing
      ? ["nothing was judged; expected a step that can fail, or allowNothing: true"]
      : [...renderFailure(report)],
    simulatedNanoseconds: nanosecondsAt(world.now, world.kernel.frequencyHz),
  };
}
