/**
 * Waiting until something is so.
 *
 * @module
 */

import type { Kernel } from "../sim/kernel/kernel.ts";
import { Signal } from "../sim/kernel/signal.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";

/** A condition variable: a signal for those who go on with something of their own once something is so. */
export class Condition extends Signal {
  readonly #kernel: Kernel;

  /**
   * Made with:
   *
   * @param name What is waited for, as a standstill report says it.
   */
  constructor(kernel: Kernel, name: string) {
    super(kernel, name);
    this.#kernel = kernel;
  }

  /**
   * Waits until something is so, which may be at once; it is looked at again each time that the signal is fired. What
   * follows goes back to what led here, not to whoever has fired the signal.
   *
   * @param limitCycles Whole cycles after which to give up; none by default.
   * @returns True if it is so, false if the limit passed.
   */
  *until(isSo: () => boolean, limitCycles?: Cycles): Task<boolean> {
    const kernel = this.#kernel;
    const { cause } = kernel;
    const deadline = limitCycles === undefined ? Infinity : kernel.now + limitCycles;
    while (!isSo()) {
      if (kernel.now >= deadline) return false;
      if (limitCycles === undefined) yield* this.wait();
      else yield* this.waitFor(deadline - kernel.now);
      kernel.cause = cause;
    }
    return true;
  }
}
