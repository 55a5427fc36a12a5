/**
 * The kernel: one clock, one queue, and the processes that run by them.
 *
 * Time moves only from one event to the next; idle time costs nothing. Within
 * a cycle, what was scheduled first runs first. A process runs until it
 * suspends in a primitive of this folder (`sleep`, `Signal.wait`,
 * `Channel.receive`, `Core.spend`), and is resumed through the queue, so the
 * order of everything is the order of the queue and nothing else.
 *
 * @module
 */

import type { EventOrder } from "./event_order.ts";
import { EventQueue } from "./event_queue.ts";
import { given } from "./given.ts";
import type { Outside } from "./outside.ts";
import { ProcessError } from "./process_error.ts";
import { checkRunLimit, type RunOutcome, type Standstill, standstillOf } from "./run_outcome.ts";
import { Process, type SpawnOptions, type Waitable } from "./process.ts";
import type { Clock, Cycle, Cycles, Task } from "./task.ts";

/** A scheduled callback, to be cancelled by `Kernel.cancel`. The value is opaque. */
export type Timer = number & { readonly timer: unique symbol };

type Due = Process<unknown> | (() => void) | undefined;

/** The queue takes 2^20 near and 2^20 far events at the most; a {@linkcode Timer} is `generation * 2^21 + slot`, 53 bits. */
const SLOT_LIMIT = 2 ** 21;

/** The default frequency: 250 MHz, a safe integer for over a year of simulated time. */
export const DEFAULT_FREQUENCY_HZ = 250_000_000;

/** Runs processes in simulated time. */
export class Kernel implements Clock {
  /** Cycles per second of simulated time. */
  readonly frequencyHz: number;
  /** The sequence number of the trace event that led to what runs now, or -1. Kept by the recorder, carried by the queue. */
  cause: number = -1;

  /** Where events come from that nobody has scheduled; `undefined` in a closed world. Only runs with a limit ask it. */
  outside: Outside | undefined = undefined;

  /** Who decides the order of events in one cycle; `undefined` for first in, first out. Labels are kept from then on. */
  order: EventOrder | undefined = undefined;

  #now: Cycle = 0;
  readonly #queue = new EventQueue();
  readonly #due: Due[] = [];
  readonly #causes: number[] = [];
  /** What callbacks are called, as long as somebody decides their order. */
  readonly #labels: (string | undefined)[] = [];
  /** How many callbacks each slot has held, so that a timer of the past is told from the slot's present one. */
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  #cancelled = 0;
  #dispatched = 0;
  #current: Process<unknown> | undefined = undefined;
  #running = false;
  readonly #processes = new Set<Process<unknown>>();

  /**
   * A kernel in cycle 0, with nothing to do.
   *
   * @param frequencyHz Whole cycles per second.
   * @throws {RangeError} Not a whole number above 0.
   */
  constructor(frequencyHz: number = DEFAULT_FREQUENCY_HZ) {
    if (!(Number.isSafeInteger(frequencyHz) && frequencyHz > 0)) {
      throw new RangeError(`Cannot run at ${given(frequencyHz)} Hz: expected a whole number above 0`);
    }
    this.frequencyHz = frequencyHz;
  }

  /** The present cycle. */
  get now(): Cycle {
    return this.#now;
  }

  /** How many events have been dispatched. */
  get dispatched(): number {
    return this.#dispatched;
  }

  /** How many events are waiting, cancelled ones not counted. */
  get pending(): number {
    return this.#queue.length - this.#cancelled;
  }

