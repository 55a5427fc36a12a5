/**
 * The digest of a trace: two runs did the same if and only if their digests
 * are equal.
 *
 * It is the SHA-256 of the canonical trace, a sequence of bytes that depends on
 * the events alone: neither on how often columns grew, nor on the order in
 * which components, kinds and texts became known, nor on those that no event
 * uses. All integers are little-endian.
 *
 * ```
 * trace     := "hbasim trace 1" 0x00, event*
 * event     := cycle int64, component text, kind, cause int32, field*
 * field     := int64 (a number) | text
 * text      := index uint32, and if the index is the number of texts before it:
 *              length uint32 in bytes, that many bytes of UTF-8
 * kind      := index uint32, and if the index is the number of kinds before it:
 *              name text, count uint32, (field name text, field type byte)*
 *              with field type 0 for a number and 1 for a text
 * ```
 *
 * Components, kinds, field names and text fields share one numbering of texts.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Recorder, TraceColumns } from "./recorder.ts";

const CHUNK_BYTES = 65_536;
const HEADER = "hbasim trace 1\0";

/** The digest of all events so far: the SHA-256 of the canonical trace, 64 hex digits. */
export function traceDigest(recorder: Recorder): string {
  const hash = sha256.create();
  writeCanonicalTrace(recorder.columns(), (chunk) => hash.update(chunk));
  return bytesToHex(hash.digest());
}

/**
 * Writes the canonical trace.
 *
 * @param write Called with one chunk after the other; a chunk is overwritten after the call.
 */
export function writeCanonicalTrace(columns: TraceColumns, write: (chunk: Uint8Array) => void): void {
  new CanonicalWriter(columns, write).writeAll();
}

class CanonicalWriter {
  readonly #columns: TraceColumns;
  readonly #write: (chunk: Uint8Array) => void;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #view = new DataView(this.#chunk.buffer);
  readonly #encoder = new TextEncoder();
  /** Canonical number of each text. */
  readonly #texts = new Map<string, number>();
  /** Canonical number of each kind, by name and fields. */
  readonly #kinds = new Map<string, number>();
  #length = 0;

  constructor(columns: TraceColumns, write: (chunk: Uint8Array) => void) {
    this.#columns = columns;
    this.#write = write;
  }

  writeAll(): void {
    const { components, kinds, texts, cycle, component, kind, cause, values } = this.#columns;
    const layouts = kinds.map(({ name, fields }) => {
      const entries = Object.entries(fields);
      return { name, entries, key: JSON.stringify([name, entries]) };
    });
    let next = 0;
    this.#bytes(this.#encoder.encode(HEADER));
    for (let sequence = 0; sequence < cycle.length; sequence++) {
      const layout = layouts[kind[sequence] as number] as typeof layouts[number];
      this.#int64(cycle[sequence] as number);
      this.#text(components[component[sequence] as number] as string);
      this.#kind(layout);
      this.#uint32(cause[sequence] as number);
      for (const [, type] of layout.entries) {
        const value = values[next++] as number;
        if (type === "text") this.#text(texts[value] as string);
        else this.#int64(value);
      }
    }
    this.#flush();
  }

  #kind(layout: { readonly name: string; readonly entries: [string, string][]; readonly key: string }): void {
    const known = this.#kinds.get(layout.key);
    if (known !== undefined) {
      this.#uint32(known);
      return;
    }
    this.#uint32(this.#kinds.size);
    this.#kinds.set(layout.key, this.#kinds.size);
    this.#text(layout.name);
    this.#uint32(layout.entries.length);
    for (const [name, type] of layout.entries) {
      this.#text(name);
      this.#bytes(Uint8Array.of(type === "text" ? 1 : 0));
    }
  }

  #text(text: string): void {
    const known = this.#texts.get(text);
    if (known !== undefined) {
      this.#uint32(known);
      return;
    }
    this.#uint32(this.#texts.size);
    this.#texts.set(text, this.#texts.size);
    const bytes = this.#encoder.encode(text);
    this.#uint32(bytes.length);
    this.#bytes(bytes);
  }

  #int64(value: number): void {
    if (this.#length + 8 > CHUNK_BYTES) this.#flush();
    this.#view.setUint32(this.#length, value >>> 0, true);
    this.#view.setInt32(this.#length + 4, Math.floor(value / 2 ** 32), true);
    this.#length += 8;
  }

  /** Also writes an int32: the bytes of a negative one are those of its two's complement. */
  #uint32(value: number): void {
    if (this.#length + 4 > CHUNK_BYTES) this.#flush();
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  #bytes(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      if (this.#length === CHUNK_BYTES) this.#flush();
      const part = bytes.subarray(start, start + CHUNK_BYTES - this.#length);
      this.#chunk.set(part, this.#length);
      this.#length += part.length;
      start += part.length;
    }
  }

  #flush(): void {
    this.#write(this.#chunk.subarray(0, this.#length));
    this.#length = 0;
  }
}
