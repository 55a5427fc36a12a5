/**
 * What happened: every event of a run in typed columns.
 *
 * An event is a cycle, a sequence number, a component, a kind, the kind's
 * fields, the event that led to it, and where that is known the event that
 * wrote what it has read: a record, a row, an association. Columns grow by
 * doubling and hold numbers only; texts are stored once and referred to. Key
 * material has no way in: a field is a whole number or a text, and who records a key records its
 * {@linkcode "./fingerprint.ts".fingerprint}.
 *
 * @module
 */

import { given } from "../kernel/given.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Cycle } from "../kernel/task.ts";
import { moved } from "./column.ts";
import type { EventKind, FieldTypes, FieldValues } from "./event_kind.ts";

/** A component that records events; made by {@linkcode Recorder.component}. */
export interface Component {
  /** For example `adapter 0`. */
  readonly name: string;
  /** Its place in the list of components. */
  readonly index: number;
}

/** One event, as read back. */
export interface TraceEvent {
  /** Place in the trace, from 0. */
  readonly sequence: number;
  /** When it happened. */
  readonly cycle: Cycle;
  /** The name of the component. */
  readonly component: string;
  /** The name of the kind. */
  readonly kind: string;
  /** The sequence number of the event that led to this one, or -1. */
  readonly cause: number;
  /** The sequence number of the event that wrote what this one has read, or -1. Not part of the digest. */
  readonly because: number;
  /** The values of the fields. */
  readonly fields: Readonly<Record<string, number | string>>;
}

/** Where a part of a run begins, as whoever runs it calls it: a step of a scenario. Not part of the digest. */
export interface TraceMark {
  /** The sequence number of its first event, should it have one. */
  readonly first: number;
  /** Line of the file that says it; 0 for what no line says. */
  readonly line: number;
  /** What it is: `setKey`. */
  readonly text: string;
}

/** How much of a run a recorder keeps. */
export interface RecorderOptions {
  /** How many events are kept at the least, the last ones, and no more than a quarter above: a whole number of 4 or more; all by default. */
  readonly keep?: number;
  /** Events are counted, and kept only while somebody watches; the two others mean nothing then. False by default. */
  readonly isCounting?: boolean;
  /** Is given what is kept no more, in order, before it goes. */
  readonly onDrop?: (columns: TraceColumns) => void;
}

/** The columns of a trace, as written to a file and as digested. */
export interface TraceColumns {
  /** The sequence number of the first event in them: 0 but for parts of a run. */
  readonly first: number;
  /** Names of components; `component` refers to them. */
  readonly components: readonly string[];
  /** Kinds of events; `kind` refers to them. */
  readonly kinds: readonly {
    readonly name: string;
    readonly fields: FieldTypes;
  }[];
  /** All texts; text fields refer to them. */
  readonly texts: readonly string[];
  /** Cycle of each event. */
  readonly cycle: Float64Array;
  /** Component of each event. */
  readonly component: Uint16Array;
  /** Kind of each event. */
  readonly kind: Uint16Array;
  /** Cause of each event, or -1. */
  readonly cause: Int32Array;
  /** Who wrote what each event has read, or -1; `undefined` if no event says so. */
  readonly because: Int32Array | undefined;
  /** Fields of all events one after the other; texts as their index. */
  readonly values: Float64Array;
}

const LEAST_KEPT = 4;

/** How long columns are at first. */
const FIRST_LENGTH = 1024;

/** Records the events of one run. */
export class Recorder {
  readonly #kernel: Kernel;
  readonly #options: RecorderOptions;
  readonly #components = new Map<string, Component>();
  readonly #componentNames: string[] = [];
  readonly #kinds: EventKind[] = [];
  readonly #kindIndexes = new Map<EventKind, number>();
  #texts: string[] = [];
  readonly #textIndexes = new Map<string, number>();
  #cycle: Float64Array<ArrayBuffer>;
  #component: Uint16Array<ArrayBuffer>;
  #kind: Uint16Array<ArrayBuffer>;
  #cause: Int32Array<ArrayBuffer>;
  /** Made when the first event has something to enter. */
  #because: Int32Array<ArrayBuffer> | undefined = undefined;
  #offset: Uint32Array<ArrayBuffer>;
  #values: Float64Array<ArrayBuffer>;
  readonly #marks: TraceMark[] = [];
  /** How many events are kept no more. */
  #dropped = 0;
  #kept = 0;
  #valuesLength = 0;
  #watchers: readonly ((sequence: number) => void)[] = [];
  #dropWatchers: readonly ((columns: TraceColumns) => void)[] = [];

