/**
 * What a failure is called, so that runs which fail in the same way are told
 * from others.
 *
 * @module
 */

import type { Verdict } from "../../scenario/report.ts";

/** Moments, lengths of time and counts of cycles differ from run to run of one bug. */
const VARYING = /\bc\d+\.s\d+\b|\b\d+(\.\d+)? ?(ns|us|ms|s|min|h|cycles)\b/g;

/** The first verdict that does not hold, without what varies; `undefined` if all hold. */
export function failureSignature(verdicts: readonly Verdict[]): string | undefined {
  const failed = verdicts.find(({ holds }) => !holds);
  if (failed === undefined) return undefined;
  const { step, expected, actual } = failed;
  return `${step}: expected ${expected}, but found ${actual}`.replaceAll(VARYING, "…");
}
