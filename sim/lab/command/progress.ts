/**
 * How far something is that takes longer than a second: a line on standard
 * error, which replaces itself on a terminal and is left out in a pipe.
 *
 * @module
 */

import process from "node:process";
import { cutToColumns } from "../../trace/text_columns.ts";

const FIRST_MILLISECONDS = 1000;
const BETWEEN_MILLISECONDS = 200;

/** Shows a line in place of the one before: it fits, since of one in two rows the first would stay. */
export function standsOnTerminal(line: string): void {
  process.stderr.write(`\r${cutToColumns(line, process.stderr.columns - 1)}\x1b[K`);
}

/** The progress of a run, of which nobody knows how long it takes. */
export class RunProgress {
  readonly #begin = performance.now();
  #shownAt = 0;
  #stands = false;

  /** The run has come so far. */
  reached(seconds: number, events: number): void {
    const elapsed = performance.now() - this.#begin;
    const isTime = elapsed > FIRST_MILLISECONDS && elapsed - this.#shownAt > BETWEEN_MILLISECONDS;
    if (process.stderr.isTTY !== true || !isTime) return;
    this.#shownAt = elapsed;
    this.#stands = true;
    const rate = Math.round(events / elapsed * 1000);
    standsOnTerminal(`${seconds.toFixed(3)} s simulated, ${events} events, ${rate} a second`);
  }

  /** Something else is to be said, or all is done: the line goes. */
  clear(): void {
    if (this.#stands) process.stderr.write("\r\x1b[K");
    this.#stands = false;
  }

  /** Makes what says something else do so in the line's place. */
  before<Words extends readonly unknown[]>(say: (...words: Words) => void): (...words: Words) => void {
    return (...words) => {
      this.clear();
      say(...words);
    };
  }
}

/** The progress of some work that consists of equal steps. */
export class Progress {
  #total = 0;
  readonly #what: string;
  readonly #begin = performance.now();
  #done = 0;
  #failed = 0;
  #shownAt = 0;

  /**
   * Work that begins now.
   *
   * @param what What the steps are called: `cases`.
   */
  constructor(what: string) {
    this.#what = what;
  }

  /** So many steps are known to come, besides those that were. */
  expect(steps: number): void {
    this.#total += steps;
  }

  /** A step is done. */
  step(hasFailed: boolean): void {
    this.#done++;
    if (hasFailed) this.#failed++;
    const elapsed = performance.now() - this.#begin;
    const isTime = elapsed > FIRST_MILLISECONDS && elapsed - this.#shownAt > BETWEEN_MILLISECONDS;
    if (process.stderr.isTTY !== true || !isTime) return;
    this.#shownAt = elapsed;
    const rate = this.#done / elapsed * 1000;
    const left = Math.ceil((this.#total - this.#done) / rate);
    const line =
      `${this.#done} of ${this.#total} ${this.#what}, ${this.#failed} failed, ${rate.toFixed(1)} a second, ` +
      `${left} s left`;
    standsOnTerminal(line);
  }

  /** All is done: the line goes. */
  end(): void {
    if (this.#shownAt > 0) process.stderr.write("\r\x1b[K");
  }
}
