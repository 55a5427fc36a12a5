/**
 * Writing the log: appending records to the head, opening the next sector of
 * the ring, and the rules by which a mount makes past cuts harmless.
 *
 * A sector is erased before it is opened, always, even if it looks blank. What
 * is still needed of the oldest sector is copied into it. Its header,
 * programmed last, opens it, carries the copies and frees the oldest sector in
 * one commit. No byte is programmed twice but by the rules of the mount.
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
  OPEN_ID_BYTES,
  RECORD_OVERHEAD_BYTES,
} from "./log_format.ts";
import type { LogScan, LogSector, RecordPlace } from "./log_scan.ts";

/** What a mount does so that past cuts cannot show later, and damage is not mistaken for one. */
export type MountRule =
  /** Program the head's header once more: its bits may be weak. */
  | "settle header"
  /** Program the last record once more: its bits may be weak. */
  | "settle record"
  /** Take the last record for whole if one bit of it is wrong. */
  | "repair record"
  /** Zero the head of what was being written: it must not become a record later. */
  | "kill record"
  /** Zero the magic of the sector behind the head: it must not become a header later. */
  | "kill header"
  /** Append only beyond every byte that the write that was cut off could have weakened. */
  | "fence"
  /** Begin there with a record of known bytes: or the next mount would fence at the same place. */
  | "boot mark"
  /** Finish erasing the sectors that held secrets when they were cleared. */
  | "resume scrub";

/** All rules of the mount, in the order of their use. */
export const MOUNT_RULES: readonly MountRule[] = [
  "repair record",
  "settle header",
  "settle record",
  "kill record",
  "kill header",
  "fence",
  "boot mark",
  "resume scrub",
];

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

/** A head of zeros: dead for ever, whatever a cut left there. */
const KILL = new Uint8Array(4);

const NO_PAYLOAD = new Uint8Array(0);

/** The log on the part. */
export class RingLog {
  readonly #options: RingLogOptions;
  readonly #flash: NorFlash;
  readonly #readBack: Uint8Array;
  #window: LogSector[] = [];
  #eraseCounts: number[] = [];
  #cursor: SectorCursor | undefined = undefined;
  #refusals = 0;

  /**
   * A log that knows nothing yet.
   *
   * @param options How it is made.
   */
  constructor(options: RingLogOptions) {
    this.#options = options;
    this.#flash = options.flash;
    this.#readBack = new Uint8Array(Math.max(options.maxRecordBytes, HEADER_BYTES));
    this.#eraseCounts = new Array(options.flash.geometry.sectorCount).fill(0);
  }

  /** The newest sector; `undefined` before the first is opened. */
  get head(): LogSector | undefined {
    return this.#window[this.#window.length - 1];
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
  }

  /**
   * Applies the rules of the mount to the head that a scan has found.
   *
   * @param scan The scan.
   * @param region The bytes that were scanned, put right where the scan could.
   */
  *secure(scan: LogScan, region: Uint8Array): Task {
    const head = this.head;
    if (head === undefined) return;
    const { sectorBytes, sectorCount, pageBytes } = this.#flash.geometry;
    const { maxRecordBytes } = this.#options;
    const base = head.index * sectorBytes;
    const { headEnd, lastRecord } = scan;
    if (this.#applies("settle header") && !head.headerLost) yield* this.#drive(base, encodeHeader(head.header));
    if (this.#applies("settle record") && lastRecord !== undefined) {
      const start = base + lastRecord.place.offset;
      yield* this.#drive(start, region.subarray(start, start + lastRecord.lengthBytes));
    }
    if (this.#applies("kill record") && headEnd + RECORD_OVERHEAD_BYTES <= sectorBytes) {
      yield* this.#drive(base + headEnd, KILL);
    }
    if (this.#applies("kill header")) yield* this.#drive(((head.index + 1) % sectorCount) * sectorBytes, KILL);
    let offset = headEnd + KILL.length;
    if (this.#applies("fence")) offset = roundUp(headEnd + maxRecordBytes, pageBytes);
    // Boxes that are sealed under a lost open id could not be opened later.
    if (head.headerLost) offset = sectorBytes;
    if (this.#applies("boot mark")) {
      for (; offset + RECORD_OVERHEAD_BYTES <= sectorBytes; offset = roundUp(offset + 1, pageBytes)) {
        const mark = bootMark(head, offset, false);
        const present = region.subarray(base + offset, base + offset + mark.length);
        // A mark that a cut has left half done is completed; anything else in the way is passed over.
        if (!mark.every((byte, index) => ((present[index] as number) & byte) === byte)) continue;
        yield* this.#drive(base + offset, mark);
        offset += mark.length;
        break;
      }
    }
    this.#cursor = { sector: head, offset: Math.min(offset, sectorBytes) };
  }

  /**
   * Appends a record to the head.
   *
   * @param payloadBytes Length of its payload.
   * @param content Asked for it once the place is known; asked again if the part does not take it there.
   * @returns Its place, or `undefined` if the head has no room left.
   */
  *append(payloadBytes: number, content: (place: RecordPlace) => RecordContent): Task<RecordPlace | undefined> {
    return this.#cursor === undefined ? undefined : yield* this.write(this.#cursor, payloadBytes, content);
  }

  /** Writes a record at a cursor, as {@linkcode append} does. */
  *write(
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
      const { head, payload } = content({ sector, offset });
      const record = encodeRecord({ ...head, payloadBytes }, payload, sector.header.sequence, offset);
      if (yield* this.#programBlank(base + offset, record)) {
        cursor.offset += lengthBytes;
        return { sector, offset };
      }
      // What stands there now must not be taken for damage later; the mark tells that the log goes on behind it.
      yield* this.#drive(base + offset, KILL);
      cursor.offset = roundUp(offset + 1, pageBytes);
      if (cursor.offset + RECORD_OVERHEAD_BYTES + lengthBytes > sectorBytes) break;
      const mark = bootMark(sector, cursor.offset, head.carried);
      if (yield* this.#programBlank(base + cursor.offset, mark)) cursor.offset += mark.length;
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
      },
      headerLost: false,
    };
    const cursor = { sector, offset: HEADER_BYTES };
    if (!(yield* carryOver(cursor, tail))) return false;
    if (!(yield* this.#programBlank(index * sectorBytes, encodeHeader(sector.header)))) {
      yield* this.#drive(index * sectorBytes, KILL);
      return false;
    }
    this.#window = [...kept, sector];
    this.#cursor = cursor;
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
      const chunk = bytes.subarray(done, done + room);
      yield* this.#flash.writeEnable();
      yield* this.#flash.pageProgram(address + done, chunk);
      done += chunk.length;
    }
  }
}

function bootMark(sector: LogSector, offset: number, carried: boolean): Uint8Array {
  const head = { kind: RecordKind.bootMark, carried, slot: 0, payloadBytes: 0 };
  return encodeRecord(head, NO_PAYLOAD, sector.header.sequence, offset);
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
