/**
 * The trace of a run as a file: its columns as CBOR, part by part.
 *
 * `parts` are maps in the order of their events. Typed columns are byte
 * strings, little-endian: `cycle` float64, `component` and `kind` uint16,
 * `cause` and `because` int32, `values` float64, each event's fields one after
 * the other as its kind lists them, texts as indexes into the `texts` of the
 * part. `first` is the sequence number of its first event: of a long run the
 * last ones may have been kept alone. `marks` are maps: where each step of the
 * run begins. `parts` is a list without a length, so that a run can be written
 * while it goes on, and none of it is in memory twice.
 *
 * @module
 */

import { decodeFile, encodeItem, FileFormatError, fileHead } from "./cbor_file.ts";
import { type FieldType, isFieldName } from "./event_kind.ts";
import type { Recorder, TraceColumns, TraceEvent, TraceMark } from "./recorder.ts";

const FORMAT = "hbasim trace";
const VERSION = 3;

/** How many events a part has at the most. */
const PART_EVENTS = 65_536;

/** A map of three, a list without a length, and what ends one (RFC 8949 §3.1, §3.2.2). */
const MAP_OF_THREE = 0xa3;
const OPEN_LIST = 0x9f;
const BREAK = 0xff;

/** Writes the trace as a whole. */
export function encodeTrace(recorder: Recorder, frequencyHz: number): Uint8Array {
  const pieces = [...tracePieces(recorder, frequencyHz)];
  const file = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    file.set(piece, end);
    end += piece.length;
  }
  return file;
}

/** The same file in pieces, of which none is longer than some ten thousand events. */
export function* tracePieces(recorder: Recorder, frequencyHz: number): Generator<Uint8Array> {
  yield traceHead(frequencyHz);
  yield* traceParts(recorder.columns());
  yield traceEnd(recorder.marks);
}

/** What the file begins with; {@linkcode traceParts} follow, then {@linkcode traceEnd}. */
export function traceHead(frequencyHz: number): Uint8Array {
  const frequency = [encodeItem("frequencyHz"), encodeItem(frequencyHz)];
  return joined([
    fileHead(FORMAT, VERSION),
    [MAP_OF_THREE],
    ...frequency,
    encodeItem("parts"),
    [OPEN_LIST],
  ]);
}

/** The next events of the file, in their order, without a gap to those before. */
export function* traceParts(columns: TraceColumns): Generator<Uint8Array> {
  for (let begin = 0, value = 0; begin < columns.cycle.length;) {
    const end = Math.min(begin + PART_EVENTS, columns.cycle.length);
    const { values, texts } = valuesOf(columns, { begin, end, value });
    value += values.length;
    yield encodeItem({
      first: columns.first + begin,
      components: columns.components,
      kinds: columns.kinds,
      texts,
      cycle: bytesOf(
        columns.cycle.subarray(begin, end),
        8,
        (view, offset, each) => view.setFloat64(offset, each, true),
      ),
      component: bytesOf(columns.component.subarray(begin, end), 2, setUint16),
      kind: bytesOf(columns.kind.subarray(begin, end), 2, setUint16),
      cause: bytesOf(columns.cause.subarray(begin, end), 4, setInt32),
      because: bytesOf(columns.because?.subarray(begin, end) ?? [], 4, setInt32),
      values: bytesOf(values, 8, (view, offset, each) => view.setFloat64(offset, each, true)),
    });
    begin = end;
  }
}

/** What the file ends with. */
export function traceEnd(marks: readonly TraceMark[]): Uint8Array {
  return joined([
    [BREAK],
    encodeItem("marks"),
    encodeItem(marks.map(({ first, line, text }) => ({ first, line, text }))),
  ]);
}

/** Some of the events of columns; `value` is where the values of the first of them are. */
interface Range {
  readonly begin: number;
  readonly end: number;
  readonly value: number;
}

