/**
 * The RAM index of the store: which record is in which slot, and where its
 * name and value lie on flash. Secret values stay sealed here, too.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { copyBytes } from "../../sim/layout/slab.ts";
import { SLOT_LIMIT } from "./head_word.ts";
import { identityAt, identityBytes, keyOf, roomBytes, valueAt, voidFromAt } from "./log_format.ts";
import type { LogScan } from "./log_scan.ts";
import type { LogSector, RecordPlace } from "./log_window.ts";
import type { BoxPlace, Sealer } from "./sealer.ts";
import { latenessOf, PASSED, type ScannedSlot } from "./slot_reading.ts";
import { isSealed, isSecret, type RecordClass, type RecordIdentity } from "./store.ts";

/** A value as it lies on flash. */
export interface ValueOnFlash {
  /** The bytes, sealed if the class is. */
  readonly stored: Uint8Array;
  /** The record that holds them; of one that was written again the one before that. */
  readonly place: RecordPlace;
}

/** A slot in use. */
export interface Slot {
  /** Its number. */
  readonly number: number;
  /** Whose it is. */
  readonly identity: RecordIdentity;
  /** The record that holds the name. */
  namePlace: RecordPlace;
  /** The value; `undefined` if it is damaged. */
  value: ValueOnFlash | undefined;
}

/** All slots in use. */
export class SlotTable {
  readonly #sealer: Sealer;
  /** By number. */
  readonly #slots: (Slot | undefined)[] = [];
  /** Their numbers by class and name. */
  readonly #numbers = new Map<string, number>();
  /** Slots whose name is lost, with the record that tells: what they held is not known, and no other gets their number. */
  readonly nameless = new Map<number, RecordPlace>();
  /** Slots with the name of another slot whose records are newer: they count no more, and no other gets their number. */
  readonly superseded = new Set<number>();
  readonly #largestStoredBytes: number;
  readonly #programBytes: number;
  #footprintBytes = 0;

  /**
   * An empty table.
   *
   * @param sealer Seals secret values.
   * @param maxValueBytes The longest value, in bytes.
   * @param programBytes The part's unit of programming, in bytes.
   */
  constructor(sealer: Sealer, maxValueBytes: number, programBytes: number) {
    this.#sealer = sealer;
    this.#programBytes = programBytes;
    this.#largestStoredBytes = maxValueBytes + sealer.overheadBytes;
  }

  /** What all records may take up on flash, in bytes. */
  get footprintBytes(): number {
    return this.#footprintBytes + this.nameless.size * roomBytes(0, this.#programBytes);
  }

