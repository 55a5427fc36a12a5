/**
 * Writing the log: appending records to the head, and opening the next sector of the ring.
 *
 * A sector is erased before it is opened, always, even if it looks blank. What is still needed of the oldest sector is
 * copied into it. Its header, programmed last, opens it, carries the copies, says where the log ended in the sector
 * before it, and frees the oldest sector, all in one commit.
 *
 * A sector that does not open is passed over, and retired by the one that opens in its place. Two are kept free, so that
 * there is one to go on with.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import type { Carrier, RecordContent, SectorCursor } from "./carrier.ts";
import { FlashWriter, Misread } from "./flash_writer.ts";
import { LogSlot, RecordKind } from "./head_word.ts";
import { AGAIN_OVERHEAD_BYTES, markPayload, markPayloadBytes, retiredPayload, roomBytes } from "./log_format.ts";
import type { LogScan } from "./log_scan.ts";
import type { LogSector, RecordPlace } from "./log_window.ts";
import { Outage } from "./outage.ts";
import { markContent, plainContent } from "./pending.ts";
import type { RegionReader } from "./region_reader.ts";
import { nextSequence, RingSectors, spareSectors } from "./ring_sectors.ts";
import { CHECKSUM_OFFSET, headerBytes, newHeader, OPEN_ID_BYTES } from "./sector_header.ts";
import { UnopenedSectors } from "./unopened_sectors.ts";
import { roundUp } from "./words.ts";

/** How a log is made. */
export interface RingLogOptions {
  /** The part. */
  readonly flash: NorFlash;
  /** The adapter's random number generator, for open ids. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** The longest record, in bytes: as far as a write that was cut off can have reached. */
  readonly maxRecordBytes: number;
  /** Reads the region as a mount does. */
  readonly reader: RegionReader;
}

/** How often an append goes on behind a place of the head that the part did not take. */
const STEPS_LIMIT = 3;

/** Erases of a sector until it is given up, if there is no other that could be asked. */
const ERASE_ATTEMPTS = 2;

/** So many others are asked about a sector once the part has shown that it takes something; about the first, one. */
const ASKED_LATER = 3;

/** The log on the part. */
export class RingLog {
  readonly #options: RingLogOptions;
  readonly #flash: NorFlash;
  /** What writes to the part. */
  readonly writer: FlashWriter;
  /** The sectors of the part. */
  readonly ring: RingSectors;
  #eraseCounts: number[];
  #cursor: SectorCursor | undefined = undefined;
  /** Where the last record of the head ends. */
  #logEnd = 0;
  /** Where the record should be that was appended last, if it was refused. */
  #refused: RecordPlace | undefined = undefined;
  /** Sectors that were begun and did not open. */
  readonly unopened: UnopenedSectors;
  /** The head needs a record that says that it was opened. */
  #isUnwritten = false;
  readonly #outage: Outage;

  /**
   * A log that knows nothing yet.
   *
   * @param options How it is made.
   */
  constructor(options: RingLogOptions) {
    this.#options = options;
    this.#flash = options.flash;
    this.ring = new RingSectors(options.flash.geometry.sectorCount);
    const longestBytes = options.maxRecordBytes + AGAIN_OVERHEAD_BYTES;
    this.writer = new FlashWriter(options.flash, Math.max(longestBytes, headerBytes(1)));
    this.unopened = new UnopenedSectors(this.writer, options.flash.geometry.sectorBytes, options.reader);
    this.#outage = new Outage(this.unopened);
    this.#eraseCounts = new Array(this.#flash.geometry.sectorCount).fill(0);
  }

  /** The newest sector; `undefined` before the first is opened. */
  get head(): LogSector | undefined {
    return this.ring.head;
  }

  /** The sectors of the log, oldest first. */
  get sectors(): readonly LogSector[] {
    return this.ring.log;
  }

  /** Sectors that are used no more. */
  get retired(): ReadonlySet<number> {
    return this.ring.retired;
  }

  /** How many bytes the head has left. */
  get roomBytes(): number {
    return this.#cursor === undefined || this.unopened.mayLead
      ? 0
      : this.#flash.geometry.sectorBytes - this.#cursor.offset;
  }

  /** How often the part has refused an operation. */
  get refusals(): number {
    return this.writer.refusals;
  }

