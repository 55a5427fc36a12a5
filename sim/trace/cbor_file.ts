/**
 * Files that hold one value as CBOR (RFC 8949), with a format name and a
 * version in front, so that a file of another kind or of a later version is
 * refused by name.
 *
 * @module
 */

import { InputError } from "../kernel/input_error.ts";
import * as cbor from "cbor-x/index-no-eval";

const options = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true };
const encoder = new cbor.Encoder(options);
const decoder = new cbor.Decoder(options);

/** How long a list or a map may say that it is. */
interface SizeLimits {
  readonly maxArraySize: number;
  readonly maxMapSize: number;
}

/** The library exports it; its types leave it out. The limits hold for all decoders of the program. */
const { setSizeLimits } = cbor as unknown as { setSizeLimits(limits: SizeLimits): void };

/** The library's own limits. */
const DEFAULT_LIMITS: SizeLimits = { maxArraySize: 112_810_000, maxMapSize: 16_810_000 };

/** Bytes that are not the file that was expected. */
export class FileFormatError extends InputError {
  /**
   * Says what was expected and what is wrong.
   *
   * @param format The format that was expected.
   * @param problem What is wrong.
   */
  constructor(format: string, problem: string) {
    super(`Not a ${format} file: ${problem}`);
    this.name = "FileFormatError";
  }
}

/** The first byte of a file: a map of three. It continues a character of UTF-8, so no text begins with it. */
const FIRST_BYTE = 0xa3;

/** Whether bytes begin as a file does that {@linkcode encodeFile} has written, and as no text does. */
export function isEncodedFile(bytes: Uint8Array): boolean {
  return bytes[0] === FIRST_BYTE;
}

/** Writes a value as a file. The same value gives the same bytes. */
export function encodeFile(format: string, version: number, content: unknown): Uint8Array {
  return Uint8Array.from(encoder.encode({ format, version, content }));
}

/** One value as CBOR, in an array of its own: for files that are written piece by piece. */
export function encodeItem(value: unknown): Uint8Array {
  return Uint8Array.from(encoder.encode(value));
}

/** What {@linkcode encodeFile} writes in front of the content. */
export function fileHead(format: string, version: number): Uint8Array {
  // null is one byte.
  return encodeFile(format, version, null).slice(0, -1);
}

/**
 * Reads a file.
 *
 * @returns Its content; the caller checks its shape.
 * @throws {FileFormatError} It is no CBOR, or another format or version.
 */
export function decodeFile(format: string, version: number, bytes: Uint8Array): unknown {
  return decodeVersion(format, [version], bytes).content;
}

/**
 * Reads a file that may be of one of several versions.
 *
 * @returns Its version and its content; the caller checks its shape.
 * @throws {FileFormatError} It is no CBOR, or another format or version.
 */
export function decodeVersion(
  format: string,
  versions: readonly number[],
  bytes: Uint8Array,
): { readonly version: number; readonly content: unknown } {
  const file: unknown = decodeItem(format, bytes);
  if (typeof file !== "object" || file === null || !("format" in file) || !("version" in file)) {
    throw new FileFormatError(format, "it does not say its format and version");
  }
  if (file.format !== format) throw new FileFormatError(format, `it says it is ${JSON.stringify(file.format)}`);
  const version = versions.find((each) => each === file.version);
  if (version === undefined) {
    throw new FileFormatError(
      format,
      `it has version ${String(file.version)}, this program reads ${versions.join(" and ")}`,
    );
  }
  return { version, content: "content" in file ? file.content : undefined };
}

/**
 * Reads one value that {@linkcode encodeItem} has written.
 *
 * @throws {FileFormatError} It is no CBOR.
 */
export function decodeItem(format: string, bytes: Uint8Array): unknown {
  // The decoder makes room for a list before it reads it: a damaged length must not claim more than the file can hold.
  const most = Math.max(1, bytes.length);
  setSizeLimits({ maxArraySize: most, maxMapSize: most });
  try {
    // It leaves a property on what it is given, which is the caller's.
    return decoder.decode(bytes.subarray());
  } catch (error) {
    throw new FileFormatError(format, `no CBOR (${error instanceof Error ? error.message : String(error)})`);
  } finally {
    setSizeLimits(DEFAULT_LIMITS);
  }
}
