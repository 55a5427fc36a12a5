/**
 * A reader of the region written from FORMAT.md alone: it shares no code with
 * the store, so the two can only agree on what the document says. Slow and
 * literal; in each step the number of the document's section "Reading".
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";

const VERSION = 2;
const FIRST_RECORD = 28;
const Kind = { full: 1, value: 2, delete: 3, mark: 4, clear: 5, name: 6, blank: 7 } as const;
const BLANK = 0xffff_ffff;

/** What a region says. */
export interface Reading {
  /** By class and name, the value or that it is lost. */
  readonly records: ReadonlyMap<string, Uint8Array | "damaged">;
  /** Something is lost of which not even the name is known. */
  readonly hasUnknownLosses: boolean;
}

interface Header {
  readonly logSectors: number;
  readonly sequence: number;
  readonly openId: Uint8Array;
  readonly previousEnd: number;
}

interface Sector {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly header: Header | undefined;
}

interface Value {
  readonly stored: Uint8Array;
  readonly sector: Sector;
  readonly offset: number;
}

interface Slot {
  identity: Uint8Array | undefined;
  value: Value | undefined;
  lost: boolean;
  cleared: boolean;
}

function checksum(...parts: readonly Uint8Array[]): number {
  let value = 0xffff_ffff;
  for (const part of parts) {
    for (const byte of part) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
    }
  }
  return ~value >>> 0;
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint32(4 * index, value, true));
  return bytes;
}

const uint32 = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
const uint16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

const LABELS = [
  ...Array.from({ length: 32 }, (_, label) => label).filter((label) => (label & (label - 1)) !== 0),
  ...[1, 2, 4, 8, 16, 0],
];

/** The nearest word of the code. */
function correct(word: number): number | undefined {
  let sum = 0;
  let ones = 0;
  for (let bit = 0; bit < 32; bit++) {
    if (((word >>> bit) & 1) === 0) continue;
    sum ^= LABELS[bit] as number;
    ones++;
  }
  if (ones % 2 === 1) return (word ^ (1 << LABELS.indexOf(sum))) >>> 0;
  return sum === 0 ? word >>> 0 : undefined;
}

const kindOf = (word: number) => (word >>> 23) & 7;
const slotOf = (word: number) => (word >>> 12) & 1023;
const lengthOf = (word: number) => 8 + (word & 4095);
const isCarried = (word: number) => (word & (1 << 22)) !== 0;

function readHeader(bytes: Uint8Array): Header | undefined {
  const header = withOneBitRight(
    bytes.slice(0, FIRST_RECORD),
    (copy) => checksum(copy.subarray(0, 24)) === uint32(copy, 24),
  );
  if (header === undefined || uint16(header, 0) !== 0x4b52 || header[2] !== VERSION) return undefined;
  return {
    logSectors: (header[3] as number) + 1,
    sequence: uint32(header, 4),
    openId: header.slice(12, 20),
    previousEnd: uint16(header, 20),
  };
}

/** The bytes, or what they are with the only bit turned over that makes them right. */
function withOneBitRight(bytes: Uint8Array, isRight: (bytes: Uint8Array) => boolean): Uint8Array | undefined {
  if (isRight(bytes)) return bytes;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const copy = bytes.slice();
    copy[bit >>> 3] = (copy[bit >>> 3] as number) ^ (1 << (bit & 7));
    if (isRight(copy)) return copy;
  }
  return undefined;
}

function verifies(record: Uint8Array, sequence: number, offset: number): boolean {
  const word = uint32(record, 0);
  return correct(word) === word && kindOf(word) >= Kind.full && kindOf(word) <= Kind.name &&
    lengthOf(word) === record.length &&
    checksum(words(sequence, offset), record.subarray(0, -4)) === uint32(record, record.length - 4);
}