/** The values of some events, and the texts that they have, with indexes of their own. */
function valuesOf({ kinds, kind, values, texts }: TraceColumns, { begin, end, value }: Range) {
  const isText = kinds.map(({ fields }) => Object.values(fields).map((type) => type === "text"));
  const own = new Map<number, number>();
  const found: number[] = [];
  let next = value;
  for (let index = begin; index < end; index++) {
    for (const each of isText[kind[index] as number] as readonly boolean[]) {
      const entry = values[next++] as number;
      if (!each) {
        found.push(entry);
        continue;
      }
      if (!own.has(entry)) own.set(entry, own.size);
      found.push(own.get(entry) as number);
    }
  }
  return { values: found, texts: [...own.keys()].map((index) => texts[index] as string) };
}

function setUint16(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, value, true);
}

function setInt32(view: DataView, offset: number, value: number): void {
  view.setInt32(offset, value, true);
}

function joined(pieces: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => Array.from(piece)));
}

/** A trace as read from a file. */
export interface TraceFile {
  /** Cycles per second. */
  readonly frequencyHz: number;
  /** The events, in order. */
  readonly events: readonly TraceEvent[];
  /** Where the steps of the run begin, in order. */
  readonly marks: readonly TraceMark[];
}

/**
 * Reads a trace and checks every reference in it.
 *
 * @throws {FileFormatError} It is none, or its columns do not fit one another.
 */
export function decodeTrace(bytes: Uint8Array): TraceFile {
  const { stages } = traceReading(bytes);
  for (let step = stages.next();; step = stages.next()) if (step.done === true) return step.value;
}

/**
 * The same, some events at a time.
 *
 * @returns How many events there are, and what reads them: it says how many it has read.
 * @throws {FileFormatError} It is no trace; what reads the events throws the same.
 */
export function traceReading(
  bytes: Uint8Array,
): { readonly total: number; readonly stages: Generator<number, TraceFile> } {
  const file = fieldsOf(decodeFile(FORMAT, VERSION, bytes), "the content");
  const { frequencyHz } = file;
  if (!(typeof frequencyHz === "number" && Number.isSafeInteger(frequencyHz) && frequencyHz > 0)) {
    throw new FileFormatError(FORMAT, "frequencyHz is no whole number above 0");
  }
  const parts = listOf(file["parts"], "parts").map((value) => fieldsOf(value, "a part"));
  const total = parts.reduce((sum, part) => sum + columnOf(part, "cycle", 8).byteLength / 8, 0);
  return { total, stages: readParts(parts, frequencyHz, file["marks"]) };
}

/** How many events are read before the number of them is said. */
const EVENTS_IN_STAGE = 8192;

function* readParts(
  parts: readonly Readonly<Record<string, unknown>>[],
  frequencyHz: number,
  marks: unknown,
): Generator<number, TraceFile> {
  const events: TraceEvent[] = [];
  for (const part of parts) {
    const { first } = part;
    if (!isCount(first)) throw new FileFormatError(FORMAT, "first is no event's number");
    const last = events.at(-1);
    if (last !== undefined && first !== last.sequence + 1) {
      throw new FileFormatError(FORMAT, `a part begins with event ${first} after ${last.sequence}`);
    }
    for (const event of readEvents(part, first, last?.cycle ?? 0)) {
      if (events.push(event) % EVENTS_IN_STAGE === 0) yield events.length;
    }
  }
  return { frequencyHz, events, marks: readMarks(marks) };
}

