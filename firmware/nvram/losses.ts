/**
 * What is known to be lost, although no name says what it was.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import { RecordKind } from "./head_word.ts";
import type { LogScan } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import { plainContent } from "./pending.ts";
import type { RingLog } from "./ring_log.ts";
import type { SlotTable } from "./slot_table.ts";
import { isNearlyBlank } from "./words.ts";

/** The losses of one store: slots without a name, sectors that are not whole, a part on which there was no log. */
export class Losses {
  readonly #slots: SlotTable;
  /**
   * Sectors in which something was lost that cannot be assigned to a slot; `undefined` if there was something on the part,
   * but no log.
   */
  #distrusted = new Set<LogSector | undefined>();

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
    return this.#slots.nameless.size + this.#distrusted.size;
  }

  /** Takes over what a scan has found. */
  adopt(scan: LogScan): void {
    this.#distrusted = new Set(scan.distrusted);
  }

  /** Looks at bytes of a part without a log, which should be blank: a few dead cells are nothing. */
  lookAt(bytes: Uint8Array): void {
    if (!isNearlyBlank(bytes)) this.#distrusted.add(undefined);
  }

  /**
   * Notes each loss in a record of its own, which a clear does not end: nobody knows that it was a secret.
   *
   * @param append Appends a record to the log.
   * @returns False if the part does not take it; each loss is still reported as it was.
   */
  *note(append: RingLog["append"]): Task<boolean> {
    const numbers = [...this.#slots.nameless.keys()];
    for (let more = this.#distrusted.size; more > 0; more--) {
      const number = this.#slots.freeNumber(numbers);
      if (number !== undefined) numbers.push(number);
    }
    for (const slot of numbers) {
      const place = yield* append(0, plainContent(RecordKind.name, slot, false));
      if (place === undefined) return false;
      this.#slots.nameless.set(slot, place);
    }
    this.#distrusted.clear();
    return true;
  }

  /**
   * Ends the report of all of them: sectors that say so leave the log, and slots without a name are deleted.
   *
   * @param advance Opens the next sector of the ring.
   * @param writeDelete Writes that a slot is free.
   * @returns False if the part does not take it.
   */
  *forget(advance: () => Task<boolean>, writeDelete: (slot: number) => Task<boolean>): Task<boolean> {
    while (this.#distrusted.size > 0) if (!(yield* advance())) return false;
    for (const number of [...this.#slots.nameless.keys()]) {
      if (!(yield* writeDelete(number))) return false;
      this.#slots.nameless.delete(number);
    }
    return true;
  }

  /** Sectors were freed, and what they had lost was noted in another one. */
  leave(freed: readonly LogSector[]): void {
    for (const sector of [undefined, ...freed]) this.#distrusted.delete(sector);
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
    const number = this.#distrusted.has(sector) ? this.#slots.freeNumber(taken) : undefined;
    if (number !== undefined) numbers.push(number);
    return numbers;
  }
}
