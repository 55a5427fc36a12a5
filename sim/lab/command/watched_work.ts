/**
 * Work of several stages that takes as long as a file is long: on a terminal a
 * line tells how far it is, and it can be ended.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { interruptedCode, listenForInterruption } from "./interruption.ts";
import { StagesProgress } from "./progress.ts";
import { tell } from "./terminal.ts";

/** After so long without one the program hears signals. */
const SLICE_MILLISECONDS = 50;

/** A stage: what it says is how many of its events are done; what it comes to is its result. */
export type Stage<T> = Generator<number, T>;

/** The user has wished an end: what was begun is taken away. */
class StageInterrupted extends InputError {}

/** Takes work through, and hears the user meanwhile. */
export class WatchedWork {
  readonly #wish: AbortSignal;
  readonly #progress: StagesProgress;
  #heardAt = performance.now();

  /**
   * Work that begins now.
   *
   * @param wish The user's wish that it ends.
   */
  constructor(wish: AbortSignal, progress: StagesProgress) {
    this.#wish = wish;
    this.#progress = progress;
  }

  /**
   * Takes a stage through to its end.
   *
   * @param what What is done, in words: `reading run.cbor`.
   * @param total How many events there are.
   * @throws {InputError} The user has wished an end; or the stage throws one.
   */
  async take<T>(what: string, total: number, stage: Stage<T>): Promise<T> {
    this.#progress.begin(what, total);
    for (let step = stage.next();;) {
      if (step.done === true) return step.value;
      this.#progress.reached(step.value);
      step = await this.#isHeard() ? stage.throw(new StageInterrupted(what)) : stage.next();
    }
  }

  /** Whether the user has wished an end; looks now and then. */
  async #isHeard(): Promise<boolean> {
    if (performance.now() - this.#heardAt < SLICE_MILLISECONDS) return false;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#heardAt = performance.now();
    return this.#wish.aborted;
  }
}

/**
 * Does work that can be ended.
 *
 * @param isSilent Whether what it prints is progress enough.
 * @returns The exit code: that of the work, or of the signal that has ended it.
 */
export async function watched(isSilent: boolean, work: (watch: WatchedWork) => Promise<number>): Promise<number> {
  const { signal, close } = listenForInterruption();
  const progress = new StagesProgress(isSilent);
  try {
    return await work(new WatchedWork(signal, progress));
  } catch (error) {
    if (!(error instanceof StageInterrupted)) throw error;
    progress.clear();
    tell(`hbasim: interrupted while ${error.message}`);
    return interruptedCode(signal);
  } finally {
    progress.clear();
    close();
  }
}
