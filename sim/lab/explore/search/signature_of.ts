/**
 * What a failure is called.
 *
 * @module
 */

import type { Outcome } from "../execute.ts";

/** How verdicts of the oracle are called. */
export const ORACLE = "oracle";

/** Names, fingerprints, statuses and figures differ from run to run of one bug. */
const VARYING = /\b(hba\d+|[0-9a-f]{8,}|\d+(\.\d+){3}|\d+)\b/g;

/** A step of values is told with its place in them; in a file that is a line, and not part of what it is called. */
const PLACE = /^(steps|invariants|faults)\[\S* /;

/** A failure in short, of an outcome that has one: the rule that is broken first, or the expectation that does not hold, and how. */
export function signatureOf({ verdicts, signature }: Pick<Outcome, "verdicts" | "signature">): string | undefined {
  const broken = verdicts.find(({ holds, step }) => !holds && step === ORACLE);
  if (broken === undefined) return signature?.replace(PLACE, "").replaceAll(VARYING, "…");
  return `${broken.expected}: ${broken.actual}`.replaceAll(VARYING, "…");
}
