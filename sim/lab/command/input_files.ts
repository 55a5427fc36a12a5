/**
 * Files that the command reads.
 *
 * @module
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { InputError } from "../../kernel/input_error.ts";
import { quoted } from "../../kernel/given.ts";
import { PlacedError } from "./placed_error.ts";
import { systemError } from "./system_error.ts";
import type { Stage, WatchedWork } from "./watched_work.ts";

/** What stands for standard input, and for standard output where something is written. */
export const STANDARD_STREAM = "-";

const STANDARD_INPUT = 0;

const MEBIBYTE = 2 ** 20;
/** A text is read into a tree many times as large; scenarios have some kilobytes. */
const MOST_TEXT_BYTES = 16 * MEBIBYTE;
/** Traces, captures and images are held in memory as a whole. */
const MOST_BYTES = 1024 * MEBIBYTE;
/** A device or pipe does not say how long it is, and may have no end. */
const MOST_ENDLESS_BYTES = 64 * MEBIBYTE;

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @param mostBytes How many there may be; of what is no regular file 64 MiB at most.
 * @throws {InputError} It cannot be read: it is not there, a folder, locked away, or too long.
 */
export function readBytes(file: string, mostBytes: number = MOST_BYTES): Uint8Array {
  try {
    if (file === STANDARD_STREAM) return readUpTo(STANDARD_INPUT, mostBytes);
    const handle = openSync(file, "r");
    try {
      return readUpTo(handle, mostBytes);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new InputError(
      `cannot read ${quoted(file)}: ${error instanceof TooLongError ? error.message : systemError(error)}`,
    );
  }
}

/** A file is longer than what is read of it. */
class TooLongError extends Error {}

/** The bytes of an open file. */
function readUpTo(handle: number, mostBytes: number): Uint8Array {
  const stat = fstatSync(handle);
  const most = stat.isFile() ? mostBytes : Math.min(mostBytes, MOST_ENDLESS_BYTES);
  const tooLong = () => new TooLongError(`it is longer than ${most / MEBIBYTE} MiB; expected at most that`);
  if (stat.size > most) throw tooLong();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(Math.max(CHUNK_BYTES, stat.size - length));
    const read = readSync(handle, chunk, 0, chunk.length, null);
    if (read === 0) return joined(chunks, length);
    length += read;
    if (length > most) throw tooLong();
    chunks.push(chunk.subarray(0, read));
  }
}

/** How much is read at once of a file that does not say how long it is. */
const CHUNK_BYTES = 65_536;

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Reads the files that another file names: relative names begin where that one lies. */
export function filesBeside(file: string): (name: string) => Uint8Array {
  const folder = file === STANDARD_STREAM ? "." : dirname(file);
  return (name) => readBytes(isAbsolute(name) ? name : join(folder, name));
}

/**
 * What the bytes of a file mean.
 *
 * @param decode Reads them.
 * @param option The option that names the file, for errors: `--from`; none for an operand.
 * @throws {InputError} The file cannot be read, or its bytes mean something else: which file it is stands first.
 */
export function readAs<T>(file: string, decode: (bytes: Uint8Array) => T, option?: string): T {
  return decodedAs(file, readBytes(file), decode, option);
}

/**
 * The same of what is read in stages.
 *
 * @param begin Begins to read, and says how long that is.
 */
export async function readInStages<T>(
  file: string,
  begin: (bytes: Uint8Array) => { readonly total: number; readonly stages: Stage<T> },
  watch: WatchedWork,
  bytes: Uint8Array = readBytes(file),
): Promise<T> {
  const { total, stages } = decodedAs(file, bytes, begin);
  return await watch.take(`reading ${quoted(file)}`, total, namedAs(file, stages));
}

function* namedAs<T>(file: string, stages: Stage<T>): Stage<T> {
  for (;;) {
    const step = decodedAs(file, new Uint8Array(0), () => stages.next());
    if (step.done === true) return step.value;
    yield step.value;
  }
}

/**
 * The same of bytes that were read already.
 *
 * @throws {InputError} They mean something else: which file it is stands first.
 */
export function decodedAs<T>(file: string, bytes: Uint8Array, decode: (bytes: Uint8Array) => T, option?: string): T {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${option === undefined ? "" : `${option} `}${quoted(file)}: ${error.message}`);
  }
}

/**
 * The text of a file, or of standard input for `-`.
 *
 * @throws {InputError} It cannot be read, or is not UTF-8: a key in it would silently be another one.
 */
export function readText(file: string): string {
  return textOf(file, readBytes(file, MOST_TEXT_BYTES));
}

/**
 * The text that the bytes of a file are.
 *
 * @param file Its name, for errors.
 * @throws {PlacedError} It is not UTF-8.
 */
export function textOf(file: string, bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  const { line, column } = firstWrongByte(bytes);
  throw new PlacedError(`${file}:${line}:${column}: this byte is not UTF-8; expected a text in UTF-8`);
}

/** The text of bytes; `undefined` if they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Where the first byte stands that is not part of a character; lines and characters count from 1. */
export function firstWrongByte(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  const before = new TextDecoder().decode(bytes.subarray(0, lengthOfValidText(bytes)));
  const lines = before.split("\n");
  return { line: lines.length, column: [...lines.at(-1) ?? ""].length + 1 };
}

/** How many bytes from the beginning are whole characters. */
function lengthOfValidText(bytes: Uint8Array): number {
  let [valid, wrong] = [0, bytes.length];
  while (valid < wrong) {
    const middle = Math.ceil((valid + wrong) / 2);
    if (isBeginOfText(bytes.subarray(0, middle))) valid = middle;
    else wrong = middle - 1;
  }
  // A character that is cut off in the middle looks like a beginning; its first byte is the wrong one.
  while (valid > 0 && !isWholeText(bytes.subarray(0, valid))) valid--;
  return valid;
}

function isBeginOfText(bytes: Uint8Array): boolean {
  return decodes(bytes, { stream: true });
}

function isWholeText(bytes: Uint8Array): boolean {
  return decodes(bytes, {});
}

function decodes(bytes: Uint8Array, options: TextDecodeOptions): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, options);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
