/**
 * A region as text, sector by sector: what a person looks at who has an image
 * and a question.
 *
 * Names of records are shown, for without them the text is of no use; values
 * never are, sealed or not.
 *
 * @module
 */

import {
  headCarried,
  headKind,
  headPayloadBytes,
  headSlot,
  LogSlot,
  RECORD_KIND_NAMES,
  RecordKind,
} from "./head_word.ts";
import { classAt, contentAt, headAt, nameRangeAt, recordsIn, retiredAt, voidFromAt } from "./log_format.ts";
import { type LogScan, scanLog } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import { laterSector } from "./later_version.ts";
import { foreignFormat } from "./part_check.ts";
import { decodeHeader, headerBytes, type SectorHeader } from "./sector_header.ts";
import { PASSED } from "./slot_reading.ts";
import { isBlank, partsOf, readUint32, roundUp, writtenEnd } from "./words.ts";

/** How the region is divided. */
export interface RegionLayout {
  /** Size of a sector, in bytes. */
  readonly sectorBytes: number;
  /** Size of a page, in bytes; 256 by default. */
  readonly pageBytes?: number;
  /** The unit of programming, in bytes; that of the log by default. */
  readonly programBytes?: number;
}

const SHOWN_NAME_BYTES = 32;

/**
 * Describes a region: a line on the whole of it, then each sector with its header, its wear, its records, and what in it
 * is no record. Any bytes can be described; the region is not changed.
 *
 * @param region Whole sectors.
 * @param layout How it is divided.
 * @returns Lines without ends.
 * @throws {RangeError} The region is not made of whole sectors.
 */
export function describeRegion(region: Uint8Array, layout: RegionLayout): readonly string[] {
  const { sectorBytes, pageBytes = 256 } = layout;
  const sectorCount = region.length / sectorBytes;
  if (!(Number.isInteger(sectorCount) && sectorCount >= 1)) {
    throw new RangeError(`A region of ${region.length} bytes, expected whole sectors of ${sectorBytes}`);
  }
  // The scan puts bits right where it can: what is shown is what is there.
  const scanned = region.slice();
  const headers = partsOf(scanned, sectorBytes).map((bytes) => decodeHeader(bytes.slice()));
  const programBytes = layout.programBytes ?? headers.find((header) => header !== undefined)?.programBytes ?? 1;
  const settlesInPlace = programBytes === 1;
  const scan = scanLog({ region: scanned, sectorBytes, pageBytes, programBytes, repairsLast: true, settlesInPlace });
  const geometry = { sectorBytes, sectorCount, pageBytes, programBytes };
  // An image reads the same each time.
  const later = laterSector({ region, geometry, sectors: scan.sectors, passedOver: scan.retired });
  const foreign = foreignFormat(scan.sectors, later, geometry);
  if (foreign !== undefined) return [foreign];
  const lines = [summary(scan, sectorCount, sectorBytes, programBytes)];
  for (const [index, bytes] of partsOf(region, sectorBytes).entries()) {
    lines.push(...describeSector(index, bytes, headers[index], scan));
  }
  return lines;
}

function summary(scan: LogScan, sectorCount: number, sectorBytes: number, programBytes: number): string {
  const whole = `${sectorCount} sectors of ${sectorBytes} bytes, words of ${programBytes}`;
  const { sectors, slots, retired, distrusted } = scan;
  const [oldest, head] = [sectors[0], sectors.at(-1)];
  if (oldest === undefined || head === undefined) return `${whole}; no log`;
  const damaged = [...slots.values()].filter(({ damaged, name, passing }) => (
    damaged || name === undefined || passing === PASSED
  )).length;
  const log = `log from sector ${oldest.index} to ${head.index}, ${slots.size} slots`;
  return [
    whole,
    log,
    damaged > 0 && `${damaged} of them lost or without a certain name`,
    distrusted.size > 0 && `${distrusted.size} sectors with losses of which no slot is known`,
    retired.size > 0 && `${retired.size} sectors retired`,
    scan.scrub !== undefined && `keys to be erased up to sequence ${scan.scrub.untilSequence}`,
  ].filter((part) => part !== false).join("; ");
}

function describeSector(
  index: number,
  bytes: Uint8Array,
  header: SectorHeader | undefined,
  scan: LogScan,
): readonly string[] {
  const inLog = scan.sectors.find((sector) => sector.index === index);
  const state = stateOf(index, bytes, header, inLog, scan);
  const lines = [`sector ${index}: ${state}`];
  const described = inLog?.header ?? header;
  if (described === undefined || inLog?.condition === "lost" || isBlank(bytes)) return lines;
  const isHead = inLog !== undefined && inLog === scan.sectors.at(-1);
  return [...lines, ...describeRecords(bytes, described, isHead)];
}

