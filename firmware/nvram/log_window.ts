/**
 * Which sectors make the log, from the bytes of the whole region.
 *
 * The valid header with the highest sequence is the head; it says how many
 * places of the ring the log spans. Sequences follow from places, so a sector
 * whose header is lost is still known to belong to the log. Retired sectors
 * keep their places, too, but never belong to it: the first record of each
 * sector opened since says which they are.
 *
 * @module
 */

import { RangeChecksums } from "./crc32c.ts";
import { headCarried, headKind, headPayloadBytes, headSlot, LogSlot, RecordKind } from "./head_word.ts";
import {
  AGAIN_OVERHEAD_BYTES,
  headAt,
  mayHaveBeenWhole,
  recordBytesAt,
  recordsIn,
  repairRecord,
  retiredAt,
  roomBytes,
  sequenceAt,
} from "./log_format.ts";
import {
  decodeHeader,
  FORMAT_VERSION,
  headerBytes,
  LOG_SECTORS_OFFSET,
  newHeader,
  type SectorHeader,
  SEQUENCE_OFFSET,
} from "./sector_header.ts";
import { isBlank, readUint32, roundUp } from "./words.ts";

/** A sector of the log. */
export interface LogSector {
  /** Its place on the part. */
  readonly index: number;
  /** Its header. */
  readonly header: SectorHeader;
  /**
   * What there is of it. Without its header number and length of the log were inferred and the open id is lost, but
   * records are there; a lost sector has neither.
   */
  readonly condition: "whole" | "header lost" | "lost";
}

/** Where a record lies. */
export interface RecordPlace {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset in it, in bytes. */
  readonly offset: number;
}

/** The sectors of a region. */
export interface LogWindow {
  /** The sectors of the log, oldest first; empty if there is no log. */
  readonly sectors: readonly LogSector[];
  /** Sectors that are used no more. */
  readonly retired: ReadonlySet<number>;
  /** Erases of each sector as far as their headers tell, 0 otherwise. */
  readonly eraseCounts: readonly number[];
  /** The sector behind the head has neither an older header nor a blank one: opening it was cut off. */
  readonly tornHeader: boolean;
  /** Sectors with a newer header than the head's, or with any if there is no log: not believed, but another mount might. */
  readonly rivals: readonly number[];
  /** Sectors that hold something without an older header: what opened them, and came to nothing. */
  readonly unfinished: readonly number[];
  /** The head, if nothing was written since it was opened, and it is believed for what has become of those that it freed. */
  readonly isUnproven: boolean;
  /** A sector was not taken for opened that may hold a whole record, with more wrong bits than can be put right. */
  readonly mayHideWrite: boolean;
}

/**
 * Finds the log.
 *
 * @param parts The bytes of each sector; a bit of a header that can be put right is put right in them.
 * @param programBytes The part's unit of programming: it counts if no header is left to tell the log's.
 * @param settlesInPlace Whether a mount can drive a header again. Where it cannot, newest sectors in which nothing was
 * written since they were opened are not taken for opened: power may have gone while a header was written, and what they
 * hold are copies of what is still there.
 */
export function findLog(parts: readonly Uint8Array[], programBytes: number, settlesInPlace: boolean): LogWindow {
  const headers = parts.map((bytes) =>
    decodeHeader(bytes) ?? (programBytes === 1 || isBlank(bytes) ? undefined : headerAgain(bytes, programBytes))
  );
  const eraseCounts = headers.map((header) => header?.eraseCount ?? 0);
  const finder = new LogFinder(parts, [...headers], programBytes, settlesInPlace);
  const sectors = finder.sectors();
  const head = sectors.at(-1);
  const rivals: number[] = [];
  const unfinished: number[] = [];
  headers.forEach((header, index) => {
    const isNewer = header !== undefined && header.sequence > (head?.header.sequence ?? 0);
    if (isNewer) rivals.push(index);
    if (isNewer || (header === undefined && !finder.blank[index])) unfinished.push(index);
  });
  return {
    sectors,
    retired: finder.retired,
    eraseCounts,
    rivals,
    unfinished,
    tornHeader: finder.isTornHeader(head),
    mayHideWrite: finder.mayHideWrite,
    isUnproven: finder.isUnproven,
  };
}

