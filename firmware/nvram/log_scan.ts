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
  classAt,
  contentAt,
  HEAD_BYTES,
  headAt,
  mayHaveBeenWhole,
  nameRangeAt,
  RECORD_OVERHEAD_BYTES,
  recordBytesAt,
  repairRecord,
  roomBytes,
  voidFromAt,
} from "./log_format.ts";
import { headCarried, headKind, headPayloadBytes, headSlot, LogSlot, RecordKind } from "./head_word.ts";
import { findLog, type LogSector, type LogWindow } from "./log_window.ts";
import { headerBytes } from "./sector_header.ts";
import { isSecret } from "./store.ts";
import { isBlank, readUint32, roundUp } from "./words.ts";

/** Where a record lies. */
export interface RecordPlace {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset in it, in bytes. */
  readonly offset: number;
}

/** What the log says of a slot. */
export interface ScannedSlot {
  /** The last record about it. */
  last: RecordPlace;
  /** The record with the class and name, if one verifies or could be put right. */
  name: RecordPlace | undefined;
  /** The record with the newest value. */
  value: RecordPlace | undefined;
  /** A newer value was lost. */
  damaged: boolean;
  /** Secrets were cleared while the class of this slot was not known yet; a name that comes later shows it was none. */
  cleared: boolean;
  /** A record says that name and value were lost, which no clearing ends: they may have been none of a secret. */
  noted: boolean;
}

/** The last record of the log. */
export interface LastRecord {
  /** Where it lies. */
  readonly place: RecordPlace;
  /** Its length. */
  readonly lengthBytes: number;
  /** A bit of it has turned to 0, which programming cannot mend: it must stay the last of its sector. */
  readonly lostBit: boolean;
}

/** Secrets that were cleared: old sectors are to be erased. */
export interface PendingScrub {
  /** Where the record that says so lies. */
  readonly place: RecordPlace;
  /** Sectors are to be opened until the head has this sequence: older ones may hold keys. */
  readonly untilSequence: number;
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
  /** The last record of the head that says more than where the log ended. */
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

/** A record that verifies. */
interface Found {
  readonly offset: number;
  readonly lengthBytes: number;
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
  readonly #slots = new Map<number, ScannedSlot>();
  readonly #distrusted = new Set<LogSector>();
  #scrub: PendingScrub | undefined = undefined;
  #lastRecord: LastRecord | undefined = undefined;
  #lastContent: LastRecord | undefined = undefined;
  #headEnd = 0;

  constructor(options: ScanOptions) {
    this.#options = options;
    const { region, sectorBytes } = options;
    this.#sectors = Array.from(
      { length: region.length / sectorBytes },
      (_, index) => region.subarray(index * sectorBytes, (index + 1) * sectorBytes),
    );
  }

  scan(): LogScan {
    const window = findLog(this.#sectors, this.#options.programBytes, this.#options.settlesInPlace);
    const { sectors } = window;
    sectors.forEach((sector, index) => {
      if (sector.condition === "lost") this.#distrustAll(sector);
      else this.#readSector(sector, sectors[index + 1], index === sectors.length - 1);
    });
    const head = sectors[sectors.length - 1];
    return {
      ...window,
      slots: this.#slots,
      distrusted: this.#distrusted,
      headEnd: this.#headEnd,
      lastRecord: this.#lastRecord,
      lastContent: this.#lastContent,
      tornRecord: !this.#isBlankBehind(head),
      doubtfulWrite: window.mayHideWrite || (head !== undefined &&
        mayHaveBeenWhole(this.#sectors[head.index] as Uint8Array, this.#headEnd)),
      scrub: this.#scrub,
    };
  }

  #isBlankBehind(head: LogSector | undefined): boolean {
    if (head === undefined) return true;
    return isBlank((this.#sectors[head.index] as Uint8Array).subarray(this.#headEnd));
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
    if (!isHead) this.#noteDamage(sector, end, bytes.length);
    this.#headEnd = end;
  }

  /** The records of a sector that verify, but for those that later ones say do not count. */
  #countingRecords(sector: LogSector, bytes: Uint8Array): readonly Found[] {
    const { sequence, programBytes } = sector.header;
    const found: Found[] = [];
    let offset: number | undefined = headerBytes(programBytes);
    while (offset !== undefined) {
      const lengthBytes = recordBytesAt(bytes, sequence, offset);
      if (lengthBytes === 0) {
        offset = this.#nextRecord(bytes, sector, offset);
        continue;
      }
      const voidFrom = voidFromAt(bytes, offset);
      while (voidFrom !== undefined && (found[found.length - 1]?.offset ?? -1) >= voidFrom) found.pop();
      found.push({ offset, lengthBytes, voidFrom });
      offset += roundUp(lengthBytes, programBytes);
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
    this.#apply(bytes, place);
    this.#lastRecord = { place, lengthBytes, lostBit };
    if (headKind(readUint32(bytes, place.offset)) !== RecordKind.mark) this.#lastContent = this.#lastRecord;
  }

  /** The next place where a record verifies. */
  #nextRecord(bytes: Uint8Array, { header }: LogSector, from: number): number | undefined {
    const { pageBytes } = this.#options;
    const { sequence, programBytes } = header;
    for (let offset = from; offset + RECORD_OVERHEAD_BYTES <= bytes.length;) {
      // What is blank up to the end of its page can be passed over at once, but for the beginning of a head.
      const page = (Math.floor(offset / pageBytes) + 1) * pageBytes;
      let blank = offset;
      while (blank < page && bytes[blank] === 0xff) blank++;
      offset = roundUp(Math.max(offset + 1, blank === page ? page - HEAD_BYTES + 1 : 0), programBytes);
      if (recordBytesAt(bytes, sequence, offset) !== 0) return offset;
    }
    return undefined;
  }

  #apply(bytes: Uint8Array, place: RecordPlace): void {
    const at = contentAt(bytes, place.offset);
    if (at === undefined) return;
    const word = readUint32(bytes, at);
    const number = headSlot(word);
    const kind = headKind(word);
    switch (kind) {
      case RecordKind.full:
        this.#slots.set(number, {
          last: place,
          name: place,
          value: place,
          damaged: false,
          cleared: false,
          noted: false,
        });
        return;
      case RecordKind.name: {
        const slot = this.#slot(number, place);
        // A name is carried behind the value that it belongs to. Without a name, it says that both were lost.
        if (headPayloadBytes(word) !== 0) slot.name = place;
        else Object.assign(slot, { damaged: true, cleared: false, noted: true });
        return;
      }
      case RecordKind.value: {
        const slot = this.#slot(number, place);
        slot.value = place;
        slot.damaged = false;
        // It was written after the secrets were cleared: its slot was none of them.
        slot.cleared = false;
        return;
      }
      case RecordKind.delete:
        this.#slots.delete(number);
        return;
      case RecordKind.clearSecrets:
        this.#scrub = { place, untilSequence: readUint32(bytes, at + HEAD_BYTES) };
        if (!headCarried(word)) this.#clearSecrets();
        return;
      case RecordKind.log:
      case RecordKind.mark:
      case RecordKind.blank:
        // Nothing of a slot.
        return;
      default:
        return kind satisfies never;
    }
  }