  /** Takes over what a scan has found. Until {@linkcode goOnAt} nothing can be appended. */
  adopt(scan: LogScan): void {
    this.ring.adopt(scan.sectors, scan.retired);
    this.#eraseCounts = [...scan.eraseCounts];
    this.#refused = undefined;
    this.unopened.adopt(scan);
    this.#isUnwritten = false;
    this.#outage.end();
    this.#cursor = undefined;
    this.#logEnd = scan.headEnd;
  }

  /** Appends go on in the head from an offset; the log ends at another. */
  goOnAt(offset: number, logEnd: number): void {
    const { head } = this;
    this.#cursor = head && { sector: head, offset, end: this.#flash.geometry.sectorBytes };
    this.#logEnd = logEnd;
  }

  /** Nothing more is appended to the head. */
  leaveHead(): void {
    this.#cursor = undefined;
  }

  /** Sees that the sector in which the log would have gone on reads as the mount has read it. */
  *confirm(): Task {
    const [next = 0] = this.ring.free([...this.unopened.rivals]);
    const start = next * this.#flash.geometry.sectorBytes;
    const before = this.writer.read?.subarray(start, start + CHECKSUM_OFFSET);
    if (before !== undefined && !equalBytes(yield* this.#flash.read(start, before.length), before)) throw new Misread();
  }

  /** The log ends here, whatever stands behind it: the next sector's header will say so. */
  endAt(logEnd: number): void {
    this.#logEnd = logEnd;
  }

  /**
   * Appends a record to the head.
   *
   * @param payloadBytes Length of its payload.
   * @param content Asked for it once the place is known; asked again if the part does not take it there.
   * @param voids Whether the record says itself that nothing counts that lies before it: a mark behind a place that the
   * part did not take would say that all before that place counts.
   * @returns Its place, or `undefined` if the head has no room left or did not take it: the next sector must be opened.
   */
  *append(
    payloadBytes: number,
    content: (place: RecordPlace) => RecordContent,
    voids = false,
  ): Task<RecordPlace | undefined> {
    const cursor = this.#cursor;
    this.#refused = undefined;
    if (cursor === undefined || this.unopened.mayLead) return undefined;
    const place = yield* this.#write(cursor, payloadBytes, content, voids ? "voids" : "appended");
    if (place === undefined) return undefined;
    this.#logEnd = cursor.offset;
    this.#isUnwritten = false;
    return place;
  }

  /**
   * A mount that cannot drive the header again, as none can where words take one program, does not believe a head in which
   * nothing was written since it was opened, and what it freed counts: so something is written, before that is erased.
   */
  *own(): Task<boolean> {
    return !this.#isUnwritten || (yield* this.mark());
  }

  /** Writes a mark: nothing counts between where the log ended, if that is given, and the mark. */
  *mark(logEnd?: number): Task<boolean> {
    const { sectorBytes } = this.#flash.geometry;
    // A mark is not salvaged: what was refused before it may be.
    const refused = this.#refused;
    const content = markContent(sectorBytes, logEnd);
    const place = yield* this.append(markPayloadBytes(sectorBytes), content, logEnd !== undefined);
    this.#refused = refused;
    return place !== undefined;
  }

  /**
   * Writes a copy into a sector that is being opened.
   *
   * @param cursor Where; moved behind the copy.
   * @param payloadBytes Length of its payload.
   * @param content Asked for it once the place is known; asked again if the part does not take it there.
   * @returns Its place, or `undefined` if the sector has no room left.
   */
  carry(
    cursor: SectorCursor,
    payloadBytes: number,
    content: (place: RecordPlace) => RecordContent,
  ): Task<RecordPlace | undefined> {
    return this.#write(cursor, payloadBytes, content, "carried");
  }

  /** The part refused a record and opens no sector: if a mount will take it, it is stored, and returned; else it dies. */
  *salvage(): Task<RecordPlace | undefined> {
    const place = this.#refused;
    this.#refused = undefined;
    if (place === undefined) return undefined;
    const { sector: { index, header: { sectorBytes } }, offset } = place;
    // Whether a mount can drive a newer header again, and believes it, nobody knows; where words take one program it cannot.
    if (this.writer.programBytes > 1 || !this.unopened.mayLead) {
      const { lastRecord, headEnd } = yield* this.#options.reader.foresee();
      const last = lastRecord?.place;
      if (last?.sector.index === index && last.offset === offset) {
        this.#logEnd = headEnd;
        return place;
      }
    }
    const lengthBytes = Math.min(sectorBytes - offset, this.#options.maxRecordBytes);
    yield* this.writer.kill(index * sectorBytes + offset, lengthBytes);
    return undefined;
  }

  /**
   * Opens the next sector of the ring, and frees the oldest as far as must be, or as costs little.
   *
   * @param carrier Writes what is still needed behind the new one's header.
   * @returns The sectors that were freed; `undefined` if the part does not take it. The log is as before then.
   */
  *openNext(carrier: Carrier): Task<readonly LogSector[] | undefined> {
    yield* this.confirm();
    this.writer.read = undefined;
    // What a head has freed that no mount can make firm is still needed: no other sectors are tried.
    const isOwned = (yield* this.own()) || this.writer.programBytes === 1;
    const outage = this.#outage;
    const passed: number[] = [];
    const logEnd = this.#logEnd;
    let isAgain = false;
    for (let asked = 1;; asked = ASKED_LATER) {
      const [index, ...others] = this.ring.free(passed);
      if (index === undefined) break;
      const { refusals } = this;
      const freed = yield* this.#open(index, passed, others, carrier);
      if (freed !== undefined) return freed;
      // What the new one was to hold again is still where it was.
      this.#logEnd = logEnd;
      // With nothing refused, it was for want of room: no other sector has more.
      if (this.refusals === refusals || !this.ring.canRetire(passed.length + 1)) break;
      // The first is tried again before it is passed over; what comes behind one that is bad is more likely bad, too.
      const isSure: boolean = isAgain || (!isOwned && passed.length === 0);
      if (!isSure && !(isOwned && (yield* outage.takesIn(others, asked)))) break;
      isAgain = !isSure && passed.length === 0;
      if (!isAgain) passed.push(index);
    }
    return outage.note(passed.length);
  }

  *#open(
    index: number,
    passed: readonly number[],
    behind: readonly number[],
    carrier: Carrier,
  ): Task<readonly LogSector[] | undefined> {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const { head } = this;
    // A sector whose header a cut has taken has lost its own count: its neighbour's is within one of it.
    const neighbour = (head?.header.eraseCount ?? 1) - 1;
    const eraseCount = Math.max(this.#eraseCounts[index] ?? 0, neighbour) + 1;
    const attempts = behind.length > 0 && this.ring.canRetire(passed.length + 1) ? 1 : ERASE_ATTEMPTS;
    const shown = carrier.isScrubbing ? sectorBytes : undefined;
    if (!(yield* this.unopened.annulBehind(behind)) || !(yield* this.unopened.erase(index, attempts, shown))) {
      return undefined;
    }
    this.#eraseCounts[index] = eraseCount;
    const retired = new Set([...this.retired, ...passed]);
    const header = {
      ...newHeader(nextSequence(index, head, sectorCount), this.#flash.geometry),
      eraseCount,
      openId: this.#options.random(OPEN_ID_BYTES),
      tellsRetired: retired.size > 0,
    };
    const sector: LogSector = { index, header, condition: "whole" };
    const cursor: SectorCursor = { sector, offset: headerBytes(this.writer.programBytes), end: sectorBytes };
    const freed = yield* this.#fill(cursor, retired, carrier);
    if (freed === undefined) return undefined;
    const kept = this.sectors.slice(freed.length);
    header.previousEnd = head === undefined ? 0 : this.#logEnd;
    header.logSectors = header.sequence - (kept[0]?.header.sequence ?? header.sequence) + 1;
    const end = cursor.offset;
    const isTold = yield* this.writer.programHeader(index * sectorBytes, header);
    const isOwned = isTold && (yield* this.#ownOverRefused(cursor));
    if (isOwned === false && !(yield* this.unopened.leads(index, isTold))) return undefined;
    this.ring.adopt([...kept, sector], retired);
    this.#cursor = cursor;
    // Where words can be programmed again, one that has freed nothing has nothing to lose.
    this.#isUnwritten = isOwned === undefined && (this.writer.programBytes > 1 || freed.length > 0);
    this.#logEnd = isOwned === false ? end : cursor.offset;
    this.#refused = undefined;
    this.unopened.opened(index);
    this.#outage.end();
    // Nothing may be left of a key in a sector that will not be erased any more.
    for (const each of passed) yield* this.writer.kill(each * sectorBytes, sectorBytes);
    return freed;
  }

  /**
   * A record was refused at the end of the old head: a mount that did not believe the new one, because it cannot drive
   * its header again, and went back, might take it. So the new one is only gone to if it will be believed at once.
   *
   * @returns `undefined` if there is no need to, or no room.
   */
  *#ownOverRefused(cursor: SectorCursor): Task<boolean | undefined> {
    const { sectorBytes } = this.#flash.geometry;
    const payloadBytes = markPayloadBytes(sectorBytes);
    const end = cursor.offset + roomBytes(payloadBytes, this.writer.programBytes);
    if (this.#refused === undefined || end > sectorBytes) return undefined;
    return (yield* this.carry(cursor, payloadBytes, markContent(sectorBytes))) !== undefined;
  }

  /** Writes what comes behind a header, and says which sectors are freed by it. */
  *#fill(cursor: SectorCursor, retired: ReadonlySet<number>, carrier: Carrier): Task<LogSector[] | undefined> {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const good = sectorCount - retired.size;
    const start = cursor.offset;
    if (retired.size > 0) {
      const payload = retiredPayload(retired, sectorCount);
      const content = plainContent(RecordKind.log, LogSlot.retired, true, payload);
      const place = yield* this.carry(cursor, payload.length, content);
      // It has one place only.
      if (place?.offset !== start) return undefined;
    }
    // What the room for the list is left for stands there now.
    const listBytes = cursor.offset - start;
    if (!(yield* carrier.begin(cursor))) return undefined;
    const freed: LogSector[] = [];
    for (const tail of this.sectors) {
      const length = this.sectors.length - freed.length + 1;
      if (length <= good - 1 - (carrier.hasSpare(retired.size) ? spareSectors(good) : 0)) break;
      const isClosing = length > good - 1;
      const { refusals } = this;
      cursor.end = sectorBytes - (isClosing ? 0 : Math.max(0, carrier.reserveBytes - listBytes));
      if (yield* carrier.copy(cursor, tail)) freed.push(tail);
      // What does not fit stays where it is, unless the ring would close: the next sector takes the rest.
      else if (isClosing || this.refusals > refusals) return undefined;
      else break;
    }
    cursor.end = sectorBytes;
    return freed;
  }

  *#write(
    cursor: SectorCursor,
    payloadBytes: number,
    content: (place: RecordPlace) => RecordContent,
    manner: "appended" | "carried" | "voids",
  ): Task<RecordPlace | undefined> {
    const { sectorBytes, pageBytes } = this.#flash.geometry;
    const { sector } = cursor;
    const { programBytes } = this.writer;
    const lengthBytes = roomBytes(payloadBytes, programBytes);
    const carried = manner === "carried";
    for (let step = 0; cursor.offset + lengthBytes <= cursor.end; step++) {
      const { offset } = cursor;
      // Whatever comes of it, this place is used up: no nonce is used twice.
      cursor.offset = sectorBytes;
      const { head, payload } = content({ sector, offset });
      if (yield* this.writer.programRecord(sector, offset, { ...head, payloadBytes }, payload)) {
        cursor.offset = offset + lengthBytes;
        return { sector, offset };
      }
      if (!carried) this.#refused = offset === this.#logEnd ? { sector, offset } : undefined;
      if (step === STEPS_LIMIT) break;
      const next = roundUp(offset + lengthBytes, pageBytes);
      if (manner === "voids") {
        cursor.offset = next;
        continue;
      }
      const mark = markPayload(carried ? offset : this.#logEnd, sectorBytes);
      // What stands there now must not be taken for a record or for damage later: a mark tells that it never counts.
      const markBytes = roomBytes(mark.length, programBytes);
      if (next + markBytes + lengthBytes > cursor.end) break;
      const markHead = { kind: RecordKind.mark, carried, slot: 0, payloadBytes: mark.length };
      if (!(yield* this.writer.programRecord(sector, next, markHead, mark))) break;
      cursor.offset = next + markBytes;
      if (carried) continue;
      this.#logEnd = cursor.offset;
      this.#refused = undefined;
    }
    return undefined;
  }
}
