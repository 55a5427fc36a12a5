/**
 * The order of events that are pending in one cycle: first in first out, but
 * for what a tape or a strategy says.
 *
 * @module
 */

import type { PendingEvent, TieOrder } from "./tie_order.ts";
import type { EventName, TieDeviation } from "./tape.ts";

/** Decides ties by a tape, and where that says nothing by a strategy. */
export class Ties implements TieOrder {
  /** What was not as by default, in order. */
  readonly taken: TieDeviation[] = [];
  /** What the tape says and has not come to pass. */
  readonly left: Set<TieDeviation>;
  readonly #strategy: ((pending: readonly PendingEvent[], cycle: number) => number) | undefined;
  /** How many events of each name were dispatched. */
  readonly #counts = new Map<string, Map<string, number>>();

  /**
   * Made with:
   *
   * @param tape What comes before what.
   * @param strategy Is asked where there is a choice of which the tape says nothing; returns an index, 0 by default.
   */
  constructor(tape: readonly TieDeviation[], strategy?: (pending: readonly PendingEvent[], cycle: number) => number) {
    this.left = new Set(tape);
    this.#strategy = strategy;
  }

  next(pending: readonly PendingEvent[], cycle: number): number {
    const index = pending.length === 1 ? 0 : this.#choose(pending, cycle);
    const chosen = pending[index];
    if (chosen === undefined) return index;
    const { who, what } = chosen;
    let counts = this.#counts.get(who);
    if (counts === undefined) this.#counts.set(who, counts = new Map());
    counts.set(what, (counts.get(what) ?? 0) + 1);
    return index;
  }

  #choose(pending: readonly PendingEvent[], cycle: number): number {
    const [head] = pending;
    if (head === undefined) return 0;
    const before = this.#nameOf(pending, 0);
    for (const deviation of this.left) {
      if (!isSame(deviation.before, before)) continue;
      const index = pending.findIndex((each, place) =>
        isOfName(each, deviation.first) && isSame(this.#nameOf(pending, place), deviation.first)
      );
      if (index <= 0) continue;
      this.left.delete(deviation);
      this.taken.push(deviation);
      return index;
    }
    const index = this.#strategy?.(pending, cycle) ?? 0;
    if (index !== 0 && pending[index] !== undefined) {
      this.taken.push({ decision: "tie", first: this.#nameOf(pending, index), before });
    }
    return index;
  }

  /** Which of its name an event is: those before it in the cycle are dispatched before it, if nobody says otherwise. */
  #nameOf(pending: readonly PendingEvent[], place: number): EventName {
    const { who, what } = pending[place] as PendingEvent;
    let ordinal = (this.#counts.get(who)?.get(what) ?? 0) + 1;
    for (let before = 0; before < place; before++) {
      if (isOfName(pending[before] as PendingEvent, { who, what })) ordinal++;
    }
    return { who, what, ordinal };
  }
}

function isOfName(a: PendingEvent, b: PendingEvent): boolean {
  return a.who === b.who && a.what === b.what;
}

function isSame(a: EventName, b: EventName): boolean {
  return a.ordinal === b.ordinal && isOfName(a, b);
}
