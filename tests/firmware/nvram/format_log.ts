/**
 * Records, headers and the sectors of a log, as FORMAT.md has them: the part of the reader that finds what is to be read.
 * In each step the number of the document's section "Reading".
 */

import { checksum, correct, uint16, uint32, words } from "./format_code.ts";

const VERSIONS = [2, 3];
export const HEADER = 28;
export const Kind = { log: 0, full: 1, value: 2, delete: 3, mark: 4, clear: 5, name: 6, blank: 7 } as const;
export const BLANK = 0xffff_ffff;

interface Header {
  readonly logSectors: number;
  readonly sequence: number;
  readonly openId: Uint8Array;
  readonly previousEnd: number;
  readonly word: number;
  readonly tellsRetired: boolean;
}

export interface Sector {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly header: Header | undefined;
  readonly word: number;
}

/** A record that verifies. */
interface Found {
  readonly offset: number;
  readonly record: Uint8Array;
  readonly voidFrom: number | undefined;
}

export const kindOf = (word: number) => (word >>> 23) & 7;
export const slotOf = (word: number) => (word >>> 12) & 1023;
export const lengthOf = (word: number) => 8 + (word & 4095);
export const fill = (offset: number, word: number) => Math.ceil(offset / word) * word;
export const isLogRecord = (word: number, slot: number) => kindOf(word) === Kind.log && slotOf(word) === slot;
export const isCarried = (word: number) => (word & (1 << 22)) !== 0;

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

