/**
 * The header of a sector: what makes it part of the log. FORMAT.md has the
 * same in prose.
 *
 * Version 3 has the layout of version 2; what it adds lies in bits that
 * version 2 left at 0 or never reached, so a part with words of one byte looks
 * the same but for the version.
 *
 * @module
 */

import { allocateBytes, copyBytes } from "../../sim/layout/slab.ts";
import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { crc32c, flippedBit } from "./crc32c.ts";
import { flip, readUint16, readUint32, roundUp, writeUint16, writeUint32 } from "./words.ts";

/** The version of the format that is written. */
export const FORMAT_VERSION = 3;

/** The version before: it knows words of one byte only, and no retired sectors. Read, never written. */
export const OLD_FORMAT_VERSION = 2;

/** Sectors are multiples of this. */
export const SECTOR_UNIT_BYTES = 256;

/** The largest sector: its size is told in units of 256 bytes, in 10 bits. */
export const SECTOR_BYTES_LIMIT: number = 1024 * SECTOR_UNIT_BYTES;

/** The largest number of sectors that a header can count. */
export const SECTOR_COUNT_LIMIT = 256;

/** Units of programming that the format knows, in bytes. */
export const PROGRAM_UNITS: readonly number[] = [1, 2, 4, 8, 16, 32];

/** Length of an open id in bytes. */
export const OPEN_ID_BYTES = 8;

const FIELDS_BYTES = 28;
const MAGIC = 0x4b52;
/** Where a header of any version tells its version. */
export const VERSION_OFFSET = 2;
/** Where a header says how many places the log spans, less 1. */
export const LOG_SECTORS_OFFSET = 3;
/** Where a header tells its sequence. */
export const SEQUENCE_OFFSET = 4;
const COUNT_OFFSET = 8;
const OPEN_ID_OFFSET = 12;
const PREVIOUS_END_OFFSET = 20;
const SECTOR_SIZE_OFFSET = 22;
const SECTOR_COUNT_OFFSET = 23;
/** Where a header has its checksum. */
export const CHECKSUM_OFFSET = 24;

const ERASE_COUNT_LIMIT = (1 << 22) - 1;
const UNIT_SHIFT = 22;
const PREVIOUS_END_SHIFT = 25;
const SECTOR_SIZE_SHIFT = 28;
const RETIRED_BIT = 1 << 30;

/** A sector header. */
export interface SectorHeader {
  /** Format of the sector. */
  readonly version: number;
  /** How many places of the ring the log spans, from the oldest sector to this one, itself and retired ones counted. */
  readonly logSectors: number;
  /** Grows by one with each place of the ring and never wraps, so that it tells a sector's place in the log. */
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
  /** The part's unit of programming, in bytes. */
  readonly programBytes: number;
  /** The first record says which sectors are retired. */
  readonly tellsRetired: boolean;
}

/**
 * Length of a header on a part, in bytes.
 *
 * @param programBytes The part's unit of programming.
 */
export function headerBytes(programBytes: number): number {
  return roundUp(FIELDS_BYTES, programBytes);
}

/**
 * The header of a sector that nothing more is known of than its place in the log.
 *
 * @param sequence Says which place that is.
 * @param part How the part is divided.
 */
export function newHeader(
  sequence: number,
  { sectorBytes, sectorCount, programBytes = 1 }: Omit<FlashGeometry, "pageBytes">,
): SectorHeader {
  return {
    version: FORMAT_VERSION,
    logSectors: 1,
    sequence,
    eraseCount: 0,
    openId: allocateBytes(OPEN_ID_BYTES),
    previousEnd: 0,
    sectorBytes,
    sectorCount,
    programBytes,
    tellsRetired: false,
  };
}

