/**
 * What the store may still take: as a whole, and in the head.
 *
 * @module
 */

import type { Capacity } from "./capacity.ts";
import { AGAIN_OVERHEAD_BYTES, roomBytes } from "./log_format.ts";
import type { LogSector } from "./log_window.ts";
import type { RingLog } from "./ring_log.ts";
import type { SlotTable } from "./slot_table.ts";

/** The room of one store. */
export class Room {
  readonly #capacity: Capacity;
  readonly #slots: SlotTable;
  readonly #log: RingLog;
  readonly #programBytes: number;
  /** With so much in it the log has found no spare sector in a turn of the ring: places of sectors are bad. */
  #crampedBytes = Infinity;

  /**
   * The room of a store.
   *
   * @param capacity How much always fits.
   * @param slots What is stored.
   * @param log Where it is stored.
   */
  constructor(capacity: Capacity, slots: SlotTable, log: RingLog) {
    this.#capacity = capacity;
    this.#slots = slots;
    this.#log = log;
    this.#programBytes = log.writer.programBytes;
  }

  /**
   * Whether the log may hold so many bytes more. What is in it may change as long as it gets no longer, however much it
   * is: a sector was retired since, or an earlier version accepted more.
   */
  accepts(more: number): boolean {
    return more <= 0 || this.#slots.footprintBytes + more <= this.#capacity.bytes(this.#log.retired.size);
  }

  /** Whether there is room to keep a sector free besides the one that is opened next. */
  hasSpare(retiredSectors: number): boolean {
    const { footprintBytes } = this.#slots;
    return footprintBytes <= this.#capacity.bytes(retiredSectors) && footprintBytes < this.#crampedBytes;
  }

  /** Notes whether a turn of the ring has found no spare sector for what is stored now. */
  noteCramped(isCramped: boolean): void {
    this.#crampedBytes = isCramped ? this.#slots.footprintBytes : Infinity;
  }

  /**
   * Whether the head may take a record: never so much of a sector is needed that its copies could not stand behind what
   * may have to stand before them. Where words take one program the record leaves room to be written again.
   */
  inHead(payloadBytes: number): boolean {
    const { head, roomBytes: leftBytes } = this.#log;
    const lengthBytes = roomBytes(payloadBytes, this.#programBytes);
    const behindBytes = leftBytes - lengthBytes;
    if (head === undefined || behindBytes < this.#againBytes(payloadBytes)) return false;
    if (behindBytes >= this.#capacity.reserveBytes) return true;
    return this.#slots.neededBytes(head) + lengthBytes <= this.#capacity.liveBytes;
  }

  /** Whether more of a sector is needed than copies of it can take. */
  isOverfull(sector: LogSector): boolean {
    return this.#slots.neededBytes(sector) > this.#capacity.liveBytes;
  }

  /** How much room a record needs behind it to be written again, one word further on. */
  #againBytes(payloadBytes: number): number {
    if (this.#programBytes === 1) return 0;
    return this.#programBytes + roomBytes(payloadBytes + AGAIN_OVERHEAD_BYTES, this.#programBytes);
  }
}
