/**
 * A reader of the region written from FORMAT.md alone: it shares no code with
 * the store, so the two can only agree on what the document says. Slow and
 * literal; in each step the number of the document's section "Reading".
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import { checksum, correct, uint16, uint32, words } from "./format_code.ts";

const VERSIONS = [2, 3];
const HEADER = 28;
const Kind = { log: 0, full: 1, value: 2, delete: 3, mark: 4, clear: 5, name: 6, blank: 7 } as const;
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
  readonly word: number;
  readonly tellsRetired: boolean;
}

interface Sector {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly header: Header | undefined;
  readonly word: number;
}

interface Value {
  readonly stored: Uint8Array;
  readonly sector: Sector;
  readonly offset: number;
}

/** A record that verifies. */
interface Found {
  readonly offset: number;
  readonly record: Uint8Array;
  readonly voidFrom: number | undefined;
}

interface Slot {
  place: number;
  identity: Uint8Array | undefined;
  value: Value | undefined;
  lost: boolean;
  cleared: boolean;
  noted: boolean;
}

const kindOf = (word: number) => (word >>> 23) & 7;
const slotOf = (word: number) => (word >>> 12) & 1023;
const lengthOf = (word: number) => 8 + (word & 4095);
const fill = (offset: number, word: number) => Math.ceil(offset / word) * word;
const isLogRecord = (word: number, slot: number) => kindOf(word) === Kind.log && slotOf(word) === slot;
const isCarried = (word: number) => (word & (1 << 22)) !== 0;

