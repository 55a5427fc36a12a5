/**
 * Reading the log: from the bytes of the whole region to the slots they mean.
 * No flash and no time.
 *
 * Sectors are read from the oldest to the newest, each as far as the header of
 * the next one says. Where no record verifies, the next place that does is
 * searched for: a record's checksum binds it to its sector and offset, so
 * nothing else can pass for one.
 *
 * Behind the last record of the head may be a write that was cut off: it never
 * counted, and a mark or the next header says so for good. Anywhere else, what
 * does not verify and is not blank was a whole record once: it is damaged, and
 * the older value of its slot must not be given out for it. If it cannot even
 * say which slot it was for, no value older than it can be trusted.
 *
 * A mark, or a record that was written again, says from where on nothing counts that lies before it: not even a record
 * that verifies, which may have been unreadable when that was written.
 *
 * One wrong bit at the very end could be either: a write that was nearly done, or a finished one that was damaged. Both
 * mean the same value, so it counts, there and wherever the log is known to have ended once.
 *
 * @module
 */

import {
  BLANK_HEAD,
  type Found,
  headAt,
  isFirst,
  markPayloadBytes,
  mayHaveBeenWhole,
  RECORD_OVERHEAD_BYTES,
  recordsIn,
  repairRecord,
  roomBytes,
  voidFromAt,
} from "./log_format.ts";
import { headKind, headPayloadBytes, RecordKind } from "./head_word.ts";
import { findLog, type LogSector, type LogWindow, type RecordPlace } from "./log_window.ts";
import { headerBytes } from "./sector_header.ts";
import { type PendingScrub, type ScannedSlot, SlotReading } from "./slot_reading.ts";
import { isBlank, partsOf, readUint32, roundUp } from "./words.ts";

/** The last record of the log. */
export interface LastRecord {
  /** Where it lies. */
  readonly place: RecordPlace;
  /** Its length. */
  readonly lengthBytes: number;
  /** A bit of it has turned to 0, which programming cannot mend: it must stay the last of its sector. */
  readonly lostBit: boolean;
}

/** What the log says. */
export interface LogScan extends LogWindow {
  /** What is known of each slot. */
  readonly slots: ReadonlyMap<number, ScannedSlot>;
  /** Sectors in which something was lost that cannot be assigned to a slot. */
  readonly distrusted: ReadonlySet<LogSector>;
  /** Where the last record of the head ends. */
  readonly headEnd: number;
  /** The last record of the log, if it is in the head. */
  readonly lastRecord: LastRecord | undefined;
  /** The last record of the head that says more than where the log ended, if nothing behind it is damaged. */
  readonly lastContent: LastRecord | undefined;
  /** The head is not blank behind its last record: a write was cut off. */
  readonly tornRecord: boolean;
  /** What is there may have been a whole record, with more wrong bits than can be put right. */
  readonly doubtfulWrite: boolean;
  /** Secrets were cleared, and that record is still in the log. */
  readonly scrub: PendingScrub | undefined;
}

/** How a region is read. */
export interface ScanOptions {
  /** The region's bytes; a bit that could be put right is put right in them. */
  readonly region: Uint8Array;
  /** The part's sector size. */
  readonly sectorBytes: number;
  /** The part's page size: records that follow a gap may begin on any place, but gaps end on pages. */
  readonly pageBytes: number;
  /** The part's unit of programming, in bytes. */
  readonly programBytes: number;
  /** Take the record at which the log ends, or ended once, for whole if one bit of it is wrong. */
  readonly repairsLast: boolean;
  /** Whether the mount can drive a header again; see {@linkcode findLog}. */
  readonly settlesInPlace: boolean;
}

/** A record that counts. */
interface Counting extends Found {
  /** From where on nothing counts that lies before it. */
  readonly voidFrom: number | undefined;
}

/** Reads the log. */
export function scanLog(options: ScanOptions): LogScan {
  return new LogScanner(options).scan();
}

