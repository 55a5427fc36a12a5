/**
 * Whose requests they are: a process of the operating system.
 *
 * When a process ends, the system cancels its unfinished IRPs (WDK, "Canceling
 * IRPs"): one that waits for its next attempt ends at once, one that a
 * miniport holds is not recalled. The process is over only when they all are,
 * so nothing that it has asked for happens to whoever comes after it.
 *
 * @module
 */

import type { Kernel } from "../sim/kernel/kernel.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import { Condition } from "./condition.ts";

/** A request under way. */
export interface CancelableRequest {
  /** Ends it as cancelled, at once or as soon as the miniport gives it back. */
  cancel(): void;
}

/** A process of the operating system, as the owner of its requests. */
export class RequestOwner {
  readonly #requests = new Set<CancelableRequest>();
  readonly #ended: Condition;

  /**
   * An owner without requests.
   *
   * @param name The process, for the report of a standstill.
   */
  constructor(kernel: Kernel, name: string) {
    this.#ended = new Condition(kernel, `end of the requests of ${name}`);
  }

  /** The process that runs now: its requests are cancelled when it is over. */
  static ofCurrentProcess(kernel: Kernel): RequestOwner {
    const owner = new RequestOwner(kernel, kernel.current.name);
    kernel.current.onEnd(() => owner.cancel());
    return owner;
  }

  /** A request begins. */
  begin(request: CancelableRequest): void {
    this.#requests.add(request);
  }

  /** A request is over. */
  end(request: CancelableRequest): void {
    if (this.#requests.delete(request) && this.#requests.size === 0) this.#ended.fire();
  }

  /** The process ends: so do its requests. */
  cancel(): void {
    for (const request of [...this.#requests]) request.cancel();
  }

  /**
   * Waits until all requests are over. Those that are not within the limit are
   * detached from the process, as the system does with an IRP that its driver
   * does not complete.
   *
   * @returns False if some were detached.
   */
  *drain(limitCycles: Cycles): Task<boolean> {
    const isOver = yield* this.#ended.until(() => this.#requests.size === 0, limitCycles);
    this.#requests.clear();
    return isOver;
  }
}
