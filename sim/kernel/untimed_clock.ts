/**
 * Time without a queue: for code that runs alone, such as a recovery campaign
 * over a flash part, where nothing else could happen in between.
 *
 * @module
 */

import { given } from "./given.ts";
import type { Clock, Cycle, Cycles, Task } from "./task.ts";

/** A task that has come to its end: whoever waits for it goes on at once. */
const OVER: Task = over();
OVER.next();

function* over(): Task {}

/** A clock on which sleeping only adds to {@linkcode UntimedClock.now}; no task is ever suspended. */
export class UntimedClock implements Clock {
  /** Frequency in cycles per second. */
  readonly frequencyHz: number;
  /** The sum of all that was slept, in cycles. */
  now: Cycle = 0;

  /**
   * Made with:
   *
   * @param frequencyHz Whole cycles per second.
   */
  constructor(frequencyHz = 250_000_000) {
    this.frequencyHz = frequencyHz;
  }

  /**
   * Adds `cycles` to the time and goes on at once.
   *
   * @throws {RangeError} `cycles` is no whole number above or equal to 0, or leads beyond cycle 2^53 - 1.
   */
  sleep(cycles: Cycles): Task {
    const now = typeof cycles === "number" ? this.now + cycles : NaN;
    if (!(Number.isSafeInteger(now) && cycles >= 0)) {
      throw new RangeError(`Cannot wait ${given(cycles)} cycles: expected a whole number, 0 or more`);
    }
    this.now = now;
    return OVER;
  }
}

/**
 * Runs a task that never suspends to its end.
 *
 * @throws {Error} The task suspended, so it needs a kernel to run in.
 */
export function runToEnd<T>(task: Task<T>): T {
  const step = task.next();
  if (step.done !== true) {
    throw new Error(
      "The task suspended: run it in a Kernel, or give it an UntimedClock",
    );
  }
  return step.value;
}
