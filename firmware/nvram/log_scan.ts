/**
 * Reading the log: from the bytes of the whole region to the slots they mean.
 * No flash and no time.
 *
 * The valid header with the highest sequence is the head; it says how many
 * sectors the log has. They are read from the oldest to the newest, each as far
 * as the header of the next one says. Where no record verifies, the next place
 * that does is searched for: a record's checksum binds it to its sector and
 * offset, so nothing else can pass for one.
 *
 * Behind the last record of the head may be a write that was cut off: it never
 * counted, and a mark or the next header says so for good. Anywhere else, what
 * does not verify and is not blank was a whole record once: it is damaged, and the older value of its slot must
 * not be given out for it. If it cannot even say which slot it was for, no
 * value older than it can be trusted.
 *
 * One bit too few at the very end could be either: a write that was nearly
 * done, or a finished one that was damaged. Both mean the same value, so it
 * counts.
 *
 * @module
 */

import {
  BLANK_HEAD,
  classAt,
  decodeHeader,
  HEAD_BYTES,
  headAt,
  HEADER_BYTES,
  markedEndAt,
  OPEN_ID_BYTES,
  readUint32,
  RECORD_OVERHEAD_BYTES,
  recordBytesAt,
  repairRecord,
  type SectorHeader,
} from "./log_format.ts";
import { headCarried, headKind, headPayloadBytes, headSlot, RecordKind } from "./head_word.ts";
import { isSecret } from "./store.ts";

/** A sector of the log. */
export interface LogSector {
  /** Its place on the part. */
  readonly index: number;
  /** Its header. */
  readonly header: SectorHeader;
  /** Its header is beyond repair: number and length of the log were inferred, the open id is lost. */
  readonly headerLost: boolean;
}

/** Where a record lies. */
export interface RecordPlace {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset in it, in bytes. */
  readonly offset: number;
}

/** What the log says of a slot. */
export interface ScannedSlot {
  /** The record with the class and name, if one verifies or could be put right. */
  name: RecordPlace | undefined;
  /** The record with the newest value. */
  value: RecordPlace | undefined;
  /** A newer value was lost. */
  damaged: boolean;
  /** Secrets were cleared while the class of this slot was not known yet; a name that comes later shows it was none. */
  cleared: boolean;
}

/** The last record of the log. */
export interface LastRecord {
  /** Where it lies. */
  readonly place: RecordPlace;
  /** Its length. */
  readonly lengthBytes: number;
  /** What it is. */
  readonly kind: number;
  /** The slot it is about. */
  readonly slot: number;
  /** One bit of it had to be put right, which programming cannot do: it needs a copy. */
  readonly needsCopy: boolean;
}

/** Secrets that were cleared: old sectors are to be erased. */
export interface PendingScrub {
  /** Where the record that says so lies. */
  readonly place: RecordPlace;
  /** Sectors up to this sequence may hold keys. */
  readonly upToSequence: number;
}

/** What the log says. */
export interface LogScan {
  /** The sectors of the log, oldest first; empty if there is no log. */
  readonly sectors: readonly LogSector[];
  /** Erases of each sector as far as their headers tell, 0 otherwise. */
  readonly eraseCounts: readonly number[];
  /** What is known of each slot. */
  readonly slots: ReadonlyMap<number, ScannedSlot>;
  /** Damaged places that cannot be assigned to a slot, missing sectors among them. */
  readonly unidentifiedDamage: number;
  /** Where the last record of the head ends. */
  readonly headEnd: number;
  /** The last record of the log, if it is in the head. */
  readonly lastRecord: LastRecord | undefined;
  /** The head is not blank behind its last record: a write was cut off. */
  readonly tornRecord: boolean;
  /** The sector behind the head has neither an older header nor a blank one: opening it was cut off. */
  readonly tornHeader: boolean;
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
  /** Take the last record for whole if one bit of it is wrong. */
  readonly repairsLast: boolean;
}

const NO_OPEN_ID = new Uint8Array(OPEN_ID_BYTES);

/** Reads the log. */
export function scanLog(options: ScanOptions): LogScan {
  return new LogScanner(options).scan();
}

class LogScanner {
  readonly #options: ScanOptions;
  readonly #sectors: readonly Uint8Array[];
  readonly #slots = new Map<number, ScannedSlot>();
  #unidentifiedDamage = 0;
  #scrub: PendingScrub | undefined = undefined;
  #lastRecord: LastRecord | undefined = undefined;
  #headEnd = HEADER_BYTES;

