/**
 * A reader of the region written from FORMAT.md alone: it shares no code with
 * the store, so the two can only agree on what the document says. Slow and
 * literal; in each step the number of the document's section "Reading".
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import { correct, uint16, uint32, words } from "./format_code.ts";
import {
  BLANK,
  countingRecords,
  fill,
  findLog,
  HEADER,
  isCarried,
  isLogRecord,
  isRecordHead,
  Kind,
  kindOf,
  lengthOf,
  recordAt,
  recordsOf,
  type Sector,
  slotOf,
} from "./format_log.ts";

/** What a region says. */
export interface Reading {
  /** By class and name, the value or that it is lost. */
  readonly records: ReadonlyMap<string, Uint8Array | "damaged">;
  /** Something is lost of which not even the name is known. */
  readonly hasUnknownLosses: boolean;
}

interface Value {
  readonly stored: Uint8Array;
  readonly sector: Sector;
  readonly offset: number;
}

interface Slot {
  place: number;
  /** Of the record with the name. */
  namePlace: number;
  identity: Uint8Array | undefined;
  /** Records that may be lost of the two that give the slot to another name. */
  passing: number;
  value: Value | undefined;
  lost: boolean;
  cleared: boolean;
  noted: boolean;
}

const NO_SLOT: Slot = {
  place: 0,
  namePlace: 0,
  identity: undefined,
  passing: 0,
  value: undefined,
  lost: false,
  cleared: false,
  noted: false,
};

/** 7: how late in the log a slot is that has the name of another; what comes behind a doubt may be of another name */
const ageOf = ({ lost, passing, place, namePlace }: Slot) => lost && passing >= 2 ? namePlace : place;

/** Class and name at the beginning of a payload, and where they end. */
function identityOf(payload: Uint8Array): { readonly identity: Uint8Array; readonly end: number } {
  const first = payload[0] ?? 0;
  const start = first >>> 3 === 0 ? 3 : 1;
  const end = start + (first >>> 3 === 0 ? uint16(payload, 1) : (first >>> 3) - 1);
  return { identity: Uint8Array.of(first & 7, ...payload.subarray(start, end)), end };
}

const isSealed = (identity: Uint8Array) => (identity[0] as number) <= 1 || identity[0] === 5;

/** 5: what a mount has written behind a blank place, and where the first record behind it begins. */
function behindBlank(
  { bytes, word }: Sector,
  offset: number,
): { readonly start: number; readonly next: number | undefined } | undefined {
  for (let at = offset; at + 8 <= bytes.length; at++) {
    if (bytes[at] === 0xff || correct(uint32(bytes, at)) === BLANK) continue;
    const start = at - at % word;
    const head = correct(uint32(bytes, start));
    if (head !== undefined && head !== BLANK && isRecordHead(head) && start + lengthOf(head) <= bytes.length) {
      const isFirst = kindOf(head) === Kind.mark || kindOf(head) === Kind.log;
      return { start, next: isFirst ? start + fill(lengthOf(head), word) : start };
    }
    return { start, next: word === 1 ? start + (bytes.length > 65_536 ? 12 : 10) : undefined };
  }
  return undefined;
}

/** Reads a region. */
export class FormatReader {
  readonly #rootKey: Uint8Array;
  readonly #slots = new Map<number, Slot>();
  #hasUnknownLosses = false;

  constructor(rootKey: Uint8Array) {
    this.#rootKey = rootKey;
  }

