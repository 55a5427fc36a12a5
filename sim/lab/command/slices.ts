/**
 * A run in slices of real time, between which the program hears signals and
 * tells how far it is. The run itself is what it is without them: a slice ends
 * between two events, and the next one begins with the second.
 *
 * @module
 */

import type { Kernel } from "../../kernel/kernel.ts";
import { Interruption, type Outside, type OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import { type Course, nextLeg } from "../world/course.ts";

const SLICE_MILLISECONDS = 50;
/** Looking at the clock takes longer than many an event. */
const EVENTS_BETWEEN_LOOKS = 256;

/** A slice is over. */
class SliceEnd extends Error {}

/** Ends slices, and the run when the user wants that; events come from whoever is outside besides. */
export class Slices implements Outside {
  readonly #inner: Outside | undefined;
  readonly #wish: AbortSignal;
  #isOn = true;
  #left = EVENTS_BETWEEN_LOOKS;
  #beganAt = performance.now();

  /**
   * Slices of a run that has not begun.
   *
   * @param kernel Asks it from now on, and through it whom it has asked before.
   * @param wish The user's wish that the run ends.
   */
  constructor(kernel: Kernel, wish: AbortSignal) {
    this.#inner = kernel.outside;
    this.#wish = wish;
    kernel.outside = this;
  }

  /** The run is about to end by itself, in one piece. */
  end(): void {
    this.#isOn = false;
  }

  /**
   * What comes from outside.
   *
   * @throws {Interruption} The user has stopped the run; thrown once.
   */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    if (this.#isOn && --this.#left === 0) this.#look();
    return this.#inner?.next(now, cycle);
  }

  #look(): void {
    this.#left = EVENTS_BETWEEN_LOOKS;
    if (this.#wish.aborted) {
      this.#isOn = false;
      throw new Interruption();
    }
    if (performance.now() - this.#beganAt < SLICE_MILLISECONDS) return;
    throw new SliceEnd();
  }

  /**
   * Takes a course through to its end.
   *
   * @param between Told after each slice.
   */
  async takeThrough<T>(kernel: Kernel, course: Course<T>, between: () => void): Promise<T> {
    let step = course.next();
    while (step.done !== true) {
      try {
        step = nextLeg(kernel, course, step.value, (error) => error instanceof SliceEnd);
      } catch (error) {
        if (!(error instanceof SliceEnd)) throw error;
        between();
        await new Promise((resolve) => setTimeout(resolve, 0));
        this.#beganAt = performance.now();
      }
    }
    return step.value;
  }
}
