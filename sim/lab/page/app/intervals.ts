/**
 * Which of many intervals reach into a window, without a look at all of them.
 *
 * @module
 */

/** An interval of events. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/** How many intervals share one entry of the index. */
const BLOCK = 128;

/** Intervals in the order of their beginnings. */
export class Intervals<T extends Interval> {
  readonly #all: readonly T[];
  /** The last event that any of a block reaches. */
  readonly #reach: readonly number[];

  /** @param all In the order of their beginnings. */
  constructor(all: readonly T[]) {
    this.#all = all;
    this.#reach = Array.from({ length: Math.ceil(all.length / BLOCK) }, (_, block) => {
      return all.slice(block * BLOCK, (block + 1) * BLOCK).reduce((most, { last }) => Math.max(most, last), -1);
    });
  }

  /** Those that begin not after `last` and end not before `first`. */
  between(first: number, last: number): readonly T[] {
    const found: T[] = [];
    for (const [block, reach] of this.#reach.entries()) {
      const begin = block * BLOCK;
      if ((this.#all[begin]?.first ?? Infinity) > last) break;
      if (reach < first) continue;
      for (const each of this.#all.slice(begin, begin + BLOCK)) {
        if (each.first > last) break;
        if (each.last >= first) found.push(each);
      }
    }
    return found;
  }
}
