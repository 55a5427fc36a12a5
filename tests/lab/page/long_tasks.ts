/** Tasks of a page that hold it up, and how slow the machine is that they run on. */

import type { Page } from "playwright-core";

/** What a page has in common with what the tests put into it. */
declare global {
  /** How long each took that nobody has asked for yet, in milliseconds. */
  var longTasks: number[];
}

/** Tasks over this are long, in milliseconds: that is the browsers' definition, too. */
const LONG = 50;

/** How long {@linkcode calculate} takes on the machine that the bound of 50 ms is meant for, in milliseconds. */
const REFERENCE = 5.5;

/** The tasks of a page, from now on. */
export class LongTasks {
  private constructor(readonly page: Page) {}

  /** Begins to watch, or goes on. */
  static async watch(page: Page): Promise<LongTasks> {
    await page.evaluate(() => {
      const isWatched = "longTasks" in globalThis;
      globalThis.longTasks = [];
      if (isWatched) return;
      const observer = new PerformanceObserver((list) => {
        globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
      });
      observer.observe({ type: "longtask" });
    });
    return new LongTasks(page);
  }

  /** The longest task while something is done, in milliseconds; 0 if none is longer than 50. */
  async longestWhile(does: () => Promise<unknown>): Promise<number> {
    await does();
    return Math.max(0, ...await this.#take());
  }

  /** How long a task may be on this machine, as busy as it is now: 50 ms, more if it is slower than the reference. */
  async bound(): Promise<number> {
    return LONG * Math.max(1, await this.page.evaluate(calculate) / REFERENCE);
  }

  /** What has been observed since it was last asked; a task is told of some time after it has ended. */
  #take(): Promise<readonly number[]> {
    return this.page.evaluate(() =>
      new Promise<readonly number[]>((done) => setTimeout(() => done(globalThis.longTasks.splice(0)), 500))
    );
  }
}

/** A fixed calculation; gives the median of the times that it takes, in milliseconds. */
function calculate(): number {
  const times = Array.from({ length: 9 }, () => {
    const begin = performance.now();
    let state = 1;
    // Numerical Recipes' generator. Its end is looked at, so that it is not left out.
    for (let step = 0; step < 5_000_000; step++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return performance.now() - begin + (state === 0 ? 1 : 0);
  });
  return times.toSorted((a, b) => a - b)[4] ?? 0;
}
