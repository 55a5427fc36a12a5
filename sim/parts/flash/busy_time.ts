/**
 * The time that an operation takes in the part, with interruptions.
 *
 * @module
 */

import type { Cycle, Cycles } from "../../kernel/task.ts";

/** The time of one operation. */
export class BusyTime {
  /** How long it takes without interruption. */
  readonly cycles: Cycles;
  /** How much of it had been done when it went on last. */
  #doneBefore: Cycles = 0;
  #goesOnSince: Cycle | undefined;

  /**
   * It begins.
   *
   * @param cycles How long it takes.
   * @param now When it begins.
   */
  constructor(cycles: Cycles, now: Cycle) {
    this.cycles = cycles;
    this.#goesOnSince = now;
  }

  /** Whether it stands still. */
  get isSuspended(): boolean {
    return this.#goesOnSince === undefined;
  }

  /** How much of it is done. */
  done(now: Cycle): Cycles {
    return this.#doneBefore + (this.#goesOnSince === undefined ? 0 : now - this.#goesOnSince);
  }

  /** How much of it is still to come. */
  left(now: Cycle): Cycles {
    return Math.max(0, this.cycles - this.done(now));
  }

  /** It stands still. */
  suspend(now: Cycle): void {
    this.#doneBefore = this.done(now);
    this.#goesOnSince = undefined;
  }

  /**
   * It goes on.
   *
   * @param step What is done in steps of so many cycles begins its last, unfinished one anew.
   */
  resume(now: Cycle, step: Cycles): void {
    this.#doneBefore -= this.#doneBefore % step;
    this.#goesOnSince = now;
  }
}
