/**
 * The bytes of records. FORMAT.md has the same in prose.
 *
 * @module
 */

import { allocateBytes, copyBytes } from "../../sim/layout/slab.ts";
import { crc32c, crc32cBefore, flippedBit, RangeChecksums } from "./crc32c.ts";
import {
  correctHead,
  encodeHead,
  type Head,
  headKind,
  headPayloadBytes,
  headSlot,
  LogSlot,
  PAYLOAD_BYTES_LIMIT,
  RecordKind,
} from "./head_word.ts";
import { headerBytes, type SectorHeader } from "./sector_header.ts";
import { RECORD_CLASSES, type RecordClass, type RecordIdentity } from "./store.ts";
import { blankEnd, flip, isBlank, readUint16, readUint32, roundUp, writeUint16, writeUint32 } from "./words.ts";

/** Length of a head in bytes. */
export const HEAD_BYTES = 4;

/** Bytes of a record besides its payload: head and checksum. */
export const RECORD_OVERHEAD_BYTES = 8;

/** Names up to this length have it in the byte of the class, which 5 bits are left of. */
const SHORT_NAME_BYTES = 30;
const LENGTH_SHIFT = 3;
const CLASS_MASK = 7;

/** What a head reads as where nothing was written. */
export const BLANK_HEAD = 0xffff_ffff;

/** What a checksum reads as that was not written. */
const BLANK_CHECKSUM = 0xffff_ffff;

/** Up to this length a checksum costs less than those of its sector, however many such records are announced. */
const SHORT_BYTES = 256;

/** Lays a record out for one place, to which its checksum binds it. */
export function encodeRecord(head: Head, payload: Uint8Array, sequence: number, offset: number): Uint8Array {
  const bytes = allocateBytes(RECORD_OVERHEAD_BYTES + payload.length);
  writeUint32(bytes, 0, encodeHead(head));
  bytes.set(payload, HEAD_BYTES);
  const end = bytes.length - 4;
  writeUint32(bytes, end, crc32c(bytes, 0, end, placeChecksum(sequence, offset)));
  return bytes;
}

/**
 * The code word of the head at a place, put right if one bit of it is wrong.
 *
 * @returns `undefined` if it cannot be put right, or no record that it announces could end in the sector.
 */
export function headAt(sector: Uint8Array, offset: number): number | undefined {
  if (offset + RECORD_OVERHEAD_BYTES > sector.length) return undefined;
  const word = correctHead(readUint32(sector, offset));
  if (word === undefined) return undefined;
  if (word === BLANK_HEAD) return word;
  const kind = headKind(word);
  if (kind === RecordKind.blank) return undefined;
  // Bytes of zeros are no record: those about the log have a payload.
  if (kind === RecordKind.log && (headPayloadBytes(word) === 0 || headSlot(word) > LogSlot.again)) return undefined;
  return offset + RECORD_OVERHEAD_BYTES + headPayloadBytes(word) <= sector.length ? word : undefined;
}

/** Where the checksum of the record stands whose head is at a place; a head that had to be put right is a damaged record. */
function checksumOffset(sector: Uint8Array, offset: number): number | undefined {
  const word = headAt(sector, offset);
  if (word === BLANK_HEAD || word !== readUint32(sector, offset)) return undefined;
  return offset + HEAD_BYTES + headPayloadBytes(word);
}

/**
 * Length of the record at a place, in bytes.
 *
 * @param sector The sector's bytes.
 * @param sequence Its sequence.
 * @param offset The place.
 * @param checksums Those of the sector, if many places are asked about: what is no record may announce a long one at each.
 * @returns 0 if no record verifies there.
 */
export function recordBytesAt(
  sector: Uint8Array,
  sequence: number,
  offset: number,
  checksums?: RangeChecksums,
): number {
  const end = checksumOffset(sector, offset);
  if (end === undefined) return 0;
  const before = placeChecksum(sequence, offset);
  const sum = readUint32(sector, end);
  const isShort = end - offset < SHORT_BYTES;
  const verifies = isShort || checksums === undefined
    ? crc32c(sector, offset, end, before) === sum
    : checksums.before(sum, offset, end) === before;
  return verifies ? end + 4 - offset : 0;
}