  /** What a slot may take up on flash, in bytes: a damaged value as much as the largest, so that it can be set again. */
  slotFootprintBytes({ identity, value }: Slot): number {
    return footprintBytes(identity.name.length, value?.stored.length ?? this.#largestStoredBytes, this.#programBytes);
  }

  /** How much of a sector is needed, in bytes: what copies of it would take. */
  neededBytes(sector: LogSector): number {
    let needed = 0;
    for (const { identity, namePlace, value } of this.values()) {
      const nameBytes = namePlace.sector === sector ? identityBytes(identity.name.length) : 0;
      const valueBytes = value?.place.sector === sector ? value.stored.length : 0;
      if (nameBytes + valueBytes > 0) needed += roomBytes(nameBytes + valueBytes, this.#programBytes);
    }
    for (const place of this.nameless.values()) {
      if (place.sector === sector) needed += roomBytes(0, this.#programBytes);
    }
    return needed;
  }

  /** The slots that there are now, in order of their numbers. */
  values(): readonly Slot[] {
    return this.#slots.filter((slot) => slot !== undefined);
  }

  /** The slot of a number. */
  at(number: number): Slot | undefined {
    return this.#slots[number];
  }

  /** The slot of a record. */
  find(identity: RecordIdentity): Slot | undefined {
    const number = this.#numbers.get(keyOf(identity));
    return number === undefined ? undefined : this.#slots[number];
  }

  /**
   * The lowest number not in use; `undefined` if there is none.
   *
   * @param taken Numbers that are about to be used.
   */
  freeNumber(taken: readonly number[] = []): number | undefined {
    for (let number = 0; number < SLOT_LIMIT; number++) {
      if (taken.includes(number)) continue;
      if (this.#slots[number] !== undefined || this.nameless.has(number)) continue;
      if (!this.superseded.has(number)) return number;
    }
    return undefined;
  }

  /** Puts a slot in place of what has its number. */
  set(slot: Slot): void {
    const { number, identity } = slot;
    const before = this.#slots[number];
    // Most often another value, or another place: its key is found already.
    if (before?.identity !== identity) {
      this.remove(number);
      this.#numbers.set(keyOf(identity), number);
    } else this.#footprintBytes -= this.slotFootprintBytes(before);
    while (this.#slots.length <= number) this.#slots.push(undefined);
    this.#slots[number] = slot;
    this.#footprintBytes += this.slotFootprintBytes(slot);
  }

  /** Frees a slot. */
  remove(number: number): void {
    const slot = this.#slots[number];
    if (slot === undefined) return;
    this.#slots[number] = undefined;
    this.#numbers.delete(keyOf(slot.identity));
    this.#footprintBytes -= this.slotFootprintBytes(slot);
  }

  /**
   * Takes over what a scan has found, in place of all else, and verifies that each secret is authentic.
   *
   * @param scan The scan.
   * @param region The bytes that were scanned.
   * @param sectorBytes The part's sector size.
   */
  adopt(scan: LogScan, region: Uint8Array, sectorBytes: number): void {
    this.#slots.length = 0;
    this.#numbers.clear();
    this.nameless.clear();
    this.superseded.clear();
    this.#footprintBytes = 0;
    for (
      const [number, scanned] of [...scan.slots].sort(([, left], [, right]) => latenessOf(left) - latenessOf(right))
    ) {
      const slot = readSlot(number, scanned, region, sectorBytes);
      if (slot !== undefined && this.#isOwner(slot, scanned)) {
        if (!this.#isAuthentic(slot)) slot.value = undefined;
        // Of two slots of one name the one with the newer records counts: the other was lost when that was written.
        const older = this.find(slot.identity)?.number;
        if (older !== undefined) {
          const { passing, last } = scan.slots.get(older) as ScannedSlot;
          // Its name may be another's by now, who is not to be deleted.
          if (passing < PASSED) this.superseded.add(older);
          else this.nameless.set(older, last);
          this.remove(older);
        }
        this.set(slot);
        // Its older records would be a loss once the name has left the log.
      } else if (scanned.value === undefined && !scanned.damaged) this.superseded.add(number);
      else if (!scanned.cleared) this.nameless.set(number, scanned.noted ?? scanned.last);
    }
  }

  /**
   * Whether the name that is known of a slot is still whose it is. If it may be another's, a value that is there may be
   * that one's, too: a box tells, since it opens for its class and name only. Without a value the name is only reported.
   */
  #isOwner(slot: Slot, { passing, damaged }: ScannedSlot): boolean {
    return passing < PASSED || damaged || (isSealed(slot.identity.class) && this.#isAuthentic(slot));
  }

  /** How many bytes a value has on flash. */
  storedBytes(recordClass: RecordClass, valueBytes: number): number {
    return storedBytes(recordClass, valueBytes, this.#sealer.overheadBytes);
  }

  /** A value as it is to lie at a place. */
  seal({ number, identity }: Pick<Slot, "number" | "identity">, place: RecordPlace, value: Uint8Array): Uint8Array {
    return isSealed(identity.class) ? this.#sealer.seal(identity, boxPlace(number, place), value) : copyBytes(value);
  }

  /** A copy of a slot's value; `undefined` if it is damaged or not authentic. */
  open({ number, identity, value }: Slot): Uint8Array | undefined {
    if (value === undefined) return undefined;
    if (!isSealed(identity.class)) return copyBytes(value.stored);
    return this.#sealer.open(identity, boxPlace(number, value.place), value.stored);
  }

  #isAuthentic({ number, identity, value }: Slot): boolean {
    if (value === undefined || !isSealed(identity.class)) return true;
    return this.#sealer.verify(identity, boxPlace(number, value.place), value.stored);
  }

  /** Whether a slot has this value. */
  holds(slot: Slot, value: Uint8Array): boolean {
    const held = this.open(slot);
    if (held === undefined) return false;
    const same = equalBytes(held, value);
    held.fill(0);
    return same;
  }
}

/**
 * The most that a record can take up on flash: its name and its value may lie in two records.
 *
 * @param nameBytes Length of the name.
 * @param storedBytes Length of the value as it is stored.
 * @param programBytes The part's unit of programming.
 */
export function footprintBytes(nameBytes: number, storedBytes: number, programBytes: number): number {
  return roomBytes(identityBytes(nameBytes), programBytes) + roomBytes(storedBytes, programBytes);
}

/**
 * Length of a value as it is stored.
 *
 * @param recordClass Says whether it is sealed.
 * @param valueBytes Length of the value.
 * @param overheadBytes By how many bytes sealing makes it longer.
 */
export function storedBytes(recordClass: RecordClass, valueBytes: number, overheadBytes: number): number {
  return valueBytes + (isSealed(recordClass) ? overheadBytes : 0);
}

function readSlot(
  number: number,
  { name: namePlace, value, damaged, cleared }: ScannedSlot,
  region: Uint8Array,
  sectorBytes: number,
): Slot | undefined {
  const addressOf = ({ sector, offset }: RecordPlace) => sector.index * sectorBytes + offset;
  const identity = namePlace && identityAt(region, addressOf(namePlace));
  if (namePlace === undefined || identity === undefined) return undefined;
  // The name of a secret that comes behind a clearing was written by a mount that could not read the clearing.
  if (damaged || value === undefined || (cleared && isSecret(identity.class))) {
    return { number, identity, namePlace, value: undefined };
  }
  const address = addressOf(value);
  const place = { sector: value.sector, offset: voidFromAt(region, address) ?? value.offset };
  return { number, identity, namePlace, value: { stored: valueAt(region, address), place } };
}

function boxPlace(slot: number, { sector, offset }: RecordPlace): BoxPlace {
  return { openId: sector.header.openId, sequence: sector.header.sequence, offset, slot };
}
