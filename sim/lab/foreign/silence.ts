/**
 * How long a module has been told of nothing: what only spends time, or asks for what never changes, goes on for good.
 *
 * @module
 */

import { MOST_SILENT_CALLS, MOST_SILENT_CYCLES } from "./abi.ts";

/** What is told of code that goes on for good: what was given, and what is accepted. */
type Told = readonly [given: string, accepted: string];

/** The time since it was last told of something. */
export class Silence {
  #cycles = 0;
  #calls = 0;

  /** Something may have changed: it is told. */
  end(): void {
    this.#cycles = 0;
    this.#calls = 0;
  }

  /** Cycles were taken in it; what is told if those, with others that are still owed, are too many. */
  pass(cycles: number, owed = 0): Told | undefined {
    this.#cycles += cycles;
    const sum = this.#cycles + owed;
    if (sum <= MOST_SILENT_CYCLES) return undefined;
    const calls = this.#calls === 0 ? "calls nothing that may wait" : "learns of nothing by its calls";
    return [`runs for ${sum} cycles and ${calls}`, `up to ${MOST_SILENT_CYCLES}`];
  }

  /** An import was called by which it is told of nothing; what is told if that was once too often. */
  call(importName: string, cycles = 0): Told | undefined {
    if (++this.#calls <= MOST_SILENT_CALLS) return this.pass(cycles);
    const given = `${this.#calls} calls in a row, the last of hba.${importName}, by which it learns of nothing`;
    return [given, `up to ${MOST_SILENT_CALLS}`];
  }
}
