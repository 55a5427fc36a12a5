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
import { nextSequence } from "./ring_sectors.ts";
import {
  beginsWithMagic,
  CHECKSUM_OFFSET,
  decodeHeader,
  encodeHeader,
  FORMAT_VERSION,
  headerBytes,
  newHeader,
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
  /**
   * Sectors that are not asked: retired ones, and those that do not read the same each time, because whatever was done to
   * them was not finished.
   */
  readonly passedOver: ReadonlySet<number>;
}

/**
 * Bits of a header that its place on the part and in the ring give: magic, version, sequence, size of words and sectors,
 * number of sectors, and the one that is always 0.
 */
const KNOWN_BITS: readonly number[] = [255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0xc0, 0xb1]
  .concat(new Array(OPEN_ID_BYTES + 2).fill(0), [255, 255, 0, 0, 0, 0]);

/** A sector that seems to be of a later version, or one of two that begin alike, as no damage leaves them. */
export function laterSector(search: RegionSearch): LaterSector | undefined {
  const { region, geometry: { sectorBytes, sectorCount }, passedOver } = search;
  const seen = new Set<number>();
  for (let index = 0; index < sectorCount; index++) {
    const start = index * sectorBytes;
    const version = region[start + VERSION_OFFSET] as number;
    if (version <= FORMAT_VERSION || passedOver.has(index)) continue;
    const sector = region.subarray(start, start + sectorBytes);
    if (!beginsWithMagic(sector)) continue;
    const header = sector.slice(0, headerBytes(1));
    if (decodeHeader(header) !== undefined) return { index, version };
    header[VERSION_OFFSET] = FORMAT_VERSION;
    // Today's, its version damaged.
    if (decodeHeader(header) !== undefined) continue;
    // An erase drives all bits to 0 first, from the end on: what it has reached, the last byte in part, may have been
    // anything.
    const left = sector.subarray(0, sector.findLastIndex((byte) => byte > 0));
    // Today's, cut off in the version or when it was nearly done: bits that were not driven are 1. What stands behind the
    // header was written before it.
    const isCutOff = (~version & FORMAT_VERSION) === 0 &&
      (isNearlyBlank(header.subarray(VERSION_OFFSET + 1)) || isAlmostDone(header));
    if (isCutOff) continue;
    if (seen.has(version) || isLater(left, index, search)) return { index, version };
    // FF is no version: it was not written.
    if (version < 255) seen.add(version);
  }
  return undefined;
}

/** Whether what no erase has reached of a sector is of a later version. */
function isLater(left: Uint8Array, index: number, search: RegionSearch): boolean {
  const looks = Array.from(headersOf(index, search), (header) => hasMore(left, header));
  if (looks.includes(false) || !looks.includes(true)) return true;
  return search.sectors.length === 0 && !isAlone(index, left.length, search);
}

/** Headers that a place may have been left with half-written, or half-erased. */
function* headersOf(index: number, { geometry, sectors }: RegionSearch): Generator<Uint8Array> {
  const next = nextSequence(index, sectors.at(-1), geometry.sectorCount);
  for (const version of [FORMAT_VERSION, ...sectors.map(({ header }) => header.version)]) {
    for (const sequence of [next, next - geometry.sectorCount]) {
      if (sequence > 0) yield encodeHeader({ ...newHeader(sequence, geometry), version });
    }
  }
}

/**
 * Whether there is more in a sector than a header has, all of whose bits are 1 in it: a bit besides those of the version,
 * or a whole byte of those that nobody knows. If there is nothing more the header is finished: so is a later version's
 * that keeps the fields.
 *
 * @returns `undefined` if it is another header.
 */
function hasMore(sector: Uint8Array, header: Uint8Array): boolean | undefined {
  let more = false;
  for (const [offset, known] of KNOWN_BITS.entries()) {
    const byte = sector[offset] ?? 0xff;
    const expected = (header[offset] as number) & known;
    if ((expected & ~byte) !== 0) return undefined;
    more ||= offset !== VERSION_OFFSET && ((byte & known) !== expected || (known !== 255 && byte === 255));
  }
  return more;
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
