/**
 * Where failures become inevitable, and where the damage was done. Prints a
 * table: `deno run -A inevitable_table.ts`.
 *
 * @module
 */

import { inevitable } from "../../../../sim/lab/explore/certify/inevitable.ts";
import { culpritOf, type KnownFailure, knownFailures } from "./inevitable_bugs.ts";
import { runTrial } from "../../../../sim/lab/explore/search/trial.ts";

/** What is found of a failing run, beside what is known of it. */
export function found({ what, subject, options }: KnownFailure, forks = 12) {
  const result = inevitable(subject, { ...options, forks });
  const { outcome } = runTrial(subject, options);
  const culprit = culpritOf(outcome.world.recorder.events());
  const { knee, events = 1, executions = 0 } = result ?? {};
  const share = knee === undefined ? 1 : (knee.to - knee.from) / events;
  const isInside = knee !== undefined && culprit >= knee.from && culprit <= knee.to;
  return { what, events, knee, culprit, share, isInside, executions, result };
}

if (import.meta.main) {
  for (const known of knownFailures()) {
    const { what, events, knee, culprit, share, isInside, executions } = found(known);
    const window = knee === undefined ? "from the beginning" : `${knee.from} to ${knee.to}`;
    console.log(
      `| ${what} | ${events} | ${window} | ${culprit} | ${(share * 100).toFixed(1)} % | ${isInside} | ${executions} |`,
    );
  }
}
