/**
 * What the records of a log mean for its slots, those that verify and those that are damaged, in their order.
 *
 * Updates of a value do not repeat the name. A slot passes from one name to another by two records, one that frees it
 * and a full one with the next name. So whatever else is lost, a value belongs to the name that was read last, unless
 * both of these may be among it: then nobody can say whose it is until a name is read again. A damaged full record alone
 * does no harm to the name: of a slot that nothing has freed, it had the same.
 *
 * @module
 */

import { headCarried, headKind, headPayloadBytes, headSlot, LogSlot, RecordKind } from "./head_word.ts";
import { contentAt, HEAD_BYTES, identityAt, keyOf, nameRangeAt, repairRecord } from "./log_format.ts";
import type { LogSector, RecordPlace } from "./log_window.ts";
import { SECTOR_BYTES_LIMIT } from "./sector_header.ts";
import { isSecret, type RecordIdentity } from "./store.ts";
import { readUint32 } from "./words.ts";

/** What the log says of a slot. */
export interface ScannedSlot {
  /** The last record about it. */
  last: RecordPlace;
  /** The record with the class and name, if one verifies or could be put right. */
  name: RecordPlace | undefined;
  /** How many of the records may be lost that have given the slot to another name since: up to {@linkcode PASSED}. */
  passing: number;
  /** The record with the newest value. */
  value: RecordPlace | undefined;
  /** A newer value was lost. */
  damaged: boolean;
  /** Secrets were cleared while the class of this slot was not known yet; a name that comes later shows it was none. */
  cleared: boolean;
  /** The last record that says that the name was lost, which no clearing ends: it may have been none of a secret. */
  noted: RecordPlace | undefined;
}

/** A record that frees a slot, and one with the next name. */
export const PASSED = 2;

/** Secrets that were cleared: old sectors are to be erased. */
export interface PendingScrub {
  /** Where the record that says so lies. */
  readonly place: RecordPlace;
  /** Sectors are to be opened until the head has this sequence: older ones may hold keys. */
  readonly untilSequence: number;
}

/** The slots of one log, as far as it has been read. */
export class SlotReading {
  /** The erasing of old keys, if the log says that it may not be finished. */
  scrub: PendingScrub | undefined = undefined;
  readonly #sectors: readonly Uint8Array[];
  readonly #slots = new Map<number, ScannedSlot>();
  readonly #distrusted = new Set<LogSector>();

  /**
   * No slots yet.
   *
   * @param sectors The bytes of all sectors.
   */
  constructor(sectors: readonly Uint8Array[]) {
    this.#sectors = sectors;
  }

  /** What is known of each slot. */
  get slots(): ReadonlyMap<number, ScannedSlot> {
    return this.#slots;
  }

  /** Sectors in which something was lost that cannot be assigned to a slot. */
  get distrusted(): ReadonlySet<LogSector> {
    return this.#distrusted;
  }

  /** A record that verifies. */
  take(place: RecordPlace): void {
    const bytes = this.#bytesOf(place);
    const at = contentAt(bytes, place.offset);
    if (at === undefined) return;
    const word = readUint32(bytes, at);
    const number = headSlot(word);
    const kind = headKind(word);
    if (kind === RecordKind.full) {
      this.#noteReplaced(number, place);
      this.#slots.set(number, { ...newSlot(place), name: place, value: place });
    } else if (kind === RecordKind.name) {
      const slot = this.#slot(number, place);
      // A name is carried behind the value that it belongs to. Without a name, it says that both were lost.
      if (headPayloadBytes(word) !== 0) {
        // Not to another, whose name is certain.
        slot.damaged = this.#noteReplaced(number, place) || slot.damaged;
        Object.assign(slot, { name: place, passing: 0 });
      } else Object.assign(slot, { name: undefined, damaged: true, cleared: false, noted: place });
    } else if (kind === RecordKind.value) {
      const slot = this.#slot(number, place);
      slot.value = place;
      slot.damaged = false;
      // Had the slot been freed, its next name would have been read.
      if (slot.passing < PASSED) slot.passing = 0;
      // It was written after the secrets were cleared: its slot was none of them.
      slot.cleared = false;
    } else if (kind === RecordKind.delete) {
      this.#deleteOlder(number);
      this.#slots.delete(number);
    } else if (kind === RecordKind.clearSecrets) {
      this.scrub = { place, untilSequence: readUint32(bytes, at + HEAD_BYTES) };
      if (!headCarried(word)) this.#clearSecrets();
    }
    // Others say nothing of a slot.
  }