  /** `word` is the part's: it counts if no header is left to tell it. */
  read(region: Uint8Array, sectorBytes: number, word = 1): Reading {
    const parts = Array.from(
      { length: region.length / sectorBytes },
      (_, index) => region.slice(index * sectorBytes, (index + 1) * sectorBytes),
    );
    const log = findLog(parts, word);
    log.forEach((sector, index) => this.#readSector(sector, log[index + 1]));
    const records = new Map<string, Uint8Array | "damaged">();
    const doubtful = new Set<string>();
    // 7: the later one is set last.
    const slots = [...this.#slots].sort(([, left], [, right]) => ageOf(left) - ageOf(right));
    for (const [number, slot] of slots) {
      const { identity, value, lost, cleared, passing } = slot;
      const isOver = lost || (cleared && identity !== undefined && (identity[0] as number) <= 1);
      const opened = identity === undefined || isOver ? undefined : value && this.#open(number, identity, value);
      // 6
      const isUnproven = identity !== undefined && (!isSealed(identity) || opened === undefined);
      if (identity === undefined || (!lost && passing >= 2 && isUnproven)) this.#hasUnknownLosses ||= !cleared;
      else {
        // 7
        this.#hasUnknownLosses ||= doubtful.has(identity.join());
        records.set(identity.join(), opened ?? "damaged");
        if (passing >= 2) doubtful.add(identity.join());
      }
    }
    return { records, hasUnknownLosses: this.#hasUnknownLosses };
  }

  #readSector(sector: Sector, next: Sector | undefined): void {
    // 1
    const start = fill(HEADER, sector.word);
    if (sector.header === undefined && recordsOf(sector).length === 0) {
      return this.#distrust();
    }
    // 3
    const limit = next?.header?.previousEnd ?? sector.bytes.length;
    let end = start;
    for (const { offset, record, voidFrom } of countingRecords(sector, limit)) {
      const gapEnd = Math.min(voidFrom ?? offset, offset);
      if (end < offset && (voidFrom === undefined || !this.#takeLast(sector, end, gapEnd, true))) {
        this.#noteDamage(sector, end, gapEnd);
      }
      this.#apply(sector, offset, record);
      end = offset + fill(record.length, sector.word);
    }
    if (next === undefined) this.#takeLast(sector, end, limit, false);
    else if (next.header === undefined || !this.#takeLast(sector, end, limit, true)) {
      this.#noteDamage(sector, end, limit, next.header === undefined);
    }
  }

  /** 4 */
  #takeLast(sector: Sector, offset: number, end: number, isExact: boolean): boolean {
    const record = recordAt(sector, offset, end, true);
    if (record === undefined || kindOf(uint32(record, 0)) === Kind.mark) return false;
    if (isExact && offset + fill(record.length, sector.word) !== end) return false;
    this.#apply(sector, offset, record);
    return true;
  }

  #apply(sector: Sector, offset: number, outer: Uint8Array): void {
    const isAgain = isLogRecord(uint32(outer, 0), 1);
    if (isAgain && outer.length === 12) return;
    const record = isAgain ? outer.subarray(8) : outer;
    // 1: the sector's header
    if (isAgain && lengthOf(uint32(record, 0)) !== record.length) return;
    const sealedAt = isAgain ? uint32(outer, 4) : offset;
    const word = uint32(record, 0);
    const payload = record.subarray(4, -4);
    const place = sector.sequence * 2 ** 20 + offset;
    const { identity, end: nameEnd } = identityOf(payload);
    switch (kindOf(word)) {
      case Kind.full: {
        const value = { stored: payload.slice(nameEnd), sector, offset: sealedAt };
        this.#isReplaced(this.#slots.get(slotOf(word)), identity);
        this.#slots.set(slotOf(word), { ...NO_SLOT, place, namePlace: place, identity, value });
        return;
      }
      case Kind.value: {
        const slot = this.#slot(word);
        Object.assign(slot, {
          place,
          passing: slot.passing >= 2 ? 2 : 0,
          value: { stored: payload.slice(), sector, offset: sealedAt },
          lost: false,
          cleared: false,
        });
        return;
      }
      case Kind.name:
        if (payload.length === 0) {
          Object.assign(this.#slot(word), { identity: undefined, lost: true, cleared: false, noted: true });
        } else {
          const slot = this.#slot(word);
          if (this.#isReplaced(slot, identity)) slot.lost = true;
          const hasValue = !slot.lost && slot.value !== undefined;
          Object.assign(slot, { identity, passing: 0, namePlace: place, place: hasValue ? slot.place : place });
        }
        return;
      case Kind.delete:
        this.#deleteOlder(this.#slots.get(slotOf(word)));
        this.#slots.delete(slotOf(word));
        return;
      case Kind.clear:
        if (isCarried(word)) return;
        for (const [number, slot] of this.#slots) {
          if (slot.identity === undefined) slot.cleared = !slot.noted;
          else if ((slot.identity[0] as number) <= 1) this.#slots.delete(number);
        }
        return;
      default:
        // A mark is about no slot.
        return;
    }
  }

  /** 7: those of the same name whose records are older go with a slot that is deleted */
  #deleteOlder(deleted: Slot | undefined): void {
    if (deleted?.passing !== 0 || deleted.identity === undefined) return;
    for (const [number, slot] of [...this.#slots]) {
      if (ageOf(slot) >= ageOf(deleted) || slot.identity?.join() !== deleted.identity.join()) continue;
      if (slot.passing < 2) this.#slots.delete(number);
      else slot.identity = undefined;
    }
  }

  /** 6: a name that is certain gives way to another one, and what it was of is lost */
  #isReplaced(slot: Slot | undefined, identity: Uint8Array): boolean {
    const isReplaced = slot?.passing === 0 && (slot.identity ?? identity).join() !== identity.join();
    this.#hasUnknownLosses ||= isReplaced;
    return isReplaced;
  }

  /** 5 */
  #noteDamage(sector: Sector, start: number, end: number, isOpen = false): void {
    for (let offset = start; offset < end;) {
      const hasRoom = offset + 8 <= sector.bytes.length;
      const word = hasRoom ? correct(uint32(sector.bytes, offset)) : BLANK;
      if (word === BLANK) {
        const behind = behindBlank(sector, offset);
        if (behind === undefined || behind.start >= end) return isOpen ? undefined : this.#distrust();
        if (behind.next === undefined || behind.next > end) return this.#distrust();
        offset = behind.next;
        continue;
      }
      const kind = word === undefined ? Kind.blank : kindOf(word);
      if (word === undefined || !isRecordHead(word) || offset + fill(lengthOf(word), sector.word) > end) {
        return this.#distrust();
      }
      if (isLogRecord(word, 1)) {
        this.#distrust(1);
      } else if (kind === Kind.clear) {
        const frees = !isCarried(word);
        for (const slot of this.#slots.values()) {
          if (frees && (slot.identity === undefined || (slot.identity[0] as number) <= 1)) {
            Object.assign(slot, { lost: true, passing: 2 });
          }
        }
      } else if (kind !== Kind.mark && kind !== Kind.log) {
        const place = sector.sequence * 2 ** 20 + offset;
        const slot = Object.assign(this.#slot(word), { place, lost: true, cleared: false });
        if (kind === Kind.delete) slot.passing = 2;
        if (kind === Kind.full || kind === Kind.name) {
          this.#noteDamagedName(slot, recordAt(sector, offset, end, true), word);
        }
      }
      offset += fill(lengthOf(word), sector.word);
    }
  }

  #noteDamagedName(slot: Slot, repaired: Uint8Array | undefined, word: number): void {
    if (repaired !== undefined && repaired.length > 8) {
      const { identity } = identityOf(repaired.subarray(4));
      Object.assign(slot, { identity, passing: 0, namePlace: slot.place });
      return;
    }
    if (slot.passing > 0 || lengthOf(word) === 8) slot.identity = undefined;
    if (slot.identity === undefined) slot.noted = true;
  }

  #distrust(records = 2): void {
    this.#hasUnknownLosses = true;
    for (const slot of this.#slots.values()) Object.assign(slot, { lost: true, passing: slot.passing + records });
  }

  #slot(word: number): Slot {
    const slot = this.#slots.get(slotOf(word)) ??
      { ...NO_SLOT };
    this.#slots.set(slotOf(word), slot);
    return slot;
  }

  #open(slot: number, identity: Uint8Array, { stored, sector, offset }: Value): Uint8Array | undefined {
    if (!isSealed(identity)) return stored;
    if (sector.header === undefined || stored.length < 12) return undefined;
    const nonce = new Uint8Array(24);
    nonce.set(sector.header.openId);
    nonce.set(words(sector.sequence), 8);
    const high = slot | ((offset >>> 16) << 10);
    nonce.set([offset & 0xff, (offset >>> 8) & 0xff, high & 0xff, high >>> 8], 12);
    nonce.set(new TextEncoder().encode("hbasim01"), 16);
    const key = hmac(sha256, this.#rootKey, identity);
    const stream = nacl.secretbox(new Uint8Array(stored.length - 12), nonce, key).subarray(16);
    const value = stream.map((byte, index) => byte ^ (stored[12 + index] as number));
    const box = nacl.secretbox(value, nonce, key);
    return box.subarray(4, 16).join() === stored.subarray(0, 12).join() ? value : undefined;
  }
}
