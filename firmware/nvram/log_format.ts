/**
 * The bytes of the log: sector headers and records. FORMAT.md has the same in
 * prose.
 *
 * @module
 */

import { crc32c, flippedBit } from "./crc32c.ts";
import {
  correctHead,
  encodeHead,
  type Head,
  headKind,
  headPayloadBytes,
  PAYLOAD_BYTES_LIMIT,
  RecordKind,
} from "./head_word.ts";
import { allocateBytes, copyBytes } from "./slab.ts";
import type { RecordClass, RecordIdentity } from "./store.ts";

/** Length of a sector header in bytes. */
export const HEADER_BYTES = 28;

/** Length of a head in bytes. */
export const HEAD_BYTES = 4;

/** Bytes of a record besides its payload: head and checksum. */
export const RECORD_OVERHEAD_BYTES = 8;

/** Bytes of a full or name record's payload before the name: class and length of the name. */
export const IDENTITY_OVERHEAD_BYTES = 3;

/** What a head reads as where nothing was written. */
export const BLANK_HEAD = 0xffff_ffff;

/** The version of the format. */
export const FORMAT_VERSION = 2;

/** Sectors are multiples of this. */
export const SECTOR_UNIT_BYTES = 256;

/** The largest sector: offsets have 16 bits, and the size is told in units of 256 bytes, in 8 bits. */
export const SECTOR_BYTES_LIMIT: number = 0xff * SECTOR_UNIT_BYTES;

/** The largest number of sectors that a header can count. */
export const SECTOR_COUNT_LIMIT = 256;

const MAGIC = 0x4b52;
const OPEN_ID_OFFSET = 12;
const PREVIOUS_END_OFFSET = 20;
const SECTOR_SIZE_OFFSET = 22;
const SECTOR_COUNT_OFFSET = 23;
const HEADER_CHECKSUM_OFFSET = 24;

/** Length of an open id in bytes. */
export const OPEN_ID_BYTES = 8;

/** A sector header. */
export interface SectorHeader {
  /** Format of the sector. */
  readonly version: number;
  /** How many sectors the log had when this one was opened, itself counted. */
  readonly logSectors: number;
  /** Place of the sector in the history of the log; grows by one with each sector opened and never wraps. */
  readonly sequence: number;
  /** How often this sector was erased. */
  readonly eraseCount: number;
  /** Random, drawn anew at each opening; 8 bytes. */
  readonly openId: Uint8Array;
  /** Where the log ended in the sector before this one, in bytes: what lies behind it never counts. 0 in the first. */
  readonly previousEnd: number;
  /** Size of the part's sectors, in bytes. */
  readonly sectorBytes: number;
  /** How many sectors the region has. */
  readonly sectorCount: number;
}

/** What stands for a class on flash; each is its place in {@linkcode CLASSES}. */
const CLASS_CODES = {
  "preshared-key": 0,
  "group-key": 1,
  "tunnel-address": 2,
  "generational-guid": 3,
  "persistent-logon": 4,
} as const satisfies Record<RecordClass, number>;

const CLASSES: readonly RecordClass[] = Object.keys(CLASS_CODES) as RecordClass[];

/** Lays a sector header out. */
export function encodeHeader(header: SectorHeader): Uint8Array {
  const bytes = allocateBytes(HEADER_BYTES);
  writeUint16(bytes, 0, MAGIC);
  bytes[2] = header.version;
  bytes[3] = header.logSectors - 1;
  writeUint32(bytes, 4, header.sequence);
  writeUint32(bytes, 8, header.eraseCount);
  bytes.set(header.openId, OPEN_ID_OFFSET);
  writeUint16(bytes, PREVIOUS_END_OFFSET, header.previousEnd);
  bytes[SECTOR_SIZE_OFFSET] = header.sectorBytes / SECTOR_UNIT_BYTES;
  bytes[SECTOR_COUNT_OFFSET] = header.sectorCount - 1;
  writeUint32(bytes, HEADER_CHECKSUM_OFFSET, crc32c(bytes, 0, HEADER_CHECKSUM_OFFSET));
  return bytes;
}

/** Reads a sector header in which at most one bit is wrong; `undefined` if there is none. */
export function decodeHeader(sector: Uint8Array): SectorHeader | undefined {
  const difference = readUint32(sector, HEADER_CHECKSUM_OFFSET) ^ crc32c(sector, 0, HEADER_CHECKSUM_OFFSET);
  const bit = difference === 0 ? undefined : flippedBit(difference, HEADER_CHECKSUM_OFFSET);
  if (difference !== 0 && bit === undefined) return undefined;
  const bytes = copyBytes(sector, 0, HEADER_BYTES);
  if (bit !== undefined) flip(bytes, bit);
  if (readUint16(bytes, 0) !== MAGIC) return undefined;
  return {
    version: bytes[2] as number,
    logSectors: (bytes[3] as number) + 1,
    sequence: readUint32(bytes, 4),
    eraseCount: readUint32(bytes, 8),
    openId: bytes.subarray(OPEN_ID_OFFSET, OPEN_ID_OFFSET + OPEN_ID_BYTES),
    previousEnd: readUint16(bytes, PREVIOUS_END_OFFSET),
    sectorBytes: (bytes[SECTOR_SIZE_OFFSET] as number) * SECTOR_UNIT_BYTES,
    sectorCount: (bytes[SECTOR_COUNT_OFFSET] as number) + 1,
  };
}

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
  if (kind < RecordKind.full || kind > RecordKind.name) return undefined;
  return offset + RECORD_OVERHEAD_BYTES + headPayloadBytes(word) <= sector.length ? word : undefined;
}

