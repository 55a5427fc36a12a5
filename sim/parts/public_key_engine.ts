/**
 * The public-key engine: does one computation after the other, exponentiations
 * and multiplications on curves, beside the core, so that exchanges overlap with flash work and with one
 * another.
 *
 * @module
 */

import type { Kernel, Timer } from "../kernel/kernel.ts";
import type { ResultMemory } from "../kernel/result_memory.ts";
import type { Cycles } from "../kernel/task.ts";

/** A job that was entered. */
export interface PublicKeyJob {
  /** How long the engine works on it. */
  readonly cycles: Cycles;
  /** What it computes and delivers at the end. */
  readonly run: () => void;
}

/** A queue of jobs with one worker. */
export class PublicKeyEngine {
  readonly #kernel: Kernel;
  readonly #memory: ResultMemory | undefined;
  #queue: (PublicKeyJob & { readonly cause: number })[] = [];
  #timer: Timer | undefined = undefined;
  #busyCycles = 0;
  #done = 0;

  /**
   * An idle engine.
   *
   * @param kernel Whose time it takes.
   * @param memory Knows results of before: the engine takes as long, and this machine does not. None by default.
   */
  constructor(kernel: Kernel, memory?: ResultMemory) {
    this.#kernel = kernel;
    this.#memory = memory;
  }

  /** How many jobs wait or run. */
  get pending(): number {
    return this.#queue.length;
  }

  /** How many jobs were done. */
  get done(): number {
    return this.#done;
  }

  /** How many cycles the engine has worked. */
  get busyCycles(): Cycles {
    return this.#busyCycles;
  }

  /**
   * Enters a job.
   *
   * @param cycles How long the engine works on it.
   * @param run Called when the work is done: computes and delivers the result.
   */
  submit(cycles: Cycles, run: () => void): PublicKeyJob {
    const job = { cycles, run, cause: this.#kernel.cause };
    this.#queue.push(job);
    if (this.#timer === undefined) this.#startNext();
    return job;
  }

  /**
   * The result of a job's computation.
   *
   * @param operation What is computed.
   * @param operands All that the result depends on.
   * @param compute Computes it.
   */
  evaluate(operation: string, operands: readonly Uint8Array[], compute: () => Uint8Array): Uint8Array {
    return this.#memory === undefined ? compute() : this.#memory.recall(operation, operands, compute);
  }

  /** Takes a job out of the queue; one that is being worked on is broken off. */
  cancel(job: PublicKeyJob): void {
    const index = this.#queue.findIndex((each) => each === job);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    if (index > 0 || this.#timer === undefined) return;
    this.#kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#startNext();
  }

  /** Power is gone or the adapter is reset: all jobs are forgotten. */
  clear(): void {
    this.#queue = [];
    if (this.#timer !== undefined) this.#kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  #startNext(): void {
    const job = this.#queue[0];
    if (job === undefined) return;
    this.#timer = this.#kernel.schedule(job.cycles, () => {
      this.#timer = undefined;
      this.#queue.shift();
      this.#busyCycles += job.cycles;
      this.#done++;
      // The job before it has not led to it.
      this.#kernel.cause = job.cause;
      job.run();
      if (this.#timer === undefined) this.#startNext();
    }, "public-key engine");
  }
}