class LogFinder {
  readonly retired = new Set<number>();
  mayHideWrite = false;
  isUnproven = false;
  /** Which sectors are blank. */
  readonly blank: readonly boolean[];
  readonly #parts: readonly Uint8Array[];
  readonly #headers: (SectorHeader | undefined)[];
  readonly #programBytes: number;

  constructor(
    parts: readonly Uint8Array[],
    headers: (SectorHeader | undefined)[],
    programBytes: number,
    settlesInPlace: boolean,
  ) {
    this.#parts = parts;
    this.blank = parts.map((bytes) => isBlank(bytes));
    this.#headers = headers;
    let head = this.#newest();
    this.#programBytes = headers[head ?? 0]?.programBytes ?? programBytes;
    while (!settlesInPlace && head !== undefined) {
      const doubtful = headers[head] as SectorHeader;
      const bytes = parts[head] as Uint8Array;
      const { end, isWritten } = this.#lastRecord(bytes, doubtful.sequence);
      if (isWritten) return;
      headers[head] = undefined;
      // If a sector that it freed was erased since, its header was finished: power was there. The first has freed none.
      if (doubtful.previousEnd > 0 && !this.#isWhole(doubtful)) {
        headers[head] = doubtful;
        this.isUnproven = true;
        return;
      }
      this.mayHideWrite ||= mayHaveBeenWhole(bytes, end, this.#programBytes);
      // Nor need there be anything in the one before: the part may have refused that.
      head = this.#newest();
    }
  }

  /**
   * Whether no sector of the log has lost its header, and those that a newer one has freed have their last record, too: an
   * erase begins at the end.
   */
  #isWhole({ sequence: newest, logSectors, previousEnd }: SectorHeader): boolean {
    const sectors = this.sectors();
    this.retired.clear();
    return sectors.every(({ index, header: { sequence }, condition }, place) => {
      if (condition !== "whole") return false;
      if (sequence > newest - logSectors) return true;
      const end = sectors[place + 1]?.header.previousEnd ?? previousEnd;
      return this.#lastRecord((this.#parts[index] as Uint8Array).subarray(0, end), sequence).end === end;
    });
  }