/** 1: the header of a sector, or as it was written again */
function headerOf(bytes: Uint8Array, word: number): Header | undefined {
  const header = readHeader(bytes);
  const start = fill(HEADER, word);
  for (let offset = start; header === undefined && word > 1 && offset + 12 + HEADER <= bytes.length; offset += word) {
    const head = uint32(bytes, offset);
    const again = readHeader(bytes.slice(offset + 8, offset + 8 + HEADER));
    const isAgain = isLogRecord(head, 1) && !isCarried(head) && lengthOf(head) === 12 + HEADER;
    if (!isAgain || again === undefined || bytes[offset + 10] !== 3) continue;
    const records = recordsOf({ bytes, sequence: again.sequence, header: undefined, word });
    const isFirst = bytes.subarray(start, records[0]?.offset).every((byte) => byte === 0xff);
    if (isFirst && records.some((each) => each.offset === offset)) return again;
  }
  return header;
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
export function isRecordHead(word: number): boolean {
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
export function recordAt(
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

/** 3 */
export function countingRecords(sector: Sector, limit: number, strikes = true): readonly Found[] {
  const found: Found[] = [];
  for (let offset = fill(HEADER, sector.word); offset < limit;) {
    const record = recordAt(sector, offset, limit);
    if (record === undefined) {
      offset += sector.word;
      continue;
    }
    found.push({ offset, record, voidFrom: voidFromOf(record) });
    offset += fill(record.length, sector.word);
  }
  if (!strikes) return found;
  const counting: Found[] = [];
  for (const each of found.toReversed()) {
    const isStruck = counting.some(({ voidFrom }) => voidFrom !== undefined && each.offset >= voidFrom);
    if (!isStruck) counting.push(each);
  }
  return counting.toReversed();
}

/** The sectors that the first record of one says are retired. */
function retiredBy(sector: Sector): readonly number[] {
  const start = fill(HEADER, sector.word);
  const list = recordAt(sector, start, sector.bytes.length, true) ?? recordAt(sector, start, sector.bytes.length);
  if (list === undefined || !isLogRecord(uint32(list, 0), 0)) return [];
  // What is read later is the record put right, too.
  sector.bytes.set(list, start);
  const bits = list.subarray(4, -4);
  return Array.from({ length: 8 * bits.length }, (_, each) => each)
    .filter((each) => ((bits[each >>> 3] as number) >>> (each & 7)) & 1);
}

function headOf(headers: readonly (Header | undefined)[]): number {
  let head = -1;
  headers.forEach((header, index) => {
    if (header !== undefined && (head < 0 || header.sequence > (headers[head]?.sequence ?? 0))) head = index;
  });
  return head;
}

/** The records that verify in a sector, wherever they lie. */
export const recordsOf = (sector: Sector) => countingRecords(sector, sector.bytes.length, false);

/** Whether a record that is not carried is in a sector, with this sequence. */
function isWritten(bytes: Uint8Array, sequence: number, word: number): boolean {
  return recordsOf({ bytes, sequence, header: undefined, word }).some(({ record }) => !isCarried(uint32(record, 0)));
}

/** All that differ from a number of 32 bits in up to two of them. */
function near(number: number): readonly number[] {
  const one = (each: number) => Array.from({ length: 32 }, (_, bit) => (each ^ (1 << bit)) >>> 0);
  return [...new Set([number, ...one(number), ...one(number).flatMap(one)])];
}

/** 2, without any header */
function logWithoutHeaders(parts: readonly Uint8Array[], word: number): readonly Sector[] {
  const count = parts.length;
  const sequencesWith = (holds: (bytes: Uint8Array, sequence: number) => boolean) =>
    parts.map((bytes, index) => {
      const fits = (each: number) => each % count === (index + 1) % count && each > 0 && holds(bytes, each);
      return [index + 1, ...near(uint32(bytes, 4))].find(fits) ?? 0;
    });
  const written = sequencesWith((bytes, sequence) => isWritten(bytes, sequence, word));
  const sequences = written.some((each) => each > 0)
    ? written
    : sequencesWith((bytes, sequence) => recordsOf({ bytes, sequence, header: undefined, word }).length > 0);
  const newest = Math.max(...sequences);
  if (newest === 0) return [];
  const head = sequences.indexOf(newest);
  const sectorBack = (back: number): Sector => {
    const bytes = parts[(head - back + count) % count] as Uint8Array;
    return { bytes, sequence: newest - back, header: undefined, word };
  };
  const isRetired = (index: number) =>
    parts.some((_, back) => (head - back + count) % count !== index && retiredBy(sectorBack(back)).includes(index));
  let span = 1;
  const isThere = (back: number) => isRetired((head - back + count) % count) || recordsOf(sectorBack(back)).length > 0;
  while (span < count && isThere(span)) span++;
  span = Math.min(Math.max(span, ((parts[head] as Uint8Array)[3] as number) + 1), count - 1, newest);
  return Array.from({ length: span }, (_, index) => span - 1 - index)
    .filter((back) => !isRetired((head - back + count) % count)).map(sectorBack);
}

export function findLog(
  parts: readonly Uint8Array[],
  word: number,
  headers: readonly (Header | undefined)[] = parts.map((bytes) => headerOf(bytes, word)),
): readonly Sector[] {
  const head = headOf(headers);
  const newest = headers[head];
  if (newest === undefined) return logWithoutHeaders(parts, word);
  if (newest.word === 1) return logBefore(parts, headers, newest.word);
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
  const without = findLog(parts, newest.word, headers.with(head, undefined));
  const isFirst = newest.previousEnd === 0;
  const before = logBefore(parts, headers.with(head, undefined), newest.word);
  const isWhole = before.every((each, place) => {
    const isFreed = each.sequence <= newest.sequence - newest.logSectors;
    const limit = (before[place + 1]?.header ?? newest).previousEnd;
    return each.header !== undefined && (!isFreed || lastEnd(each, limit) === limit);
  });
  return isFirst || isWhole ? without : logBefore(parts, headers, newest.word);
}

/** 1: where the last record of a sector ends, one wrong bit allowed in it */
function lastEnd(sector: Sector, limit: number): number {
  const last = countingRecords(sector, limit, false).at(-1);
  const end = fill(last === undefined ? HEADER : last.offset + last.record.length, sector.word);
  const behind = recordAt(sector, end, limit, true);
  return behind === undefined ? end : end + fill(behind.length, sector.word);
}

/** 1: the retired sectors */
function retiredOf(
  parts: readonly Uint8Array[],
  headers: readonly (Header | undefined)[],
  word: number,
): ReadonlySet<number> {
  const retired = new Set<number>();
  const head = headOf(headers);
  for (let back = 0; back < parts.length; back++) {
    const index = (head - back + parts.length) % parts.length;
    const sequence = (headers[head]?.sequence ?? 0) - back;
    const header = headers[index];
    if (header?.sequence !== sequence || !header.tellsRetired) continue;
    for (const each of retiredBy({ bytes: parts[index] as Uint8Array, sequence, header, word })) {
      if (each !== index) retired.add(each);
    }
  }
  return retired;
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
  const retired = retiredOf(parts, headers, word);
  const log: Sector[] = [];
  for (let back = (newest?.logSectors ?? 0) - 1; back >= 0; back--) {
    const index = (head - back + count) % count;
    if (!retired.has(index)) log.push(sectorAt(index, (newest?.sequence ?? 0) - back));
  }
  // 2
  const first = newest?.sequence ?? 0;
  const ahead = Array.from({ length: count - 1 }, (_, place) => place + 1).findLast((distance) => {
    const index = (head + distance) % count;
    if (retired.has(index) || headers[index] !== undefined) return false;
    return isWritten(parts[index] as Uint8Array, first + distance, word);
  });
  if (ahead === undefined) return log;
  const passed = retiredBy({ ...sectorAt((head + ahead) % count, first + ahead), header: undefined });
  const indexes = Array.from({ length: ahead }, (_, place) => (head + place + 1) % count);
  const open = indexes.map((index, place) => sectorAt(index, first + place + 1))
    .filter((sector, place) => !passed.includes(indexes[place] as number) && recordsOf(sector).length > 0);
  const span = Math.min(count - 1, (newest?.logSectors ?? 0) + ahead);
  return [...log, ...open].filter(({ sequence }) => sequence > first + ahead - span);
}
