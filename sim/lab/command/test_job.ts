/**
 * What workers of `hbasim test` are sent, and what they answer.
 *
 * @module
 */

import type { Verdict } from "../scenario/report.ts";
import type { NextCommands } from "./again.ts";

/** How many cases of a file are one job. */
export const CASES_OF_A_JOB = 8;

/** Which cases are chosen. */
export interface TestChoice {
  /** Which cases, as `--filter` says it; all if empty. */
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
  /** The only cases of the file that are meant, if some are named. */
  readonly names?: readonly string[];
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
  /** The file of its report for a browser, if one was asked for. */
  readonly page?: string;
}
