/**
 * Telling a sector of a later version from one of today's that power was lost over: the one must never be written to,
 * the other must not keep a store from its own log. FORMAT.md has the same in prose (Reading, 1).
 *
 * Of a later version nothing is known but that its sectors begin with the magic and its number. Of today's headers much
 * is: what a place of the ring must have in its fields. A header that was cut off, and a sector whose erase was, have a
 * 1 wherever that has one, and elsewhere some more.
 *
 * @module
 */

import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { crc32c } from "./crc32c.ts";
import type { LogSector } from "./log_window.ts";
import {
  beginsWithMagic,
  CHECKSUM_OFFSET,
  decodeHeader,
  encodeHeader,
  FORMAT_VERSION,
  headerBytes,
  OLD_FORMAT_VERSION,
  OPEN_ID_BYTES,
  VERSION_OFFSET,
} from "./sector_header.ts";
import { isNearlyBlank, readUint32 } from "./words.ts";

/** A sector of a later version, as it seems. */
export interface LaterSector {
  /** Its place on the part. */
  readonly index: number;
  /** The version. */
  readonly version: number;
}

/** What is asked of a region. */
export interface RegionSearch {
  /** Its bytes. */
  readonly region: Uint8Array;
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** The log that was found in it. */
  readonly sectors: readonly LogSector[];
  /** Sectors that do not read the same each time: whatever was done to them was not finished. */
  readonly unstable: ReadonlySet<number>;
}

/**
 * Bits of a header that its place on the part and in the ring give: magic, version, sequence, size of words and sectors,
 * number of sectors, and the one that is always 0.
 */
const KNOWN_BITS: readonly number[] = [255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0xc0, 0xb1]
  .concat(new Array(OPEN_ID_BYTES + 2).fill(0), [255, 255, 0, 0, 0, 0]);

const OPEN_ID = new Uint8Array(OPEN_ID_BYTES);

/** A sector that seems to be of a later version, or one of two that begin alike, as no damage leaves them. */
export function laterSector(search: RegionSearch): LaterSector | undefined {
  const { region, geometry: { sectorBytes, sectorCount }, unstable } = search;
  const seen = new Set<number>();
  for (let index = 0; index < sectorCount; index++) {
    const start = index * sectorBytes;
    const version = region[start + VERSION_OFFSET] as number;
    if (version <= FORMAT_VERSION || unstable.has(index)) continue;
    const sector = region.subarray(start, start + sectorBytes);
    if (!beginsWithMagic(sector)) continue;
    // An erase drives all bits to 0 first, from the end on: what it has reached may have been anything.
    const left = sector.subarray(0, sector.findLastIndex((byte) => byte > 0) + 1);
    // Nothing was written but magic and version: a header that was cut off, whatever a few bits beside it have become.
    if (isNearlyBlank(left.subarray(VERSION_OFFSET + 1))) continue;
    if (seen.has(version) || isLater(sector, left, index, search)) return { index, version };
    seen.add(version);
  }
  return undefined;
}

function isLater(sector: Uint8Array, left: Uint8Array, index: number, search: RegionSearch): boolean {
  if (decodeHeader(sector.slice(0, headerBytes(1))) !== undefined) return true;
  const today = sector.slice(0, headerBytes(1));
  today[VERSION_OFFSET] = FORMAT_VERSION;
  if (decodeHeader(today) !== undefined || isAlmostDone(today)) return false;
  const looks = [...headersOf(index, search)].map((header) => compare(left, header));
  if (looks.includes("finished") || !looks.includes("unfinished")) return true;
  return search.sectors.length === 0 && !isAlone(index, left.length, search);
}

/** Headers that a place may have been left with half-written, or half-erased. */
function* headersOf(index: number, { geometry, sectors }: RegionSearch): Generator<Uint8Array> {
  const { sectorBytes, sectorCount, programBytes = 1 } = geometry;
  const fields = { logSectors: 1, eraseCount: 0, openId: OPEN_ID, previousEnd: 0, tellsRetired: false };
  const geometryFields = { sectorBytes, sectorCount, programBytes };
  const head = sectors[sectors.length - 1];
  if (head === undefined) {
    yield encodeHeader({ ...fields, ...geometryFields, version: FORMAT_VERSION, sequence: index + 1 });
    return;
  }
  const next = head.header.sequence + ((index - head.index + sectorCount) % sectorCount);
  for (const version of [FORMAT_VERSION, OLD_FORMAT_VERSION]) {
    for (const sequence of [next, next - sectorCount]) {
      if (sequence > 0) yield encodeHeader({ ...fields, ...geometryFields, version, sequence });
    }
  }
}

/**
 * Whether all bits are 1 that a header has as 1, and some more besides those of the version, or a whole byte of those that
 * nobody knows. One in which nothing but the version is other than it would be is finished: so is a later version's that
 * keeps the fields.
 */
function compare(sector: Uint8Array, header: Uint8Array): "unfinished" | "finished" | "another" {
  let hasMore = false;
  for (const [offset, known] of KNOWN_BITS.entries()) {
    const byte = sector[offset] ?? 0xff;
    const expected = (header[offset] as number) & known;
    if ((expected & ~byte) !== 0) return "another";
    hasMore ||= offset !== VERSION_OFFSET && ((byte & known) !== expected || (known !== 255 && byte === 255));
  }
  return hasMore ? "unfinished" : "finished";
}

/** Whether a header of today verifies as soon as up to two of its bytes are driven to their end. */
function isAlmostDone(header: Uint8Array): boolean {
  const wanted = crc32c(header, 0, CHECKSUM_OFFSET) ^ readUint32(header, CHECKSUM_OFFSET);
  const places = new Map<number, number>();
  for (let offset = VERSION_OFFSET + 1; offset < header.length; offset++) {
    const byte = header[offset] as number;
    // All sets of bits that are 1, but for the empty one.
    for (let bits = byte; bits > 0; bits = (bits - 1) & byte) {
      header[offset] = byte ^ bits;
      const left = (crc32c(header, 0, CHECKSUM_OFFSET) ^ readUint32(header, CHECKSUM_OFFSET)) >>> 0;
      // Checksums are linear: what is left is put right by another byte if that alone turns as much.
      if (left === 0 || (places.get(left) ?? offset) !== offset) return true;
      places.set((left ^ wanted) >>> 0, offset);
    }
    header[offset] = byte;
  }
  return false;
}

/**
 * Whether there is nothing in the region but what stands in the place of a sector's header, and zeros at the end of that
 * sector: erasing it may have begun.
 */
function isAlone(
  index: number,
  zeros: number,
  { region, geometry: { sectorBytes, programBytes = 1 } }: RegionSearch,
): boolean {
  const start = index * sectorBytes;
  const rest = region.slice().fill(0xff, start, start + headerBytes(programBytes));
  return isNearlyBlank(rest.fill(0xff, start + zeros, start + sectorBytes));
}
