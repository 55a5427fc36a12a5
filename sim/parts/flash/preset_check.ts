/**
 * Refuses presets that make no sense.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import { type FlashCommandSet, type FlashSuspend, SECOND_PROGRAMS } from "./command_set.ts";
import type { FlashDuration, FlashGeometry } from "./nor_flash.ts";
import type { FlashPreset } from "./presets.ts";

/** A geometry, a time or a command that makes no sense. */
export class FlashPresetError extends Error {
  /** The field, as a path in the preset: `geometry.pageBytes`. */
  readonly field: string;
  /** What was given. */
  readonly given: number | string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which field, what it holds and what it may hold.
   *
   * @param field The field, as a path in the preset.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: number | string, accepted: string) {
    super(`Flash preset: ${field} is ${given}, expected ${accepted}`);
    this.name = "FlashPresetError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** The most that a simulated part holds: 256 MiB. */
export const MOST_FLASH_BYTES = 2 ** 28;

const MOST_SECTORS = 2 ** 24;
const MOST_PAGE_BYTES = 2 ** 16;
/** JESD216 has four bits for the exponent. */
const MOST_SFDP_PAGE_BYTES = 2 ** 15;
/** A thousand seconds: a chip erase of a large part takes some 700. */
const MOST_NANOSECONDS = 1e12;

/**
 * Checks how a part is divided.
 *
 * @param geometry What is to be checked.
 * @param place What stands before the names of fields in errors: `geometry.`, or nothing.
 * @throws {FlashPresetError} It makes no sense.
 */
export function checkFlashGeometry(geometry: FlashGeometry, place: string): void {
  object(place.replace(/\.$/, "") || "geometry", geometry, "sectorBytes, sectorCount and pageBytes");
  const { sectorBytes, sectorCount, pageBytes, programBytes = 1, blockSectors = 1, erasedValue = 255 } = geometry;
  wholeNumber(`${place}sectorBytes`, sectorBytes, 1, MOST_SECTORS);
  wholeNumber(`${place}sectorCount`, sectorCount, 1, MOST_SECTORS);
  wholeNumber(`${place}pageBytes`, pageBytes, 1, MOST_PAGE_BYTES);
  wholeNumber(`${place}programBytes`, programBytes, 1, MOST_PAGE_BYTES);
  wholeNumber(`${place}blockSectors`, blockSectors, 1, MOST_SECTORS);
  // A block erase ignores the lower bits of its address. A region of a part may be shorter than a block.
  if ((blockSectors & (blockSectors - 1)) !== 0 || blockSectors * sectorBytes > MOST_FLASH_BYTES) {
    const accepted = `a power of two, and blocks of at most ${MOST_FLASH_BYTES} bytes`;
    throw new FlashPresetError(`${place}blockSectors`, blockSectors, accepted);
  }
  if (sectorBytes % pageBytes !== 0) {
    throw new FlashPresetError(`${place}sectorBytes`, sectorBytes, `a multiple of pageBytes, ${pageBytes}`);
  }
  if (pageBytes % programBytes !== 0) {
    throw new FlashPresetError(`${place}pageBytes`, pageBytes, `a multiple of programBytes, ${programBytes}`);
  }
  if (erasedValue !== 0 && erasedValue !== 255) {
    throw new FlashPresetError(`${place}erasedValue`, erasedValue, "0 or 255");
  }
  if (sectorBytes * sectorCount > MOST_FLASH_BYTES) {
    const given = `${sectorBytes * sectorCount} bytes`;
    throw new FlashPresetError(place.replace(/\.$/, "") || "sectorCount", given, `at most ${MOST_FLASH_BYTES}`);
  }
}

/**
 * Checks a preset.
 *
 * @throws {FlashPresetError} It makes no sense.
 */
export function checkPreset(preset: FlashPreset): void {
  object("preset", preset, "name, geometry, timing and enduranceCycles");
  const { geometry, timing, enduranceCycles, commands } = preset;
  checkFlashGeometry(geometry, "geometry.");
  object("timing", timing, "the times of the data sheet");
  const { readByteNanoseconds, readSetupNanoseconds, programFirstByte, programNextByte, programPage } = timing;
  const { eraseSector, eraseBlock } = timing;
  const durations = { programFirstByte, programNextByte, programPage, eraseSector, eraseBlock };
  nanoseconds("timing.readByteNanoseconds", readByteNanoseconds);
  nanoseconds("timing.readSetupNanoseconds", readSetupNanoseconds);
  for (const [name, each] of Object.entries(durations)) duration(`timing.${name}`, each);
  wholeNumber("enduranceCycles", enduranceCycles, 1, Number.MAX_SAFE_INTEGER);
  if (commands === undefined) return;
  checkCommands(commands);
  const { pageBytes } = geometry;
  if (commands.sfdp !== true || (pageBytes <= MOST_SFDP_PAGE_BYTES && (pageBytes & (pageBytes - 1)) === 0)) return;
  const accepted = `a power of two up to ${MOST_SFDP_PAGE_BYTES} on a part with SFDP, whose table holds no other`;
  throw new FlashPresetError("geometry.pageBytes", pageBytes, accepted);
}

function checkCommands(commands: FlashCommandSet): void {
  object("commands", commands, "failBits");
  if (typeof commands.failBits !== "boolean") {
    throw new FlashPresetError("commands.failBits", String(commands.failBits), "true or false");
  }
  const { identification, sfdp, secondProgram, halfBlockErase, chipErase, statusWrite, suspend } = commands;
  if (sfdp !== undefined && typeof sfdp !== "boolean") {
    throw new FlashPresetError("commands.sfdp", String(sfdp), "true or false");
  }
  if (identification !== undefined) checkIdentification(identification);
  if (secondProgram !== undefined && !SECOND_PROGRAMS.includes(secondProgram)) {
    throw new FlashPresetError("commands.secondProgram", secondProgram, alternatives(SECOND_PROGRAMS));
  }
  for (const [name, each] of Object.entries({ halfBlockErase, chipErase, statusWrite })) {
    if (each !== undefined) duration(`commands.${name}`, each);
  }
  const { resetNanoseconds, deepPowerDownNanoseconds, writeInhibitNanoseconds } = commands;
  const times = { resetNanoseconds, deepPowerDownNanoseconds, writeInhibitNanoseconds };
  for (const [name, each] of Object.entries(times)) if (each !== undefined) nanoseconds(`commands.${name}`, each);
  if (suspend !== undefined) checkSuspend(suspend);
}

function checkIdentification(bytes: readonly number[]): void {
  const field = "commands.identification";
  if (!Array.isArray(bytes)) throw new FlashPresetError(field, String(bytes), "a list of 3 bytes");
  if (bytes.length !== 3) throw new FlashPresetError(field, `${bytes.length} bytes`, "3");
  bytes.forEach((byte, index) => wholeNumber(`${field}[${index}]`, byte, 0, 255));
}

function checkSuspend(suspend: FlashSuspend): void {
  object("commands.suspend", suspend, "latency, erase and program interval, and erase pulse");
  const { latencyNanoseconds, eraseIntervalNanoseconds, programIntervalNanoseconds, erasePulseNanoseconds } = suspend;
  const times = { latencyNanoseconds, eraseIntervalNanoseconds, programIntervalNanoseconds, erasePulseNanoseconds };
  for (const [name, each] of Object.entries(times)) nanoseconds(`commands.suspend.${name}`, each);
}

/**
 * Refuses what is given, and not on a list.
 *
 * @throws {FlashPresetError} It is not.
 */
export function requireChoice(field: string, value: unknown, accepted: readonly unknown[]): void {
  if (value === undefined || accepted.includes(value)) return;
  throw new FlashPresetError(field, String(value), alternatives(accepted));
}

function object(field: string, value: unknown, fields: string): asserts value is object {
  if (typeof value === "object" && value !== null) return;
  throw new FlashPresetError(field, String(value), `an object with ${fields}`);
}

function duration(field: string, value: FlashDuration): void {
  object(field, value, "typicalNanoseconds and maximumNanoseconds");
  const { typicalNanoseconds, maximumNanoseconds } = value;
  nanoseconds(`${field}.typicalNanoseconds`, typicalNanoseconds);
  nanoseconds(`${field}.maximumNanoseconds`, maximumNanoseconds);
  if (typicalNanoseconds <= maximumNanoseconds) return;
  const accepted = `at least typicalNanoseconds, ${typicalNanoseconds}`;
  throw new FlashPresetError(`${field}.maximumNanoseconds`, maximumNanoseconds, accepted);
}

function nanoseconds(field: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= MOST_NANOSECONDS) return;
  throw new FlashPresetError(field, value, `a number from 0 to ${MOST_NANOSECONDS}`);
}

function wholeNumber(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new FlashPresetError(field, value, `a whole number from ${least} to ${most}`);
}