  #clearSecrets(): void {
    for (const [number, slot] of [...this.#slots]) {
      const { name } = slot;
      if (name === undefined) slot.cleared = !slot.noted;
      else if (this.#isSecretAt(name)) this.#slots.delete(number);
    }
  }

  #isSecretAt({ sector, offset }: RecordPlace): boolean {
    const bytes = this.#sectors[sector.index] as Uint8Array;
    const recordClass = classAt(bytes, contentAt(bytes, offset) ?? offset);
    return recordClass !== undefined && isSecret(recordClass);
  }

  /** Whole records once stood between two places, unless it is blank there: who were they for? */
  #noteDamage(sector: LogSector, start: number, end: number): void {
    const bytes = this.#sectors[sector.index] as Uint8Array;
    const { programBytes } = sector.header;
    for (let offset = start; offset < end && isSomething(bytes, offset);) {
      const word = headAt(bytes, offset);
      const next = word === undefined ? Infinity : offset + roomBytes(headPayloadBytes(word), programBytes);
      if (word === undefined || next > end) return this.#distrustAll(sector);
      this.#noteDamagedRecord(sector, offset, word);
      offset = next;
    }
  }

  #noteDamagedRecord(sector: LogSector, offset: number, word: number): void {
    const kind = headKind(word);
    switch (kind) {
      case RecordKind.full:
      case RecordKind.name: {
        const bytes = this.#sectors[sector.index] as Uint8Array;
        // With its one wrong bit put right it still tells the name, which is needed to report the damage.
        const place = { sector, offset };
        const slot = this.#slot(headSlot(word), place);
        const repaired = repairRecord(bytes, sector.header.sequence, offset) !== undefined;
        if (repaired && nameRangeAt(bytes, offset) !== undefined) slot.name = place;
        slot.damaged = true;
        slot.cleared = false;
        return;
      }
      case RecordKind.value:
      case RecordKind.delete: {
        const slot = this.#slot(headSlot(word), { sector, offset });
        slot.damaged = true;
        slot.cleared = false;
        return;
      }
      case RecordKind.log:
        // What was written again may have been anything; which sectors are retired is said elsewhere, too.
        if (headSlot(word) === LogSlot.again) this.#distrustAll(sector);
        return;
      case RecordKind.clearSecrets:
        for (const slot of this.#slots.values()) {
          if (slot.name === undefined || this.#isSecretAt(slot.name)) slot.damaged = true;
        }
        return;
      case RecordKind.mark:
      case RecordKind.blank:
        // They were written for no slot.
        return;
      default:
        return kind satisfies never;
    }
  }

  /** Something was lost that may have been newer than anything read so far. */
  #distrustAll(sector: LogSector): void {
    this.#distrusted.add(sector);
    for (const slot of this.#slots.values()) slot.damaged = true;
  }

  #slot(number: number, place: RecordPlace): ScannedSlot {
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = { last: place, name: undefined, value: undefined, damaged: false, cleared: false, noted: false };
      this.#slots.set(number, slot);
    }
    slot.last = place;
    return slot;
  }
}

/** Not blank, one wrong bit allowed, and there is room for a record. */
function isSomething(bytes: Uint8Array, offset: number): boolean {
  return offset + RECORD_OVERHEAD_BYTES <= bytes.length && headAt(bytes, offset) !== BLANK_HEAD;
}
