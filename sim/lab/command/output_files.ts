/**
 * Files that the command writes.
 *
 * Each is written under another name beside its place, and renamed when it is
 * complete: whatever happens, the old file or the whole new one is there. That a
 * place can be written to is tried before anything runs, so that one that cannot
 * is found before the work, not after it.
 *
 * @module
 */

import { closeSync, openSync, realpathSync, statSync } from "node:fs";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { identity, placeToCome } from "./file_identity.ts";
import { STANDARD_STREAM } from "./input_files.ts";
import { askSystem, systemError } from "./system_error.ts";
import { type Readers, UnfinishedFile } from "./unfinished_file.ts";
import { writeWhole } from "./write_whole.ts";

const STANDARD_OUTPUT = 1;

/** A stream or device, which is written to as it is. */
interface Device {
  readonly handle: number;
}

/** A place that is written to when all is done. */
interface Place {
  /** As it was given. */
  readonly file: string;
  /** Through a link, the file behind it is replaced. */
  readonly target: Device | UnfinishedFile;
}

/** An output that cannot be written any further: the disk is full. */
export class OutputError extends InputError {}

/** What one run of the command writes. */
export class OutputFiles {
  readonly #places = new Map<string, Place>();
  readonly #taken = new Map<string, string>();

  /** @param inputs What the run reads: no output may be one of them. */
  constructor(inputs: readonly string[]) {
    for (const input of inputs) {
      if (input === STANDARD_STREAM) continue;
      const known = askSystem(`cannot read ${quoted(input)}`, () => identity(input));
      this.#taken.set(known, `${quoted(input)}, which is read`);
    }
  }

  /**
   * Makes room for an output.
   *
   * @param option The option that asks for it: `--trace`.
   * @param file Where it goes; `-` is standard output.
   * @throws {InputError} It is an input or another output, or cannot be written to.
   */
  prepare(option: string, file: string, readers: Readers = "everybody"): void {
    askSystem(`${option}: cannot write ${quoted(file)}`, () => {
      const same = this.#taken.get(identity(file));
      if (same !== undefined) throw new InputError(`${option} ${quoted(file)} is ${same}; expected a file of its own`);
      this.#taken.set(identity(file), `the file of ${option}`);
      this.#places.set(option, { file, target: targetOf(file, readers) });
    });
  }

  /** Whether something goes to standard output, which then carries nothing else. */
  get usesStandardOutput(): boolean {
    return [...this.#places.values()].some(({ file }) => file === STANDARD_STREAM);
  }

  /** Whether an option has asked for an output. */
  has(option: string): boolean {
    return this.#places.has(option);
  }

  /**
   * Writes an output.
   *
   * @param content The bytes, or pieces of them, of which one at a time is in memory.
   * @throws {InputError} It cannot be written; what was there before is there still.
   */
  write(option: string, content: Uint8Array | Iterable<Uint8Array>): void {
    const pieces = content instanceof Uint8Array ? [content] : content;
    this.#complete(option, ({ target }) => {
      for (const piece of pieces) writeWhole(target.handle, piece);
    });
  }

  /**
   * Writes the next bytes of an output that {@linkcode write} will complete: it can be longer than memory has room for.
   *
   * @throws {OutputError} They cannot be written; what was there before is there still.
   */
  append(option: string, content: Uint8Array): void {
    const place = this.#places.get(option);
    if (place === undefined) return;
    try {
      writeWhole(place.target.handle, content);
    } catch (error) {
      throw new OutputError(`${option}: cannot write ${quoted(place.file)}: ${systemError(error)}`);
    }
  }

  /**
   * The empty file that a program fills which writes files by itself; {@linkcode write} of nothing completes it.
   *
   * @throws {InputError} It cannot be written, or is no file.
   */
  pathOf(option: string): string {
    const { file, target } = this.#places.get(option) ?? {};
    if (file === undefined || !(target instanceof UnfinishedFile)) {
      throw new InputError(`${option} ${quoted(file ?? "")} is no file; expected one`);
    }
    return askSystem(`${option}: cannot write ${quoted(file)}`, () => target.path);
  }

  #complete(option: string, write: (place: Place) => void): void {
    const place = this.#places.get(option);
    if (place === undefined) return;
    askSystem(`${option}: cannot write ${quoted(place.file)}`, () => {
      write(place);
      if (!(place.target instanceof UnfinishedFile)) return;
      place.target.complete();
      this.#places.delete(option);
    });
  }

  /** Takes away what was begun and not completed. */
  close(): void {
    for (const { target } of this.#places.values()) {
      if (target instanceof UnfinishedFile) target.abandon();
      else if (target.handle !== STANDARD_OUTPUT) closeSync(target.handle);
    }
    this.#places.clear();
  }
}

/**
 * Replaces one file.
 *
 * @throws {InputError} It cannot be written; what was there is there.
 */
export function replaceFile(option: string, file: string, content: Uint8Array): void {
  const outputs = new OutputFiles([]);
  try {
    outputs.prepare(option, file);
    outputs.write(option, content);
  } finally {
    outputs.close();
  }
}

/**
 * Makes sure that a file can be written later.
 *
 * @throws {InputError} It cannot, or it is one of those that are read.
 */
export function requireWritable(option: string, file: string, inputs: readonly string[]): void {
  const outputs = new OutputFiles(inputs);
  try {
    outputs.prepare(option, file);
  } finally {
    outputs.close();
  }
}

function targetOf(file: string, readers: Readers): Place["target"] {
  if (file === STANDARD_STREAM) return { handle: STANDARD_OUTPUT };
  const status = statSync(file, { throwIfNoEntry: false });
  if (status !== undefined && !status.isFile()) return { handle: openSync(file, "w") };
  return new UnfinishedFile(status === undefined ? placeToCome(file) : realpathSync(file), readers);
}