/**
 * Length of the record at a place, in bytes.
 *
 * @returns 0 if no record verifies there.
 */
export function recordBytesAt(sector: Uint8Array, sequence: number, offset: number): number {
  const word = headAt(sector, offset);
  if (word === undefined || word === BLANK_HEAD) return 0;
  // A head that had to be put right is a damaged record.
  if (word !== readUint32(sector, offset)) return 0;
  const end = offset + HEAD_BYTES + headPayloadBytes(word);
  const sum = crc32c(sector, offset, end, placeChecksum(sequence, offset));
  return readUint32(sector, end) === sum ? end + 4 - offset : 0;
}

/**
 * Puts a record right in which exactly one bit is wrong.
 *
 * @returns The bit, counted from the beginning of the record, or `undefined`: nothing was changed then.
 */
export function repairRecord(sector: Uint8Array, sequence: number, offset: number): number | undefined {
  const word = headAt(sector, offset);
  if (word === undefined || word === BLANK_HEAD) return undefined;
  const headError = word ^ readUint32(sector, offset);
  const dataBytes = HEAD_BYTES + headPayloadBytes(word);
  const end = offset + dataBytes;
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

/** Lays class and name out, with a value behind them. */
export function encodeIdentity({ class: recordClass, name }: RecordIdentity, stored: Uint8Array): Uint8Array {
  const bytes = allocateBytes(IDENTITY_OVERHEAD_BYTES + name.length + stored.length);
  bytes[0] = encodeClass(recordClass);
  writeUint16(bytes, 1, name.length);
  bytes.set(name, IDENTITY_OVERHEAD_BYTES);
  bytes.set(stored, IDENTITY_OVERHEAD_BYTES + name.length);
  return bytes;
}

/** The class of a full or name record; `undefined` if there is no such class. */
export function classAt(sector: Uint8Array, offset: number): RecordClass | undefined {
  return CLASSES[sector[offset + HEAD_BYTES] as number];
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
  const start = offset + HEAD_BYTES + IDENTITY_OVERHEAD_BYTES;
  const end = start + readUint16(sector, offset + HEAD_BYTES + 1);
  return end <= offset + HEAD_BYTES + headPayloadBytes(readUint32(sector, offset)) ? { start, end } : undefined;
}

/** The value in a full or value record, sealed if the class is secret. */
export function valueRangeAt(sector: Uint8Array, offset: number): ByteRange {
  const word = readUint32(sector, offset);
  const end = offset + HEAD_BYTES + headPayloadBytes(word);
  const start = headKind(word) === RecordKind.value ? offset + HEAD_BYTES : nameRangeAt(sector, offset)?.end ?? end;
  return { start, end };
}

/** The byte that stands for a class. */
export function encodeClass(recordClass: RecordClass): number {
  return CLASS_CODES[recordClass];
}

/** The largest payload a record of a sector can have, in bytes. */
export function maxPayloadBytes(sectorBytes: number): number {
  return Math.min(PAYLOAD_BYTES_LIMIT, sectorBytes - HEADER_BYTES - RECORD_OVERHEAD_BYTES);
}

/** Where the log ended before a mark: what lies between never counts. */
export function markedEndAt(sector: Uint8Array, offset: number): number {
  return readUint16(sector, offset + HEAD_BYTES);
}

/** A mark's payload. */
export function markPayload(logEnd: number): Uint8Array {
  const payload = allocateBytes(2);
  writeUint16(payload, 0, logEnd);
  return payload;
}

/** Length of a mark in bytes. */
export const MARK_BYTES: number = RECORD_OVERHEAD_BYTES + 2;

/** Reads 32 bits, least significant byte first. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) | ((bytes[offset + 1] as number) << 8) | ((bytes[offset + 2] as number) << 16) |
    ((bytes[offset + 3] as number) << 24)) >>> 0;
}

/** Writes 32 bits, least significant byte first. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  for (let byte = 0; byte < 4; byte++) bytes[offset + byte] = value >>> (8 * byte);
}

function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
}

const place = new Uint8Array(8);

function placeChecksum(sequence: number, offset: number): number {
  writeUint32(place, 0, sequence);
  writeUint32(place, 4, offset);
  return crc32c(place);
}