  constructor(options: ScanOptions) {
    this.#options = options;
    const { region, sectorBytes } = options;
    this.#sectors = Array.from(
      { length: region.length / sectorBytes },
      (_, index) => region.subarray(index * sectorBytes, (index + 1) * sectorBytes),
    );
  }

  scan(): LogScan {
    const headers = this.#sectors.map((bytes) => decodeHeader(bytes));
    const sectors = this.#findLog(headers);
    const log: LogSector[] = [];
    sectors.forEach((sector, index) => {
      if (sector === undefined) return this.#distrustAll();
      log.push(sector);
      this.#readSector(sector, sectors[index + 1], index === sectors.length - 1);
    });
    for (const { name, value, damaged, cleared } of this.#slots.values()) {
      if (name === undefined && !cleared && (value !== undefined || damaged)) this.#unidentifiedDamage++;
    }
    return {
      sectors: log,
      eraseCounts: headers.map((header) => header?.eraseCount ?? 0),
      slots: this.#slots,
      unidentifiedDamage: this.#unidentifiedDamage,
      headEnd: this.#headEnd,
      lastRecord: this.#lastRecord,
      tornRecord: !this.#isBlankBehind(log[log.length - 1]),
      tornHeader: this.#isTornHeader(log[log.length - 1], headers),
      scrub: this.#scrub,
    };
  }

  #isBlankBehind(head: LogSector | undefined): boolean {
    if (head === undefined) return true;
    const bytes = this.#sectors[head.index] as Uint8Array;
    for (let offset = this.#headEnd; offset < bytes.length; offset++) if (bytes[offset] !== 0xff) return false;
    return true;
  }

  #isTornHeader(head: LogSector | undefined, headers: readonly (SectorHeader | undefined)[]): boolean {
    if (head === undefined) return false;
    const next = (head.index + 1) % headers.length;
    if (headers[next] !== undefined) return false;
    const bytes = this.#sectors[next] as Uint8Array;
    for (let offset = 0; offset < HEADER_BYTES; offset++) if (bytes[offset] !== 0xff) return true;
    return false;
  }

  /** The sectors of the log, oldest first, `undefined` for one that is lost. */
  #findLog(headers: readonly (SectorHeader | undefined)[]): readonly (LogSector | undefined)[] {
    const count = headers.length;
    let head = -1;
    for (let index = 0; index < count; index++) {
      const sequence = headers[index]?.sequence;
      if (sequence !== undefined && sequence > (headers[head]?.sequence ?? -1)) head = index;
    }
    const newest = headers[head];
    const log: (LogSector | undefined)[] = [];
    for (let back = newest === undefined ? -1 : Math.min(newest.logSectors, count) - 1; back >= 0; back--) {
      const index = (head - back + count) % count;
      const sequence = (newest?.sequence ?? 0) - back;
      const header = headers[index];
      if (header?.sequence === sequence) log.push({ index, header, headerLost: false });
      else log.push(this.#withoutHeader(index, sequence, 1, false));
    }
    // If records were written after the next sector was opened, its header was there once and is lost.
    const next = this.#withoutHeader(
      (head + 1) % count,
      (newest?.sequence ?? 0) + 1,
      Math.min(count - 1, (newest?.logSectors ?? 0) + 1),
      true,
    );
    return next === undefined ? log : [...log.slice(log.length + 1 - next.header.logSectors), next];
  }

  /** A sector that holds records of a sequence, although its header does not say so. */
  #withoutHeader(index: number, sequence: number, logSectors: number, mustBeOpen: boolean): LogSector | undefined {
    const bytes = this.#sectors[index] as Uint8Array;
    for (let offset = HEADER_BYTES;;) {
      const lengthBytes = recordBytesAt(bytes, sequence, offset);
      if (lengthBytes === 0) return undefined;
      if (!mustBeOpen || !headCarried(readUint32(bytes, offset))) break;
      offset += lengthBytes;
    }
    const header = { version: 1, logSectors, sequence, eraseCount: 0, openId: NO_OPEN_ID, previousEnd: 0 };
    return { index, header, headerLost: true };
  }

  #readSector(sector: LogSector, next: LogSector | undefined, isHead: boolean): void {
    const whole = this.#sectors[sector.index] as Uint8Array;
    const bytes = next === undefined || next.headerLost ? whole : whole.subarray(0, next.header.previousEnd);
    const { sequence } = sector.header;
    let end = HEADER_BYTES;
    this.#lastRecord = undefined;
    for (;;) {
      const lengthBytes = recordBytesAt(bytes, sequence, end);
      if (lengthBytes === 0) {
        const found = this.#nextRecord(bytes, sequence, end);
        if (found === undefined) break;
        const marks = headKind(readUint32(bytes, found)) === RecordKind.mark;
        this.#noteDamage(sector, end, marks ? markedEndAt(bytes, found) : found);
        end = found;
        continue;
      }
      const place = { sector, offset: end };
      this.#apply(bytes, place);
      this.#lastRecord = lastRecord(bytes, place, lengthBytes, false);
      end += lengthBytes;
    }
    if (isHead) end = this.#endLog(sector, end);
    else this.#noteDamage(sector, end, bytes.length);
    this.#headEnd = end;
  }

  /** The last record of the head may have one wrong bit; else what lies behind the end was cut off, or is nothing. */
  #endLog(sector: LogSector, end: number): number {
    if (!this.#options.repairsLast) return end;
    const bytes = this.#sectors[sector.index] as Uint8Array;
    const { sequence } = sector.header;
    const bit = repairRecord(bytes, sequence, end);
    if (bit === undefined || headKind(readUint32(bytes, end)) === RecordKind.mark) return end;
    const lengthBytes = recordBytesAt(bytes, sequence, end);
    const place = { sector, offset: end };
    // Programming again can clear a bit that was left set, but not set one that was lost.
    const needsCopy = ((bytes[end + (bit >>> 3)] as number) & (1 << (bit & 7))) !== 0;
    this.#apply(bytes, place);
    this.#lastRecord = lastRecord(bytes, place, lengthBytes, needsCopy);
    return end + lengthBytes;
  }

  /** The next place where a record verifies. */
  #nextRecord(bytes: Uint8Array, sequence: number, from: number): number | undefined {
    const { pageBytes } = this.#options;
    for (let offset = from; offset + RECORD_OVERHEAD_BYTES <= bytes.length;) {
      // What is blank up to the end of its page can be passed over at once.
      const page = (Math.floor(offset / pageBytes) + 1) * pageBytes;
      let blank = offset;
      while (blank < page && bytes[blank] === 0xff) blank++;
      offset = blank === page ? page : offset + 1;
      if (recordBytesAt(bytes, sequence, offset) !== 0) return offset;
    }
    return undefined;
  }

  #apply(bytes: Uint8Array, place: RecordPlace): void {
    const word = readUint32(bytes, place.offset);
    const number = headSlot(word);
    switch (headKind(word)) {
      case RecordKind.full:
        this.#slots.set(number, { name: place, value: place, damaged: false, cleared: false });
        return;
      case RecordKind.name:
        // A name is carried behind the value that it belongs to.
        this.#slot(number).name = place;
        return;
      case RecordKind.value: {
        const slot = this.#slot(number);
        slot.value = place;
        slot.damaged = false;
        return;
      }
      case RecordKind.delete:
        this.#slots.delete(number);
        return;
      case RecordKind.clearSecrets:
        this.#scrub = { place, upToSequence: readUint32(bytes, place.offset + HEAD_BYTES) };
        if (!headCarried(word)) this.#clearSecrets();
        return;
    }
  }

  #clearSecrets(): void {
    for (const [number, slot] of [...this.#slots]) {
      const { name } = slot;
      if (name === undefined) slot.cleared = true;
      else if (this.#isSecretAt(name)) this.#slots.delete(number);
    }
  }

  #isSecretAt({ sector, offset }: RecordPlace): boolean {
    const recordClass = classAt(this.#sectors[sector.index] as Uint8Array, offset);
    return recordClass !== undefined && isSecret(recordClass);
  }

  /** Whole records once stood between two places, unless it is blank there: who were they for? */
  #noteDamage(sector: LogSector, start: number, end: number): void {
    const bytes = this.#sectors[sector.index] as Uint8Array;
    for (let offset = start; offset < end && isSomething(bytes, offset);) {
      const word = headAt(bytes, offset);
      const next = word === undefined ? Infinity : offset + RECORD_OVERHEAD_BYTES + headPayloadBytes(word);
      if (word === undefined || next > end) return this.#distrustAll();
      this.#noteDamagedRecord(sector, offset, word);
      offset = next;
    }
  }

  #noteDamagedRecord(sector: LogSector, offset: number, word: number): void {
    switch (headKind(word)) {
      case RecordKind.full:
      case RecordKind.name: {
        const bytes = this.#sectors[sector.index] as Uint8Array;
        // With its one wrong bit put right it still tells the name, which is needed to report the damage.
        const slot = this.#slot(headSlot(word));
        if (repairRecord(bytes, sector.header.sequence, offset) !== undefined) slot.name = { sector, offset };
        slot.damaged = true;
        return;
      }
      case RecordKind.value:
      case RecordKind.delete:
        this.#slot(headSlot(word)).damaged = true;
        return;
      case RecordKind.clearSecrets:
        for (const slot of this.#slots.values()) {
          if (slot.name === undefined || this.#isSecretAt(slot.name)) slot.damaged = true;
        }
        return;
    }
  }

  /** Something was lost that may have been newer than anything read so far. */
  #distrustAll(): void {
    this.#unidentifiedDamage++;
    for (const slot of this.#slots.values()) slot.damaged = true;
  }

  #slot(number: number): ScannedSlot {
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = { name: undefined, value: undefined, damaged: false, cleared: false };
      this.#slots.set(number, slot);
    }
    return slot;
  }
}

function lastRecord(bytes: Uint8Array, place: RecordPlace, lengthBytes: number, needsCopy: boolean): LastRecord {
  const word = readUint32(bytes, place.offset);
  return { place, lengthBytes, kind: headKind(word), slot: headSlot(word), needsCopy };
}

/** Not blank, one wrong bit allowed, and there is room for a record. */
function isSomething(bytes: Uint8Array, offset: number): boolean {
  return offset + RECORD_OVERHEAD_BYTES <= bytes.length && headAt(bytes, offset) !== BLANK_HEAD;
}