  /**
   * What it is made of.
   *
   * @param kernel Whose cycles and causes are recorded.
   * @param options How much of them is kept.
   * @throws {RangeError} `keep` is no whole number of 4 or more.
   */
  constructor(kernel: Kernel, options: RecorderOptions = {}) {
    const { keep } = options;
    if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= LEAST_KEPT)) {
      throw new RangeError(`Cannot keep ${given(keep)} events: expected a whole number of ${LEAST_KEPT} or more`);
    }
    this.#kernel = kernel;
    this.#options = options.isCounting === true ? { isCounting: true, keep: LEAST_KEPT } : options;
    const length = options.isCounting === true ? 2 * LEAST_KEPT : FIRST_LENGTH;
    this.#cycle = new Float64Array(length);
    this.#component = new Uint16Array(length);
    this.#kind = new Uint16Array(length);
    this.#cause = new Int32Array(length);
    this.#offset = new Uint32Array(length);
    this.#values = new Float64Array(4 * length);
  }

  /** How many events there were, also those that are kept no more. */
  get length(): number {
    return this.#dropped + this.#kept;
  }

  /** The sequence number of the first event that is kept. */
  get first(): number {
    return this.#dropped;
  }

  /** The names of all components, in the order in which they became known. */
  get components(): readonly string[] {
    return [...this.#componentNames];
  }

  /** The marks, in order. */
  get marks(): readonly TraceMark[] {
    return this.#marks;
  }

  /** Marks the place where a part of the run begins. */
  mark(line: number, text: string): void {
    this.#marks.push({ first: this.length, line, text });
  }

  /** Enters a component by name; a second call with the same name gives the same component. */
  component(name: string): Component {
    const known = this.#components.get(name);
    if (known !== undefined) return known;
    const component = { name, index: this.#components.size };
    this.#components.set(name, component);
    this.#componentNames.push(name);
    return component;
  }

  /**
   * Records an event in the present cycle. It becomes the cause of what
   * follows from it.
   *
   * @param because The event that wrote what this one has read: what the kernel had as its cause then.
   * @returns Its sequence number.
   * @throws {RangeError} A number is no safe integer; nothing is recorded.
   */
  record<F extends FieldTypes>(
    component: Component,
    kind: EventKind<F>,
    values: FieldValues<F>,
    because: number = -1,
  ): number {
    const { keep, isCounting } = this.#options;
    if (isCounting === true && this.#watchers.length === 0) return this.#count();
    if (keep !== undefined && this.#kept >= keep + (keep >> 2)) this.#drop(this.#kept - keep);
    const index = this.#kept;
    if (index === this.#cycle.length) this.#grow();
    this.#cycle[index] = this.#kernel.now;
    this.#component[index] = component.index;
    this.#kind[index] = this.#kindIndex(kind as unknown as EventKind);
    this.#cause[index] = this.#kernel.cause;
    this.#offset[index] = this.#valuesLength;
    const names = kind.fieldNames;
    while (this.#valuesLength + names.length > this.#values.length) {
      this.#growValues();
    }
    let end = this.#valuesLength;
    for (let field = 0; field < names.length; field++) {
      const value: number | string = values[names[field] as keyof F];
      if (typeof value === "number" && !Number.isSafeInteger(value)) {
        throw new RangeError(`Cannot record ${value} as ${names[field]} of "${kind.name}": expected a safe integer`);
      }
      // Adding 0 turns -0 into 0, so that equal traces are equal to the bit.
      this.#values[end++] = typeof value === "number" ? value + 0 : this.#textIndex(value);
    }
    if (because >= 0) this.#because ??= new Int32Array(this.#cycle.length).fill(-1);
    if (this.#because !== undefined) this.#because[index] = because;
    this.#valuesLength = end;
    this.#kept++;
    const sequence = this.#dropped + index;
    this.#kernel.cause = sequence;
    for (const tell of this.#watchers) tell(sequence);
    return sequence;
  }

  /**
   * Has somebody told of each event from now on, in the cycle in which it is recorded.
   *
   * @param tell Given its sequence number; must not wait, and record nothing.
   * @returns Ends it.
   */
  watch(tell: (sequence: number) => void): () => void {
    this.#watchers = [...this.#watchers, tell];
    return () => {
      this.#watchers = this.#watchers.filter((each) => each !== tell);
    };
  }

  /**
   * Has somebody told of what is kept no more, in order, before it goes: who writes it down has the whole run, with what
   * {@linkcode columns} has at the end.
   */
  watchDropped(tell: (columns: TraceColumns) => void): void {
    this.#dropWatchers = [...this.#dropWatchers, tell];
  }

  /**
   * Reads one event back.
   *
   * @param sequence From `first` to `length - 1`.
   * @throws {RangeError} There is no such event, or it is kept no more.
   */
  at(sequence: number): TraceEvent {
    if (
      !(Number.isInteger(sequence) && sequence >= this.#dropped && sequence < this.length)
    ) {
      const kept = this.#dropped === 0 ? "" : `, of which those from ${this.#dropped} on are kept`;
      throw new RangeError(`No event ${sequence}: the trace has ${this.length}${kept}`);
    }
    const index = sequence - this.#dropped;
    const kind = this.#kinds[this.#kind[index] as number] as EventKind;
    const first = this.#offset[index] as number;
    const fields: Record<string, number | string> = {};
    kind.fieldNames.forEach((name, field) => {
      const value = this.#values[first + field] as number;
      fields[name] = kind.fields[name] === "text" ? this.#texts[value] as string : value;
    });
    return {
      sequence,
      cycle: this.#cycle[index] as number,
      component: this.#componentNames[this.#component[index] as number] as string,
      kind: kind.name,
      cause: this.#cause[index] as number,
      because: this.#because?.[index] ?? -1,
      fields,
    };
  }

  /** All events that are kept, in order. */
  *events(): Generator<TraceEvent> {
    for (let sequence = this.#dropped; sequence < this.length; sequence++) {
      yield this.at(sequence);
    }
  }

  /** The columns as they stand: typed arrays are views of what has been recorded so far, and are not changed afterwards. */
  columns(): TraceColumns {
    return this.#columnsTo(this.#kept);
  }

  /** The texts of the events that are kept, each once, from one on: which they are at first. */
  textsFrom(index: number): readonly string[] {
    return this.#texts.slice(index);
  }

  #columnsTo(end: number): TraceColumns {
    return {
      first: this.#dropped,
      components: [...this.#componentNames],
      kinds: this.#kinds.map(({ name, fields }) => ({ name, fields })),
      texts: [...this.#texts],
      cycle: this.#cycle.subarray(0, end),
      component: this.#component.subarray(0, end),
      kind: this.#kind.subarray(0, end),
      cause: this.#cause.subarray(0, end),
      because: this.#because?.subarray(0, end),
      values: this.#values.subarray(0, end === this.#kept ? this.#valuesLength : this.#offset[end]),
    };
  }

  /** Lets the oldest events go, and with them the texts that no other has. */
  #drop(count: number): void {
    const columns = this.#columnsTo(count);
    this.#options.onDrop?.(columns);
    for (const tell of this.#dropWatchers) tell(columns);
    const texts = this.#texts;
    const kept = this.#kept - count;
    const begin = this.#offset[count] as number;
    // What columns() has given out stays as it is: the arrays are new ones.
    this.#cycle = moved(this.#cycle, count, this.#kept);
    this.#component = moved(this.#component, count, this.#kept);
    this.#kind = moved(this.#kind, count, this.#kept);
    this.#cause = moved(this.#cause, count, this.#kept);
    if (this.#because !== undefined) this.#because = moved(this.#because, count, this.#kept);
    this.#values = moved(this.#values, begin, this.#valuesLength);
    this.#offset = moved(this.#offset, count, this.#kept).map((offset) => offset - begin);
    this.#texts = [];
    this.#textIndexes.clear();
    for (let index = 0; index < kept; index++) {
      const { fields, fieldNames } = this.#kinds[this.#kind[index] as number] as EventKind;
      const offset = this.#offset[index] as number;
      fieldNames.forEach((name, field) => {
        if (fields[name] !== "text") return;
        this.#values[offset + field] = this.#textIndex(texts[this.#values[offset + field] as number] as string);
      });
    }
    this.#valuesLength -= begin;
    this.#kept = kept;
    this.#dropped += count;
  }

  #count(): number {
    if (this.#kept > 0) this.#drop(this.#kept);
    const sequence = this.#dropped++;
    this.#kernel.cause = sequence;
    return sequence;
  }

  #kindIndex(kind: EventKind): number {
    let index = this.#kindIndexes.get(kind);
    if (index === undefined) {
      index = this.#kinds.push(kind) - 1;
      this.#kindIndexes.set(kind, index);
    }
    return index;
  }

  #textIndex(text: string): number {
    let index = this.#textIndexes.get(text);
    if (index === undefined) {
      index = this.#texts.push(text) - 1;
      this.#textIndexes.set(text, index);
    }
    return index;
  }

  #grow(): void {
    const length = this.#cycle.length * 2;
    const cycle = new Float64Array(length);
    const component = new Uint16Array(length);
    const kind = new Uint16Array(length);
    const cause = new Int32Array(length);
    const offset = new Uint32Array(length);
    cycle.set(this.#cycle);
    component.set(this.#component);
    kind.set(this.#kind);
    cause.set(this.#cause);
    if (this.#because !== undefined) {
      const because = new Int32Array(length).fill(-1);
      because.set(this.#because);
      this.#because = because;
    }
    offset.set(this.#offset);
    this.#cycle = cycle;
    this.#component = component;
    this.#kind = kind;
    this.#cause = cause;
    this.#offset = offset;
  }

  #growValues(): void {
    const values = new Float64Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
  }
}
