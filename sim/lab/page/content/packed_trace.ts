/**
 * The columns of a trace in few bytes: each number as the difference from what
 * is likely, and that as a variable-length integer (LEB128).
 *
 * @module
 */

import type { FieldTypes } from "../../../trace/event_kind.ts";
import type { TraceColumns } from "../../../trace/recorder.ts";

/** What of a trace is no number. */
export interface TraceHead {
  /** How many events there are. */
  readonly length: number;
  /** How many values their fields have. */
  readonly values: number;
  /** Names of components. */
  readonly components: readonly string[];
  /** Kinds of events. */
  readonly kinds: readonly { readonly name: string; readonly fields: FieldTypes }[];
  /** All texts. */
  readonly texts: readonly string[];
}

/** A trace that begins with its first event, packed. */
export interface PackedTrace {
  /** What is no number. */
  readonly head: TraceHead;
  /** The columns, one after the other: cycle, component, kind, cause, because, values. */
  readonly bytes: Uint8Array;
}

/** Packs columns. */
export function packTrace(columns: TraceColumns): PackedTrace {
  const { components, kinds, texts, cycle, component, kind, cause, because, values } = columns;
  const writer = new Writer();
  let before = 0;
  for (const each of cycle) {
    writer.add(each - before);
    before = each;
  }
  for (const each of component) writer.add(each);
  for (const each of kind) writer.add(each);
  // Most events follow from the one before; 0 is none.
  cause.forEach((each, index) => writer.add(each < 0 ? 0 : index - each));
  cycle.forEach((_, index) =>
    writer.add(because === undefined || (because[index] ?? -1) < 0 ? 0 : index - (because[index] ?? 0))
  );
  for (const each of values) writer.add(each < 0 ? -2 * each - 1 : 2 * each);
  return {
    head: { length: cycle.length, values: values.length, components, kinds, texts },
    bytes: writer.bytes(),
  };
}

/**
 * The columns again.
 *
 * @throws {RangeError} The bytes end too soon.
 */
export function unpackTrace({ head, bytes }: PackedTrace): TraceColumns {
  const { length, values: count, components, kinds, texts } = head;
  const reader = new Reader(bytes);
  let before = 0;
  const cycle = new Float64Array(length);
  for (let index = 0; index < length; index++) cycle[index] = before += reader.next();
  const component = new Uint16Array(length);
  for (let index = 0; index < length; index++) component[index] = reader.next();
  const kind = new Uint16Array(length);
  for (let index = 0; index < length; index++) kind[index] = reader.next();
  const [cause, because] = [backColumn(reader, length), backColumn(reader, length)];
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const each = reader.next();
    values[index] = each % 2 === 0 ? each / 2 : -(each + 1) / 2;
  }
  return { first: 0, components, kinds, texts, cycle, component, kind, cause, because, values };
}

/** Events that lie before others. */
function backColumn(reader: Reader, length: number): Int32Array {
  const column = new Int32Array(length);
  for (let index = 0; index < length; index++) {
    const distance = reader.next();
    column[index] = distance === 0 ? -1 : index - distance;
  }
  return column;
}

class Writer {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** @param value 0 to 2^53. */
  add(value: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = 128 | (rest % 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #place = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.#bytes[this.#place++];
      if (byte === undefined) throw new RangeError(`The trace ends in byte ${this.#bytes.length}, amid its events`);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
}
