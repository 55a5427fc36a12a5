/**
 * A processor core for which processes compete by priority.
 *
 * Preemptive: a process of better priority takes the core at once, and the one
 * it displaced goes on afterwards where it stopped. Among equals, first come
 * first served; there is no time slicing.
 *
 * @module
 */

import { given } from "./given.ts";
import type { Kernel, Timer } from "./kernel.ts";
import type { Process, Waitable } from "./process.ts";
import type { Cycle, Cycles, Task } from "./task.ts";

interface Burst {
  readonly process: Process<unknown>;
  remainingCycles: Cycles;
}

/** One core. */
export class Core implements Waitable {
  /** The name in standstill reports. */
  readonly name: string;
  readonly #kernel: Kernel;
  readonly #waiting: Burst[] = [];
  #running: Burst | undefined = undefined;
  #startedAt: Cycle = 0;
  #timer: Timer | undefined = undefined;
  #busyCycles: Cycles = 0;

  /**
   * Made with:
   *
   * @param name For standstill reports.
   */
  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.name = name;
  }

  /** How many cycles the core has worked. */
  get busyCycles(): Cycles {
    return this.#busyCycles +
      (this.#running === undefined ? 0 : this.#kernel.now - this.#startedAt);
  }

  /**
   * Works for the running process.
   *
   * @param cycles Whole cycles of work, 0 or more; the time that passes is longer when others are served before.
   * @throws {RangeError} `cycles` is not that.
   */
  *spend(cycles: Cycles): Task {
    if (!(Number.isSafeInteger(cycles) && cycles >= 0)) {
      throw new RangeError(`Cannot spend ${given(cycles)} cycles: expected a whole number, 0 or more`);
    }
    if (cycles === 0) return;
    const { current: process, cause } = this.#kernel;
    const burst = { process, remainingCycles: cycles };
    if (this.#running === undefined) {
      this.#start(burst);
    } else if (process.priority < this.#running.process.priority) {
      const displaced = this.#stop();
      // Work that ends in this very cycle is done, whichever event of the cycle came first.
      if (displaced.remainingCycles === 0) this.#kernel.wake(displaced.process);
      else this.#enter(displaced, true);
      this.#start(burst);
    } else {
      this.#enter(burst, false);
    }
    this.#kernel.park(this);
    yield;
    // Whoever had the core before has not led to what follows.
    this.#kernel.cause = cause;
  }

  /** Takes an ended process off the core. */
  forget(process: Process<unknown>): void {
    if (this.#running?.process === process) {
      this.#stop();
      this.#startNext();
      return;
    }
    const index = this.#waiting.findIndex((burst) => burst.process === process);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #start(burst: Burst): void {
    this.#running = burst;
    this.#startedAt = this.#kernel.now;
    this.#timer = this.#kernel.schedule(burst.remainingCycles, () => {
      this.#timer = undefined;
      this.#kernel.wake(this.#stop().process);
      this.#startNext();
    }, this.name);
  }

  #stop(): Burst {
    const burst = this.#running as Burst;
    const worked = this.#kernel.now - this.#startedAt;
    burst.remainingCycles -= worked;
    this.#busyCycles += worked;
    if (this.#timer !== undefined) this.#kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#running = undefined;
    return burst;
  }

  #startNext(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }

  /** Enters a burst behind all of better priority; a displaced one goes before its equals. */
  #enter(burst: Burst, displaced: boolean): void {
    const priority = burst.process.priority;
    const index = this.#waiting.findIndex(({ process }) =>
      displaced ? process.priority >= priority : process.priority > priority
    );
    this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, burst);
  }
}
