/**
 * The RAM index of the store: which record is in which slot, and where its
 * name and value lie on flash. Secret values stay sealed here, too.
 *
 * @module
 */

import {
  classAt,
  IDENTITY_OVERHEAD_BYTES,
  identityBytes,
  identityKey,
  nameRangeAt,
  RECORD_OVERHEAD_BYTES,
  valueRangeAt,
} from "./log_format.ts";
import type { LogScan, LogSector, RecordPlace, ScannedSlot } from "./log_scan.ts";
import { SLOT_LIMIT } from "./head_word.ts";
import type { Sealer } from "./sealer.ts";
import { isSecret, type RecordClass, type RecordIdentity } from "./store.ts";

/** A value as it lies on flash. */
export interface ValueOnFlash {
  /** The bytes, sealed if the class is secret. */
  readonly stored: Uint8Array;
  /** The record that holds them. */
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
  readonly #slots = new Map<number, Slot>();
  readonly #numbers = new Map<string, number>();
  #footprintBytes = 0;

  /**
   * An empty table.
   *
   * @param sealer Seals secret values.
   */
  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** How many slots are in use. */
  get size(): number {
    return this.#slots.size;
  }

  /** What all records may take up on flash, in bytes. */
  get footprintBytes(): number {
    return this.#footprintBytes;
  }

  /** The slots, in no order that means anything. */
  values(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  /** The slots, in order of their numbers. */
  inOrder(): readonly Slot[] {
    return [...this.#slots.values()].sort((left, right) => left.number - right.number);
  }

  /** The slot of a record. */
  find(identity: RecordIdentity): Slot | undefined {
    const number = this.#numbers.get(identityKey(identity));
    return number === undefined ? undefined : this.#slots.get(number);
  }

  /** The lowest number not in use; `undefined` if there is none. */
  freeNumber(): number | undefined {
    for (let number = 0; number < SLOT_LIMIT; number++) if (!this.#slots.has(number)) return number;
    return undefined;
  }

  /** Puts a slot in place of what has its number. */
  set(slot: Slot): void {
    this.remove(slot.number);
    this.#slots.set(slot.number, slot);
    this.#numbers.set(identityKey(slot.identity), slot.number);
    this.#footprintBytes += slotFootprintBytes(slot);
  }

  /** Frees a slot. */
  remove(number: number): void {
    const slot = this.#slots.get(number);
    if (slot === undefined) return;
    this.#slots.delete(number);
    this.#numbers.delete(identityKey(slot.identity));
    this.#footprintBytes -= slotFootprintBytes(slot);
  }

  /**
   * Takes over what a scan has found, and opens each secret to see that it is authentic.
   *
   * @param scan The scan.
   * @param region The bytes that were scanned.
   * @param sectorBytes The part's sector size.
   * @returns How many slots have a name that cannot be read.
   */
  adopt(scan: LogScan, region: Uint8Array, sectorBytes: number): number {
    const bytesOf = ({ index }: LogSector) => region.subarray(index * sectorBytes, (index + 1) * sectorBytes);
    let nameless = 0;
    for (const [number, scanned] of scan.slots) {
      if (scanned.name === undefined) continue;
      const slot = readSlot(number, scanned, scanned.name, bytesOf);
      if (slot === undefined) {
        nameless++;
        continue;
      }
      if (isSecret(slot.identity.class)) {
        const value = this.open(slot);
        if (value === undefined) slot.value = undefined;
        else value.fill(0);
      }
      this.set(slot);
    }
    return nameless;
  }

  /** How many bytes a value has on flash. */
  storedBytes(recordClass: RecordClass, valueBytes: number): number {
    return valueBytes + (isSecret(recordClass) ? this.#sealer.overheadBytes : 0);
  }

  /** A value as it is to lie at a place. */
  seal({ number, identity }: Pick<Slot, "number" | "identity">, place: RecordPlace, value: Uint8Array): Uint8Array {
    if (!isSecret(identity.class)) return value.slice();
    return this.#sealer.seal(identityBytes(identity), boxPlace(number, place), value);
  }

  /** A copy of a slot's value; `undefined` if it is damaged or not authentic. */
  open({ number, identity, value }: Slot): Uint8Array | undefined {
    if (value === undefined) return undefined;
    if (!isSecret(identity.class)) return value.stored.slice();
    return this.#sealer.open(identityBytes(identity), boxPlace(number, value.place), value.stored);
  }

  /** Whether a slot has this value. */
  holds(slot: Slot, value: Uint8Array): boolean {
    const held = this.open(slot);
    if (held === undefined) return false;
    const same = held.length === value.length && held.every((byte, index) => byte === value[index]);
    held.fill(0);
    return same;
  }
}

/**
 * The most that a record can take up on flash: its name and its value may lie in two records.
 *
 * @param nameBytes Length of the name.
 * @param storedBytes Length of the value as it is stored.
 */
export function footprintBytes(nameBytes: number, storedBytes: number): number {
  return 2 * RECORD_OVERHEAD_BYTES + IDENTITY_OVERHEAD_BYTES + nameBytes + storedBytes;
}

/** {@linkcode footprintBytes} of a slot; a damaged value takes up nothing. */
export function slotFootprintBytes({ identity, value }: Slot): number {
  return footprintBytes(identity.name.length, value?.stored.length ?? 0);
}

function readSlot(
  number: number,
  { value, damaged }: ScannedSlot,
  namePlace: RecordPlace,
  bytesOf: (sector: LogSector) => Uint8Array,
): Slot | undefined {
  const sector = bytesOf(namePlace.sector);
  const recordClass = classAt(sector, namePlace.offset);
  const range = nameRangeAt(sector, namePlace.offset);
  if (recordClass === undefined || range === undefined) return undefined;
  const identity = { class: recordClass, name: sector.slice(range.start, range.end) };
  if (damaged || value === undefined) return { number, identity, namePlace, value: undefined };
  const from = bytesOf(value.sector);
  const { start, end } = valueRangeAt(from, value.offset);
  return { number, identity, namePlace, value: { stored: from.slice(start, end), place: value } };
}

function boxPlace(slot: number, { sector, offset }: RecordPlace) {
  return { openId: sector.header.openId, sequence: sector.header.sequence, offset, slot };
}
