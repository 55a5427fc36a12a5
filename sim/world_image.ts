/**
 * What outlives the power, as a file: flash images and the service's store, as
 * CBOR. Keys in it are sealed, as they are on the real parts.
 *
 * @module
 */

import type { StoreRow } from "../host/initiator_service/key_store.ts";
import { decodeFile, encodeFile, FileFormatError } from "./trace/cbor_file.ts";
import type { WorldImage } from "./world_options.ts";

const FORMAT = "hbasim image";
const VERSION = 1;

/** Writes an image. */
export function encodeWorldImage(image: WorldImage): Uint8Array {
  return encodeFile(FORMAT, VERSION, { flash: image.flash, serviceStore: image.serviceStore });
}

/**
 * Reads an image.
 *
 * @throws {FileFormatError} It is none.
 */
export function decodeWorldImage(bytes: Uint8Array): WorldImage {
  const content = decodeFile(FORMAT, VERSION, bytes);
  if (!isRecord(content) || !isRecord(content.flash) || !isRecord(content.serviceStore)) {
    throw new FileFormatError(FORMAT, "flash or service store are missing");
  }
  const flash: Record<string, Uint8Array> = {};
  for (const [name, part] of Object.entries(content.flash)) {
    flash[name] = bytesOf(part, `the flash of ${name}`);
  }
  const { version, rows } = content.serviceStore;
  if (version !== 1 || !Array.isArray(rows)) throw new FileFormatError(FORMAT, "the service store is of another form");
  return { flash, serviceStore: { version, rows: rows.map(readRow) } };
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
  };
}

function bytesOf(value: unknown, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new FileFormatError(FORMAT, `${what} is no byte string`);
  return Uint8Array.from(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