class LogScanner {
  readonly #options: ScanOptions;
  readonly #sectors: readonly Uint8Array[];
  readonly #reading: SlotReading;
  #lastRecord: LastRecord | undefined = undefined;
  #lastContent: LastRecord | undefined = undefined;
  #headEnd = 0;

  constructor(options: ScanOptions) {
    this.#options = options;
    const { region, sectorBytes } = options;
    this.#sectors = partsOf(region, sectorBytes);
    this.#reading = new SlotReading(this.#sectors);
  }

  scan(): LogScan {
    const window = findLog(this.#sectors, this.#options.programBytes, this.#options.settlesInPlace);
    const { sectors } = window;
    sectors.forEach((sector, index) => {
      if (sector.condition === "lost") this.#reading.distrustAll(sector);
      else this.#readSector(sector, sectors[index + 1], index === sectors.length - 1);
    });
    const head = sectors.at(-1);
    const tornRecord = head !== undefined &&
      !isBlank((this.#sectors[head.index] as Uint8Array).subarray(this.#headEnd));
    return {
      ...window,
      slots: this.#reading.slots,
      distrusted: this.#reading.distrusted,
      headEnd: this.#headEnd,
      lastRecord: this.#lastRecord,
      lastContent: this.#lastContent,
      tornRecord,
      doubtfulWrite: window.mayHideWrite || (tornRecord && this.#mayHideWrite(head)),
      scrub: this.#reading.scrub,
    };
  }

  /** Whether a whole record may stand behind the last one of the head, or behind what a boot has written there first. */
  #mayHideWrite(head: LogSector): boolean {
    const bytes = this.#sectors[head.index] as Uint8Array;
    const { programBytes } = head.header;
    if (mayHaveBeenWhole(bytes, this.#headEnd, programBytes)) return true;
    if (headAt(bytes, this.#headEnd) !== BLANK_HEAD) return false;
    // What stands on the same page was cut off.
    const { at, next } = this.#behindBlank(head, roundUp(this.#headEnd + 1, this.#options.pageBytes));
    if (next < Infinity) return mayHaveBeenWhole(bytes, next, programBytes);
    return !isBlank(bytes.subarray(roundUp(at + 1, programBytes)));
  }

  #readSector(sector: LogSector, next: LogSector | undefined, isHead: boolean): void {
    const whole = this.#sectors[sector.index] as Uint8Array;
    const isBounded = next?.condition === "whole";
    const bytes = isBounded ? whole.subarray(0, next.header.previousEnd) : whole;
    let end = headerBytes(sector.header.programBytes);
    this.#lastRecord = undefined;
    this.#lastContent = undefined;
    for (const { offset, lengthBytes, voidFrom } of this.#countingRecords(sector, bytes)) {
      const gapEnd = voidFrom ?? offset;
      if (end < offset) {
        const repaired = voidFrom === undefined ? undefined : this.#repairLast(sector, bytes.subarray(0, gapEnd), end);
        if (repaired === undefined) this.#noteDamage(sector, end, gapEnd);
      }
      this.#take(bytes, { sector, offset }, lengthBytes, false);
      end = offset + roundUp(lengthBytes, sector.header.programBytes);
    }
    if (isHead || isBounded) end = this.#repairLast(sector, bytes, end, isHead) ?? end;
    // Where nothing says where the log has ended, that may be anywhere.
    if (!isHead) this.#noteDamage(sector, end, bytes.length + (isBounded ? 0 : 1));
    this.#headEnd = end;
  }

  /** The records of a sector that verify, but for those that later ones say do not count. */
  #countingRecords({ header }: LogSector, bytes: Uint8Array): readonly Counting[] {
    const found = recordsIn(bytes, header).map(({ offset, lengthBytes }): Counting => {
      return { offset, lengthBytes, voidFrom: voidFromAt(bytes, offset) };
    });
    // From the end on: what does not count itself strikes out nothing. Who wrote the later one has not read it.
    let end = bytes.length;
    for (let index = found.length - 1; index >= 0; index--) {
      const { offset, voidFrom } = found[index] as Counting;
      if (offset >= end) found.splice(index, 1);
      else end = voidFrom ?? end;
    }
    return found;
  }

  /**
   * Takes the record at which the log ends, or ended once, although one bit of it is wrong.
   *
   * @param bytes The sector, up to there.
   * @param start Where the record begins.
   * @param isOpen Whether the record may end before the bytes do: in the head nothing says where it ended.
   * @returns Where it ends; `undefined` if there is none.
   */
  #repairLast(sector: LogSector, bytes: Uint8Array, start: number, isOpen = false): number | undefined {
    const word = this.#options.repairsLast ? headAt(bytes, start) : undefined;
    if (word === undefined || headKind(word) === RecordKind.mark) return undefined;
    const lengthBytes = RECORD_OVERHEAD_BYTES + headPayloadBytes(word);
    const end = start + roundUp(lengthBytes, sector.header.programBytes);
    if (!isOpen && end !== bytes.length) return undefined;
    const bit = repairRecord(bytes, sector.header.sequence, start);
    if (bit === undefined) return undefined;
    const lostBit = ((bytes[start + (bit >>> 3)] as number) & (1 << (bit & 7))) !== 0;
    this.#take(bytes, { sector, offset: start }, lengthBytes, lostBit);
    return end;
  }

  #take(bytes: Uint8Array, place: RecordPlace, lengthBytes: number, lostBit: boolean): void {
    this.#reading.take(place);
    this.#lastRecord = { place, lengthBytes, lostBit };
    if (headKind(readUint32(bytes, place.offset)) !== RecordKind.mark) this.#lastContent = this.#lastRecord;
  }

  /** Whole records once stood between two places, but for where it is blank: who were they for? */
  #noteDamage(sector: LogSector, start: number, end: number): void {
    const bytes = this.#sectors[sector.index] as Uint8Array;
    const { programBytes } = sector.header;
    for (let offset = start; offset < end;) {
      // Were what stands before it written again, that would strike this out.
      this.#lastContent = undefined;
      if (isSomething(bytes, offset)) {
        const word = headAt(bytes, offset);
        const next = word === undefined ? Infinity : offset + roomBytes(headPayloadBytes(word), programBytes);
        if (word === undefined || next > end) return this.#reading.distrustAll(sector);
        this.#reading.noteDamaged({ sector, offset }, word);
        offset = next;
        continue;
      }
      const { at, next } = this.#behindBlank(sector, offset);
      // Nothing is left blank before a place at which the log has ended.
      if (at >= end || next > end) return this.#reading.distrustAll(sector);
      offset = next;
    }
  }

  /**
   * What stands behind a place that is blank but for single bits. A mount writes a mark there
   * first, or the last record again: whether that reads or not, it says nothing that is not said before the gap.
   *
   * @returns Where something stands, which may be the end of the sector, and where the first record would begin that says
   * more; `Infinity` if nobody can tell.
   */
  #behindBlank({ index, header: { programBytes } }: LogSector, from: number): { at: number; next: number } {
    const bytes = this.#sectors[index] as Uint8Array;
    let at = from;
    while (bytes[at] === 0xff || headAt(bytes, at) === BLANK_HEAD) at++;
    if (at + RECORD_OVERHEAD_BYTES > bytes.length) return { at: bytes.length, next: bytes.length + 1 };
    const start = at - (at % programBytes);
    const word = headAt(bytes, start);
    if (word !== undefined && word !== BLANK_HEAD) {
      return { at, next: start + (isFirst(word) ? roomBytes(headPayloadBytes(word), programBytes) : 0) };
    }
    // Where words can be programmed twice it was a mark.
    const markEnd = start + roomBytes(markPayloadBytes(bytes.length), programBytes);
    return { at, next: programBytes === 1 ? markEnd : Infinity };
  }
}

/** Not blank, one wrong bit allowed, and there is room for a record. */
function isSomething(bytes: Uint8Array, offset: number): boolean {
  return offset + RECORD_OVERHEAD_BYTES <= bytes.length && headAt(bytes, offset) !== BLANK_HEAD;
}