/** The record at a place that ends before another, exactly or with one bit turned over. */
function recordAt(
  { bytes, sequence }: Sector,
  offset: number,
  limit: number,
  repaired = false,
): Uint8Array | undefined {
  if (offset + 8 > limit) return undefined;
  const word = repaired ? correct(uint32(bytes, offset)) : uint32(bytes, offset);
  if (word === undefined || offset + lengthOf(word) > limit) return undefined;
  const record = bytes.slice(offset, offset + lengthOf(word));
  const isRight = (copy: Uint8Array) => verifies(copy, sequence, offset);
  if (!repaired) return isRight(record) ? record : undefined;
  return withOneBitRight(record, isRight);
}

/** Reads a region. */
export class FormatReader {
  readonly #rootKey: Uint8Array;
  readonly #slots = new Map<number, Slot>();
  #hasUnknownLosses = false;

  constructor(rootKey: Uint8Array) {
    this.#rootKey = rootKey;
  }

  read(region: Uint8Array, sectorBytes: number): Reading {
    const parts = Array.from(
      { length: region.length / sectorBytes },
      (_, index) => region.slice(index * sectorBytes, (index + 1) * sectorBytes),
    );
    const log = findLog(parts);
    log.forEach((sector, index) => this.#readSector(sector, log[index + 1]));
    const records = new Map<string, Uint8Array | "damaged">();
    for (const [number, slot] of this.#slots) {
      const { identity, value, lost, cleared } = slot;
      // 6
      if (identity === undefined) this.#hasUnknownLosses ||= !cleared;
      else records.set(identity.join(), (lost ? undefined : value && this.#open(number, identity, value)) ?? "damaged");
    }
    return { records, hasUnknownLosses: this.#hasUnknownLosses };
  }

  #readSector(sector: Sector, next: Sector | undefined): void {
    // 1
    if (sector.header === undefined && recordAt(sector, FIRST_RECORD, sector.bytes.length) === undefined) {
      return this.#distrust();
    }
    // 3
    const limit = next?.header?.previousEnd ?? sector.bytes.length;
    let offset = FIRST_RECORD;
    for (;;) {
      const record = recordAt(sector, offset, limit);
      if (record !== undefined) {
        this.#apply(sector, offset, record);
        offset += record.length;
        continue;
      }
      let found = offset + 1;
      while (found < limit && recordAt(sector, found, limit) === undefined) found++;
      if (found >= limit) break;
      const mark = recordAt(sector, found, limit) as Uint8Array;
      if (kindOf(uint32(mark, 0)) === Kind.mark) {
        const end = uint16(mark, 4);
        if (!this.#takeLast(sector, offset, end, true)) this.#noteDamage(sector, offset, end);
      } else this.#noteDamage(sector, offset, found);
      offset = found;
    }
    if (next === undefined) this.#takeLast(sector, offset, limit, false);
    else if (next.header === undefined || !this.#takeLast(sector, offset, limit, true)) {
      this.#noteDamage(sector, offset, limit);
    }
  }

  /** 4 */
  #takeLast(sector: Sector, offset: number, end: number, isExact: boolean): boolean {
    const record = recordAt(sector, offset, end, true);
    if (record === undefined || kindOf(uint32(record, 0)) === Kind.mark) return false;
    if (isExact && offset + record.length !== end) return false;
    this.#apply(sector, offset, record);
    return true;
  }

  #apply(sector: Sector, offset: number, record: Uint8Array): void {
    const word = uint32(record, 0);
    const payload = record.subarray(4, -4);
    const nameEnd = 3 + uint16(payload, 1);
    const identity = () => Uint8Array.of(payload[0] as number, ...payload.subarray(3, nameEnd));
    switch (kindOf(word)) {
      case Kind.full: {
        const value = { stored: payload.slice(nameEnd), sector, offset };
        this.#slots.set(slotOf(word), { identity: identity(), value, lost: false, cleared: false });
        return;
      }
      case Kind.value:
        Object.assign(this.#slot(word), {
          value: { stored: payload.slice(), sector, offset },
          lost: false,
          cleared: false,
        });
        return;
      case Kind.name:
        if (payload.length === 0) this.#slot(word).lost = true;
        else this.#slot(word).identity = identity();
        return;
      case Kind.delete:
        this.#slots.delete(slotOf(word));
        return;
      case Kind.clear:
        if (isCarried(word)) return;
        for (const [number, slot] of this.#slots) {
          if (slot.identity === undefined) slot.cleared = true;
          else if ((slot.identity[0] as number) <= 1) this.#slots.delete(number);
        }
        return;
      default:
        // A mark is about no slot.
        return;
    }
  }

  /** 5 */
  #noteDamage(sector: Sector, start: number, end: number): void {
    for (let offset = start; offset < end && offset + 8 <= sector.bytes.length;) {
      const word = correct(uint32(sector.bytes, offset));
      if (word === BLANK) return;
      const kind = word === undefined ? 0 : kindOf(word);
      if (word === undefined || kind === 0 || kind === Kind.blank || offset + lengthOf(word) > end) {
        return this.#distrust();
      }
      if (kind === Kind.clear) {
        for (const slot of this.#slots.values()) {
          if (slot.identity === undefined || (slot.identity[0] as number) <= 1) slot.lost = true;
        }
      } else if (kind !== Kind.mark) {
        const slot = Object.assign(this.#slot(word), { lost: true, cleared: false });
        const repaired = kind === Kind.full || kind === Kind.name ? recordAt(sector, offset, end, true) : undefined;
        if (repaired !== undefined && repaired.length > 8) {
          slot.identity = Uint8Array.of(repaired[4] as number, ...repaired.subarray(7, 7 + uint16(repaired, 5)));
        }
      }
      offset += lengthOf(word);
    }
  }

  #distrust(): void {
    this.#hasUnknownLosses = true;
    for (const slot of this.#slots.values()) slot.lost = true;
  }

  #slot(word: number): Slot {
    const slot = this.#slots.get(slotOf(word)) ??
      { identity: undefined, value: undefined, lost: false, cleared: false };
    this.#slots.set(slotOf(word), slot);
    return slot;
  }