function stateOf(
  index: number,
  bytes: Uint8Array,
  header: SectorHeader | undefined,
  inLog: LogSector | undefined,
  { retired, sectors }: LogScan,
): string {
  if (retired.has(index)) return "retired";
  if (isBlank(bytes)) return "blank";
  const isHead = inLog !== undefined && inLog === sectors.at(-1);
  const place = isHead ? "head of the log" : inLog === undefined ? "free" : "in the log";
  const known = inLog?.header ?? header;
  if (known === undefined) return `${place}, no header`;
  const { condition = "whole" } = inLog ?? {};
  const what = condition === "whole" ? `format ${known.version}, erased ${known.eraseCount} times` : condition;
  return `${place}, sequence ${known.sequence}, ${what}`;
}

function describeRecords(bytes: Uint8Array, header: SectorHeader, isHead: boolean): string[] {
  const lines: string[] = [];
  let end = headerBytes(header.programBytes);
  for (const { offset, lengthBytes } of recordsIn(bytes, header)) {
    lines.push(...describeGap(bytes, end, offset, false), line(offset, describeRecord(bytes, offset)));
    end = offset + roundUp(lengthBytes, header.programBytes);
  }
  return [...lines, ...describeGap(bytes, end, bytes.length, isHead)];
}

/** What lies between two records, or behind the last: nothing if it is blank. */
function describeGap(bytes: Uint8Array, start: number, end: number, isEndOfLog: boolean): string[] {
  const written = writtenEnd(bytes.subarray(0, end), start);
  if (written <= start) return [];
  const word = headAt(bytes, start);
  // What is blank has no kind of a name.
  const kind = word === undefined ? undefined : RECORD_KIND_NAMES[headKind(word)];
  const what = kind === undefined || word === undefined ? "" : `, ${kind} of slot ${headSlot(word)}`;
  return [line(start, `${written - start} bytes that are no record${isEndOfLog ? ", torn or damaged" : ""}${what}`)];
}

function describeRecord(bytes: Uint8Array, offset: number): string {
  const outer = readUint32(bytes, offset);
  const at = contentAt(bytes, offset);
  if (headKind(outer) === RecordKind.log && headSlot(outer) === LogSlot.retired) {
    return `retired sectors: ${retiredAt(bytes, offset).join(", ")}`;
  }
  const voidFrom = voidFromAt(bytes, offset);
  const voids = voidFrom === undefined ? "" : `nothing counts from ${hex(voidFrom)} to here`;
  if (at === undefined || headKind(outer) === RecordKind.mark) return `mark: ${voids}`;
  const word = readUint32(bytes, at);
  const kind = RECORD_KIND_NAMES[headKind(word)] ?? "unknown";
  const again = at === offset ? "" : ` again, ${voids}`;
  return `${headCarried(word) ? "carried " : ""}${kind}${again}${subject(bytes, at, word)}`;
}

function subject(bytes: Uint8Array, at: number, word: number): string {
  const payloadBytes = headPayloadBytes(word);
  if (headKind(word) === RecordKind.clearSecrets) return `: erase up to sequence ${readUint32(bytes, at + 4)}`;
  const slot = `, slot ${headSlot(word)}`;
  if (headKind(word) === RecordKind.value) return `${slot}, value of ${payloadBytes} bytes`;
  if (headKind(word) === RecordKind.delete) return slot;
  if (payloadBytes === 0) return `${slot}: name and value are lost`;
  const range = nameRangeAt(bytes, at);
  const recordClass = classAt(bytes, at) ?? "no such class";
  if (range === undefined) return `${slot}, ${recordClass}, its name has a wrong length`;
  const valueBytes = at + 4 + payloadBytes - range.end;
  const name = printable(bytes.subarray(range.start, range.end));
  const value = headKind(word) === RecordKind.full ? `, value of ${valueBytes} bytes` : "";
  return `${slot}, ${recordClass} "${name}"${value}`;
}

function printable(name: Uint8Array): string {
  let text = "";
  for (const byte of name.subarray(0, SHOWN_NAME_BYTES)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return name.length > SHOWN_NAME_BYTES ? `${text}...` : text;
}

function line(offset: number, text: string): string {
  return `  ${hex(offset)} ${text}`;
}

function hex(offset: number): string {
  return `0x${offset.toString(16).padStart(5, "0")}`;
}
