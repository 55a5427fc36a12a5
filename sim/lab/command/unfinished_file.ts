/**
 * A file while it is written: under another name beside its place, which no
 * other process has, and renamed when it is complete.
 *
 * @module
 */

import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { codeOf } from "./system_error.ts";

/** Who may read a file. */
export type Readers = "everybody" | "its owner";

/** What nobody has written to for so long, was left by a process that was killed: whoever writes does so all the time. */
const LEFT_MILLISECONDS = 24 * 3600 * 1000;

/** A file that is there under its own name when it is complete, and not before. */
export class UnfinishedFile {
  readonly #target: string;
  readonly #readers: Readers;
  #open: { readonly handle: number; readonly path: string } | undefined;

  /**
   * Makes sure that it can be written, and removes what killed processes have left of it. The file under the other name
   * is there from the first byte on only, so that whatever is not written to is a leftover.
   *
   * @param target Its own name, not that of a link.
   * @throws What the system says if it cannot be written.
   */
  constructor(target: string, readers: Readers) {
    this.#target = target;
    this.#readers = readers;
    if (statSync(target, { throwIfNoEntry: false }) !== undefined) closeSync(openSync(target, "r+"));
    removeLeftovers(target, fstatSync(this.handle).mtimeMs);
    this.abandon();
  }

  /** To write to it. */
  get handle(): number {
    return this.#opened().handle;
  }

  /** The name that it has until it is complete. */
  get path(): string {
    return this.#opened().path;
  }

  /** Gives it its own name; whatever had that is gone. */
  complete(): void {
    const { handle, path } = this.#opened();
    fsyncSync(handle);
    closeSync(handle);
    this.#open = undefined;
    try {
      renameSync(path, this.#target);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  }

  /** Takes away what was written and not completed. */
  abandon(): void {
    if (this.#open === undefined) return;
    const { handle, path } = this.#open;
    this.#open = undefined;
    closeSync(handle);
    rmSync(path, { force: true });
  }

  #opened(): { readonly handle: number; readonly path: string } {
    if (this.#open !== undefined) return this.#open;
    const isPublic = this.#readers === "everybody";
    this.#open = openNew(this.#target, isPublic ? 0o666 : 0o600);
    const replaced = statSync(this.#target, { throwIfNoEntry: false });
    if (isPublic && replaced !== undefined) chmodSync(this.#open.path, replaced.mode & 0o777);
    return this.#open;
  }
}

/** Makes a file that was not there: a process of another machine, or one that was killed, can have had the number. */
function openNew(target: string, mode: number): { readonly handle: number; readonly path: string } {
  for (let number = 1;; number++) {
    const path = join(dirname(target), `.${basename(target)}.${process.pid}-${number}.unfinished`);
    try {
      return { handle: openSync(path, "wx", mode), path };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** @param now By the clock of the file system, which need not be this machine's. */
function removeLeftovers(target: string, now: number): void {
  const [folder, begin] = [dirname(target), `.${basename(target)}.`];
  for (const name of namesIn(folder)) {
    if (!name.startsWith(begin) || !/^\d+-\d+\.unfinished$/.test(name.slice(begin.length))) continue;
    const written = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - written > LEFT_MILLISECONDS) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // One may write into a folder that one may not list.
    return [];
  }
}
