/**
 * A file that several processes read, change and write: what one has written
 * is never lost to another that had read it before.
 *
 * The file is replaced only if it still is what was read. That is looked at
 * under a lock, a file beside it that only one process can make. The lock is
 * held for a replacement, not for the work before it: nobody waits long for it,
 * and hardly ever is a process killed while it has one.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { closeSync, openSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { readBytes } from "./input_files.ts";
import { replaceFile, requireWritable } from "./output_files.ts";
import { askSystem, codeOf } from "./system_error.ts";

/** A replacement takes milliseconds. */
const PATIENCE_MILLISECONDS = 2000;
const PAUSE_MILLISECONDS = 10;

/** A file as it was read, to be replaced by what was made of it. */
export class SharedFile {
  readonly #option: string;
  readonly #file: string;
  #known: Uint8Array | undefined;

  private constructor(option: string, file: string, known: Uint8Array | undefined) {
    this.#option = option;
    this.#file = file;
    this.#known = known;
  }

  /**
   * Reads a file that is to be replaced.
   *
   * @param option The option that names it, for errors.
   * @param inputs Files that are read only: it must be none of them.
   * @throws {InputError} It cannot be read, or not be written later.
   */
  static async open(option: string, file: string, inputs: readonly string[]): Promise<SharedFile> {
    return await locked(option, file, () => {
      const content = bytesOf(option, file);
      requireWritable(option, file, inputs);
      return new SharedFile(option, file, content);
    });
  }

  /** What it held when it was read or replaced here; `undefined` if it was not there. */
  get content(): Uint8Array | undefined {
    return this.#known;
  }

  /**
   * Replaces it, unless another process has done so since.
   *
   * @returns Whether it was replaced; if not, it holds what the other has written.
   * @throws {InputError} It cannot be written; what was there is there.
   */
  async replace(content: Uint8Array): Promise<boolean> {
    return await locked(this.#option, this.#file, () => {
      if (!sameBytes(bytesOf(this.#option, this.#file), this.#known)) return false;
      replaceFile(this.#option, this.#file, content);
      this.#known = content;
      return true;
    });
  }
}

/** Does something while no other process holds the lock of a file. */
async function locked<T>(option: string, file: string, act: () => T): Promise<T> {
  const lock = askSystem(`${option}: cannot read ${quoted(file)}`, () => lockOf(file));
  if (lock === undefined) return act();
  for (let waited = 0; !isMade(option, lock); waited += PAUSE_MILLISECONDS) {
    if (waited >= PATIENCE_MILLISECONDS) {
      throw new InputError(
        `${option} ${quoted(file)}: another process holds ${
          quoted(lock)
        }; expected none, or, if no hbasim runs, that ` +
          "you remove what one left that was killed",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Where the lock is: beside the file itself, through whichever link it is reached. Devices are written to as they are. */
function lockOf(file: string): string | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() === false) return undefined;
  const path = status === undefined ? file : realpathSync(file);
  return join(dirname(path), `.${basename(path)}.lock`);
}

function isMade(option: string, lock: string): boolean {
  return askSystem(`${option}: cannot write ${quoted(lock)}`, () => {
    try {
      closeSync(openSync(lock, "wx"));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  });
}

function bytesOf(option: string, file: string): Uint8Array | undefined {
  return askSystem(
    `${option}: cannot read ${quoted(file)}`,
    () => statSync(file, { throwIfNoEntry: false }) === undefined ? undefined : readBytes(file),
  );
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : equalBytes(one, other);
}
