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

/** A line about what is under way: on a terminal, after a second, and from time to time another in its place. */
class StandingLine {
  readonly #begin = performance.now();
  #shownAt = 0;
  #stands = false;

  /** Shows it, if it is time. @param lineAfter What it says after so many milliseconds. */
  show(lineAfter: (elapsed: number) => string): void {
    const elapsed = this.elapsed;
    const isTime = elapsed > FIRST_MILLISECONDS && elapsed - this.#shownAt > BETWEEN_MILLISECONDS;
    if (process.stderr.isTTY !== true || !isTime) return;
    this.#shownAt = elapsed;
    this.#stands = true;
    standsOnTerminal(lineAfter(elapsed));
  }

  /** How long it is under way, in milliseconds. */
  get elapsed(): number {
    return performance.now() - this.#begin;
  }

  /** Something else is to be said, or all is done: the line goes. */
  clear(): void {
    if (this.#stands) process.stderr.write("\r\x1b[K");
    this.#stands = false;
  }
}

/** The progress of a run, of which nobody knows how long it takes. */
export class RunProgress {
  readonly #line = new StandingLine();
  /** From where on events are counted, for their rate: a run may have begun before this, or begin anew. */
  #from: { readonly events: number; readonly elapsed: number } | undefined;

  /** The run has come so far. */
  reached(seconds: number, events: number): void {
    if (this.#from === undefined || events < this.#from.events) this.#from = { events, elapsed: this.#line.elapsed };
    const { events: before, elapsed: since } = this.#from;
    this.#line.show((elapsed) => {
      const rate = Math.round((events - before) / Math.max(elapsed - since, 1) * 1000);
      return `${seconds.toFixed(3)} s simulated, ${events} events, ${rate} a second`;
    });
  }

  /** Something else is to be said, or all is done: the line goes. */
  clear(): void {
    this.#line.clear();
  }

  /** Makes what says something else do so in the line's place. */
  before<Words extends readonly unknown[]>(say: (...words: Words) => void): (...words: Words) => void {
    return (...words) => {
      this.clear();
      say(...words);
    };
  }
}

/** The progress of work that consists of runs, of which nobody knows how many they will be. */
export class RunsProgress {
  readonly #line = new StandingLine();
  #runs = 0;

  /** A run is over. */
  ran(): void {
    const runs = ++this.#runs;
    this.#line.show((elapsed) => `${runs} runs, ${(runs / elapsed * 1000).toFixed(1)} a second`);
  }

  /** All is done: the line goes. */
  end(): void {
    this.#line.clear();
  }
}

/** The progress of work of several stages, of each of which it is known how many events it has to do with. */
export class StagesProgress {
  readonly #line = new StandingLine();
  readonly #isSilent: boolean;
  #stage = { what: "", total: 0, beganAt: 0 };

  /**
   * Work that begins now.
   *
   * @param isSilent Whether nothing is shown of it: what it prints is progress enough.
   */
  constructor(isSilent: boolean) {
    this.#isSilent = isSilent;
  }

  /** A stage begins. @param what In words: `reading run.cbor`. */
  begin(what: string, total: number): void {
    this.#stage = { what, total, beganAt: this.#line.elapsed };
  }

  /** So many events of the stage are done. */
  reached(done: number): void {
    if (this.#isSilent) return;
    const { what, total, beganAt } = this.#stage;
    this.#line.show((elapsed) => {
      const rate = done / Math.max(elapsed - beganAt, 1) * 1000;
      const left = rate === 0 ? "" : `, ${Math.ceil((total - done) / rate)} s left`;
      return `${what}: ${done} of ${total} events, ${Math.round(rate)} a second${left}`;
    });
  }

  /** Something else is to be said, or all is done: the line goes. */
  clear(): void {
    this.#line.clear();
  }
}

/** The progress of some work that consists of equal steps. */
export class Progress {
  #total = 0;
  readonly #what: string;
  readonly #line = new StandingLine();
  #done = 0;
  #failed = 0;

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
    this.#line.show((elapsed) => {
      const rate = this.#done / elapsed * 1000;
      const left = Math.ceil((this.#total - this.#done) / rate);
      return `${this.#done} of ${this.#total} ${this.#what}, ${this.#failed} failed, ${rate.toFixed(1)} a second, ` +
        `${left} s left`;
    });
  }

  /** All is done: the line goes. */
  end(): void {
    this.#line.clear();
  }
}
