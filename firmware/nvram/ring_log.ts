/**
 * Writing the log: appending records to the head, opening the next sector of
 * the ring, and the rules by which a mount makes past cuts harmless.
 *
 * A sector is erased before it is opened, always, even if it looks blank. What
 * is still needed of the oldest sector is copied into it. Its header,
 * programmed last, opens it, carries the copies, says where the log ended in
 * the sector before it, and frees the oldest sector, all in one commit. No byte
 * is programmed twice, but with the same value by the rules of the mount.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { type Head, RecordKind } from "./head_word.ts";
import {
  encodeHeader,
  encodeRecord,
  FORMAT_VERSION,
  HEADER_BYTES,
  MARK_BYTES,
  markPayload,
  OPEN_ID_BYTES,
  RECORD_OVERHEAD_BYTES,
  recordBytesAt,
  repairRecord,
} from "./log_format.ts";
import type { LogScan, RecordPlace } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import { allocateBytes } from "./slab.ts";

/** What a mount does so that past cuts cannot show later, and damage is not mistaken for one. */
export type MountRule =
  /** Take the last record for whole if one bit of it is wrong. */
  | "repair record"
  /** Program the head's header once more: its bits may be weak. */
  | "settle header"
  /** Program the last record once more: its bits may be weak. */
  | "settle record"
  /** If the head is not blank behind its last record, open the next sector: nothing there can become a record later. */
  | "leave torn record"
  /** If opening the next sector was cut off, open it anew: what is there cannot become a header later. */
  | "reopen torn header"
  /** Append only beyond every byte that a write that was cut off could have weakened, although it reads blank. */
  | "fence"
  /** Begin there with a record that says where the log ended: the gap is no damage, and the next fence lies further on. */
  | "boot mark"
  /** Finish erasing the sectors that held secrets when they were cleared. */
  | "resume scrub";

/** All rules of the mount, in the order of their use. */
export const MOUNT_RULES: readonly MountRule[] = Object.keys(
  {
    "repair record": true,
    "settle header": true,
    "settle record": true,
    "leave torn record": true,
    "reopen torn header": true,
    fence: true,
    "boot mark": true,
    "resume scrub": true,
  } satisfies Record<MountRule, true>,
) as MountRule[];

/** Where in a sector the next record goes. */
export interface SectorCursor {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset of the next record, in bytes. */
  offset: number;
}

/** What a record says; asked for when its place is known. */
export interface RecordContent {
  /** Its head. */
  readonly head: Omit<Head, "payloadBytes">;
  /** Its payload. */
  readonly payload: Uint8Array;
}

/** Copies what is still needed of the oldest sector. False gives the sector up. */
export type CarryOver = (cursor: SectorCursor, tail: LogSector | undefined) => Task<boolean>;

/** How a log is made. */
export interface RingLogOptions {
  /** The part. */
  readonly flash: NorFlash;
  /** The adapter's random number generator, for open ids. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** The longest record, in bytes: as far as a write that was cut off can have reached. */
  readonly maxRecordBytes: number;
  /** Rules that the mount leaves out. */
  readonly omittedRules: ReadonlySet<MountRule>;
}

const ERASE_ATTEMPTS = 3;

/** The log on the part. */
export class RingLog {
  readonly #options: RingLogOptions;
  readonly #flash: NorFlash;
  readonly #readBack: Uint8Array;
  #window: LogSector[] = [];
  #eraseCounts: number[] = [];
  #cursor: SectorCursor | undefined = undefined;
  /** Where the last record of the head ends. */
  #logEnd = 0;
  /** Where the record should be that was refused last, if nothing was appended since. */
  #refused: RecordPlace | undefined = undefined;
  #refusals = 0;

  /**
   * A log that knows nothing yet.
   *
   * @param options How it is made.
   */
  constructor(options: RingLogOptions) {
    this.#options = options;
    this.#flash = options.flash;
    this.#readBack = allocateBytes(Math.max(options.maxRecordBytes, HEADER_BYTES));
    this.#eraseCounts = new Array(options.flash.geometry.sectorCount).fill(0);
  }

  /** The newest sector; `undefined` before the first is opened. */
  get head(): LogSector | undefined {
    return this.#window[this.#window.length - 1];
  }

  /** The sectors of the log, oldest first. */
  get sectors(): readonly LogSector[] {
    return this.#window;
  }

  /** How often the part has refused an operation. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Takes over what a scan has found. */
  adopt(scan: LogScan): void {
    this.#window = [...scan.sectors];
    this.#eraseCounts = [...scan.eraseCounts];
    const head = this.head;
    // Until the rules of the mount have been applied nothing may be appended.
    this.#cursor = head === undefined ? undefined : { sector: head, offset: this.#flash.geometry.sectorBytes };
    this.#logEnd = head === undefined ? 0 : scan.headEnd;
  }