function readHeader(bytes: Uint8Array): Header | undefined {
  const header = withOneBitRight(
    bytes.slice(0, HEADER),
    (copy) => checksum(copy.subarray(0, 24)) === uint32(copy, 24),
  );
  if (header === undefined || uint16(header, 0) !== 0x4b52 || !VERSIONS.includes(header[2] as number)) return undefined;
  const fields = header[2] === 2 ? 0 : uint32(header, 8);
  return {
    logSectors: (header[3] as number) + 1,
    sequence: uint32(header, 4),
    openId: header.slice(12, 20),
    previousEnd: uint16(header, 20) | (((fields >>> 25) & 7) << 16),
    word: 1 << ((fields >>> 22) & 7),
    tellsRetired: ((fields >>> 30) & 1) === 1,
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

/** Whether a word of the code is the head of a record, and not of nothing. */
function isRecordHead(word: number): boolean {
  if (kindOf(word) === Kind.log) return slotOf(word) <= 1 && lengthOf(word) > 8;
  return kindOf(word) !== Kind.blank;
}

/** From where on a record says that nothing counts that lies before it. */
function voidFromOf(record: Uint8Array): number | undefined {
  const word = uint32(record, 0);
  if (isLogRecord(word, 1)) return uint32(record, 4);
  if (kindOf(word) !== Kind.mark) return undefined;
  return lengthOf(word) === 10 ? uint16(record, 4) : uint32(record, 4);
}

function verifies(record: Uint8Array, sequence: number, offset: number): boolean {
  const word = uint32(record, 0);
  return correct(word) === word && isRecordHead(word) && lengthOf(word) === record.length &&
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
  if (uint32(record, record.length - 4) === BLANK) return undefined;
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
    // 7: the later one is set last.
    const slots = [...this.#slots].sort(([, left], [, right]) => left.place - right.place);
    for (const [number, slot] of slots) {
      const { identity, value, lost, cleared } = slot;
      // 6
      if (identity === undefined) this.#hasUnknownLosses ||= !cleared;
      else records.set(identity.join(), (lost ? undefined : value && this.#open(number, identity, value)) ?? "damaged");
    }
    return { records, hasUnknownLosses: this.#hasUnknownLosses };
  }

  #readSector(sector: Sector, next: Sector | undefined): void {
    // 1
    const start = fill(HEADER, sector.word);
    if (sector.header === undefined && recordAt(sector, start, sector.bytes.length) === undefined) {
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
      this.#noteDamage(sector, end, limit);
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
    const word = uint32(record, 0);
    const payload = record.subarray(4, -4);
    const place = sector.sequence * 2 ** 20 + offset;
    const nameEnd = 3 + uint16(payload, 1);
    const identity = () => Uint8Array.of(payload[0] as number, ...payload.subarray(3, nameEnd));
    switch (kindOf(word)) {
      case Kind.full: {
        const value = { stored: payload.slice(nameEnd), sector, offset };
        this.#slots.set(slotOf(word), {
          place,
          identity: identity(),
          value,
          lost: false,
          cleared: false,
          noted: false,
        });
        return;
      }
      case Kind.value:
        Object.assign(this.#slot(word), {
          place,
          value: { stored: payload.slice(), sector, offset },
          lost: false,
          cleared: false,
        });
        return;
      case Kind.name:
        if (payload.length === 0) Object.assign(this.#slot(word), { lost: true, cleared: false, noted: true });
        else this.#slot(word).identity = identity();
        return;
      case Kind.delete:
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

  /** 5 */
  #noteDamage(sector: Sector, start: number, end: number): void {
    for (let offset = start; offset < end && offset + 8 <= sector.bytes.length;) {
      const word = correct(uint32(sector.bytes, offset));
      if (word === BLANK) return;
      const kind = word === undefined ? Kind.blank : kindOf(word);
      if (word === undefined || !isRecordHead(word) || offset + fill(lengthOf(word), sector.word) > end) {
        return this.#distrust();
      }
      if (isLogRecord(word, 1)) {
        this.#distrust();
      } else if (kind === Kind.clear) {
        for (const slot of this.#slots.values()) {
          if (slot.identity === undefined || (slot.identity[0] as number) <= 1) slot.lost = true;
        }
      } else if (kind !== Kind.mark && kind !== Kind.log) {
        const place = sector.sequence * 2 ** 20 + offset;
        const slot = Object.assign(this.#slot(word), { place, lost: true, cleared: false });
        const repaired = kind === Kind.full || kind === Kind.name ? recordAt(sector, offset, end, true) : undefined;
        if (repaired !== undefined && repaired.length > 8) {
          slot.identity = Uint8Array.of(repaired[4] as number, ...repaired.subarray(7, 7 + uint16(repaired, 5)));
        }
      }
      offset += fill(lengthOf(word), sector.word);
    }
  }

  #distrust(): void {
    this.#hasUnknownLosses = true;
    for (const slot of this.#slots.values()) slot.lost = true;
  }

  #slot(word: number): Slot {
    const slot = this.#slots.get(slotOf(word)) ??
      { place: 0, identity: undefined, value: undefined, lost: false, cleared: false, noted: false };
    this.#slots.set(slotOf(word), slot);
    return slot;
  }

  #open(slot: number, identity: Uint8Array, { stored, sector, offset }: Value): Uint8Array | undefined {
    if ((identity[0] as number) > 1 && identity[0] !== 5) return stored;
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

/** 3 */
function countingRecords(sector: Sector, limit: number): readonly Found[] {
  const found: Found[] = [];
  for (let offset = fill(HEADER, sector.word); offset < limit;) {
    const record = recordAt(sector, offset, limit);
    if (record === undefined) {
      offset += sector.word;
      continue;
    }
    const voidFrom = voidFromOf(record);
    while (voidFrom !== undefined && found.length > 0 && (found[found.length - 1] as Found).offset >= voidFrom) {
      found.pop();
    }
    found.push({ offset, record, voidFrom });
    offset += fill(record.length, sector.word);
  }
  return found;
}

/** Where the run of carried records at the beginning of a sector ends. */
function carriedEnd(sector: Sector): number {
  for (let offset = fill(HEADER, sector.word);;) {
    const record = recordAt(sector, offset, sector.bytes.length);
    if (record === undefined || !isCarried(uint32(record, 0))) return offset;
    offset += fill(record.length, sector.word);
  }
}

function headOf(headers: readonly (Header | undefined)[]): number {
  let head = -1;
  headers.forEach((header, index) => {
    if (header !== undefined && (head < 0 || header.sequence > (headers[head]?.sequence ?? 0))) head = index;
  });
  return head;
}

function findLog(parts: readonly Uint8Array[]): readonly Sector[] {
  const headers = parts.map(readHeader);
  const head = headOf(headers);
  const newest = headers[head];
  if (newest === undefined || newest.word === 1) return logBefore(parts, headers, newest?.word ?? 1);
  // 1: a head that is not believed
  const bytes = parts[head] as Uint8Array;
  const records = countingRecords(
    { bytes, sequence: newest.sequence, header: newest, word: newest.word },
    bytes.length,
  );
  if (records.some(({ record }) => !isCarried(uint32(record, 0)))) return logBefore(parts, headers, newest.word);
  const last = records[records.length - 1];
  const end = fill(last === undefined ? HEADER : last.offset + last.record.length, newest.word);
  const sector = { bytes, sequence: newest.sequence, header: newest, word: newest.word };
  const behind = recordAt(sector, end, bytes.length, true);
  if (behind !== undefined && !isCarried(uint32(behind, 0))) return logBefore(parts, headers, newest.word);
  const without = logBefore(parts, headers.with(head, undefined), newest.word);
  return without.every(({ header }) => header !== undefined) ? without : logBefore(parts, headers, newest.word);
}

function logBefore(
  parts: readonly Uint8Array[],
  headers: readonly (Header | undefined)[],
  word: number,
): readonly Sector[] {
  const count = parts.length;
  const head = headOf(headers);
  const newest = headers[head];
  const sectorAt = (index: number, sequence: number): Sector => {
    const header = headers[index]?.sequence === sequence ? headers[index] : undefined;
    return { bytes: parts[index] as Uint8Array, sequence, header, word };
  };
  // 1
  const retired = new Set<number>();
  for (let back = 0; newest !== undefined && back < count; back++) {
    const index = (head - back + count) % count;
    const sector = sectorAt(index, newest.sequence - back);
    const list = sector.header?.tellsRetired ? recordAt(sector, fill(HEADER, word), sector.bytes.length) : undefined;
    if (list === undefined || !isLogRecord(uint32(list, 0), 0)) continue;
    for (let each = 0; each < count; each++) {
      if (each !== index && ((list[4 + (each >>> 3)] as number) >>> (each & 7)) & 1) retired.add(each);
    }
  }
  const log: Sector[] = [];
  for (let back = (newest?.logSectors ?? 0) - 1; back >= 0; back--) {
    const index = (head - back + count) % count;
    if (!retired.has(index)) log.push(sectorAt(index, (newest?.sequence ?? 0) - back));
  }
  // 2
  for (let distance = 1; distance < count; distance++) {
    const index = (head + distance) % count;
    if (retired.has(index)) continue;
    const next = { ...sectorAt(index, (newest?.sequence ?? 0) + distance), header: undefined };
    if (recordAt(next, carriedEnd(next), next.bytes.length) === undefined) continue;
    const span = Math.min(count - 1, (newest?.logSectors ?? 0) + distance);
    return [...log.filter(({ sequence }) => sequence > next.sequence - span), next];
  }
  return log;
}
