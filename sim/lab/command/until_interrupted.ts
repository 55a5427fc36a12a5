/**
 * Work that consists of runs, until its end or the user's wish.
 *
 * @module
 */

import type { ByRuns } from "../explore/certify/by_runs.ts";
import { interruptedCode, listenForInterruption } from "./interruption.ts";
import { RunsProgress } from "./progress.ts";

/** After so long without one the program hears signals. */
const SLICE_MILLISECONDS = 50;

/** What has come of the whole, or until somebody wished an end, with the exit code of that. */
export type Done<Whole, SoFar> =
  | { readonly isWhole: true; readonly result: Whole }
  | { readonly isWhole: false; readonly result: SoFar; readonly code: number };

/** Does the work a run at a time; the one that is under way when the user wishes an end is the last. */
export async function untilInterrupted<Whole, SoFar>(work: ByRuns<Whole, SoFar>): Promise<Done<Whole, SoFar>> {
  const { signal, close } = listenForInterruption();
  const progress = new RunsProgress();
  try {
    let heardAt = performance.now();
    for (;;) {
      const step = work.next();
      if (step.done === true) return { isWhole: true, result: step.value };
      progress.ran();
      if (performance.now() - heardAt < SLICE_MILLISECONDS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal.aborted) return { isWhole: false, result: step.value(), code: interruptedCode(signal) };
      heardAt = performance.now();
    }
  } finally {
    progress.end();
    close();
  }
}
