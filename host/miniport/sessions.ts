/**
 * Sessions that the driver waits for: the adapter accepts a login at once and
 * tells how it went by an asynchronous event, which may come before the driver
 * has looked at the acceptance.
 *
 * @module
 */

import { SessionState } from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Completion } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";

/** What an adapter tells of a session. */
export interface SessionEvent {
  /** A value of `SessionState`. */
  readonly state: number;
  /** The ISDSC status. */
  readonly status: number;
}

/** The sessions of one adapter. */
export class Sessions {
  readonly #kernel: Kernel;
  readonly #waiting = new Map<number, Completion<SessionEvent | undefined>>();
  readonly #early = new Map<number, SessionEvent>();

  /** No sessions yet. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Takes an event. */
  event(session: number, event: SessionEvent): void {
    const waiting = this.#waiting.get(session);
    if (waiting !== undefined) waiting.complete(event);
    else if (event.state !== SessionState.closed) this.#early.set(session, event);
  }

  /**
   * Waits until the adapter tells how a session went.
   *
   * @returns `undefined` if the adapter was reset, or did not tell within the limit.
   */
  *outcome(session: number, limitCycles: Cycles): Task<SessionEvent | undefined> {
    const early = this.#early.get(session);
    this.#early.delete(session);
    if (early !== undefined) return early;
    const completion = new Completion<SessionEvent | undefined>(this.#kernel, `session ${session}`);
    this.#waiting.set(session, completion);
    const event = yield* completion.waitFor(limitCycles);
    this.#waiting.delete(session);
    return event?.value;
  }

  /** The adapter was reset: all sessions are gone. */
  reset(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#early.clear();
    for (const completion of waiting) completion.complete(undefined);
  }
}