  /**
   * The process that runs now.
   *
   * @throws {Error} None does: a waiting primitive was called outside a task.
   */
  get current(): Process<unknown> {
    if (this.#current === undefined) throw new Error("No process is running: tasks wait, callbacks must not");
    return this.#current;
  }

  /**
   * Calls back after a number of cycles.
   *
   * @param delayCycles Whole cycles from now, 0 or more.
   * @param callback Must not wait. What it throws leaves {@linkcode Kernel.run} as it is.
   * @param label What whoever decides the order of a cycle's events knows it by.
   * @throws {RangeError} `delayCycles` is no whole number above or equal to 0, or leads beyond cycle 2^53 - 1.
   * @throws {TypeError} `callback` is no function.
   */
  schedule(delayCycles: Cycles, callback: () => void, label?: string): Timer {
    if (typeof callback !== "function") throw new TypeError(`Cannot schedule ${given(callback)}: expected a function`);
    const slot = this.#push(delayCycles, callback);
    const generation = ((this.#generations[slot] as number) + 1) >>> 0;
    this.#generations[slot] = generation;
    if (this.order !== undefined) this.#labels[slot] = label;
    return (generation * SLOT_LIMIT + slot) as Timer;
  }

  /** Forgets a scheduled callback. A timer that has fired or was cancelled before is left alone. */
  cancel(timer: Timer): void {
    const slot = timer % SLOT_LIMIT;
    const generation = (timer - slot) / SLOT_LIMIT;
    if (this.#generations[slot] === generation && typeof this.#due[slot] === "function") this.#forget(slot);
  }

  /**
   * Takes a task on. It runs for the first time when the caller has given way.
   *
   * @param name For traces and standstill reports.
   * @param task A new one: no kernel has taken it on before. A generator does not tell whether it was advanced by hand:
   * it goes on where it stands, and one that has ended gives `undefined`.
   * @throws {TypeError} `name` is no text, `task` no generator, or an option of another type.
   * @throws {Error} `task` was taken on before.
   */
  spawn<T>(name: string, task: Task<T>, options?: SpawnOptions): Process<T> {
    const process = new Process(name, task, options);
    this.#processes.add(process as Process<unknown>);
    process.event = this.#push(0, process as Process<unknown>);
    return process;
  }

  /**
   * Suspends the running process for whole cycles.
   *
   * @throws {RangeError} `cycles` is no whole number above or equal to 0, or leads beyond cycle 2^53 - 1.
   */
  *sleep(cycles: Cycles): Task {
    const process = this.current;
    if (!process.over) {
      process.event = this.#push(cycles, process);
      process.state = "waiting";
    }
    yield;
  }

  /**
   * Suspends the running process until the other one is over.
   *
   * @returns What the other returned, or `undefined` if it was ended from outside.
   */
  *join<T>(other: Process<T>): Task<T | undefined> {
    if (!other.over) {
      const process = this.current;
      const waitable: Waitable = { name: `end of ${other.name}`, forget: () => {} };
      other.onEnd(() => {
        if (process.waitingFor === waitable) this.wake(process);
      });
      yield* this.suspend(waitable);
    }
    return other.state === "finished" ? other.result : undefined;
  }

  /**
   * Building block of waiting primitives: suspends the running process until
   * {@linkcode Kernel.wake}, or until the limit has passed.
   *
   * @param waitable Where the caller has entered the process.
   * @param limitCycles Whole cycles after which to give up; none by default.
   * @returns True if woken, false if the limit passed.
   */
  *suspend(waitable: Waitable, limitCycles?: Cycles): Task<boolean> {
    const process = this.park(waitable, limitCycles);
    yield;
    return !process.timedOut;
  }

  /** {@linkcode Kernel.suspend} for a task that yields right after, by itself; `timedOut` of the process answers then. */
  park(waitable: Waitable, limitCycles?: Cycles): Process<unknown> {
    const process = this.current;
    if (process.over) {
      // It ended itself, as firmware does that cuts its own power: nothing may wake it any more.
      waitable.forget(process);
    } else {
      if (limitCycles !== undefined) process.event = this.#push(limitCycles, process);
      process.waitingFor = waitable;
      process.timedOut = false;
      process.state = "waiting";
    }
    return process;
  }

  /**
   * Building block of waiting primitives: lets a suspended process go on in this cycle. Until it does, it still counts
   * as waiting for its waitable, so that one that is ended in between can pass on what it was woken for.
   */
  wake(process: Process<unknown>): void {
    if (process.state !== "waiting") return;
    if (process.event >= 0) this.#forget(process.event);
    process.state = "ready";
    process.event = this.#push(0, process);
  }

  /**
   * Ends a process in good order: its `finally` blocks run, and must not wait. A process may not cancel itself.
   *
   * @throws {Error} The process is the running one.
   * @throws {ProcessError} A `finally` block waits or throws; the process is over all the same.
   */
  cancelProcess(process: Process<unknown>): void {
    if (process.over) return;
    if (process.state === "running") throw new Error(`Process "${process.name}" cannot cancel itself: let it return`);
    this.#detach(process);
    const canceller = this.#current;
    this.#current = process;
    process.state = "running";
    try {
      const step = process.task.return(undefined);
      if (step.done !== true) {
        throw new Error("It waits in a finally block, which cancellation does not allow");
      }
    } catch (error) {
      throw new ProcessError(process.name, this.#now, error);
    } finally {
      this.#current = canceller;
      this.killProcess(process);
    }
  }

  /**
   * Ends a process as loss of power does: it is never resumed, no `finally` block runs, and what it held stays as it was.
   * The running process comes to its end at its next wait.
   */
  killProcess(process: Process<unknown>): void {
    if (process.over) return;
    this.#detach(process);
    this.#processes.delete(process);
    process.end("ended");
  }

  /**
   * Runs until nothing can run any more.
   *
   * @param limitCycle Stops before the first event after this cycle, which is the present one afterwards.
   * @throws {ProcessError} A task threw.
   * @throws {Error} The kernel runs already: a task or a callback called this.
   * @throws {RangeError} `limitCycle` is no whole number of 0 or more, and not `Infinity`.
   */
  run(limitCycle: Cycle = Infinity): RunOutcome {
    return this.#run(undefined, limitCycle);
  }

  /**
   * Runs until the process is over.
   *
   * @param limitCycle Stops before the first event after this cycle, which is the present one afterwards.
   * @throws What {@linkcode Kernel.run} throws.
   */
  runUntil(process: Process<unknown>, limitCycle: Cycle = Infinity): RunOutcome {
    return this.#run(process, limitCycle);
  }

  /** Who waits for what, daemons left out. */
  standstill(): Standstill[] {
    return standstillOf(this.#processes);
  }

  #run(goal: Process<unknown> | undefined, limitCycle: Cycle): RunOutcome {
    if (this.#running) throw new Error("The kernel runs already: tasks wait with join(), callbacks must not run it");
    checkRunLimit(limitCycle);
    this.#running = true;
    try {
      return this.#dispatch(goal, limitCycle);
    } finally {
      this.#running = false;
      this.cause = -1;
    }
  }

  #dispatch(goal: Process<unknown> | undefined, limitCycle: Cycle): RunOutcome {
    const queue = this.#queue;
    const waiting = (slot: number) => ({ due: this.#due[slot], label: this.#labels[slot] });
    while (goal === undefined || !goal.over) {
      // Cancelled events do not count: they neither keep a run alive nor hide from the outside how long it may take.
      if (queue.length === this.#cancelled) this.#sweep();
      if (this.outside !== undefined && limitCycle !== Infinity) {
        const event = this.outside.next(this.#now, Math.min(queue.nextCycle, limitCycle));
        if (event !== undefined) {
          this.#now = Math.max(this.#now, event.cycle);
          this.cause = -1;
          event.run();
          continue;
        }
      }
      if (queue.length === 0) {
        // Whoever runs to a cycle gets there even if nothing happens on the way.
        if (goal === undefined && limitCycle !== Infinity) this.#now = Math.max(this.#now, limitCycle);
        return { type: "idle", waiting: this.standstill() };
      }
      const cycle = queue.nextCycle;
      if (cycle > limitCycle) {
        this.#now = Math.max(this.#now, limitCycle);
        return { type: "limit" };
      }
      this.order?.arrange(queue, waiting);
      const slot = queue.pop();
      const due = this.#due[slot];
      this.#due[slot] = undefined;
      this.#free.push(slot);
      this.#now = cycle;
      if (due === undefined) {
        this.#cancelled--;
        continue;
      }
      this.cause = this.#causes[slot] as number;
      this.#dispatched++;
      if (typeof due === "function") due();
      else this.#resume(due);
    }
    return { type: "done" };
  }

  #resume(process: Process<unknown>): void {
    process.event = -1;
    if (process.waitingFor !== undefined) {
      if (process.state === "waiting") {
        process.waitingFor.forget(process);
        process.timedOut = true;
      }
      process.waitingFor = undefined;
    }
    process.state = "running";
    this.#current = process;
    try {
      const step = process.task.next();
      if (step.done === true && !process.over) {
        this.#processes.delete(process);
        process.finish(step.value);
      }
    } catch (error) {
      this.#processes.delete(process);
      process.end("ended");
      throw error instanceof ProcessError ? error : new ProcessError(process.name, this.#now, error);
    } finally {
      this.#current = undefined;
    }
  }

  /** Enters an event; changes nothing if it throws. */
  #push(delayCycles: Cycles, due: Due): number {
    if (typeof delayCycles !== "number" || !(delayCycles >= 0)) {
      throw new RangeError(`Cannot wait ${given(delayCycles)} cycles: expected a whole number, 0 or more`);
    }
    const free = this.#free;
    if (free.length === 0) this.#addSlot();
    const slot = free[free.length - 1] as number;
    this.#queue.push(this.#now + delayCycles, slot);
    free.pop();
    this.#due[slot] = due;
    this.#causes[slot] = this.cause;
    return slot;
  }

  #addSlot(): void {
    this.#free.push(this.#due.length);
    this.#due.push(undefined);
    this.#causes.push(-1);
    this.#generations.push(0);
  }

  #detach(process: Process<unknown>): void {
    if (process.event >= 0) this.#forget(process.event);
    process.event = -1;
    const { waitingFor } = process;
    process.waitingFor = undefined;
    waitingFor?.forget(process);
  }

  #forget(slot: number): void {
    this.#due[slot] = undefined;
    if (++this.#cancelled > 64 && this.#cancelled * 2 > this.#queue.length) this.#sweep();
  }

  #sweep(): void {
    this.#queue.retain((slot) => {
      if (this.#due[slot] !== undefined) return true;
      this.#free.push(slot);
      return false;
    });
    this.#cancelled = 0;
  }
}
