/**
 * What must leave the oldest sectors of the ring when the next one is opened.
 *
 * Copies are written first and adopted when the new sector's header has
 * committed them; if it comes to nothing, the index still points to what it
 * did before.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import { NO_BYTES } from "../../sim/layout/slab.ts";
import { RecordKind } from "./head_word.ts";
import { encodeIdentity, identityBytes } from "./log_format.ts";
import type { LogSector, RecordPlace } from "./log_window.ts";
import type { Carrier, RecordContent, SectorCursor } from "./carrier.ts";
import type { RingLog } from "./ring_log.ts";
import { CLEAR_PAYLOAD_BYTES, type PendingRecord, plainContent, scrubContent } from "./pending.ts";
import type { PendingScrub } from "./slot_reading.ts";
import type { Slot, SlotTable, ValueOnFlash } from "./slot_table.ts";

/** A part of a slot that was copied. */
interface Copy {
  readonly slot: Slot;
  readonly namePlace: RecordPlace | undefined;
  readonly value: ValueOnFlash | undefined;
}

/** What is copied, and where to. */
export interface CarryOverOptions {
  /** Takes the copies. */
  readonly log: RingLog;
  /** The slots. */
  readonly slots: SlotTable;
  /** Numbers of the slots of which only is known that they were lost, by the sector that says so. */
  readonly losses: (sector: LogSector | undefined) => readonly number[];
  /** The erasing of old keys that is not finished yet. */
  readonly scrub: PendingScrub | undefined;
  /** Whether sectors are left that it has not reached. */
  readonly isScrubbing: boolean;
  /** The last record of the log, if it is to be written again in the new sector. */
  readonly unsettled: PendingRecord | undefined;
  /** How much of a sector is not to be filled with copies, in bytes: it is for the last record. */
  readonly reserveBytes: number;
  /** Whether there is room for a spare sector beside what is needed. */
  readonly hasSpare: (retiredSectors: number) => boolean;
}

/** The copies for one new sector. */
export class CarryOver implements Carrier {
  readonly #options: CarryOverOptions;
  readonly #log: RingLog;
  readonly #slots: SlotTable;
  #copies: Copy[] = [];
  #losses = new Map<number, RecordPlace>();
  #scrubPlace: RecordPlace | undefined = undefined;

  /**
   * Nothing is copied yet.
   *
   * @param options What is copied, and where to.
   */
  constructor(options: CarryOverOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#slots = options.slots;
  }

  /** Where the record lies now that says that old keys are being erased, if it was copied. */
  get scrubPlace(): RecordPlace | undefined {
    return this.#scrubPlace;
  }

  /** A new sector: what was copied for another one is forgotten. */
  *begin(cursor: SectorCursor): Task<boolean> {
    this.#copies = [];
    this.#losses = new Map();
    this.#scrubPlace = undefined;
    const { unsettled, losses } = this.#options;
    if (unsettled !== undefined) {
      const { refusals } = this.#log;
      const content = (place: RecordPlace) => unsettled.content(place, true);
      const place = yield* this.#log.carry(cursor, unsettled.payloadBytes, content);
      if (place === undefined && this.#log.refusals > refusals) return false;
      // Without room for it the record stays where it is, as firm as it may be.
      this.#log.endAt(place === undefined ? unsettled.logEnd : unsettled.voidFrom);
    }
    return yield* this.#copyLosses(cursor, losses(undefined));
  }

  /** Whether old keys are being erased. */
  get isScrubbing(): boolean {
    return this.#options.isScrubbing;
  }

  /** How much room copies leave; where the last record stands before them it has taken that. */
  get reserveBytes(): number {
    return this.#options.unsettled === undefined ? this.#options.reserveBytes : 0;
  }

  /** Whether there is room for a spare sector. */
  hasSpare(retiredSectors: number): boolean {
    return this.#options.hasSpare(retiredSectors);
  }

  /** Copies what is still needed of the oldest sector. */
  *copy(cursor: SectorCursor, tail: LogSector): Task<boolean> {
    if (!(yield* this.#copySlots(cursor, tail))) return false;
    if (!(yield* this.#copyLosses(cursor, this.#options.losses(tail)))) return false;
    const { scrub } = this.#options;
    if (scrub?.place.sector !== tail || cursor.sector.header.sequence >= scrub.untilSequence) return true;
    this.#scrubPlace = yield* this.#log.carry(cursor, CLEAR_PAYLOAD_BYTES, scrubContent(scrub.untilSequence, true));
    return this.#scrubPlace !== undefined;
  }

  /** The new sector is open: the index points to the copies. */
  adopt(): void {
    for (const { slot, namePlace, value } of this.#copies) {
      slot.namePlace = namePlace ?? slot.namePlace;
      slot.value = value ?? slot.value;
    }
    for (const [number, place] of this.#losses) this.#slots.nameless.set(number, place);
  }

  *#copySlots(cursor: SectorCursor, tail: LogSector): Task<boolean> {
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

  /** Copies the report that slots were lost together with their names, which would be forgotten otherwise. */
  *#copyLosses(cursor: SectorCursor, numbers: readonly number[]): Task<boolean> {
    for (const number of numbers) {
      const place = yield* this.#log.carry(cursor, 0, plainContent(RecordKind.name, number, true));
      if (place === undefined) return false;
      this.#losses.set(number, place);
    }
    return true;
  }

  *#copy(
    cursor: SectorCursor,
    slot: Slot,
    withName: boolean,
    value: Uint8Array | undefined,
  ): Task<Copy | undefined> {
    const nameBytes = withName ? identityBytes(slot.identity.name.length) : 0;
    const storedBytes = value === undefined ? 0 : this.#slots.storedBytes(slot.identity.class, value.length);
    const kind = !withName ? RecordKind.value : value === undefined ? RecordKind.name : RecordKind.full;
    const head = { kind, carried: true, slot: slot.number };
    let stored: Uint8Array = NO_BYTES;
    const place = yield* this.#log.carry(cursor, nameBytes + storedBytes, (at): RecordContent => {
      if (value !== undefined) stored = this.#slots.seal(slot, at, value);
      return { head, payload: withName ? encodeIdentity(slot.identity, stored) : stored };
    });
    if (place === undefined) return undefined;
    return {
      slot,
      namePlace: withName ? place : undefined,
      value: value && { stored, place },
    };
  }
}