/** A record that verifies. */
export interface Found {
  /** Where it begins in its sector. */
  readonly offset: number;
  /** Its length in bytes, without what fills its last word up. */
  readonly lengthBytes: number;
}

/** All records of a sector that verify, wherever they lie. */
export function recordsIn(
  sector: Uint8Array,
  { sequence, programBytes }: Pick<SectorHeader, "sequence" | "programBytes">,
): readonly Found[] {
  const found: Found[] = [];
  const checksums = new RangeChecksums(sector);
  let isExpected = true;
  for (let offset = headerBytes(programBytes); offset < sector.length;) {
    // Where one is expected it is most likely there, and its own checksum costs less than those of the sector.
    const lengthBytes = recordBytesAt(sector, sequence, offset, isExpected ? undefined : checksums);
    isExpected = lengthBytes > 0;
    if (isExpected) found.push({ offset, lengthBytes });
    // What is blank can be passed over at once, but for the beginning of a head.
    const end = isExpected ? offset + lengthBytes : Math.max(offset + 1, blankEnd(sector, offset) - HEAD_BYTES + 1);
    offset = roundUp(end, programBytes);
  }
  return found;
}

/**
 * The sequence of the only sector in which the record at a place would verify.
 *
 * @param sector The sector's bytes.
 * @param checksums Theirs.
 * @param offset The place.
 * @returns `undefined` if no record can be there.
 */
export function sequenceAt(sector: Uint8Array, checksums: RangeChecksums, offset: number): number | undefined {
  const end = checksumOffset(sector, offset);
  if (end === undefined) return undefined;
  writeUint32(place, 0, 0);
  writeUint32(place, 4, offset);
  return crc32cBefore(checksums.before(readUint32(sector, end), offset, end), place);
}

/**
 * Puts a record right in which exactly one bit is wrong. None with a blank checksum: it was not written whole, and that
 * one turned bit would give such a checksum is chance.
 *
 * @returns The bit, counted from the beginning of the record, or `undefined`: nothing was changed then.
 */
export function repairRecord(sector: Uint8Array, sequence: number, offset: number): number | undefined {
  const word = headAt(sector, offset);
  if (word === undefined || word === BLANK_HEAD) return undefined;
  const headError = word ^ readUint32(sector, offset);
  const dataBytes = HEAD_BYTES + headPayloadBytes(word);
  const end = offset + dataBytes;
  if (readUint32(sector, end) === BLANK_CHECKSUM) return undefined;
  const before = readUint32(sector, offset);
  writeUint32(sector, offset, word);
  const difference = readUint32(sector, end) ^ crc32c(sector, offset, end, placeChecksum(sequence, offset));
  if (headError !== 0 && difference === 0) return 31 - Math.clz32(headError);
  const bit = headError !== 0 || difference === 0 ? undefined : flippedBit(difference, dataBytes);
  if (bit === undefined || bit < 8 * HEAD_BYTES) {
    writeUint32(sector, offset, before);
    return undefined;
  }
  flip(sector.subarray(offset, end + 4), bit);
  return bit;
}

/**
 * How many bytes class and name take in a full or name record: the length of a short name stands in the byte of the
 * class, that of a long one, or of any in version 2, in two more.
 *
 * @param nameBytes Length of the name.
 */
export function identityBytes(nameBytes: number): number {
  return (nameBytes <= SHORT_NAME_BYTES ? 1 : 3) + nameBytes;
}

/** Lays class and name out, with a value behind them. */
export function encodeIdentity({ class: recordClass, name }: RecordIdentity, stored: Uint8Array): Uint8Array {
  const end = identityBytes(name.length);
  const bytes = allocateBytes(end + stored.length);
  const isShort = name.length <= SHORT_NAME_BYTES;
  bytes[0] = encodeClass(recordClass) | (isShort ? (name.length + 1) << LENGTH_SHIFT : 0);
  if (!isShort) writeUint16(bytes, 1, name.length);
  bytes.set(name, end - name.length);
  bytes.set(stored, end);
  return bytes;
}

