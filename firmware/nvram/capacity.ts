/**
 * How much always fits.
 *
 * @module
 */

import { headerBytes } from "./sector_header.ts";
import { roomBytes } from "./log_format.ts";

/** What room hangs on. */
export interface RoomOptions {
  /** The part's sector size. */
  readonly sectorBytes: number;
  /** How many sectors the region has. */
  readonly sectorCount: number;
  /** How many of them are retired. */
  readonly retiredSectors: number;
  /** The part's unit of programming, in bytes. */
  readonly programBytes: number;
  /** The longest record, in bytes of flash. */
  readonly maxRecordBytes: number;
}

/**
 * How many bytes of footprints a log accepts.
 *
 * Turning the ring leaves each of its sectors, but for the free one, with what
 * lives in it. If none had room for one more of the largest records, more than
 * `room - maxRecordBytes` would live in each: up to that sum an append finds
 * its place in at most one turn. One sector's worth is left out, so that it
 * need not turn far.
 */
export function guaranteedBytes(options: RoomOptions): number {
  const { sectorBytes, sectorCount, retiredSectors, programBytes, maxRecordBytes } = options;
  const listBytes = retiredSectors === 0 ? 0 : roomBytes(Math.ceil(sectorCount / 8), programBytes);
  const room = sectorBytes - headerBytes(programBytes) - listBytes;
  const sectors = sectorCount - retiredSectors;
  return Math.min((sectors - 2) * room, (sectors - 1) * (room - maxRecordBytes));
}
