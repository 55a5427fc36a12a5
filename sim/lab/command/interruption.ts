/**
 * Ctrl-C, and the signals that end programs elsewhere, as something that work
 * can notice, so that what has come of it is told and written.
 *
 * @module
 */

import process from "node:process";

/** The signals that ask for an end, and what a shell says of a program that they have ended. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type EndingSignal = keyof typeof CODES;

const SIGNALS = Object.keys(CODES) as readonly EndingSignal[];

/** The user's wish that work ends. */
export interface InterruptionWish {
  /** Whether it was uttered. */
  readonly signal: AbortSignal;
  /** Hears no more of it: from then on a signal ends the process. */
  close(): void;
}

/** Listens for Ctrl-C, SIGTERM and SIGHUP. The second of a kind ends the process, as if nobody listened. */
export function listenForInterruption(): InterruptionWish {
  const controller = new AbortController();
  const abort = (name: string) => controller.abort(name);
  for (const name of SIGNALS) process.once(name, abort);
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, abort);
    },
  };
}

/** The exit code of what is not whole because something was interrupted elsewhere, or is missing. */
export const INCOMPLETE: number = CODES.SIGINT;

/** The exit code of what a wish has ended: that of its signal. */
export function interruptedCode({ reason }: AbortSignal): number {
  const name = SIGNALS.find((each) => each === reason) ?? "SIGINT";
  return CODES[name];
}

/** Whether an exit code says that a signal has ended the work. */
export function saysInterrupted(code: number): boolean {
  return Object.values<number>(CODES).includes(code);
}
