/**
 * Ways for processes to wait for one another: a signal (now or never), a
 * completion (once, with a value), a channel (a queue of items) and a lock.
 *
 * @module
 */

import type { Kernel } from "./kernel.ts";
import type { Process, Waitable } from "./process.ts";
import type { Cycles, Task } from "./task.ts";

/** Those who wait, first come first served. */
class Waiters implements Waitable {
  readonly name: string;
  readonly #kernel: Kernel;
  readonly #passOn: () => void;
  #processes: Process<unknown>[] = [];

  /** `passOn` is called for a process that was woken and ended before it could go on. */
  constructor(kernel: Kernel, name: string, passOn: () => void = nothing) {
    this.#kernel = kernel;
    this.name = name;
    this.#passOn = passOn;
  }

  get length(): number {
    return this.#processes.length;
  }

  forget(process: Process<unknown>): void {
    const index = this.#processes.indexOf(process);
    if (index >= 0) this.#processes.splice(index, 1);
    else this.#passOn();
  }

  /** Enters the running process; the caller yields it right after, and asks the process then whether it was woken. */
  enter(limitCycles?: Cycles): Process<unknown> {
    this.#processes.push(this.#kernel.current);
    return this.#kernel.park(this, limitCycles);
  }

  wakeFirst(): void {
    const process = this.#processes.shift();
    if (process !== undefined) this.#kernel.wake(process);
  }

  wakeAll(): void {
    const processes = this.#processes;
    if (processes.length === 0) return;
    this.#processes = [];
    for (const process of processes) this.#kernel.wake(process);
  }
}

/** Nobody is to be told of a wake-up that came to nothing. */
function nothing(): void {}

/** Wakes whoever waits at the moment it fires; remembers nothing. */
export class Signal {
  readonly #waiters: Waiters;

  /**
   * Made with:
   *
   * @param name What is waited for, as a standstill report says it.
   */
  constructor(kernel: Kernel, name: string) {
    this.#waiters = new Waiters(kernel, name);
  }

  /** What is waited for. */
  get name(): string {
    return this.#waiters.name;
  }

  /** Wakes all who wait now, in the order in which they came. */
  fire(): void {
    this.#waiters.wakeAll();
  }

  /**
   * Waits for the next {@linkcode Signal.fire}. Whoever fires it has led to what follows: the wait of one who serves
   * what comes.
   */
  *wait(): Task {
    this.#waiters.enter();
    yield;
  }

  /**
   * Waits for the next {@linkcode Signal.fire}, as {@linkcode Signal.wait} does, or until the limit has passed.
   *
   * @returns True if it fired, false if the limit passed.
   */
  *waitFor(limitCycles: Cycles): Task<boolean> {
    const process = this.#waiters.enter(limitCycles);
    yield;
    return !process.timedOut;
  }
}

/**
 * Something that happens once and has a value. Waiting after the fact returns at once.
 *
 * @typeParam T The value.
 */
export class Completion<T> {
  readonly #waiters: Waiters;
  #value: { readonly value: T } | undefined = undefined;

  /**
   * Made with:
   *
   * @param name What is waited for, as a standstill report says it.
   */
  constructor(kernel: Kernel, name: string) {
    this.#waiters = new Waiters(kernel, name);
  }

  /** True once {@linkcode Completion.complete} was called. */
  get completed(): boolean {
    return this.#value !== undefined;
  }

  /**
   * Sets the value and wakes all who wait. A second call changes nothing.
   *
   * @returns True if this call set the value.
   */
  complete(value: T): boolean {
    if (this.#value !== undefined) return false;
    this.#value = { value };
    this.#waiters.wakeAll();
    return true;
  }

  /** Waits for the value. */
  *wait(): Task<T> {
    while (this.#value === undefined) {
      this.#waiters.enter();
      yield;
    }
    return this.#value.value;
  }

  /**
   * Waits for the value, or until the limit has passed.
   *
   * @returns The value in an object, or `undefined` if the limit passed.
   */
  *waitFor(limitCycles: Cycles): Task<{ readonly value: T } | undefined> {
    if (this.#value === undefined) {
      this.#waiters.enter(limitCycles);
      yield;
    }
    return this.#value;
  }
}

/**
 * A queue of items between processes.
 *
 * @typeParam T What goes through it.
 */
export class Channel<T> {
  readonly #waiters: Waiters;
  #items: T[] = [];

  /**
   * Made with:
   *
   * @param name What is waited for, as a standstill report says it.
   */
  constructor(kernel: Kernel, name: string) {
    this.#waiters = new Waiters(kernel, name, () => {
      if (this.#items.length > 0) this.#waiters.wakeFirst();
    });
  }

  /** How many items wait to be received. */
  get length(): number {
    return this.#items.length;
  }

  /** Adds an item; never waits. */
  send(item: T): void {
    this.#items.push(item);
    this.#waiters.wakeFirst();
  }

  /** Takes the oldest item, waiting for one if there is none. */
  *receive(): Task<T> {
    for (;;) {
      if (this.#items.length > 0) return this.#items.shift() as T;
      this.#waiters.enter();
      yield;
    }
  }

  /** Takes all items there are, without waiting, and leaves the channel empty. */
  drain(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

/** Lets one process in at a time, in the order in which they asked. */
export class Lock {
  readonly #kernel: Kernel;
  readonly #waiters: Waiters;
  #held = false;

  /**
   * Made with:
   *
   * @param name What is waited for, as a standstill report says it.
   */
  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.#waiters = new Waiters(kernel, name, () => this.release());
  }

  /** True while somebody is inside. */
  get held(): boolean {
    return this.#held;
  }

  /** Waits for the lock; the caller must {@linkcode Lock.release} it. */
  *acquire(): Task {
    if (!this.#take()) yield* this.#enter();
  }

  /**
   * Waits for the lock, but no longer than the limit.
   *
   * @returns True if the lock is now the caller's.
   */
  *acquireWithin(limitCycles: Cycles): Task<boolean> {
    return this.#take() || (yield* this.#enter(limitCycles));
  }

  /**
   * Gives the lock to the next who waits, or leaves it free.
   *
   * @throws {Error} Nobody holds it.
   */
  release(): void {
    if (!this.#held) throw new Error(`Cannot release "${this.#waiters.name}": nobody holds it`);
    if (this.#waiters.length > 0) this.#waiters.wakeFirst();
    else this.#held = false;
  }

  #take(): boolean {
    if (this.#held) return false;
    this.#held = true;
    return true;
  }

  *#enter(limitCycles?: Cycles): Task<boolean> {
    const { cause } = this.#kernel;
    const process = this.#waiters.enter(limitCycles);
    yield;
    // Whoever was inside before has not led to what follows.
    this.#kernel.cause = cause;
    return !process.timedOut;
  }
}
