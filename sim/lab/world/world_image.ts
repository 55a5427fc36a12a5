/**
 * What outlives the power, as a file: flash parts with all that ails them, and
 * the service's store, as CBOR. Keys in it are sealed, as they are on the real
 * parts.
 *
 * @module
 */

import type { StoreRow } from "../../../host/initiator_service/key_store.ts";
import type { CellMask, CellRange } from "../../parts/flash/cells.ts";
import type { FlashCounters, FlashState } from "../../parts/flash/flash_state.ts";
import type { FlashAges } from "../../parts/flash/sector_ages.ts";
import { decodeFile, encodeFile, FileFormatError } from "../../trace/cbor_file.ts";
import type { WorldImage } from "./world_options.ts";

const FORMAT = "hbasim image";
/** Since version 3 flash parts are a list: decoders give the key `__proto__` of a map another name. */
const VERSION = 3;

/** Writes an image. */
export function encodeWorldImage(image: WorldImage): Uint8Array {
  const { flash, serviceStore, worlds = 0 } = image;
  return encodeFile(FORMAT, VERSION, { flash: Object.entries(flash), serviceStore, worlds });
}

/**
 * Reads an image.
 *
 * @throws {FileFormatError} It is none.
 */
export function decodeWorldImage(bytes: Uint8Array): WorldImage {
  const content = decodeFile(FORMAT, VERSION, bytes);
  if (!isRecord(content) || !Array.isArray(content.flash) || !isRecord(content.serviceStore)) {
    throw new FileFormatError(FORMAT, "flash or service store are missing");
  }
  const flash: Record<string, FlashState> = Object.create(null);
  content.flash.forEach((entry: unknown, index) => {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      throw new FileFormatError(FORMAT, `flash part ${index} has no name`);
    }
    const [name, part] = entry as [string, unknown];
    if (name in flash) throw new FileFormatError(FORMAT, `there are two flash parts of ${name}`);
    flash[name] = readFlash(part, `the flash of ${name}`);
  });
  const { version, rows } = content.serviceStore;
  if (version !== 1 || !Array.isArray(rows)) throw new FileFormatError(FORMAT, "the service store is of another form");
  const { worlds } = content;
  if (!isCount(worlds)) throw new FileFormatError(FORMAT, "the number of worlds is of another form");
  return { flash, serviceStore: { version, rows: rows.map(readRow) }, worlds };
}

function readFlash(part: unknown, what: string): FlashState {
  if (!isRecord(part)) throw new FileFormatError(FORMAT, `${what} is of another form`);
  const image = bytesOf(part.image, what);
  const { programmed, statusRegister, ages } = part;
  if (statusRegister !== undefined && !(isCount(statusRegister) && statusRegister <= 255)) {
    throw new FileFormatError(FORMAT, `the status register of ${what} is of another form`);
  }
  return {
    image,
    weakBits: masksOf(part.weakBits, image.length, `weak bits of ${what}`),
    stuckAtZero: masksOf(part.stuckAtZero, image.length, `bits stuck at 0 of ${what}`),
    stuckAtOne: masksOf(part.stuckAtOne, image.length, `bits stuck at 1 of ${what}`),
    sectorErases: countsOf(part.sectorErases, `erases of ${what}`),
    pagePrograms: countsOf(part.pagePrograms, `programs of ${what}`),
    counters: countersOf(part.counters, `counters of ${what}`),
    // Files of before have none of these.
    ...(programmed === undefined
      ? {}
      : { programmed: rangesOf(programmed, image.length, `programmed words of ${what}`) }),
    ...(statusRegister === undefined ? {} : { statusRegister }),
    ...(ages === undefined ? {} : { ages: agesOf(ages, `ages of ${what}`) }),
  };
}

function rangesOf(value: unknown, partBytes: number, what: string): readonly CellRange[] {
  if (!Array.isArray(value)) throw new FileFormatError(FORMAT, `${what} are no list`);
  return value.map((each: unknown) => {
    if (isRecord(each)) {
      const { address, lengthBytes } = each;
      if (isCount(address) && isCount(lengthBytes) && lengthBytes >= 1 && address + lengthBytes <= partBytes) {
        return { address, lengthBytes };
      }
    }
    throw new FileFormatError(FORMAT, `${what} are of another form`);
  });
}

const AGES: { readonly [Name in keyof FlashAges]: true } = {
  reads: true,
  disturbedBits: true,
  seconds: true,
  lostBits: true,
  luck: true,
};

function agesOf(value: unknown, what: string): FlashAges {
  if (!isRecord(value)) throw new FileFormatError(FORMAT, `${what} are of another form`);
  const ages: Partial<Record<keyof FlashAges, readonly number[]>> = {};
  for (const name of Object.keys(AGES) as (keyof FlashAges)[]) {
    const figures: unknown = value[name];
    ages[name] = countsOf(figures, `${name} of ${what}`);
  }
  return ages as FlashAges;
}

function masksOf(value: unknown, lengthBytes: number, what: string): readonly CellMask[] {
  if (!Array.isArray(value)) throw new FileFormatError(FORMAT, `${what} are no list`);
  return value.map((each: unknown) => {
    if (isRecord(each)) {
      const { address, mask } = each;
      if (isCount(address) && address < lengthBytes && isCount(mask) && mask >= 1 && mask <= 255) {
        return { address, mask };
      }
    }
    throw new FileFormatError(FORMAT, `${what} are of another form`);
  });
}

function countsOf(value: unknown, what: string): readonly number[] {
  if (!Array.isArray(value) || !value.every(isCount)) {
    throw new FileFormatError(FORMAT, `${what} are no list of counts`);
  }
  return value;
}

const COUNTERS: FlashCounters = {
  reads: 0,
  readBytes: 0,
  programs: 0,
  programmedBytes: 0,
  erases: 0,
  blockErases: 0,
  cuts: 0,
  failures: 0,
  impossibleBits: 0,
};

function countersOf(value: unknown, what: string): FlashCounters {
  if (!isRecord(value)) throw new FileFormatError(FORMAT, `${what} are of another form`);
  const counters = { ...COUNTERS };
  for (const name of Object.keys(counters) as (keyof FlashCounters)[]) {
    const count = value[name];
    if (!isCount(count)) throw new FileFormatError(FORMAT, `${what} have no ${name}`);
    counters[name] = count;
  }
  return counters;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function readRow(row: unknown, index: number): StoreRow {
  if (!isRecord(row) || typeof row.adapter !== "string") {
    throw new FileFormatError(FORMAT, `row ${index} of the service store is of another form`);
  }
  // The store itself refuses kinds that it does not know.
  return {
    adapter: row.adapter,
    kind: row.kind as StoreRow["kind"],
    name: bytesOf(row.name, `the name of row ${index}`),
    value: bytesOf(row.value, `the value of row ${index}`),
    // The store itself refuses what is no ordinal.
    ordinal: row.ordinal as number,
  };
}

function bytesOf(value: unknown, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new FileFormatError(FORMAT, `${what} is no byte string`);
  return Uint8Array.from(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