  sectors(): readonly LogSector[] {
    const head = this.#newest();
    if (head === undefined) return this.#headless();
    const { sequence, logSectors } = this.#headers[head] as SectorHeader;
    this.#readRetired(head, sequence);
    const ahead = this.#placesAhead(head, sequence);
    const span = ahead === 0 ? logSectors : Math.min(this.#parts.length - 1, logSectors + ahead);
    return this.#spanned(this.#indexAt(head + ahead), sequence + ahead, Math.min(span, this.#parts.length));
  }

  #indexAt(place: number): number {
    return (place + this.#parts.length) % this.#parts.length;
  }

  /** The sectors up to one, without those that are retired. */
  #spanned(head: number, newest: number, span: number): readonly LogSector[] {
    const log: LogSector[] = [];
    for (let back = span - 1; back >= 0; back--) {
      const index = this.#indexAt(head - back);
      if (this.retired.has(index)) continue;
      const sequence = newest - back;
      const header = this.#headers[index];
      if (header?.sequence === sequence) log.push({ index, header, condition: "whole" });
      else {
        const condition = this.#hasRecords(index, sequence) ? "header lost" : "lost";
        log.push(this.#inferred(index, sequence, condition));
      }
    }
    return log;
  }

  /**
   * The log if no header can be read: records tell which sectors it has. Older ones may be among them that were freed,
   * which does no harm: all that made them needless was written behind them, and is read, too.
   */
  #headless(): readonly LogSector[] {
    const count = this.#parts.length;
    // Copies alone show no sector that was opened, unless there is nothing else: what they are of is still there.
    const found = this.#parts.map((_, index) => this.#sequenceOfRecords(index));
    const own = found.map(([sequence]) => sequence);
    const sequences = Math.max(...own) > 0 ? own : found.map(([, copied]) => copied);
    const sequence = Math.max(...sequences);
    if (sequence === 0) return [];
    const head = sequences.indexOf(sequence);
    const hasRecords = (back: number) => this.#hasRecords(this.#indexAt(head - back), sequence - back);
    for (let back = 0; back < count; back++) {
      if (hasRecords(back)) this.#noteRetired(this.#indexAt(head - back), sequence - back);
    }
    let span = ((this.#parts[head] as Uint8Array)[LOG_SECTORS_OFFSET] as number) + 1;
    for (let back = 1; this.retired.has(this.#indexAt(head - back)) || (back < count && hasRecords(back)); back++) {
      span = Math.max(span, back + 1);
    }
    return this.#spanned(head, sequence, Math.min(span, count - 1, sequence));
  }

  /**
   * With which sequence records in a sector verify that may be its own: that of its place in the first turn, or about
   * what its header says, two wrong bits allowed.
   *
   * @returns That of the first record that was written after the sector was opened, and of the first of all; 0 if none does.
   */
  #sequenceOfRecords(index: number): readonly [own: number, any: number] {
    const bytes = this.#parts[index] as Uint8Array;
    let any = 0;
    // No record is all ones.
    if (this.blank[index]) return [0, 0];
    const checksums = new RangeChecksums(bytes);
    const place = index + 1;
    const read = readUint32(bytes, SEQUENCE_OFFSET);
    for (let offset = headerBytes(this.#programBytes); offset < bytes.length; offset += this.#programBytes) {
      const each = sequenceAt(bytes, checksums, offset) ?? 0;
      // Sequences follow from places.
      const fits = each > 0 && (each - place) % this.#parts.length === 0;
      if (!fits || (each !== place && !isNear(each, read))) continue;
      if (any === 0) any = each;
      if (isOwn(readUint32(bytes, offset))) return [each, any];
    }
    return [0, any];
  }

  isTornHeader(head: LogSector | undefined): boolean {
    if (head === undefined) return false;
    for (let distance = 1; distance < this.#parts.length; distance++) {
      const next = this.#indexAt(head.index + distance);
      if (this.retired.has(next)) continue;
      return this.#headers[next] === undefined &&
        !isBlank((this.#parts[next] as Uint8Array).subarray(0, headerBytes(this.#programBytes)));
    }
    return false;
  }

  #newest(): number | undefined {
    const sequences = this.#headers.map((header) => header?.sequence ?? -1);
    const newest = Math.max(...sequences);
    return newest < 0 ? undefined : sequences.indexOf(newest);
  }

  /** What any sector of the last turn says is retired: the set only grows, and each sector repeats it. */
  #readRetired(head: number, newest: number): void {
    for (let back = 0; back < this.#parts.length; back++) {
      const index = this.#indexAt(head - back);
      const header = this.#headers[index];
      if (header?.tellsRetired === true && header.sequence === newest - back) {
        this.#noteRetired(index, header.sequence);
      }
    }
  }

  #noteRetired(index: number, sequence: number): void {
    const bytes = this.#parts[index] as Uint8Array;
    const start = headerBytes(this.#programBytes);
    const word = headAt(bytes, start);
    if (word === undefined || headKind(word) !== RecordKind.log || headSlot(word) !== LogSlot.retired) return;
    // As a header, of which it is a part but for its length.
    if (recordBytesAt(bytes, sequence, start) === 0 && repairRecord(bytes, sequence, start) === undefined) return;
    for (const each of retiredAt(bytes, start)) if (each < this.#parts.length && each !== index) this.retired.add(each);
  }

  /**
   * How many places further on the head is: if records were written after a next sector was opened, its header was there
   * once and is lost.
   */
  #placesAhead(head: number, sequence: number): number {
    let ahead = 0;
    for (let distance = 1; distance < this.#parts.length; distance++) {
      const index = this.#indexAt(head + distance);
      // With a header it was opened with another sequence.
      if (this.retired.has(index) || this.#headers[index] !== undefined) continue;
      if (this.#hasRecords(index, sequence + distance, true)) ahead = distance;
    }
    if (ahead > 0) this.#noteRetired(this.#indexAt(head + ahead), sequence + ahead);
    // What has no records between the two was passed over, and retired.
    for (let passed = 1; passed < ahead; passed++) {
      const index = this.#indexAt(head + passed);
      if (!this.#hasRecords(index, sequence + passed)) this.retired.add(index);
    }
    return ahead;
  }

  /**
   * Whether there are records in a sector, wherever they lie: a fence or damage may keep them from its beginning.
   *
   * @param index Which sector.
   * @param sequence Its sequence.
   * @param isOwned Those that were carried there do not count.
   */
  #hasRecords(index: number, sequence: number, isOwned = false): boolean {
    const bytes = this.#parts[index] as Uint8Array;
    if (this.blank[index]) return false;
    const records = recordsIn(bytes, { sequence, programBytes: this.#programBytes });
    return records.some(({ offset }) => !isOwned || isOwn(readUint32(bytes, offset)));
  }

  /**
   * The last record of a sector, one wrong bit allowed. What is no record says nothing: an erase that was cut off can leave
   * a header that it has made weak, and that behind it.
   *
   * @returns Where it ends, and whether any was written since the sector was opened.
   */
  #lastRecord(bytes: Uint8Array, sequence: number): { readonly end: number; readonly isWritten: boolean } {
    const programBytes = this.#programBytes;
    let end = headerBytes(programBytes);
    let isWritten = false;
    for (const { offset, lengthBytes } of recordsIn(bytes, { sequence, programBytes })) {
      isWritten ||= isOwn(readUint32(bytes, offset));
      end = offset + roundUp(lengthBytes, programBytes);
    }
    const copy = bytes.slice();
    if (repairRecord(copy, sequence, end) === undefined) return { end, isWritten };
    const word = readUint32(copy, end);
    return { end: end + roomBytes(headPayloadBytes(word), programBytes), isWritten: isWritten || isOwn(word) };
  }

  #inferred(index: number, sequence: number, condition: LogSector["condition"]): LogSector {
    const sectorBytes = (this.#parts[index] as Uint8Array).length;
    const part = { sectorBytes, sectorCount: this.#parts.length, programBytes: this.#programBytes };
    return { index, header: newHeader(sequence, part), condition };
  }
}

/**
 * The header of a sector as a mount has written it again. A value that looks like that lies in a record: in one that
 * verifies with the sequence that it claims, or behind such as do not.
 */
function headerAgain(bytes: Uint8Array, programBytes: number): SectorHeader | undefined {
  const start = headerBytes(programBytes);
  for (let at = start; at < bytes.length; at += programBytes) {
    const word = readUint32(bytes, at);
    if (headKind(word) !== RecordKind.log || headSlot(word) !== LogSlot.again || !isOwn(word)) continue;
    const header = decodeHeader(bytes.subarray(at + AGAIN_OVERHEAD_BYTES));
    const records = header?.version === FORMAT_VERSION ? recordsIn(bytes, header) : [];
    const isThere = records.some(({ offset }) => offset === at);
    if (isThere && isBlank(bytes.subarray(start, records[0]?.offset))) return header;
  }
  return undefined;
}

/** A record that was written after its sector was opened. */
function isOwn(word: number): boolean {
  return !headCarried(word);
}

/** Whether two numbers of 32 bits differ in up to two of them. */
function isNear(one: number, other: number): boolean {
  const different = one ^ other;
  const rest = different & (different - 1);
  return (rest & (rest - 1)) === 0;
}
