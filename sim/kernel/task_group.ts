/**
 * Processes that share one fate: the firmware of an adapter that loses power,
 * a service that is stopped.
 *
 * @module
 */

import type { Kernel } from "./kernel.ts";
import type { Process, SpawnOptions } from "./process.ts";
import type { Task } from "./task.ts";

/** A set of processes that are ended together. */
export class TaskGroup {
  /** The name; members are called `group/member`. */
  readonly name: string;
  readonly #kernel: Kernel;
  readonly #members = new Set<Process<unknown>>();

  /**
   * Made with:
   *
   * @param name A prefix for the names of the members.
   */
  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.name = name;
  }

  /** Starts a member. */
  spawn<T>(name: string, task: Task<T>, options?: SpawnOptions): Process<T> {
    const process = this.#kernel.spawn(`${this.name}/${name}`, task, options);
    const member = process as Process<unknown>;
    this.#members.add(member);
    process.onEnd(() => this.#members.delete(member));
    return process;
  }

  /** Ends all members as loss of power does: none is resumed, no `finally` block runs. */
  kill(): void {
    for (const process of [...this.#members]) this.#kernel.killProcess(process);
  }

  /** Ends all members in good order, so that their `finally` blocks run. */
  cancel(): void {
    for (const process of [...this.#members]) {
      this.#kernel.cancelProcess(process);
    }
  }
}
