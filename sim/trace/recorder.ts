/**
 * What happened: every event of a run in typed columns.
 *
 * An event is a cycle, a sequence number, a component, a kind, the kind's
 * fields, and the event that led to it. Columns grow by doubling and hold
 * numbers only; texts are stored once and referred to. Key material has no way
 * in: a field is a whole number or a text, and who records a key records its
 * {@linkcode "./fingerprint.ts".fingerprint}.
 *
 * @module
 */

import type { Kernel } from "../kernel/kernel.ts";
import type { Cycle } from "../kernel/task.ts";

/** The type of a field: a safe integer, or a text. */
export type FieldType = "number" | "text";

/** The fields of a kind of event: their names and types, in order. */
export type FieldTypes = { readonly [name: string]: FieldType };

/** The values of an event's fields. */
export type FieldValues<F extends FieldTypes> = {
  readonly [Name in keyof F]: F[Name] extends "number" ? number : string;
};

/** A kind of event; made by {@linkcode defineEvent}. */
export interface EventKind<F extends FieldTypes = FieldTypes> {
  /** For example `flash program`. */
  readonly name: string;
  /** The fields, in the order in which they are stored. */
  readonly fields: F;
  /** The names of the fields, in the same order. */
  readonly fieldNames: readonly (keyof F & string)[];
}

/** True of a name that a field may have: a letter and then letters and digits, so that objects keep fields in order. */
export function isFieldName(name: unknown): name is string {
  return typeof name === "string" && /^[A-Za-z][A-Za-z0-9]*$/.test(name);
}

/**
 * Declares a kind of event.
 *
 * @throws {RangeError} The name of a field is not made of letters and digits.
 *
 * @example
 * ```ts
 * import { defineEvent } from "@hba/sim/trace";
 *
 * const program = defineEvent("flash program", { address: "number", lengthBytes: "number" });
 * ```
 */
export function defineEvent<const F extends FieldTypes>(
  name: string,
  fields: F,
): EventKind<F> {
  const fieldNames = Object.keys(fields);
  const wrong = fieldNames.find((field) => !isFieldName(field));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot name a field of "${name}" ${JSON.stringify(wrong)}: expected letters and digits`);
  }
  return { name, fields, fieldNames };
}

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
  /** The values of the fields. */
  readonly fields: Readonly<Record<string, number | string>>;
}

/** The columns of a trace, as written to a file and as digested. */
export interface TraceColumns {
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
  /** Fields of all events one after the other; texts as their index. */
  readonly values: Float64Array;
}

/** Records the events of one run. */
export class Recorder {
  readonly #kernel: Kernel;
  readonly #components = new Map<string, Component>();
  readonly #componentNames: string[] = [];
  readonly #kinds: EventKind[] = [];
  readonly #kindIndexes = new Map<EventKind, number>();
  readonly #texts: string[] = [];
  readonly #textIndexes = new Map<string, number>();
  #cycle = new Float64Array(1024);
  #component = new Uint16Array(1024);
  #kind = new Uint16Array(1024);
  #cause = new Int32Array(1024);
  #first = new Uint32Array(1024);
  #values = new Float64Array(4096);
  #length = 0;
  #valuesLength = 0;

  /**
   * What it is made of.
   *
   * @param kernel Whose cycles and causes are recorded.
   */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** How many events there are. */
  get length(): number {
    return this.#length;
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
   * @returns Its sequence number.
   * @throws {RangeError} A number is no safe integer; nothing is recorded.
   */
  record<F extends FieldTypes>(
    component: Component,
    kind: EventKind<F>,
    values: FieldValues<F>,
  ): number {
    const sequence = this.#length;
    if (sequence === this.#cycle.length) this.#grow();
    this.#cycle[sequence] = this.#kernel.now;
    this.#component[sequence] = component.index;
    this.#kind[sequence] = this.#kindIndex(kind as unknown as EventKind);
    this.#cause[sequence] = this.#kernel.cause;
    this.#first[sequence] = this.#valuesLength;
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
    this.#valuesLength = end;
    this.#length++;
    this.#kernel.cause = sequence;
    return sequence;
  }

  /**
   * Reads one event back.
   *
   * @param sequence From 0 to `length - 1`.
   * @throws {RangeError} There is no such event.
   */
  at(sequence: number): TraceEvent {
    if (
      !(Number.isInteger(sequence) && sequence >= 0 && sequence < this.#length)
    ) {
      throw new RangeError(
        `No event ${sequence}: the trace has ${this.#length}`,
      );
    }
    const kind = this.#kinds[this.#kind[sequence] as number] as EventKind;
    const first = this.#first[sequence] as number;
    const fields: Record<string, number | string> = {};
    kind.fieldNames.forEach((name, index) => {
      const value = this.#values[first + index] as number;
      fields[name] = kind.fields[name] === "text" ? this.#texts[value] as string : value;
    });
    return {
      sequence,
      cycle: this.#cycle[sequence] as number,
      component: this.#componentNames[this.#component[sequence] as number] as string,
      kind: kind.name,
      cause: this.#cause[sequence] as number,
      fields,
    };
  }

  /** All events, in order. */
  *events(): Generator<TraceEvent> {
    for (let sequence = 0; sequence < this.#length; sequence++) {
      yield this.at(sequence);
    }
  }

  /** The columns as they stand: typed arrays are views of what has been recorded so far, and are not changed afterwards. */
  columns(): TraceColumns {
    return {
      components: [...this.#componentNames],
      kinds: this.#kinds.map(({ name, fields }) => ({ name, fields })),
      texts: [...this.#texts],
      cycle: this.#cycle.subarray(0, this.#length),
      component: this.#component.subarray(0, this.#length),
      kind: this.#kind.subarray(0, this.#length),
      cause: this.#cause.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#valuesLength),
    };
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
    const first = new Uint32Array(length);
    cycle.set(this.#cycle);
    component.set(this.#component);
    kind.set(this.#kind);
    cause.set(this.#cause);
    first.set(this.#first);
    this.#cycle = cycle;
    this.#component = component;
    this.#kind = kind;
    this.#cause = cause;
    this.#first = first;
  }

  #growValues(): void {
    const values = new Float64Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
  }
}
