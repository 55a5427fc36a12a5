/**
 * What the firmware has to say to the host, one thing at a time: completions
 * and asynchronous events share the mailbox registers, and the next may be
 * written only when the host has taken the last. Completions go first; events
 * wait until the host has enabled interrupts, so that they do not overwrite
 * the boot status that it polls for.
 *
 * @module
 */

import type { Core } from "../sim/kernel/core.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import type { RegisterFile } from "../sim/parts/register_file.ts";

/** Events beyond this many are lost unless another number is given, as on the real adapter; completions never are. */
const DEFAULT_EVENT_CAPACITY = 512;

/** What is to be written, and the event that led to it. */
interface Entry {
  readonly values: readonly number[];
  readonly cause: number;
}

/** The queue in front of the mailbox registers. */
export class MailboxOutput {
  readonly #kernel: Kernel;
  readonly #registers: RegisterFile;
  readonly #core: Core;
  readonly #completionCycles: Cycles;
  readonly #completions: Entry[] = [];
  readonly #events: Entry[] = [];
  readonly #eventCapacity: number;
  #eventsLost = 0;

  /**
   * An empty queue; {@linkcode MailboxOutput.run} empties it.
   *
   * @param completionCycles What writing the registers costs.
   * @param eventCapacity How many events wait at the most; 512 by default.
   */
  constructor(
    kernel: Kernel,
    registers: RegisterFile,
    core: Core,
    completionCycles: Cycles,
    eventCapacity: number = DEFAULT_EVENT_CAPACITY,
  ) {
    this.#kernel = kernel;
    this.#registers = registers;
    this.#core = core;
    this.#completionCycles = completionCycles;
    this.#eventCapacity = eventCapacity;
  }

  /** How many asynchronous events were lost because the host did not take them. */
  get eventsLost(): number {
    return this.#eventsLost;
  }

  /** Enters a completion. */
  complete(...values: number[]): void {
    this.#completions.push({ values, cause: this.#kernel.cause });
    this.#registers.mailboxFree.fire();
  }

  /** Enters an asynchronous event. */
  event(...values: number[]): void {
    if (this.#events.length >= this.#eventCapacity) this.#eventsLost++;
    else this.#events.push({ values, cause: this.#kernel.cause });
    this.#registers.mailboxFree.fire();
  }

  /** Writes what is entered to the mailbox, for ever. */
  *run(): Task {
    for (;;) {
      const entry = this.#next();
      if (entry === undefined) {
        yield* this.#registers.mailboxFree.wait();
        continue;
      }
      // The host that takes what was written before has not led to what is written next.
      this.#kernel.cause = entry.cause;
      yield* this.#core.spend(this.#completionCycles);
      this.#registers.post(entry.values);
    }
  }

  #next(): Entry | undefined {
    if (this.#registers.mailboxOccupied) return undefined;
    return this.#completions.shift() ?? (this.#registers.interruptsEnabled ? this.#events.shift() : undefined);
  }
}