  #open(slot: number, identity: Uint8Array, { stored, sector, offset }: Value): Uint8Array | undefined {
    if ((identity[0] as number) > 1) return stored;
    if (sector.header === undefined || stored.length < 12) return undefined;
    const nonce = new Uint8Array(24);
    nonce.set(sector.header.openId);
    nonce.set(words(sector.sequence), 8);
    nonce.set([offset & 0xff, offset >>> 8, slot & 0xff, slot >>> 8], 12);
    nonce.set(new TextEncoder().encode("hbasim01"), 16);
    const key = hmac(sha256, this.#rootKey, identity);
    const stream = nacl.secretbox(new Uint8Array(stored.length - 12), nonce, key).subarray(16);
    const value = stream.map((byte, index) => byte ^ (stored[12 + index] as number));
    const box = nacl.secretbox(value, nonce, key);
    return box.subarray(4, 16).join() === stored.subarray(0, 12).join() ? value : undefined;
  }
}

function findLog(parts: readonly Uint8Array[]): readonly Sector[] {
  const headers = parts.map(readHeader);
  const count = parts.length;
  let head = -1;
  headers.forEach((header, index) => {
    if (header !== undefined && (head < 0 || header.sequence > (headers[head]?.sequence ?? 0))) head = index;
  });
  const newest = headers[head];
  const log: Sector[] = [];
  // 1
  for (let back = (newest?.logSectors ?? 0) - 1; back >= 0; back--) {
    const index = (head - back + count) % count;
    const sequence = (newest?.sequence ?? 0) - back;
    const header = headers[index];
    log.push({
      bytes: parts[index] as Uint8Array,
      sequence,
      header: header?.sequence === sequence ? header : undefined,
    });
  }
  // 2
  const next = {
    bytes: parts[(head + 1) % count] as Uint8Array,
    sequence: (newest?.sequence ?? 0) + 1,
    header: undefined,
  };
  for (let offset = FIRST_RECORD;;) {
    const record = recordAt(next, offset, next.bytes.length);
    if (record === undefined) return log;
    if (!isCarried(uint32(record, 0))) return [...log, next].slice(-(count - 1));
    offset += record.length;
  }
}
