/**
 * Files of the command: read and written whole.
 *
 * @module
 */

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { pid } from "node:process";
import { UsageError } from "./usage_error.ts";

/** Whether there is a file of that name. */
export function fileExists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Reads a text.
 *
 * @throws {UsageError} It cannot be read.
 */
export function readText(file: string): string {
  return new TextDecoder().decode(readBytes(file));
}

/**
 * Reads a file.
 *
 * @throws {UsageError} It cannot be read.
 */
export function readBytes(file: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw new UsageError(`no file ${JSON.stringify(file)}`);
    throw refusal("read", file, error);
  }
}

/**
 * Writes a file beside its place and renames it, so that whoever looks finds the old content or the new one, whole,
 * whatever ends this process. A link stays one. What is no regular file, as a terminal, is written to.
 *
 * @throws {UsageError} It cannot be written; what was there is there.
 */
export function replaceFile(file: string, content: Uint8Array): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) return writeFileSync(file, content);
    const target = found === undefined ? file : realpathSync(file);
    const fresh = `${target}.${pid}.part`;
    try {
      writeThrough(fresh, content, found?.mode);
      renameSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    throw refusal("write", file, error);
  }
}

/** Writes until the disk has it. */
function writeThrough(file: string, content: Uint8Array, mode: number | undefined): void {
  const handle = openSync(file, "wx", mode);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function refusal(verb: string, file: string, error: unknown): unknown {
  const code = codeOf(error);
  return code === undefined ? error : new UsageError(`cannot ${verb} ${JSON.stringify(file)}: ${code}`);
}

/** The system's name of the error; `undefined` if it is none of the system's. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
