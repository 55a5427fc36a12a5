/**
 * What accidents have taken, and until when: power of adapters and of the
 * host, ways over the wire.
 *
 * @module
 */

import type { Cycle } from "../../kernel/task.ts";

/** Knows until when things are away: several accidents may have taken one, and it is back when the last of them ends. */
export class Outages {
  readonly #ends = new Map<string, Cycle>();

  /** Until when a thing is away that is not there: for good, if no accident has said how long. */
  endOf(what: string): Cycle {
    return this.#ends.get(what) ?? Infinity;
  }

  /**
   * An accident takes something.
   *
   * @param until When it would be back; `Infinity` if for good.
   * @param isThere Whether it was there until now.
   */
  begin(what: string, until: Cycle, isThere: boolean): void {
    this.#ends.set(what, isThere ? until : Math.max(this.endOf(what), until));
  }

  /** It is there again, or will be by the next end, whatever has taken it. */
  forget(what: string): void {
    this.#ends.delete(what);
  }

  /**
   * An accident that has taken something ends now.
   *
   * @returns Whether it is back: none is in force that ends later.
   */
  end(what: string, now: Cycle): boolean {
    if (this.endOf(what) > now) return false;
    this.#ends.delete(what);
    return true;
  }
}
