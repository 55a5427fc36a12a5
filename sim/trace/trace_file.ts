/**
 * The trace of a run as a file: its columns as CBOR.
 *
 * Typed columns are byte strings, little-endian: `cycle` float64, `component`
 * and `kind` uint16, `cause` int32, `values` float64, each event's fields one
 * after the other as its kind lists them, texts as indexes into `texts`.
 *
 * @module
 */

import { decodeFile, encodeFile, FileFormatError } from "./cbor_file.ts";
import type { FieldTypes, Recorder, TraceEvent } from "./recorder.ts";

const FORMAT = "hbasim trace";
const VERSION = 1;

/** Writes the trace. */
export function encodeTrace(recorder: Recorder, frequencyHz: number): Uint8Array {
  const columns = recorder.columns();
  return encodeFile(FORMAT, VERSION, {
    frequencyHz,
    components: columns.components,
    kinds: columns.kinds,
    texts: columns.texts,
    cycle: bytesOf(columns.cycle, 8, (view, offset, value) => view.setFloat64(offset, value, true)),
    component: bytesOf(columns.component, 2, (view, offset, value) => view.setUint16(offset, value, true)),
    kind: bytesOf(columns.kind, 2, (view, offset, value) => view.setUint16(offset, value, true)),
    cause: bytesOf(columns.cause, 4, (view, offset, value) => view.setInt32(offset, value, true)),
    values: bytesOf(columns.values, 8, (view, offset, value) => view.setFloat64(offset, value, true)),
  });
}

/** A trace as read from a file. */
export interface TraceFile {
  /** Cycles per second. */
  readonly frequencyHz: number;
  /** The events, in order. */
  readonly events: readonly TraceEvent[];
}

/**
 * Reads a trace.
 *
 * @throws {FileFormatError} It is none, or its columns do not fit one another.
 */
export function decodeTrace(bytes: Uint8Array): TraceFile {
  const content = decodeFile(FORMAT, VERSION, bytes);
  if (!isColumns(content)) throw new FileFormatError(FORMAT, "a column is missing or of the wrong type");
  const { cycle, component, kind, cause, values } = {
    cycle: viewOf(content.cycle),
    component: viewOf(content.component),
    kind: viewOf(content.kind),
    cause: viewOf(content.cause),
    values: viewOf(content.values),
  };
  const length = content.cycle.length / 8;
  if (content.component.length !== length * 2 || content.kind.length !== length * 2) {
    throw new FileFormatError(FORMAT, "its columns differ in length");
  }
  const events: TraceEvent[] = [];
  let next = 0;
  for (let sequence = 0; sequence < length; sequence++) {
    const kindEntry = content.kinds[kind.getUint16(sequence * 2, true)];
    const componentName = content.components[component.getUint16(sequence * 2, true)];
    if (kindEntry === undefined || componentName === undefined) {
      throw new FileFormatError(FORMAT, `event ${sequence} refers to nothing`);
    }
    const fields: Record<string, number | string> = {};
    for (const [name, type] of Object.entries(kindEntry.fields)) {
      if ((next + 1) * 8 > content.values.length) throw new FileFormatError(FORMAT, `event ${sequence} has no values`);
      const value = values.getFloat64(next++ * 8, true);
      fields[name] = type === "text" ? content.texts[value] ?? "" : value;
    }
    events.push({
      sequence,
      cycle: cycle.getFloat64(sequence * 8, true),
      component: componentName,
      kind: kindEntry.name,
      cause: cause.getInt32(sequence * 4, true),
      fields,
    });
  }
  return { frequencyHz: content.frequencyHz, events };
}

interface Columns {
  readonly frequencyHz: number;
  readonly components: readonly string[];
  readonly kinds: readonly { readonly name: string; readonly fields: FieldTypes }[];
  readonly texts: readonly string[];
  readonly cycle: Uint8Array;
  readonly component: Uint8Array;
  readonly kind: Uint8Array;
  readonly cause: Uint8Array;
  readonly values: Uint8Array;
}

function isColumns(content: unknown): content is Columns {
  if (typeof content !== "object" || content === null) return false;
  const record = content as Record<string, unknown>;
  return typeof record.frequencyHz === "number" && Array.isArray(record.components) && Array.isArray(record.kinds) &&
    Array.isArray(record.texts) &&
    ["cycle", "component", "kind", "cause", "values"].every((name) => record[name] instanceof Uint8Array);
}

function bytesOf(
  column: ArrayLike<number>,
  size: number,
  write: (view: DataView, offset: number, value: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(column.length * size);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < column.length; index++) write(view, index * size, column[index] as number);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
