/**
 * Ctrl-C as something that work can notice, so that what has come of it is
 * told and written.
 *
 * @module
 */

import process from "node:process";

/** The user's wish that work ends. */
export interface InterruptionWish {
  /** Whether it was uttered. */
  readonly signal: AbortSignal;
  /** Hears no more of it: from then on Ctrl-C ends the process. */
  close(): void;
}

/** Listens for Ctrl-C. The second one ends the process, as if nobody listened. */
export function listenForInterruption(): InterruptionWish {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once("SIGINT", abort);
  return { signal: controller.signal, close: () => void process.off("SIGINT", abort) };
}