/** Lays a sector header out in the format of today, filled up with FF to a whole unit of programming. */
export function encodeHeader(header: SectorHeader): Uint8Array {
  const bytes = allocateBytes(headerBytes(header.programBytes)).fill(0xff);
  const units = header.sectorBytes / SECTOR_UNIT_BYTES;
  writeUint16(bytes, 0, MAGIC);
  bytes[VERSION_OFFSET] = header.version;
  bytes[LOG_SECTORS_OFFSET] = header.logSectors - 1;
  writeUint32(bytes, SEQUENCE_OFFSET, header.sequence);
  writeUint32(
    bytes,
    COUNT_OFFSET,
    Math.min(header.eraseCount, ERASE_COUNT_LIMIT) | (PROGRAM_UNITS.indexOf(header.programBytes) << UNIT_SHIFT) |
      ((header.previousEnd >>> 16) << PREVIOUS_END_SHIFT) | (((units & 0x3ff) >>> 8) << SECTOR_SIZE_SHIFT) |
      (header.tellsRetired ? RETIRED_BIT : 0),
  );
  bytes.set(header.openId, OPEN_ID_OFFSET);
  writeUint16(bytes, PREVIOUS_END_OFFSET, header.previousEnd);
  bytes[SECTOR_SIZE_OFFSET] = units;
  bytes[SECTOR_COUNT_OFFSET] = header.sectorCount - 1;
  writeUint32(bytes, CHECKSUM_OFFSET, crc32c(bytes, 0, CHECKSUM_OFFSET));
  return bytes;
}

/**
 * Reads a sector header in which at most one bit is wrong, and puts that bit right.
 *
 * @param sector The sector's bytes, or at least those of the header.
 * @returns `undefined` if there is none. Of another version than 2 and 3 only the version can be believed.
 */
export function decodeHeader(sector: Uint8Array): SectorHeader | undefined {
  const wrong = readUint16(sector, 0) ^ MAGIC;
  if ((wrong & (wrong - 1)) !== 0) return undefined;
  const difference = readUint32(sector, CHECKSUM_OFFSET) ^ crc32c(sector, 0, CHECKSUM_OFFSET);
  const bit = difference === 0 ? undefined : flippedBit(difference, CHECKSUM_OFFSET);
  if (difference !== 0 && bit === undefined) return undefined;
  const bytes = copyBytes(sector, 0, FIELDS_BYTES);
  if (bit !== undefined) flip(bytes, bit);
  if (readUint16(bytes, 0) !== MAGIC) return undefined;
  if (bit !== undefined) flip(sector, bit);
  const version = bytes[VERSION_OFFSET] as number;
  const count = readUint32(bytes, COUNT_OFFSET);
  const old = version <= OLD_FORMAT_VERSION;
  const units = (bytes[SECTOR_SIZE_OFFSET] as number) | (old ? 0 : ((count >>> SECTOR_SIZE_SHIFT) & 3) << 8);
  return {
    version,
    logSectors: (bytes[LOG_SECTORS_OFFSET] as number) + 1,
    sequence: readUint32(bytes, SEQUENCE_OFFSET),
    eraseCount: old ? count : count & ERASE_COUNT_LIMIT,
    openId: bytes.subarray(OPEN_ID_OFFSET, OPEN_ID_OFFSET + OPEN_ID_BYTES),
    previousEnd: readUint16(bytes, PREVIOUS_END_OFFSET) | (old ? 0 : ((count >>> PREVIOUS_END_SHIFT) & 7) << 16),
    // 1,024 units are told as none.
    sectorBytes: (units === 0 ? 1024 : units) * SECTOR_UNIT_BYTES,
    sectorCount: (bytes[SECTOR_COUNT_OFFSET] as number) + 1,
    programBytes: old ? 1 : PROGRAM_UNITS[(count >>> UNIT_SHIFT) & 7] ?? 1,
    tellsRetired: !old && (count & RETIRED_BIT) !== 0,
  };
}

/** Whether a sector begins as one of any version does. */
export function beginsWithMagic(sector: Uint8Array): boolean {
  return readUint16(sector, 0) === MAGIC;
}