function readMarks(value: unknown): readonly TraceMark[] {
  return listOf(value, "marks").map((entry) => {
    const { first, line, text } = fieldsOf(entry, "a mark");
    if (isCount(first) && isCount(line) && typeof text === "string") return { first, line, text };
    throw new FileFormatError(FORMAT, "a mark is no event's number with a line and a text");
  });
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function* readEvents(
  file: Readonly<Record<string, unknown>>,
  first: number,
  lastCycle: number,
): Generator<TraceEvent> {
  const components = textsOf(file["components"], "components");
  const texts = textsOf(file["texts"], "texts");
  const kinds = listOf(file["kinds"], "kinds").map(kindOf);
  const cycles = columnOf(file, "cycle", 8);
  const length = cycles.byteLength / 8;
  const componentColumn = columnOf(file, "component", 2, length);
  const kindColumn = columnOf(file, "kind", 2, length);
  const causeColumn = columnOf(file, "cause", 4, length);
  const hasReasons = columnOf(file, "because", 4).byteLength > 0;
  const becauseColumn = columnOf(file, "because", 4, hasReasons ? length : 0);
  const values = columnOf(file, "values", 8);
  let nextOffset = 0;
  let before = lastCycle;
  for (let index = 0; index < length; index++) {
    const sequence = first + index;
    const wrong = (what: string) => new FileFormatError(FORMAT, `event ${sequence} ${what}`);
    const cycle = cycles.getFloat64(index * 8, true);
    if (!(Number.isSafeInteger(cycle) && cycle >= before)) throw wrong(`is in cycle ${cycle} after ${before}`);
    before = cycle;
    const component = components[componentColumn.getUint16(index * 2, true)];
    const kind = kinds[kindColumn.getUint16(index * 2, true)];
    if (component === undefined || kind === undefined) throw wrong("refers to no component or to no kind");
    const cause = causeColumn.getInt32(index * 4, true);
    if (cause < -1 || cause >= sequence) throw wrong(`names event ${cause} as its cause`);
    const because = hasReasons ? becauseColumn.getInt32(index * 4, true) : -1;
    if (because < -1 || because >= sequence) throw wrong(`names event ${because} as the one that wrote what it read`);
    const fields: Record<string, number | string> = {};
    for (const [name, type] of kind.fields) {
      if (nextOffset === values.byteLength) throw wrong("has no values");
      const value = values.getFloat64(nextOffset, true);
      nextOffset += 8;
      const field = type === "text" ? texts[value] : Number.isSafeInteger(value) ? value : undefined;
      if (field === undefined) throw wrong(`has ${value} as ${name}`);
      fields[name] = field;
    }
    yield { sequence, cycle, component, kind: kind.name, cause, because, fields };
  }
  if (nextOffset !== values.byteLength) throw new FileFormatError(FORMAT, "there are more values than fields");
}

/** A kind of event, its fields in the order of their values. */
interface Kind {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, type: FieldType])[];
}

function kindOf(value: unknown): Kind {
  const { name, fields } = fieldsOf(value, "a kind");
  if (typeof name !== "string") throw new FileFormatError(FORMAT, "a kind has no name");
  const entries = Object.entries(fieldsOf(fields, `the fields of kind ${name}`)).map(([field, type]) => {
    if (isFieldName(field) && (type === "number" || type === "text")) return [field, type] as const;
    throw new FileFormatError(FORMAT, `kind ${name} has a field ${field} of type ${String(type)}`);
  });
  return { name, fields: entries };
}

function columnOf(
  file: Readonly<Record<string, unknown>>,
  name: string,
  entryBytes: number,
  length?: number,
): DataView {
  const bytes = file[name];
  if (!(bytes instanceof Uint8Array) || bytes.length % entryBytes !== 0) {
    throw new FileFormatError(FORMAT, `column ${name} is no byte string of entries of ${entryBytes} bytes`);
  }
  if (length !== undefined && bytes.length !== length * entryBytes) {
    throw new FileFormatError(
      FORMAT,
      `column ${name} has ${bytes.length / entryBytes} entries, column cycle ${length}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textsOf(value: unknown, name: string): readonly string[] {
  return listOf(value, name).map((text) => {
    if (typeof text !== "string") throw new FileFormatError(FORMAT, `${name} hold something else than texts`);
    return text;
  });
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new FileFormatError(FORMAT, `${name} are no list`);
  return value;
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new FileFormatError(FORMAT, `${name} is no map`);
  }
  return { ...value };
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