  /**
   * A record that does not verify.
   *
   * @param place Where it lies.
   * @param word Its head, put right.
   */
  noteDamaged(place: RecordPlace, word: number): void {
    const kind = headKind(word);
    if (kind === RecordKind.full || kind === RecordKind.name) return this.#noteDamagedName(place, word);
    if (kind === RecordKind.value || kind === RecordKind.delete) {
      const slot = this.#slot(headSlot(word), place);
      slot.damaged = true;
      slot.cleared = false;
      // A value behind it is of another name.
      if (kind === RecordKind.delete) slot.passing = PASSED;
    }
    // What was written again was one record of any kind; which sectors are retired is said elsewhere, too.
    if (kind === RecordKind.log && headSlot(word) === LogSlot.again) this.distrustAll(place.sector, 1);
    // Others were written for no slot.
    if (kind !== RecordKind.clearSecrets || headCarried(word)) return;
    for (const slot of this.#slots.values()) {
      if (slot.name !== undefined && !this.#isSecretAt(slot.name)) continue;
      slot.damaged = true;
      slot.passing = PASSED;
    }
  }

  /**
   * Something was lost that may have been newer than anything read so far.
   *
   * @param sector Where.
   * @param records How many records it may have been, if that is known.
   */
  distrustAll(sector: LogSector, records: number = PASSED): void {
    this.#distrusted.add(sector);
    for (const slot of this.#slots.values()) {
      slot.damaged = true;
      slot.passing = Math.min(PASSED, slot.passing + records);
    }
  }

  #noteDamagedName(place: RecordPlace, word: number): void {
    const bytes = this.#bytesOf(place);
    const slot = this.#slot(headSlot(word), place);
    // With its one wrong bit put right it still tells the name, which is needed to report the damage.
    const repaired = repairRecord(bytes, place.sector.header.sequence, place.offset) !== undefined;
    if (repaired && nameRangeAt(bytes, place.offset) !== undefined) Object.assign(slot, { name: place, passing: 0 });
    // Of a slot that nothing can have freed it had the name that is known. Else one was lost, perhaps none of a secret.
    else if (slot.passing > 0 || headPayloadBytes(word) === 0) slot.name = undefined;
    if (slot.name === undefined) slot.noted = place;
    slot.damaged = true;
    slot.cleared = false;
  }

  /** Whether a slot has another name, and nothing can have freed it: a mount gave it away that could not read the older one. */
  #noteReplaced(number: number, place: RecordPlace): boolean {
    const slot = this.#slots.get(number);
    const before = this.#certainKey(slot);
    const key = this.#keyAt(place);
    if (before === undefined || key === undefined || before === key) return false;
    // The older one leaves the log first, and takes the evidence with it.
    this.#distrusted.add((slot?.name ?? place).sector);
    return true;
  }

  /**
   * Slots that have the name of one that is deleted, and older records, were lost when that was written: so are they. With
   * no name, no value and no damage they are still to be told from those that a record of their own has freed.
   */
  #deleteOlder(number: number): void {
    const slot = this.#slots.get(number);
    const key = this.#certainKey(slot);
    if (slot === undefined || key === undefined) return;
    for (const [other, each] of this.#slots) {
      if (latenessOf(each) >= latenessOf(slot) || this.#keyAt(each.name) !== key) continue;
      if (each.passing < PASSED) this.#slots.set(other, newSlot(each.last));
      // It may be another's by now.
      else each.name = undefined;
    }
  }

  #clearSecrets(): void {
    for (const [number, slot] of [...this.#slots]) {
      const { name } = slot;
      if (name === undefined) slot.cleared = slot.noted === undefined;
      else if (this.#isSecretAt(name)) this.#slots.delete(number);
    }
  }

  /** Whose a slot is, if that is certain. */
  #certainKey(slot: ScannedSlot | undefined): string | undefined {
    return slot?.passing === 0 ? this.#keyAt(slot.name) : undefined;
  }

  #keyAt(place: RecordPlace | undefined): string | undefined {
    const identity = this.#identityAt(place);
    return identity && keyOf(identity);
  }

  #identityAt(place: RecordPlace | undefined): RecordIdentity | undefined {
    return place && identityAt(this.#bytesOf(place), place.offset);
  }

  #isSecretAt(place: RecordPlace): boolean {
    const identity = this.#identityAt(place);
    return identity !== undefined && isSecret(identity.class);
  }

  #bytesOf({ sector }: RecordPlace): Uint8Array {
    return this.#sectors[sector.index] as Uint8Array;
  }

  #slot(number: number, place: RecordPlace): ScannedSlot {
    let slot = this.#slots.get(number);
    if (slot === undefined) this.#slots.set(number, slot = newSlot(place));
    slot.last = place;
    return slot;
  }
}

function newSlot(last: RecordPlace): ScannedSlot {
  return { last, name: undefined, passing: 0, value: undefined, damaged: false, cleared: false, noted: undefined };
}

/** How late in the log the newest lies that is known of a slot: a number that grows along the log. */
export function latenessOf({ damaged, last, passing, value, name }: ScannedSlot): number {
  // What comes behind a doubt, and is lost, may be of another name.
  const newest = damaged ? (passing < PASSED ? last : name) : value ?? name;
  const { sector, offset } = newest ?? last;
  return sector.header.sequence * SECTOR_BYTES_LIMIT + offset;
}
