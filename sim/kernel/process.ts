/**
 * A task that the kernel has taken on.
 *
 * @module
 */

import { given } from "./given.ts";
import type { Task } from "./task.ts";

/** Where a process stands. */
export type ProcessState =
  /** Not run yet, or woken and waiting for its turn in this cycle. */
  | "ready"
  /** Running now. */
  | "running"
  /** Suspended in a wait. */
  | "waiting"
  /** Ran to its end. */
  | "finished"
  /** Ended from outside, by cancellation or by loss of power. */
  | "ended";

/** Something that holds waiting processes and can let go of one. */
export interface Waitable {
  /** What is waited for, as the report of a standstill names it. */
  readonly name: string;
  /**
   * Lets go of a process that timed out or was ended. It may have been woken
   * and ended before its turn came; what it was woken for is then for another.
   */
  forget(process: Process<unknown>): void;
}

/** How a process is started. */
export interface SpawnOptions {
  /** Lower runs first where processes compete for a {@linkcode "./core.ts".Core}; 0 by default. */
  readonly priority?: number;
  /** The process serves others and may wait for ever; a standstill does not list it. */
  readonly daemon?: boolean;
}

/**
 * A task in the care of a kernel. Made by `Kernel.spawn`.
 *
 * @typeParam T What its task returns.
 */
export class Process<T = unknown> {
  /** The name in traces and standstill reports. */
  readonly name: string;
  /** Lower runs first where processes compete for a core. */
  readonly priority: number;
  /** May wait for ever without being at a standstill. */
  readonly daemon: boolean;
  /** Where the process stands. */
  state: ProcessState = "ready";
  /** What it waits for, or was woken from and has not yet gone on; `undefined` if it only sleeps. */
  waitingFor: Waitable | undefined = undefined;
  /** The kernel's event that will resume it, or -1. */
  event: number = -1;
  /** True when the last wait with a limit ended by its limit. */
  timedOut = false;
  /** The generator itself. */
  readonly task: Task<T>;
  #result: { readonly value: T } | undefined = undefined;
  #endListeners: (() => void)[] | undefined = undefined;

  /**
   * Used by the kernel; call `Kernel.spawn`.
   *
   * @throws {TypeError} `name` is no text, `task` no generator, or an option of another type.
   * @throws {Error} `task` was taken on before.
   */
  constructor(name: string, task: Task<T>, options: SpawnOptions = {}) {
    checkSpawn(name, options);
    takeOn(name, task);
    this.name = name;
    this.task = task;
    this.priority = options.priority ?? 0;
    this.daemon = options.daemon ?? false;
  }

  /** True once the process has finished or was ended. */
  get over(): boolean {
    return this.state === "finished" || this.state === "ended";
  }

  /**
   * What the task returned.
   *
   * @throws {Error} The process has not finished.
   */
  get result(): T {
    if (this.#result === undefined) {
      throw new Error(
        `Process "${this.name}" has no result: it is ${this.state}`,
      );
    }
    return this.#result.value;
  }

  /** Used by the kernel when the task has returned. */
  finish(value: T): void {
    this.#result = { value };
    this.end("finished");
  }

  /** Used by the kernel: the process is over; tells whoever asked to know. */
  end(state: "finished" | "ended"): void {
    this.state = state;
    const listeners = this.#endListeners;
    this.#endListeners = undefined;
    if (listeners !== undefined) { for (const listener of listeners) listener(); }
  }

  /** Calls `listener` when the process is over; at once when it is already. */
  onEnd(listener: () => void): void {
    if (this.over) listener();
    else if (this.#endListeners === undefined) this.#endListeners = [listener];
    else this.#endListeners.push(listener);
  }
}

/** A priority that is no number would be neither before nor behind another. */
function checkSpawn(name: unknown, options: unknown): void {
  if (typeof name !== "string") throw new TypeError(`Cannot name a process ${given(name)}: expected a text`);
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot run "${name}": options are ${given(options)}, expected an object`);
  }
  const { priority = 0, daemon = false } = options as Partial<Record<keyof SpawnOptions, unknown>>;
  if (typeof priority !== "number" || Number.isNaN(priority)) {
    throw new TypeError(`Cannot run "${name}": priority is ${given(priority)}, expected a number`);
  }
  if (typeof daemon !== "boolean") {
    throw new TypeError(`Cannot run "${name}": daemon is ${given(daemon)}, expected true or false`);
  }
}

/** What all synchronous generators have in common. */
const GENERATORS: object = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})()));

/** Iterators of lists lack `throw`; asynchronous generators have all three methods, and answer with promises. */
function isGenerator(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Symbol.asyncIterator in value) return false;
  const { next, return: end, throw: fail } = value as Partial<Record<keyof Task, unknown>>;
  return typeof next === "function" && typeof end === "function" && typeof fail === "function";
}

function whatItIs(value: unknown): string {
  if (typeof value === "function") return "a function that was not called";
  if (typeof value !== "object" || value === null) return given(value);
  if (Symbol.asyncIterator in value) return "an asynchronous generator";
  if ("then" in value) return "a promise";
  return "next" in value ? "an iterator that is no generator" : given(value);
}

/** Marks a task that a kernel has taken on: a generator does not tell whether it has run. A `WeakSet` costs more than a spawn. */
const TAKEN_ON: unique symbol = Symbol("taken on");

/** A task can be run once: a second time it would go on where it stands, or end at once with `undefined`. */
function takeOn(name: string, task: Task<unknown> & { [TAKEN_ON]?: true }): void {
  if (!Object.prototype.isPrototypeOf.call(GENERATORS, task) && !isGenerator(task)) {
    throw new TypeError(
      `Cannot run "${name}": ${whatItIs(task)}, expected a task, which a call of a generator function makes`,
    );
  }
  if (task[TAKEN_ON]) {
    throw new Error(`Cannot run "${name}": a task that was run before, expected a new one: call its function again`);
  }
  task[TAKEN_ON] = true;
}
