/**
 * A trace in the page: typed columns, from which an event is made when it is
 * looked at. Nothing here holds an object for each event.
 *
 * @module
 */

import type { TraceColumns, TraceEvent } from "../../../trace/recorder.ts";

const NO_NUMBERS: ArrayLike<number> = [];

/** Reads the columns of a trace. */
export class Columns {
  /** How many events there are. */
  readonly length: number;
  /** Names of components. */
  readonly components: readonly string[];
  /** Names of kinds. */
  readonly kinds: readonly string[];
  readonly #columns: TraceColumns;
  /** Where the values of each event begin. */
  readonly #offset: Uint32Array;
  /** Of each kind, the places of its fields. */
  readonly #places: readonly ReadonlyMap<string, { readonly place: number; readonly isText: boolean }>[];

  /** Of a whole trace. */
  constructor(columns: TraceColumns) {
    this.#columns = columns;
    this.length = columns.cycle.length;
    this.components = columns.components;
    this.kinds = columns.kinds.map(({ name }) => name);
    this.#places = columns.kinds.map(({ fields }) =>
      new Map(Object.entries(fields).map(([name, type], place) => [name, { place, isText: type === "text" }]))
    );
    this.#offset = new Uint32Array(this.length);
    let offset = 0;
    for (let index = 0; index < this.length; index++) {
      this.#offset[index] = offset;
      offset += this.#places[columns.kind[index] ?? 0]?.size ?? 0;
    }
  }

  /** When an event happened. */
  cycle(event: number): number {
    return this.#columns.cycle[event] ?? 0;
  }

  /** The event that led to another, or -1. */
  cause(event: number): number {
    return this.#columns.cause[event] ?? -1;
  }

  /** The event that wrote what another has read, or -1. */
  because(event: number): number {
    return this.#columns.because?.[event] ?? -1;
  }

  /** The name of its component. */
  component(event: number): string {
    return this.components[this.#columns.component[event] ?? -1] ?? "";
  }

  /** The place of its component among {@linkcode components}. */
  componentPlace(event: number): number {
    return this.#columns.component[event] ?? 0;
  }

  /** The name of its kind. */
  kind(event: number): string {
    return this.kinds[this.#columns.kind[event] ?? -1] ?? "";
  }

  /** A field that is a text; empty if there is none. */
  text(event: number, field: string): string {
    const found = this.#places[this.#columns.kind[event] ?? -1]?.get(field);
    if (found?.isText !== true) return "";
    return this.#columns.texts[this.#columns.values[(this.#offset[event] ?? 0) + found.place] ?? -1] ?? "";
  }

  /** A field that is a number; -1 if there is none. */
  number(event: number, field: string): number {
    const found = this.#places[this.#columns.kind[event] ?? -1]?.get(field);
    if (found === undefined || found.isText) return -1;
    return this.#columns.values[(this.#offset[event] ?? 0) + found.place] ?? -1;
  }

  /** An event as it was recorded. */
  event(sequence: number): TraceEvent {
    const fields: Record<string, number | string> = {};
    for (const [name, { isText }] of this.#places[this.#columns.kind[sequence] ?? -1] ?? []) {
      fields[name] = isText ? this.text(sequence, name) : this.number(sequence, name);
    }
    return {
      sequence,
      cycle: this.cycle(sequence),
      component: this.component(sequence),
      kind: this.kind(sequence),
      cause: this.cause(sequence),
      because: this.because(sequence),
      fields,
    };
  }

  /** The columns of cycles, for loops over all of them. */
  get cycles(): ArrayLike<number> {
    return this.#columns.cycle.length === 0 ? NO_NUMBERS : this.#columns.cycle;
  }
}
