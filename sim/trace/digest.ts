/**
 * The digest of a trace: two runs did the same if and only if their digests
 * are equal.
 *
 * It is the SHA-256 of the canonical trace, a sequence of bytes that depends on
 * the events alone: neither on how often columns grew, nor on the order in
 * which components, kinds and texts became known, nor on those that no event
 * uses. Integers are LEB128 (DWARF 5, 7.6), sint with a sign and uint without:
 * most of them take one byte, and what costs time is hashing bytes.
 *
 * ```
 * trace     := "hbasim trace 2" 0x00, event*
 * event     := cycles since the event before (or the beginning) sint, component text, kind, cause, field*
 * cause     := how many events ago it was sint; the outside world is the event before the first
 * field     := sint (a number) | text
 * text      := index uint, and if the index is the number of texts before it:
 *              length uint in bytes, that many bytes of UTF-8
 * kind      := index uint, and if the index is the number of kinds before it:
 *              name text, count uint, (field name text, field type byte)*
 *              with field type 0 for a number and 1 for a text
 * ```
 *
 * Components, kinds, field names and text fields share one numbering of texts.
 * It begins anew, and that of kinds with it, at each event whose sequence
 * number is a multiple of 65,536: what a long run must remember is bounded.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { LONGEST_BYTES, putSigned, putUnsigned } from "./leb128.ts";
import type { Recorder, TraceColumns } from "./recorder.ts";

/** A hash takes them as gladly as larger ones, and each world has a buffer of this size, and each digest one. */
const CHUNK_BYTES = 4096;
/** Where any integer still has room. */
const LAST_PLACE = CHUNK_BYTES - LONGEST_BYTES;
const HEADER = "hbasim trace 2\0";

/** After so many events nothing is referred to that was before. */
const EPOCH_EVENTS = 65_536;

/**
 * The digest of all events so far: the SHA-256 of the canonical trace, 64 hex digits.
 *
 * @throws {RangeError} Some of them are kept no more: a {@linkcode TraceHasher} must have been told of them.
 */
export function traceDigest(recorder: Recorder): string {
  if (recorder.first > 0) throw new RangeError(`Cannot digest a trace whose first ${recorder.first} events are gone`);
  return new TraceHasher().digest(recorder.columns());
}

/** The digest of a run that is not kept as a whole: it is told of the events that go. */
export class TraceHasher {
  readonly #hash = sha256.create();
  readonly #writer = new CanonicalWriter((chunk) => this.#hash.update(chunk));

  /** Takes the next part of the trace. */
  add(columns: TraceColumns): void {
    this.#writer.write(columns);
  }

  /** The digest of all that was added, and of what comes behind it, which is not added. */
  digest(rest: TraceColumns): string {
    const hash = this.#hash.clone();
    this.#writer.copy((chunk) => hash.update(chunk)).write(rest);
    return bytesToHex(hash.digest());
  }
}

/**
 * Writes the canonical trace.
 *
 * @param write Called with one chunk after the other; a chunk is overwritten after the call.
 */
export function writeCanonicalTrace(columns: TraceColumns, write: (chunk: Uint8Array) => void): void {
  new CanonicalWriter(write).write(columns);
}

type Kind = TraceColumns["kinds"][number];

/** Whether two kinds are one: the same name, and the same fields in the same order. */
function isSame(a: Kind, b: Kind): boolean {
  return a === b ||
    JSON.stringify([a.name, Object.entries(a.fields)]) === JSON.stringify([b.name, Object.entries(b.fields)]);
}

/** Canonical numbers of what columns refer to, by its place there; -1 for what has none yet. */
class Numbers {
  readonly components: Int32Array;
  readonly kinds: Int32Array;
  readonly texts: Int32Array;

  constructor({ components, kinds, texts }: TraceColumns) {
    this.components = new Int32Array(components.length);
    this.kinds = new Int32Array(kinds.length);
    this.texts = new Int32Array(texts.length);
    this.forget();
  }

