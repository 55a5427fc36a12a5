/**
 * Which event has written each record of an adapter, for the trace: what reads
 * a row of RAM or a record of flash can name it.
 *
 * A write that power has cut off may have come to be or not. So a writer is
 * known by the record's name and a mark of its value; whoever finds a value in
 * flash finds its writer with it. Outlives power, as a measuring device beside
 * the adapter would.
 *
 * @module
 */

import { crc32c } from "../nvram/crc32c.ts";
import type { NvramRecord, RecordClass, RecordIdentity } from "../nvram/store.ts";

const NOBODY = -1;

/** Whose cause is the event that writes. */
export interface WritersClock {
  /** The event that led to what runs now, or -1. */
  readonly cause: number;
}

/** Who wrote a value, and what tells the value from others. */
interface Writer {
  readonly mark: number;
  readonly sequence: number;
}

/** What is known of a record. */
interface Writers {
  /** Of the value that counts. */
  readonly present?: Writer | undefined;
  /** Of a value that is being written, or was when the power went. */
  readonly pending?: Writer | undefined;
  /** The event that has removed the last value there was. */
  readonly removed?: number | undefined;
}

/** The writers of one adapter's records. */
export class RecordWriters {
  readonly #clock: WritersClock;
  readonly #writers = new Map<string, Writers>();

  /**
   * Nobody has written anything.
   *
   * @param clock Whose cause is the event that writes.
   */
  constructor(clock: WritersClock) {
    this.#clock = clock;
  }

  /** A record is about to be written, which may be cut off. */
  begin({ value, ...identity }: NvramRecord): void {
    const pending = { mark: crc32c(value), sequence: this.#clock.cause };
    const key = keyOf(identity);
    this.#writers.set(key, { ...this.#writers.get(key), pending });
  }

  /** What was begun has come to its end. */
  end(identity: RecordIdentity, isWritten: boolean): void {
    const key = keyOf(identity);
    const { pending, ...before } = this.#writers.get(key) ?? {};
    if (pending === undefined) return;
    this.#writers.set(key, isWritten ? { present: { ...pending, sequence: this.#clock.cause } } : before);
  }

  /** A record was found in flash with a value: it is what its writer has left. */
  found({ value, ...identity }: NvramRecord): void {
    const key = keyOf(identity);
    const { present, pending } = this.#writers.get(key) ?? {};
    const mark = crc32c(value);
    const writer = [pending, present].find((each) => each?.mark === mark);
    this.#writers.set(key, { present: writer ?? { mark, sequence: NOBODY } });
  }

  /** All records of some classes were removed. */
  clear(classes: readonly RecordClass[]): void {
    for (const [key, { present, removed }] of this.#writers) {
      if (!classes.some((each) => key.startsWith(`${each}/`))) continue;
      this.#writers.set(key, { removed: present === undefined ? removed : this.#clock.cause });
    }
  }

  /** Nothing is left of anything: the memory has lost its power. */
  forget(): void {
    this.#writers.clear();
  }

  /** The event that wrote a record, or has removed it; -1 if there never was one, or nobody knows. */
  of(identity: RecordIdentity): number {
    const { present, removed = NOBODY } = this.#writers.get(keyOf(identity)) ?? {};
    return present?.sequence ?? removed;
  }
}

function keyOf({ class: recordClass, name }: RecordIdentity): string {
  return `${recordClass}/${name.join(".")}`;
}
