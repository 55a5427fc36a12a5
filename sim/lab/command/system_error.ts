/**
 * What the operating system refuses, in words.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";

/** By the codes of POSIX (`errno.h`). */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ENOENT", "there is no such file or folder"],
  ["ENOTDIR", "a part of the path is no folder"],
  ["EISDIR", "it is a folder"],
  ["EEXIST", "it is there, and no folder"],
  ["ENOSPC", "no space is left on the device"],
  ["EDQUOT", "no space is left for this user"],
  ["EFBIG", "it would be too large"],
  ["EROFS", "the file system takes no changes"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ELOOP", "links lead in a circle"],
  ["EPIPE", "nobody reads it any more"],
  ["EIO", "the device fails"],
]);

/**
 * The meaning of an error that came from the operating system.
 *
 * @throws The error itself if it came from elsewhere: then it is no mistake of the user.
 */
export function systemError(error: unknown): string {
  if (error instanceof Error && error.name === "NotCapable") {
    return "Deno was not permitted to (--allow-read, --allow-write)";
  }
  const code = codeOf(error);
  if (code !== undefined) return MEANINGS.get(code) ?? code;
  // Deno knows the codes of the common ones only.
  const words = error instanceof Error ? /^(.*) \(os error \d+\)$/.exec(error.message)?.[1] : undefined;
  if (words === undefined) throw error;
  return words.toLowerCase();
}

/**
 * Asks the operating system for something.
 *
 * @param cannot What cannot be done if it refuses: `cannot read "trace.cbor"`.
 * @throws {InputError} It refuses; or what was asked for throws one.
 */
export function askSystem<T>(cannot: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${cannot}: ${systemError(error)}`);
  }
}

/** The code of an error that came from the operating system: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
