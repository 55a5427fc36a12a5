/**
 * Runs in legs: whoever takes one through lets the kernel run each leg, and
 * may stop in the middle of one and go on later.
 *
 * @module
 */

import type { Kernel } from "../../kernel/kernel.ts";
import type { Process } from "../../kernel/process.ts";
import type { RunOutcome, Standstill } from "../../kernel/run_outcome.ts";
import type { Cycle, Cycles, Task } from "../../kernel/task.ts";

/** Long enough for a driver to notice that its adapter has got power or was reset. */
export const SETTLE_NANOSECONDS = 10_000_000;

/** A task did not come to its end because nothing can run any more, or its time was up. */
export class StandstillError extends Error {
  /** Who waits for what. */
  readonly waiting: readonly Standstill[];

  /**
   * Says who waits for what.
   *
   * @param task The task that did not end.
   * @param reason Why the run stopped.
   * @param waiting Who waits for what.
   */
  constructor(task: string, reason: string, waiting: readonly Standstill[]) {
    const list = waiting.map(({ process, waitingFor }) => `${process} waits for ${waitingFor}`).join("; ");
    super(`${task} did not come to its end: ${reason}${list === "" ? "" : ` (${list})`}`);
    this.name = "StandstillError";
    this.waiting = waiting;
  }
}

/** A stretch of a run. */
export interface Leg {
  /** Ends it when it is over; `undefined` if the cycle alone counts. */
  readonly goal: Process<unknown> | undefined;
  /** The last cycle that belongs to it, or `Infinity`. */
  readonly limitCycle: Cycle;
}

/** A run in legs: is told how each has ended, or what was thrown in it. */
export type Course<T> = Generator<Leg, T, RunOutcome>;

/** Lets the kernel run a leg, or the rest of one that was stopped. */
function runLeg(kernel: Kernel, { goal, limitCycle }: Leg): RunOutcome {
  return goal === undefined ? kernel.run(limitCycle) : kernel.runUntil(goal, limitCycle);
}

/** Takes a course through to its end. */
export function takeThrough<T>(kernel: Kernel, course: Course<T>): T {
  let step = course.next();
  while (step.done !== true) step = nextLeg(kernel, course, step.value);
  return step.value;
}

/**
 * Runs a leg, and asks the course for the next. What is thrown in a leg is thrown where the course waits for it.
 *
 * @param isPause Whether what is thrown only leaves the leg, which goes on when it is run again: the course hears nothing.
 */
export function nextLeg<T>(
  kernel: Kernel,
  course: Course<T>,
  leg: Leg,
  isPause: (error: unknown) => boolean = () => false,
): IteratorResult<Leg, T> {
  let outcome: RunOutcome;
  try {
    outcome = runLeg(kernel, leg);
  } catch (error) {
    if (isPause(error)) throw error;
    return course.throw(error);
  }
  return course.next(outcome);
}

/** How far a task may go. */
interface Limits {
  readonly limitCycle: Cycle;
  readonly limitCycles: Cycles;
  readonly standstill: () => readonly Standstill[];
}

/**
 * Runs a task to its end.
 *
 * @param limits The last cycle that it may reach, `limitCycles` of them from now; and who waits for what then.
 * @throws {StandstillError} Nothing can run any more, or the limit has passed.
 */
export function* running<T>(kernel: Kernel, task: Task<T>, { limitCycle, limitCycles, standstill }: Limits): Course<T> {
  const process: Process<T> = kernel.spawn("scenario", task);
  const outcome = yield { goal: process as Process<unknown>, limitCycle };
  if (outcome.type === "idle") throw new StandstillError("The task", "nothing can run any more", standstill());
  if (outcome.type === "limit") {
    throw new StandstillError("The task", `${limitCycles} cycles have passed`, standstill());
  }
  return process.result;
}
