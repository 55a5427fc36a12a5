/**
 * How much always fits.
 *
 * @module
 */

import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { HEADER_BYTES } from "./log_format.ts";

/**
 * How many bytes of footprints a log accepts.
 *
 * Turning the ring leaves each of `sectorCount - 1` sectors with what lives in
 * it. If none had room for one more of the largest records, more than
 * `room - maxRecordBytes` would live in each: up to that sum an append finds
 * its place in at most one turn. One sector's worth is left out, so that it
 * need not turn far.
 *
 * @param geometry How the part is divided.
 * @param maxRecordBytes The longest record, in bytes.
 */
export function guaranteedBytes({ sectorBytes, sectorCount }: FlashGeometry, maxRecordBytes: number): number {
  const room = sectorBytes - HEADER_BYTES;
  return Math.min((sectorCount - 2) * room, (sectorCount - 1) * (room - maxRecordBytes));
}