/** Whether a record is of a kind that a mount writes first. */
export function isFirst(word: number): boolean {
  return headKind(word) === RecordKind.mark || headKind(word) === RecordKind.log;
}

/**
 * Whether what stands behind the last record of a sector, and does not verify, may have been a whole record that changed
 * something: a write that was cut off has left its checksum blank, or was nearly done.
 */
export function mayHaveBeenWhole(sector: Uint8Array, offset: number, programBytes: number): boolean {
  const wordAt = (at: number) => at + RECORD_OVERHEAD_BYTES > sector.length ? BLANK_HEAD : headAt(sector, at);
  let at = offset;
  let word = wordAt(at);
  // It changes nothing itself, and was finished before anything went behind it.
  while (word !== undefined && isFirst(word)) word = wordAt(at += roomBytes(headPayloadBytes(word), programBytes));
  if (word === BLANK_HEAD) return false;
  at += HEAD_BYTES;
  // Of one without a head nobody knows how long it was.
  if (word === undefined) return !isBlank(sector.subarray(at));
  at += headPayloadBytes(word);
  return !isBlank(sector.subarray(at, at + RECORD_OVERHEAD_BYTES - HEAD_BYTES));
}

/**
 * Where the record begins that counts at a place: a record that was written again lies inside another.
 *
 * @returns The offset of its head; `undefined` if the outer one says nothing but that it is there.
 */
export function contentAt(sector: Uint8Array, offset: number): number | undefined {
  const word = readUint32(sector, offset);
  if (headKind(word) !== RecordKind.log || headSlot(word) !== LogSlot.again) return offset;
  const inner = offset + AGAIN_OVERHEAD_BYTES;
  if (headPayloadBytes(word) < AGAIN_OVERHEAD_BYTES) return undefined;
  const innerBytes = headPayloadBytes(readUint32(sector, inner));
  return innerBytes + AGAIN_OVERHEAD_BYTES === headPayloadBytes(word) ? inner : undefined;
}

/** The class of a full or name record; `undefined` if there is no such class. */
export function classAt(sector: Uint8Array, offset: number): RecordClass | undefined {
  return RECORD_CLASSES[(sector[offset + HEAD_BYTES] as number) & CLASS_MASK];
}

/** A part of a record, as offsets in its sector. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** The name in a full or name record; `undefined` if its length is wrong. */
export function nameRangeAt(sector: Uint8Array, offset: number): ByteRange | undefined {
  const short = (sector[offset + HEAD_BYTES] as number) >>> LENGTH_SHIFT;
  const start = offset + HEAD_BYTES + (short > 0 ? 1 : 3);
  const end = start + (short > 0 ? short - 1 : readUint16(sector, offset + HEAD_BYTES + 1));
  return end <= offset + HEAD_BYTES + headPayloadBytes(readUint32(sector, offset)) ? { start, end } : undefined;
}

/** Class and name in a full or name record; `undefined` if they make no sense. */
export function identityAt(sector: Uint8Array, offset: number): RecordIdentity | undefined {
  const at = contentAt(sector, offset) ?? offset;
  const recordClass = classAt(sector, at);
  const name = nameRangeAt(sector, at);
  if (recordClass === undefined || name === undefined) return undefined;
  return { class: recordClass, name: copyBytes(sector, name.start, name.end) };
}

/** Class and name as one text, which no others have. */
export function keyOf({ class: recordClass, name }: RecordIdentity): string {
  // A spread would walk the bytes by their iterator: a tenth of a mount.
  const text: string = Reflect.apply(String.fromCharCode, undefined, name);
  return String.fromCharCode(encodeClass(recordClass)) + text;
}

