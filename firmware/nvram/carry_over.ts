/**
 * What must leave the oldest sector of the ring when the next one is opened.
 *
 * Copies are written first and adopted when the new sector's header has
 * committed them; if it comes to nothing, the index still points to what it
 * did before.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import { RecordKind } from "./head_word.ts";
import { encodeIdentity, IDENTITY_OVERHEAD_BYTES } from "./log_format.ts";
import type { RecordPlace } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import type { RingLog, SectorCursor } from "./ring_log.ts";
import type { Slot, SlotTable, ValueOnFlash } from "./slot_table.ts";

/** A part of a slot that was copied. */
interface Copy {
  readonly slot: Slot;
  readonly namePlace: RecordPlace | undefined;
  readonly value: ValueOnFlash | undefined;
}

const NO_BYTES = new Uint8Array(0);

/** The copies for one new sector. */
export class CarryOver {
  readonly #log: RingLog;
  readonly #slots: SlotTable;
  readonly #copies: Copy[] = [];
  readonly #losses = new Map<number, RecordPlace>();

  /**
   * Nothing is copied yet.
   *
   * @param log Takes the copies.
   * @param slots What is copied.
   */
  constructor(log: RingLog, slots: SlotTable) {
    this.#log = log;
    this.#slots = slots;
  }

  /**
   * Copies names and values that lie in the oldest sector.
   *
   * @param cursor Where to; moved behind the copies.
   * @param tail The oldest sector.
   * @returns False if there is no room.
   */
  *copySlots(cursor: SectorCursor, tail: LogSector): Task<boolean> {
    for (const slot of this.#slots.values()) {
      const withName = slot.namePlace.sector === tail;
      const value = slot.value?.place.sector === tail ? this.#slots.open(slot) : undefined;
      if (!withName && value === undefined) continue;
      const copy = yield* this.#copy(cursor, slot, withName, value);
      value?.fill(0);
      if (copy === undefined) return false;
      this.#copies.push(copy);
    }
    return true;
  }

  /**
   * Copies the report that slots were lost together with their names, which would be forgotten otherwise.
   *
   * @param cursor Where to; moved behind the copies.
   * @param numbers The slots.
   * @returns False if there is no room.
   */
  *copyLosses(cursor: SectorCursor, numbers: readonly number[]): Task<boolean> {
    for (const number of numbers) {
      const head = { kind: RecordKind.name, carried: true, slot: number };
      const place = yield* this.#log.carry(cursor, 0, () => ({ head, payload: NO_BYTES }));
      if (place === undefined) return false;
      this.#losses.set(number, place);
    }
    return true;
  }

  /** The new sector is open: the index points to the copies. */
  adopt(): void {
    for (const { slot, namePlace, value } of this.#copies) {
      slot.namePlace = namePlace ?? slot.namePlace;
      slot.value = value ?? slot.value;
    }
    for (const [number, place] of this.#losses) this.#slots.setNameless(number, place);
  }

  *#copy(
    cursor: SectorCursor,
    slot: Slot,
    withName: boolean,
    value: Uint8Array | undefined,
  ): Task<Copy | undefined> {
    const nameBytes = withName ? IDENTITY_OVERHEAD_BYTES + slot.identity.name.length : 0;
    const storedBytes = value === undefined ? 0 : this.#slots.storedBytes(slot.identity.class, value.length);
    const kind = !withName ? RecordKind.value : value === undefined ? RecordKind.name : RecordKind.full;
    const head = { kind, carried: true, slot: slot.number };
    let stored: Uint8Array = NO_BYTES;
    const place = yield* this.#log.carry(cursor, nameBytes + storedBytes, (at) => {
      stored = value === undefined ? NO_BYTES : this.#slots.seal(slot, at, value);
      return { head, payload: withName ? encodeIdentity(slot.identity, stored) : stored };
    });
    if (place === undefined) return undefined;
    return {
      slot,
      namePlace: withName ? place : undefined,
      value: value === undefined ? undefined : { stored, place },
    };
  }
}
