/**
 * How much always fits.
 *
 * @module
 */

import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { SLOT_LIMIT } from "./head_word.ts";
import {
  AGAIN_OVERHEAD_BYTES,
  identityBytes,
  maxPayloadBytes,
  RECORD_OVERHEAD_BYTES,
  roomBytes,
} from "./log_format.ts";
import { LEAST_SECTORS, spareSectors } from "./ring_sectors.ts";
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
    const largestBytes = identityBytes(maxNameBytes) + maxValueBytes + overheadBytes;
    this.maxRecordBytes = roomBytes(largestBytes + againBytes, programBytes);
    const limit = maxPayloadBytes(sectorBytes, programBytes) + RECORD_OVERHEAD_BYTES;
    if (this.maxRecordBytes > limit) {
      throw new RangeError(`The largest record has ${this.maxRecordBytes} bytes, expected up to ${limit}`);
    }
    if (this.records([], 0, 0) === 0) {
      throw new RangeError(
        `The largest record has ${this.maxRecordBytes} bytes, expected one that fits ${sectorCount} sectors`,
      );
    }
  }

  /**
   * How many bytes of footprints a log accepts. They go on turning if one more sector is retired.
   *
   * @param retiredSectors How many sectors are used no more.
   */
  bytes(retiredSectors: number): number {
    const good = this.#options.geometry.sectorCount - retiredSectors;
    return this.#turningBytes(good - spareSectors(good));
  }

  /**
   * How much room is left in each sector by what is needed of it, in bytes: for what may have to stand before its copies,
   * which are a list of retired sectors, and the last record once more where words take one program.
   */
  get reserveBytes(): number {
    const { sectorCount } = this.#options.geometry;
    const listBytes = sectorCount > LEAST_SECTORS ? roomBytes(Math.ceil(sectorCount / 8), this.#programBytes) : 0;
    return listBytes + (this.#programBytes === 1 ? 0 : this.#programBytes + this.maxRecordBytes);
  }

  /** How much of a sector may be needed, in bytes. */
  get liveBytes(): number {
    return this.#options.geometry.sectorBytes - headerBytes(this.#programBytes) - this.reserveBytes;
  }

  /**
   * Turning the ring leaves each of its sectors, but for the free one, with what lives in it. If none had room for one
   * more of the largest records, more than `liveBytes - maxRecordBytes` would live in each: up to that sum an append
   * finds its place in at most one turn. One sector's worth is left out, so that it need not turn far.
   */
  #turningBytes(sectors: number): number {
    return Math.min((sectors - 2) * this.liveBytes, (sectors - 1) * (this.liveBytes - this.maxRecordBytes));
  }

  /**
   * How many records of the largest size fit beside some others.
   *
   * @param reserved The others.
   * @param retiredSectors How many sectors are used no more.
   * @param losses How many slots are to note that something was lost.
   */
  records(reserved: readonly RecordSize[], retiredSectors: number, losses: number): number {
    const { maxNameBytes, maxValueBytes, overheadBytes } = this.#options;
    const reservedBytes = reserved.reduce((sum, { class: recordClass, nameBytes, valueBytes }) => {
      const stored = storedBytes(recordClass, valueBytes, overheadBytes);
      return sum + footprintBytes(nameBytes, stored, this.#programBytes);
    }, losses * roomBytes(0, this.#programBytes));
    const largest = footprintBytes(maxNameBytes, maxValueBytes + overheadBytes, this.#programBytes);
    const records = Math.floor((this.bytes(retiredSectors) - reservedBytes) / largest);
    return Math.max(0, Math.min(SLOT_LIMIT - reserved.length - losses, records));
  }
}