  forget(): void {
    for (const numbers of [this.components, this.kinds, this.texts]) numbers.fill(-1);
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

class CanonicalWriter {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #encoder = new TextEncoder();
  /** Canonical number of each text. */
  #texts = new Map<string, number>();
  /** Kinds in the order of their canonical numbers. */
  #kinds: Kind[] = [];
  #events = 0;
  /** When the event before was. */
  #cycle = 0;
  /** Where the next byte goes. */
  #at = 0;

  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
  }

  /** One that goes on where this one stands, and writes elsewhere. */
  copy(write: (chunk: Uint8Array) => void): CanonicalWriter {
    const copy = new CanonicalWriter(write);
    copy.#texts = new Map(this.#texts);
    copy.#kinds = [...this.#kinds];
    copy.#events = this.#events;
    copy.#cycle = this.#cycle;
    return copy;
  }

  /** Writes the next events. */
  write(columns: TraceColumns): void {
    const { components, kinds, texts, cycle, component, kind, cause, values } = columns;
    const areTexts = kinds.map(({ fields }) => Object.values(fields).map((type) => type === "text"));
    // Columns refer to texts by numbers of their own: a map is asked once for each of them, and not once for each use.
    const numbers = new Numbers(columns);
    let next = 0;
    if (this.#events === 0) this.#bytes(this.#encoder.encode(HEADER));
    for (let index = 0; index < cycle.length; index++) {
      if (this.#events % EPOCH_EVENTS === 0) this.#beginEpoch(numbers);
      const place = kind[index] as number;
      const isText = areTexts[place] as readonly boolean[];
      this.#cycleOf(cycle[index] as number);
      this.#numbered(components, component[index] as number, numbers.components);
      const number = numbers.kinds[place] as number;
      if (number >= 0) this.#uint(number);
      else numbers.kinds[place] = this.#kind(kinds[place] as Kind);
      this.#causeOf(cause[index] as number);
      for (let field = 0; field < isText.length; field++) {
        const value = values[next++] as number;
        if (isText[field] === true) this.#numbered(texts, value, numbers.texts);
        else this.#sint(value);
      }
      this.#events++;
    }
    this.#flush();
  }

  #cycleOf(cycle: number): void {
    this.#sint(cycle - this.#cycle);
    this.#cycle = cycle;
  }

  #causeOf(sequence: number): void {
    this.#sint(this.#events - sequence);
  }

  /** A text by its place in a list, whose canonical number is noted beside it as long as it holds. */
  #numbered(list: readonly string[], index: number, numbers: Int32Array): void {
    const number = numbers[index] as number;
    if (number >= 0) this.#uint(number);
    else numbers[index] = this.#text(list[index] as string);
  }

  #beginEpoch(numbers: Numbers): void {
    this.#texts.clear();
    this.#kinds = [];
    numbers.forget();
  }

  /** Writes a kind, and gives its canonical number. */
  #kind(kind: Kind): number {
    const known = this.#kinds.findIndex((other) => other.name === kind.name && isSame(other, kind));
    const number = known < 0 ? this.#kinds.length : known;
    this.#uint(number);
    if (known >= 0) return number;
    this.#kinds.push(kind);
    this.#text(kind.name);
    const fields = Object.entries(kind.fields);
    this.#uint(fields.length);
    for (const [name, type] of fields) {
      this.#text(name);
      this.#uint(type === "text" ? 1 : 0);
    }
    return number;
  }

  /** Writes a text, and gives its canonical number. */
  #text(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) {
      this.#uint(known);
      return known;
    }
    const number = this.#texts.size;
    this.#uint(number);
    this.#texts.set(text, number);
    this.#utf8(text);
    return number;
  }

  /** Length and bytes of a text. Nearly all are ASCII, and an encoder costs more than everything else about them. */
  #utf8(text: string): void {
    if (!isAscii(text)) {
      const bytes = this.#encoder.encode(text);
      this.#uint(bytes.length);
      this.#bytes(bytes);
      return;
    }
    this.#uint(text.length);
    for (let index = 0; index < text.length; index++) {
      if (this.#at === CHUNK_BYTES) this.#flush();
      this.#chunk[this.#at++] = text.charCodeAt(index);
    }
  }

  #sint(value: number): void {
    if (this.#at > LAST_PLACE) this.#flush();
    this.#at = putSigned(this.#chunk, this.#at, value);
  }

  #uint(value: number): void {
    if (this.#at > LAST_PLACE) this.#flush();
    this.#at = putUnsigned(this.#chunk, this.#at, value);
  }

  #bytes(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      if (this.#at === CHUNK_BYTES) this.#flush();
      const part = bytes.subarray(start, start + CHUNK_BYTES - this.#at);
      this.#chunk.set(part, this.#at);
      this.#at += part.length;
      start += part.length;
    }
  }

  #flush(): void {
    this.#write(this.#chunk.subarray(0, this.#at));
    this.#at = 0;
  }
}