  /**
   * Settles the head that a scan has found, and fences it.
   *
   * Settling only adds charge where it was, so a cut in it does no harm. What
   * was left half done is never overwritten in place: a cut in that could
   * leave it as good as new, but with bits that fail later.
   *
   * @param scan The scan.
   * @param region The bytes that were scanned, put right where the scan could.
   * @returns False if nothing may be appended to the head: the next sector must be opened.
   */
  *secure(scan: LogScan, region: Uint8Array): Task<boolean> {
    const head = this.head;
    if (head === undefined) return false;
    const { sectorBytes, pageBytes } = this.#flash.geometry;
    const base = head.index * sectorBytes;
    const { headEnd, lastRecord } = scan;
    if (this.#applies("settle header") && head.condition === "whole") {
      yield* this.#drive(base, encodeHeader(head.header));
    }
    if (this.#applies("settle record") && lastRecord !== undefined) {
      const start = base + lastRecord.place.offset;
      yield* this.#drive(start, region.subarray(start, start + lastRecord.lengthBytes));
    }
    if (head.condition !== "whole" || lastRecord?.lostBit === true) return false;
    if (scan.tornRecord && this.#applies("leave torn record")) return false;
    if (scan.tornHeader && this.#applies("reopen torn header")) return false;
    const offset = this.#applies("fence") ? roundUp(headEnd + this.#options.maxRecordBytes, pageBytes) : headEnd;
    this.#cursor = { sector: head, offset: Math.min(offset, sectorBytes) };
    if (offset + MARK_BYTES <= sectorBytes && this.#applies("boot mark")) {
      yield* this.#drive(base + offset, encodeMark(head, offset, headEnd, false));
      this.#cursor.offset += MARK_BYTES;
      this.#logEnd = this.#cursor.offset;
    }
    return true;
  }

  /**
   * Appends a record to the head.
   *
   * @param payloadBytes Length of its payload.
   * @param content Asked for it once the place is known.
   * @returns Its place, or `undefined` if the head has no room left or did not take it: the next sector must be opened.
   */
  *append(payloadBytes: number, content: (place: RecordPlace) => RecordContent): Task<RecordPlace | undefined> {
    const cursor = this.#cursor;
    const { sectorBytes } = this.#flash.geometry;
    const lengthBytes = RECORD_OVERHEAD_BYTES + payloadBytes;
    if (cursor === undefined || cursor.offset + lengthBytes > sectorBytes) return undefined;
    const { sector, offset } = cursor;
    // Whatever comes of it, this place is used up: no nonce is used twice.
    cursor.offset = sectorBytes;
    if (!(yield* this.#program(sector, offset, lengthBytes, content))) {
      this.#refused = offset === this.#logEnd ? { sector, offset } : undefined;
      return undefined;
    }
    cursor.offset = offset + lengthBytes;
    this.#logEnd = cursor.offset;
    return { sector, offset };
  }

  /**
   * The part did not take a record as it should, nor does it open another sector: a mount will judge by what stands
   * there. If at most one bit is wrong it will take the record, so it is stored.
   *
   * @returns Its place, or `undefined`: a mount will not take it.
   */
  *salvage(): Task<RecordPlace | undefined> {
    const place = this.#refused;
    this.#refused = undefined;
    if (place === undefined || !this.#applies("repair record")) return undefined;
    const { sector, offset } = place;
    const { sectorBytes } = this.#flash.geometry;
    const bytes = new Uint8Array(sectorBytes);
    yield* this.#flash.readInto(sector.index * sectorBytes, bytes);
    const { sequence } = sector.header;
    if (recordBytesAt(bytes, sequence, offset) === 0 && repairRecord(bytes, sequence, offset) === undefined) {
      return undefined;
    }
    this.#logEnd = offset + recordBytesAt(bytes, sequence, offset);
    return place;
  }

  *#program(
    sector: LogSector,
    offset: number,
    lengthBytes: number,
    content: (place: RecordPlace) => RecordContent,
  ): Task<boolean> {
    const { head, payload } = content({ sector, offset });
    const payloadBytes = lengthBytes - RECORD_OVERHEAD_BYTES;
    const record = encodeRecord({ ...head, payloadBytes }, payload, sector.header.sequence, offset);
    return yield* this.#programBlank(sector.index * this.#flash.geometry.sectorBytes + offset, record);
  }

  /**
   * Writes a copy into a sector that is being opened.
   *
   * @param cursor Where; moved behind the copy.
   * @param payloadBytes Length of its payload.
   * @param content Asked for it once the place is known; asked again if the part does not take it there.
   * @returns Its place, or `undefined` if the sector has no room left.
   */
  *carry(
    cursor: SectorCursor,
    payloadBytes: number,
    content: (place: RecordPlace) => RecordContent,
  ): Task<RecordPlace | undefined> {
    const { sectorBytes, pageBytes } = this.#flash.geometry;
    const { sector } = cursor;
    const base = sector.index * sectorBytes;
    const lengthBytes = RECORD_OVERHEAD_BYTES + payloadBytes;
    while (cursor.offset + lengthBytes <= sectorBytes) {
      const { offset } = cursor;
      if (yield* this.#program(sector, offset, lengthBytes, content)) {
        cursor.offset += lengthBytes;
        return { sector, offset };
      }
      // What stands there now must not be taken for damage later: a mark tells that the log goes on behind it.
      cursor.offset = roundUp(offset + 1, pageBytes);
      if (cursor.offset + MARK_BYTES + lengthBytes > sectorBytes) break;
      const mark = encodeMark(sector, cursor.offset, offset, true);
      if (!(yield* this.#programBlank(base + cursor.offset, mark))) break;
      cursor.offset += MARK_BYTES;
    }
    return undefined;
  }

  /**
   * Opens the next sector of the ring. When the ring would close, the oldest is freed.
   *
   * @param carryOver Writes what is still needed of the oldest sector behind the new one's header.
   * @returns False if the part does not take it; the log is as before then.
   */
  *openNext(carryOver: CarryOver): Task<boolean> {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const head = this.head;
    const index = head === undefined ? 0 : (head.index + 1) % sectorCount;
    const tail = this.#window.length === sectorCount - 1 ? this.#window[0] : undefined;
    const kept = tail === undefined ? this.#window : this.#window.slice(1);
    // A sector whose header a cut has taken has lost its own count: its neighbour's is within one of it.
    const neighbour = (head?.header.eraseCount ?? 1) - 1;
    const eraseCount = Math.max(this.#eraseCounts[index] ?? 0, neighbour) + 1;
    if (!(yield* this.#erase(index * sectorBytes))) return false;
    this.#eraseCounts[index] = eraseCount;
    const sector: LogSector = {
      index,
      header: {
        version: FORMAT_VERSION,
        logSectors: kept.length + 1,
        sequence: (head?.header.sequence ?? 0) + 1,
        eraseCount,
        openId: this.#options.random(OPEN_ID_BYTES),
        previousEnd: this.#logEnd,
        sectorBytes,
        sectorCount,
      },
      condition: "whole",
    };
    const cursor = { sector, offset: HEADER_BYTES };
    if (!(yield* carryOver(cursor, tail))) return false;
    if (!(yield* this.#programBlank(index * sectorBytes, encodeHeader(sector.header)))) return false;
    this.#window = [...kept, sector];
    this.#cursor = cursor;
    this.#logEnd = cursor.offset;
    this.#refused = undefined;
    return true;
  }

  #applies(rule: MountRule): boolean {
    return !this.#options.omittedRules.has(rule);
  }

  *#erase(address: number): Task<boolean> {
    for (let attempt = 0; attempt < ERASE_ATTEMPTS; attempt++) {
      yield* this.#flash.writeEnable();
      if ((yield* this.#flash.sectorErase(address)) === "done") return true;
      this.#refusals++;
    }
    return false;
  }

  /** Programs bytes where the part reads blank, and reads them back. */
  *#programBlank(address: number, bytes: Uint8Array): Task<boolean> {
    const there = this.#readBack.subarray(0, bytes.length);
    yield* this.#flash.readInto(address, there);
    if (!isBlank(there)) {
      this.#refusals++;
      return false;
    }
    yield* this.#drive(address, bytes);
    yield* this.#flash.readInto(address, there);
    if (equal(there, bytes)) return true;
    this.#refusals++;
    return false;
  }

  /** Programs bytes, page by page. */
  *#drive(address: number, bytes: Uint8Array): Task {
    const { pageBytes } = this.#flash.geometry;
    for (let done = 0; done < bytes.length;) {
      const room = pageBytes - ((address + done) % pageBytes);
      const chunk = done === 0 && bytes.length <= room ? bytes : bytes.subarray(done, done + room);
      yield* this.#flash.writeEnable();
      yield* this.#flash.pageProgram(address + done, chunk);
      done += chunk.length;
    }
  }
}

function encodeMark(sector: LogSector, offset: number, logEnd: number, carried: boolean): Uint8Array {
  const payload = markPayload(logEnd);
  const head = { kind: RecordKind.mark, carried, slot: 0, payloadBytes: payload.length };
  return encodeRecord(head, payload, sector.header.sequence, offset);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

function isBlank(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (bytes[index] !== 0xff) return false;
  return true;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
