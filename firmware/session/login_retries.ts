/**
 * When a persistent login is made: at each load of the driver, and 5 s after
 * it has failed or its session was lost (the interval that MSiSCSI_Operations
 * recommends), until it is logged out or forgotten.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Signal } from "../../sim/kernel/signal.ts";
import type { Cycle, Task } from "../../sim/kernel/task.ts";

/** From a failure to the next attempt. */
const RETRY_SECONDS = 5;

/** How a persistent login stands. */
export type LoginStanding =
  /** It is being made, or its session is open. */
  | { readonly type: "open" }
  /** It is to be made at a cycle. */
  | { readonly type: "due"; readonly at: Cycle };

/** The timetable of one adapter's persistent logins. */
export class LoginRetries {
  readonly #kernel: Kernel;
  readonly #changed: Signal;
  /** By number; a login that is not among them is not to be made before the next driver load. */
  readonly #standing = new Map<number, LoginStanding>();

  /** Nothing is to be done. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#changed = new Signal(kernel, "a persistent login to be made");
  }

  /** How a login stands; `undefined` if nothing is to be done for it. */
  standing(login: number): LoginStanding | undefined {
    return this.#standing.get(login);
  }

  /** The logins for which something is done or to be done. */
  get logins(): readonly number[] {
    return [...this.#standing.keys()];
  }

  /** The driver is loaded: all of these are to be made that are not made already. */
  begin(logins: readonly number[]): void {
    for (const login of logins) {
      if (this.#standing.get(login)?.type !== "open") this.#standing.set(login, { type: "due", at: this.#kernel.now });
    }
    this.#changed.fire();
  }

  /** A login has failed, or its session was lost: it is tried again later, unless nothing is to be done for it any more. */
  retry(login: number): void {
    if (!this.#standing.has(login)) return;
    this.#standing.set(login, { type: "due", at: this.#kernel.now + RETRY_SECONDS * this.#kernel.frequencyHz });
    this.#changed.fire();
  }

  /** Nothing more is done for a login before the next driver load. */
  end(login: number): void {
    this.#standing.delete(login);
  }

  /** Nothing more is done for any. */
  endAll(): void {
    this.#standing.clear();
  }

  /**
   * Makes the logins when they are due, for ever.
   *
   * @param make Makes one; {@linkcode LoginRetries.retry} tells that it came to nothing.
   */
  *run(make: (login: number) => Task): Task {
    for (;;) {
      const next = this.#next();
      if (next === undefined) {
        yield* this.#changed.wait();
      } else if (next.at > this.#kernel.now) {
        yield* this.#changed.waitFor(next.at - this.#kernel.now);
      } else {
        this.#standing.set(next.login, { type: "open" });
        yield* make(next.login);
      }
    }
  }

  /** The one that is due first; of several, that with the lowest number. */
  #next(): { readonly login: number; readonly at: Cycle } | undefined {
    const due = [...this.#standing].flatMap(([login, each]) => each.type === "due" ? [{ login, at: each.at }] : []);
    return due.sort((a, b) => a.at - b.at || a.login - b.login)[0];
  }
}
