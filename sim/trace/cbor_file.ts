/**
 * Files that hold one value as CBOR (RFC 8949), with a format name and a
 * version in front, so that a file of another kind or of a later version is
 * refused by name.
 *
 * @module
 */

import { decode, encode } from "cborg";

/** Bytes that are not the file that was expected. */
export class FileFormatError extends Error {
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

/** Writes a value as a file. The same value gives the same bytes. */
export function encodeFile(format: string, version: number, content: unknown): Uint8Array {
  // Fields in the order in which they are given: the format comes first.
  return Uint8Array.from(encode({ format, version, content }, { mapSorter: () => 0 }));
}

/**
 * Reads a file.
 *
 * @returns Its content; the caller checks its shape.
 * @throws {FileFormatError} It is no CBOR, or another format or version.
 */
export function decodeFile(format: string, version: number, bytes: Uint8Array): unknown {
  let file: unknown;
  try {
    file = decode(bytes, { rejectDuplicateMapKeys: true });
  } catch (error) {
    throw new FileFormatError(format, `no CBOR (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof file !== "object" || file === null || !("format" in file) || !("version" in file)) {
    throw new FileFormatError(format, "it does not say its format and version");
  }
  if (file.format !== format) throw new FileFormatError(format, `it says it is ${JSON.stringify(file.format)}`);
  if (file.version !== version) {
    throw new FileFormatError(format, `it has version ${String(file.version)}, this program reads ${version}`);
  }
  return "content" in file ? file.content : undefined;
}
