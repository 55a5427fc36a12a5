/**
 * Which parts the store can use, and which regions are not its own to write to.
 *
 * @module
 */

import type { FlashGeometry } from "../../sim/parts/flash/nor_flash.ts";
import { PAYLOAD_BYTES_LIMIT } from "./head_word.ts";
import type { LaterSector } from "./later_version.ts";
import type { LogSector } from "./log_window.ts";
import { MOUNT_RULES, type MountRule } from "./mount_rules.ts";
import { LEAST_SECTORS } from "./ring_sectors.ts";
import {
  FORMAT_VERSION,
  OLD_FORMAT_VERSION,
  PROGRAM_UNITS,
  SECTOR_BYTES_LIMIT,
  SECTOR_COUNT_LIMIT,
  SECTOR_UNIT_BYTES,
} from "./sector_header.ts";

/** The longest name or value that any option may ask for; a record must fit a sector besides. */
const SIZE_LIMIT = PAYLOAD_BYTES_LIMIT;

const READ_VERSIONS = `this firmware reads ${OLD_FORMAT_VERSION} and ${FORMAT_VERSION}`;

/**
 * Refuses a part that the format cannot describe.
 *
 * @param geometry How it is divided.
 * @param workspaceBytes Length of the memory for the mount, if there is some.
 * @throws {RangeError} Says the field, what was given and what is accepted.
 */
export function checkGeometry(geometry: FlashGeometry, workspaceBytes: number | undefined): void {
  // None at all has none of the fields.
  const { sectorCount, sectorBytes, pageBytes, programBytes = 1, erasedValue = 255 }: FlashGeometry = Object(geometry);
  const isSector = isWhole(sectorBytes, 1, SECTOR_BYTES_LIMIT) && sectorBytes % SECTOR_UNIT_BYTES === 0;
  const isCount = isWhole(sectorCount, LEAST_SECTORS, SECTOR_COUNT_LIMIT);
  if (!isSector) refuse("sectorBytes", sectorBytes, `a multiple of ${SECTOR_UNIT_BYTES} up to ${SECTOR_BYTES_LIMIT}`);
  if (!isCount) refuse("sectorCount", sectorCount, `a whole number from ${LEAST_SECTORS} to ${SECTOR_COUNT_LIMIT}`);
  if (!PROGRAM_UNITS.includes(programBytes)) refuse("programBytes", programBytes, PROGRAM_UNITS.join(", "));
  const isPage = isWhole(pageBytes, 1, sectorBytes) && sectorBytes % pageBytes === 0 && pageBytes % programBytes === 0;
  if (!isPage) refuse("pageBytes", pageBytes, `a divisor of ${sectorBytes} and multiple of ${programBytes}`);
  if (erasedValue !== 0 && erasedValue !== 255) refuse("erasedValue", erasedValue, "0, 255");
  const regionBytes = sectorCount * sectorBytes;
  if (workspaceBytes !== undefined && workspaceBytes !== regionBytes) {
    throw new RangeError(`A workspace of ${workspaceBytes} bytes, expected ${regionBytes}`);
  }
}

/** A number, not a text that reads like one. */
function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function refuse(field: keyof FlashGeometry, given: unknown, accepted: string): never {
  throw new RangeError(`geometry.${field} is ${given}, expected ${accepted}`);
}

/**
 * Why a region is not to be written to: it is of another version, or for another part.
 *
 * @param sectors The log that was found in it.
 * @param later A sector in it that seems to be of a later version.
 * @param geometry How the part is divided.
 * @returns `undefined` if it is to be used, or made use of.
 */
export function foreignFormat(
  sectors: readonly LogSector[],
  later: LaterSector | undefined,
  geometry: FlashGeometry,
): string | undefined {
  const { sectorBytes, sectorCount } = geometry;
  const header = sectors.at(-1)?.header;
  const version = header?.version ?? FORMAT_VERSION;
  if (version !== FORMAT_VERSION && version !== OLD_FORMAT_VERSION) {
    return `the log has format ${version}, ${READ_VERSIONS}`;
  }
  if (later !== undefined) return `the region looks like format ${later.version}, ${READ_VERSIONS}`;
  if (header === undefined) return undefined;
  const { programBytes } = header;
  if (header.sectorBytes !== sectorBytes || header.sectorCount !== sectorCount) {
    return `the log is for ${header.sectorCount} sectors of ${header.sectorBytes} bytes, the part has ${sectorCount} of ${sectorBytes}`;
  }
  const expected = geometry.programBytes ?? 1;
  if (programBytes === expected) return undefined;
  return `the log is for words of ${programBytes} bytes, the part has words of ${expected}`;
}

/**
 * Refuses limits and rules that make no sense.
 *
 * @param sizes The longest name and value, and what the sealer says of itself; none of that if there is no sealer.
 * @param omittedRules Rules that the mount is to leave out.
 * @throws {RangeError} Says the field, what was given and what is accepted.
 */
export function checkOptions(
  sizes: { readonly maxNameBytes: number; readonly maxValueBytes: number; readonly overheadBytes: number },
  omittedRules: readonly MountRule[],
): void {
  for (const field of ["maxNameBytes", "maxValueBytes", "overheadBytes"] as const) {
    if (isWhole(sizes[field], 0, SIZE_LIMIT)) continue;
    throw new RangeError(`${field} is ${String(sizes[field])}, expected a whole number from 0 to ${SIZE_LIMIT}`);
  }
  for (const rule of omittedRules) {
    if (MOUNT_RULES.includes(rule)) continue;
    throw new RangeError(`omittedRules holds ${String(rule)}, expected some of ${MOUNT_RULES.join(", ")}`);
  }
}
