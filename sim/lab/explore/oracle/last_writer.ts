/**
 * What may be in force, from nothing but what applications were told: the last
 * acknowledged writer wins; one that was not acknowledged may have won or not;
 * of those that overlapped each may have been the last; what is volatile ends
 * with the run of the service.
 *
 * It knows nothing of generations, stores or replay.
 *
 * @module
 */

import type { Cycle } from "../../../kernel/task.ts";

/** A key in hex, the address of a gateway, or nothing. */
export type Value = string | undefined;

/** A setting that somebody makes. */
export interface Writing<Name extends string = string> {
  /** Whose it is, counted from 0. */
  readonly adapter: number | "all";
  /** Whom it names. */
  readonly name: Name;
  /** Whether it outlives the run of the service. */
  readonly persist: boolean;
  /** What it says. */
  readonly value: string;
  /** When it was asked for. */
  readonly begun: Cycle;
  /** In which run of the service. */
  readonly run: number;
}

interface Ended<Name extends string> extends Writing<Name> {
  readonly end: Cycle;
}

/** What one name of one adapter may be. */
interface Cell<Name extends string> {
  durable: Set<Value>;
  /** Over it; nothing if it may be that there is none. */
  volatile: Set<Value>;
  ended: Ended<Name>[];
  /** When it was set for the first time; in doubt if that was not acknowledged, or not for good. */
  firstSet: { readonly begun: Cycle; readonly end: Cycle } | "in doubt" | undefined;
}

/** What may be in force of what nobody has ever set. */
const NOTHING: ReadonlySet<Value> = new Set([undefined]);

/** What may be in force: a set for each name of each adapter, which observations narrow. */
export class LastWriter<Name extends string = string> {
  readonly #cells: readonly Map<Name, Cell<Name>>[];
  #run = 0;

  /**
   * Nothing is in force.
   *
   * @param adapters How many adapters there are.
   */
  constructor(adapters: number) {
    this.#cells = Array.from({ length: adapters }, () => new Map());
  }

  /** The run of the service, which a setting belongs to. */
  get run(): number {
    return this.#run;
  }

  /** The names of an adapter that somebody has set. */
  names(adapter: number): readonly Name[] {
    return [...this.#of(adapter).keys()];
  }

  /** A run of the service has ended. */
  runEnds(): void {
    this.#run++;
    for (const cells of this.#cells) for (const cell of cells.values()) cell.volatile = new Set([undefined]);
  }

  /** A setting is over; it may have happened if it was not acknowledged. */
  written(writing: Writing<Name>, acknowledged: boolean, end: Cycle): void {
    for (const adapter of this.#cells.keys()) {
      if (writing.adapter !== "all" && writing.adapter !== adapter) continue;
      const cell = this.#cell(adapter, writing.name);
      write(cell, writing, acknowledged, writing.run === this.#run);
      cell.firstSet ??= acknowledged && writing.persist ? { begun: writing.begun, end } : "in doubt";
      cell.ended.push({ ...writing, end });
    }
  }

  /** What may be in force for a name of an adapter. */
  allowed(adapter: number, name: Name): ReadonlySet<Value> {
    const cell = this.#of(adapter).get(name);
    if (cell === undefined) return NOTHING;
    const allowed = new Set(cell.volatile);
    if (allowed.delete(undefined)) { for (const value of cell.durable) allowed.add(value); }
    return allowed;
  }

  /** Names in the order in which they were set for the first time; `undefined` if nobody can say which came first. */
  inOrder(adapter: number, names: readonly Name[]): readonly Name[] | undefined {
    const known: { readonly name: Name; readonly begun: Cycle; readonly end: Cycle }[] = [];
    for (const name of names) {
      const firstSet = this.#of(adapter).get(name)?.firstSet;
      if (typeof firstSet === "object") known.push({ name, ...firstSet });
      else if (names.length > 1) return undefined;
    }
    if (names.length === 1) return names;
    known.sort((a, b) => a.end - b.end);
    const isClear = known.every(({ begun }, index) => index === 0 || (known[index - 1]?.end ?? 0) <= begun);
    return isClear ? known.map(({ name }) => name) : undefined;
  }

  /** It was seen what is in force, and nothing is under way: nothing else may be later. */
  seen(adapter: number, name: Name, value: Value): void {
    const cell = this.#cell(adapter, name);
    if (cell.volatile.size === 1 && cell.volatile.has(undefined)) cell.durable = new Set([value]);
    cell.ended = [];
  }

  #of(adapter: number): Map<Name, Cell<Name>> {
    const cells = this.#cells[adapter];
    if (cells === undefined) throw new RangeError(`No adapter ${adapter}, there are ${this.#cells.length}`);
    return cells;
  }

  #cell(adapter: number, name: Name): Cell<Name> {
    const cells = this.#of(adapter);
    let cell = cells.get(name);
    if (cell === undefined) {
      cell = { durable: new Set([undefined]), volatile: new Set([undefined]), ended: [], firstSet: undefined };
      cells.set(name, cell);
    }
    return cell;
  }
}

function write<Name extends string>(
  cell: Cell<Name>,
  { value, persist, begun, run }: Writing<Name>,
  acknowledged: boolean,
  isOfThisRun: boolean,
): void {
  // Only what ended after this one had begun may have happened after it: the next call of a program begins in the cycle
  // in which the one before is answered.
  const rivals = acknowledged ? cell.ended.filter((each) => each.end > begun) : [];
  if (persist) {
    cell.durable = acknowledged ? new Set<Value>([value]) : new Set([...cell.durable, value]);
    for (const rival of rivals) if (rival.persist) cell.durable.add(rival.value);
  }
  if (!isOfThisRun) return;
  const over: Value = persist ? undefined : value;
  cell.volatile = acknowledged ? new Set([over]) : new Set([...cell.volatile, over]);
  for (const rival of rivals) if (rival.run === run) cell.volatile.add(rival.persist ? undefined : rival.value);
}
