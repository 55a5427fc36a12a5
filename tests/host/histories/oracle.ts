/**
 * What may be in force after a history, from nothing but what applications were
 * told: the last acknowledged writer wins; one that was not acknowledged may
 * have won or not; of those that overlapped each may have been the last; what
 * is volatile ends with the run of the service.
 *
 * It knows nothing of generations, stores or replay.
 *
 * @module
 */

import type { Cycle } from "../../../sim/kernel/task.ts";
import { SETTING_NAMES, type SettingName } from "./history.ts";

/** A key in hex, or nothing. */
export type Value = string | undefined;

/** A setting that somebody makes. */
export interface Writing {
  readonly adapter: number | "all";
  readonly name: SettingName;
  readonly persist: boolean;
  readonly value: string;
  readonly begun: Cycle;
  readonly run: number;
}

interface Ended extends Writing {
  readonly end: Cycle;
}

/** What one name of one adapter may be. */
interface Cell {
  durable: Set<Value>;
  /** Over it; nothing if it may be that there is none. */
  volatile: Set<Value>;
  ended: Ended[];
}

/** What may be in force. */
export class Oracle {
  readonly #cells: readonly Map<SettingName, Cell>[];
  #run = 0;

  constructor(adapters: number) {
    const cell = (): Cell => ({ durable: new Set([undefined]), volatile: new Set([undefined]), ended: [] });
    this.#cells = Array.from({ length: adapters }, () => new Map(SETTING_NAMES.map((name) => [name, cell()])));
  }

  /** The run of the service, which a setting belongs to. */
  get run(): number {
    return this.#run;
  }

  /** A run of the service has ended. */
  runEnds(): void {
    this.#run++;
    for (const cell of this.#allCells()) cell.volatile = new Set([undefined]);
  }

  /** A setting is over; it may have happened if it was not acknowledged. */
  written(writing: Writing, acknowledged: boolean, end: Cycle): void {
    for (const [adapter, names] of this.#cells.entries()) {
      const cell = names.get(writing.name);
      if (cell === undefined || (writing.adapter !== "all" && writing.adapter !== adapter)) continue;
      write(cell, writing, acknowledged, writing.run === this.#run);
      cell.ended.push({ ...writing, end });
    }
  }

  /** What may be in force for a name of an adapter. */
  allowed(adapter: number, name: SettingName): ReadonlySet<Value> {
    const cell = this.#cell(adapter, name);
    const allowed = new Set(cell.volatile);
    if (allowed.delete(undefined)) { for (const value of cell.durable) allowed.add(value); }
    return allowed;
  }

  /** It was seen what is in force, and nothing is under way: nothing else may be later. */
  seen(adapter: number, name: SettingName, value: Value): void {
    const cell = this.#cell(adapter, name);
    if (cell.volatile.size === 1 && cell.volatile.has(undefined)) cell.durable = new Set([value]);
    cell.ended = [];
  }

  #cell(adapter: number, name: SettingName): Cell {
    const cell = this.#cells[adapter]?.get(name);
    if (cell === undefined) throw new RangeError(`No adapter ${adapter} or name ${name}`);
    return cell;
  }

  #allCells(): readonly Cell[] {
    return this.#cells.flatMap((names) => [...names.values()]);
  }
}

function write(cell: Cell, { value, persist, begun, run }: Writing, acknowledged: boolean, isOfThisRun: boolean): void {
  // Only what ended after this one had begun may have happened after it.
  const rivals = acknowledged ? cell.ended.filter((each) => each.end >= begun) : [];
  if (persist) {
    cell.durable = acknowledged ? new Set<Value>([value]) : new Set([...cell.durable, value]);
    for (const rival of rivals) if (rival.persist) cell.durable.add(rival.value);
  }
  if (!isOfThisRun) return;
  const over: Value = persist ? undefined : value;
  cell.volatile = acknowledged ? new Set([over]) : new Set([...cell.volatile, over]);
  for (const rival of rivals) if (rival.run === run) cell.volatile.add(rival.persist ? undefined : rival.value);
}