/** The value in a full or value record, sealed if the class is secret. */
export function valueAt(sector: Uint8Array, offset: number): Uint8Array {
  const at = contentAt(sector, offset) ?? offset;
  const word = readUint32(sector, at);
  const end = at + HEAD_BYTES + headPayloadBytes(word);
  const start = headKind(word) === RecordKind.value ? at + HEAD_BYTES : nameRangeAt(sector, at)?.end;
  return copyBytes(sector, start ?? end, end);
}

/** The byte that stands for a class: its place among them. */
export function encodeClass(recordClass: RecordClass): number {
  return RECORD_CLASSES.indexOf(recordClass);
}

/**
 * The largest payload that a record of a sector can have, in bytes.
 *
 * @param sectorBytes The part's sector size.
 * @param programBytes The part's unit of programming.
 */
export function maxPayloadBytes(sectorBytes: number, programBytes: number): number {
  return Math.min(PAYLOAD_BYTES_LIMIT, sectorBytes - headerBytes(programBytes) - RECORD_OVERHEAD_BYTES);
}

/**
 * From where on what lies before a record never counts, if the record says so.
 *
 * @returns An offset up to that of the record; `undefined` if it is no mark and no record that was written again.
 */
export function voidFromAt(sector: Uint8Array, offset: number): number | undefined {
  const word = readUint32(sector, offset);
  const isAgain = headKind(word) === RecordKind.log && headSlot(word) === LogSlot.again;
  if (!isAgain && headKind(word) !== RecordKind.mark) return undefined;
  const isLong = headPayloadBytes(word) >= 4;
  const from = isLong ? readUint32(sector, offset + HEAD_BYTES) : readUint16(sector, offset + HEAD_BYTES);
  return Math.min(from, offset);
}

/** A mark's payload: 2 bytes, or 4 in sectors in which 2 cannot tell every offset. */
export function markPayload(logEnd: number, sectorBytes: number): Uint8Array {
  const payload = allocateBytes(markPayloadBytes(sectorBytes));
  if (payload.length === 2) writeUint16(payload, 0, logEnd);
  else writeUint32(payload, 0, logEnd);
  return payload;
}

/** Length of a mark's payload, in bytes. */
export function markPayloadBytes(sectorBytes: number): number {
  return sectorBytes <= 0x1_0000 ? 2 : 4;
}

/** The payload of a record that is written again: from where on what lies before never counts, and its head and payload. */
export function againPayload(voidFrom: number, headAndPayload: Uint8Array): Uint8Array {
  const bytes = allocateBytes(4 + headAndPayload.length);
  writeUint32(bytes, 0, voidFrom);
  bytes.set(headAndPayload, 4);
  return bytes;
}

/** How much longer the payload of a record is that was written again, in bytes. */
export const AGAIN_OVERHEAD_BYTES = 8;

/** The payload of the record that says which sectors are retired: a bit for each, the first the lowest. */
export function retiredPayload(retired: ReadonlySet<number>, sectorCount: number): Uint8Array {
  const bytes = allocateBytes(Math.ceil(sectorCount / 8));
  for (const index of retired) flip(bytes, index);
  return bytes;
}

/** The sectors that a record says are retired: one about the log, with its slot for that. */
export function retiredAt(sector: Uint8Array, offset: number): readonly number[] {
  const indexes: number[] = [];
  for (let index = 0; index < 8 * headPayloadBytes(readUint32(sector, offset)); index++) {
    if ((sector[offset + HEAD_BYTES + (index >>> 3)] as number) & (1 << (index & 7))) indexes.push(index);
  }
  return indexes;
}

/**
 * How much room a record takes, in bytes: whole units of programming.
 *
 * @param payloadBytes Length of its payload.
 * @param programBytes The part's unit of programming.
 */
export function roomBytes(payloadBytes: number, programBytes: number): number {
  return roundUp(RECORD_OVERHEAD_BYTES + payloadBytes, programBytes);
}

const place = new Uint8Array(8);

function placeChecksum(sequence: number, offset: number): number {
  writeUint32(place, 0, sequence);
  writeUint32(place, 4, offset);
  return crc32c(place);
}
