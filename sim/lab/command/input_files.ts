/**
 * Files that the command reads.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { InputError } from "../../kernel/input_error.ts";
import { quoted } from "../../kernel/given.ts";
import { PlacedError } from "./placed_error.ts";
import { systemError } from "./system_error.ts";

/** What stands for standard input, and for standard output where something is written. */
export const STANDARD_STREAM = "-";

const STANDARD_INPUT = 0;

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws {InputError} It cannot be read: it is not there, a folder, or locked away.
 */
export function readBytes(file: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(file === STANDARD_STREAM ? STANDARD_INPUT : file));
  } catch (error) {
    throw new InputError(`cannot read ${quoted(file)}: ${systemError(error)}`);
  }
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
  return textOf(file, readBytes(file));
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
