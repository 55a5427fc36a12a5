/**
 * Which sectors make the log, from the bytes of the whole region.
 *
 * The valid header with the highest sequence is the head; it says how many
 * sectors the log has. Their sequences follow from their places, so a sector
 * whose header is lost is still known to belong to the log.
 *
 * @module
 */

import { decodeHeader, FORMAT_VERSION, HEADER_BYTES, OPEN_ID_BYTES, readUint32, recordBytesAt } from "./log_format.ts";
import type { SectorHeader } from "./log_format.ts";
import { headCarried } from "./head_word.ts";

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

/** The sectors of a region. */
export interface LogWindow {
  /** The sectors of the log, oldest first; empty if there is no log. */
  readonly sectors: readonly LogSector[];
  /** Erases of each sector as far as their headers tell, 0 otherwise. */
  readonly eraseCounts: readonly number[];
  /** The sector behind the head has neither an older header nor a blank one: opening it was cut off. */
  readonly tornHeader: boolean;
}

const NO_OPEN_ID = new Uint8Array(OPEN_ID_BYTES);

/**
 * Finds the log.
 *
 * @param parts The bytes of each sector.
 */
export function findLog(parts: readonly Uint8Array[]): LogWindow {
  const headers = parts.map((bytes) => decodeHeader(bytes));
  const sectors = findSectors(parts, headers);
  return {
    sectors,
    eraseCounts: headers.map((header) => header?.eraseCount ?? 0),
    tornHeader: isTornHeader(parts, headers, sectors[sectors.length - 1]),
  };
}

function findSectors(
  parts: readonly Uint8Array[],
  headers: readonly (SectorHeader | undefined)[],
): readonly LogSector[] {
  const count = parts.length;
  let head = -1;
  for (let index = 0; index < count; index++) {
    const sequence = headers[index]?.sequence;
    if (sequence !== undefined && sequence > (headers[head]?.sequence ?? -1)) head = index;
  }
  const newest = headers[head];
  const log: LogSector[] = [];
  for (let back = newest === undefined ? -1 : Math.min(newest.logSectors, count) - 1; back >= 0; back--) {
    const index = (head - back + count) % count;
    const sequence = (newest?.sequence ?? 0) - back;
    const header = headers[index];
    if (header?.sequence === sequence) log.push({ index, header, condition: "whole" });
    else log.push(withoutHeader(parts, index, sequence, 1, false) ?? inferred(parts, index, sequence, 1, "lost"));
  }
  // If records were written after the next sector was opened, its header was there once and is lost.
  const next = withoutHeader(
    parts,
    (head + 1) % count,
    (newest?.sequence ?? 0) + 1,
    Math.min(count - 1, (newest?.logSectors ?? 0) + 1),
    true,
  );
  return next === undefined ? log : [...log.slice(log.length + 1 - next.header.logSectors), next];
}

/** A sector that holds records of a sequence, although its header does not say so. */
function withoutHeader(
  parts: readonly Uint8Array[],
  index: number,
  sequence: number,
  logSectors: number,
  mustBeOpen: boolean,
): LogSector | undefined {
  const bytes = parts[index] as Uint8Array;
  for (let offset = HEADER_BYTES;;) {
    const lengthBytes = recordBytesAt(bytes, sequence, offset);
    if (lengthBytes === 0) return undefined;
    if (!mustBeOpen || !headCarried(readUint32(bytes, offset))) break;
    offset += lengthBytes;
  }
  return inferred(parts, index, sequence, logSectors, "header lost");
}

function inferred(
  parts: readonly Uint8Array[],
  index: number,
  sequence: number,
  logSectors: number,
  condition: LogSector["condition"],
): LogSector {
  const header = {
    version: FORMAT_VERSION,
    logSectors,
    sequence,
    eraseCount: 0,
    openId: NO_OPEN_ID,
    previousEnd: 0,
    sectorBytes: (parts[index] as Uint8Array).length,
    sectorCount: parts.length,
  };
  return { index, header, condition };
}

function isTornHeader(
  parts: readonly Uint8Array[],
  headers: readonly (SectorHeader | undefined)[],
  head: LogSector | undefined,
): boolean {
  if (head === undefined) return false;
  const next = (head.index + 1) % headers.length;
  if (headers[next] !== undefined) return false;
  const bytes = parts[next] as Uint8Array;
  for (let offset = 0; offset < HEADER_BYTES; offset++) if (bytes[offset] !== 0xff) return true;
  return false;
}
