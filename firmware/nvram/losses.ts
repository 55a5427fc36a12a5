/**
 * What is known to be lost, although no name says what it was.
 *
 * @module
 */

import type { LogScan } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import type { SlotTable } from "./slot_table.ts";
import { countOnes } from "./words.ts";

/** So many bits that are not erased say nothing of what was on a part before. */
const DEAD_CELLS = 8;

/** The losses of one store: slots without a name, sectors that are not whole, a part on which there was no log. */
export class Losses {
  readonly #slots: SlotTable;
  /** Sectors in which something was lost that cannot be assigned to a slot. */
  #distrusted = new Set<LogSector>();
  /** There was something on the part, but no log. */
  #unexplained = false;

  /**
   * No losses.
   *
   * @param slots The slots; they know which of them have lost their names.
   */
  constructor(slots: SlotTable) {
    this.#slots = slots;
  }

  /** How many there are, at least. */
  get count(): number {
    return this.#slots.nameless.size + this.#distrusted.size + (this.#unexplained ? 1 : 0);
  }

  /** Takes over what a scan has found. */
  adopt(scan: LogScan): void {
    this.#distrusted = new Set(scan.distrusted);
    this.#unexplained = false;
  }

  /** Looks at bytes of a part without a log, which should be blank: a few dead cells are nothing. */
  lookAt(bytes: Uint8Array): void {
    this.#unexplained = 8 * bytes.length - countOnes(bytes) > DEAD_CELLS;
  }

  /** Sectors were freed, and what they had lost was noted in another one. */
  leave(freed: readonly LogSector[]): void {
    for (const sector of freed) this.#distrusted.delete(sector);
    this.#unexplained = false;
  }

  /**
   * Slots without a name that lie in a sector. What was lost there without even a slot is given one.
   *
   * @param sector Which one; `undefined` for what was on the part before the log.
   * @param taken Numbers of slots that are not to be given.
   */
  lossesIn(sector: LogSector | undefined, taken: readonly number[]): readonly number[] {
    const numbers: number[] = [];
    for (const [number, place] of this.#slots.nameless) if (place.sector === sector) numbers.push(number);
    const isLost = sector === undefined ? this.#unexplained : this.#distrusted.has(sector);
    const number = isLost ? this.#slots.freeNumber(taken) : undefined;
    if (number !== undefined) numbers.push(number);
    return numbers;
  }
}
