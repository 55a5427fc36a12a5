/**
 * How much always fits.
 *
 * @module
 */

import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { SLOT_LIMIT } from "./head_word.ts";
import {
  AGAIN_OVERHEAD_BYTES,
  IDENTITY_OVERHEAD_BYTES,
  maxPayloadBytes,
  RECORD_OVERHEAD_BYTES,
  roomBytes,
} from "./log_format.ts";
import { headerBytes } from "./sector_header.ts";
import { footprintBytes, storedBytes } from "./slot_table.ts";
import type { RecordSize } from "./store.ts";

/** What room hangs on. */
export interface CapacityOptions {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** The longest name, in bytes. */
  readonly maxNameBytes: number;
  /** The longest value, in bytes. */
  readonly maxValueBytes: number;
  /** By how many bytes sealing makes a value longer. */
  readonly overheadBytes: number;
}

/** The room of a store. */
export class Capacity {
  /** The longest record, in bytes of flash; where the last record is written again, it is in another one. */
  readonly maxRecordBytes: number;
  readonly #options: CapacityOptions;
  readonly #programBytes: number;

  /**
   * The room of a store.
   *
   * @param options What it hangs on.
   * @throws {RangeError} A record would not fit a sector, or none would always fit.
   */
  constructor(options: CapacityOptions) {
    const { maxNameBytes, maxValueBytes, overheadBytes } = options;
    const { sectorBytes, sectorCount, programBytes = 1 } = options.geometry;
    this.#options = options;
    this.#programBytes = programBytes;
    const againBytes = programBytes === 1 ? 0 : AGAIN_OVERHEAD_BYTES;
    const largestBytes = IDENTITY_OVERHEAD_BYTES + maxNameBytes + maxValueBytes + overheadBytes;
    this.maxRecordBytes = roomBytes(largestBytes + againBytes, programBytes);
    const limit = maxPayloadBytes(sectorBytes, programBytes) + RECORD_OVERHEAD_BYTES;
    if (this.maxRecordBytes > limit) {
      throw new RangeError(`The largest record has ${this.maxRecordBytes} bytes, expected up to ${limit}`);
    }
    if (this.records([], 0) === 0) {
      throw new RangeError(`Records of ${this.maxRecordBytes} bytes, expected some that fit ${sectorCount} sectors`);
    }
  }

  /**
   * How many bytes of footprints a log accepts.
   *
   * Turning the ring leaves each of its sectors, but for the free one, with what
   * lives in it. If none had room for one more of the largest records, more than
   * `room - maxRecordBytes` would live in each: up to that sum an append finds
   * its place in at most one turn. One sector's worth is left out, so that it
   * need not turn far.
   *
   * @param retiredSectors How many sectors are used no more.
   */
  bytes(retiredSectors: number): number {
    const { sectorBytes, sectorCount } = this.#options.geometry;
    const listBytes = retiredSectors === 0 ? 0 : roomBytes(Math.ceil(sectorCount / 8), this.#programBytes);
    const room = sectorBytes - headerBytes(this.#programBytes) - listBytes;
    const sectors = sectorCount - retiredSectors;
    return Math.min((sectors - 2) * room, (sectors - 1) * (room - this.maxRecordBytes));
  }

  /**
   * How many records of the largest size fit beside some others.
   *
   * @param reserved The others.
   * @param retiredSectors How many sectors are used no more.
   */
  records(reserved: readonly RecordSize[], retiredSectors: number): number {
    const { maxNameBytes, maxValueBytes, overheadBytes } = this.#options;
    const reservedBytes = reserved.reduce((sum, { class: recordClass, nameBytes, valueBytes }) => {
      const stored = storedBytes(recordClass, valueBytes, overheadBytes);
      return sum + footprintBytes(nameBytes, stored, this.#programBytes);
    }, 0);
    const largest = footprintBytes(maxNameBytes, maxValueBytes + overheadBytes, this.#programBytes);
    const records = Math.floor((this.bytes(retiredSectors) - reservedBytes) / largest);
    return Math.max(0, Math.min(SLOT_LIMIT - reserved.length, records));
  }
}
