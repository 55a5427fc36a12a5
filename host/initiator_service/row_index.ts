/**
 * Rows in memory, found by their adapter and by their name without a look at
 * all the others: the service of a thousand adapters asks for those of one at
 * every turn.
 *
 * @module
 */

import { allocateBytes } from "../../sim/layout/slab.ts";
import { rowKey, type StoreChange, type StoreKind, type StoreRow, type StoreRowName } from "./key_store.ts";

/** Stands for all adapters of the machine. */
export const ALL_ADAPTERS = "";

/** A row and what it is called. */
export interface HeldRow {
  /** Kind and name, the same for an adapter's own row and for one that is for all. */
  readonly key: string;
  /** The row. */
  readonly row: StoreRow;
}

/** What a row of an adapter and one that is for all have in common. */
export function nameKey({ kind, name }: Pick<StoreRowName, "kind" | "name">): string {
  return rowKey({ adapter: ALL_ADAPTERS, kind, name });
}

/** The bytes of a {@linkcode nameKey}: letters, digits and slashes alone, which take no encoder. */
export function keyBytes(key: string): Uint8Array {
  const bytes = allocateBytes(key.length);
  for (let index = 0; index < key.length; index++) bytes[index] = key.charCodeAt(index);
  return bytes;
}

/** A set of rows. */
export class RowIndex {
  /** Of each adapter, by {@linkcode nameKey}. */
  readonly #ofAdapter = new Map<string, Map<string, HeldRow>>();
  /** Of each {@linkcode nameKey}, by adapter. */
  readonly #ofName = new Map<string, Map<string, HeldRow>>();
  /** The greatest ordinal; -1 when it has to be looked for. */
  #latest = 0;

  /**
   * A set of these rows.
   *
   * @param rows Not copied.
   */
  constructor(rows: readonly StoreRow[] = []) {
    for (const row of rows) this.put(row);
  }

  /** Makes changes that a store has made. Rows are not copied: nobody changes one. */
  apply(changes: readonly StoreChange[]): void {
    for (const change of changes) {
      if (change.type === "put") this.put(change.row);
      else this.delete(change.row.adapter, nameKey(change.row));
    }
  }

  /** Adds a row, or replaces the one of the same name. */
  put(row: StoreRow): void {
    const key = nameKey(row);
    this.delete(row.adapter, key);
    const held = { key, row };
    mapOf(this.#ofAdapter, row.adapter).set(key, held);
    mapOf(this.#ofName, key).set(row.adapter, held);
    if (this.#latest >= 0) this.#latest = Math.max(this.#latest, row.ordinal);
  }

  /** Removes a row if it is there. */
  delete(adapter: string, key: string): void {
    const held = this.#ofAdapter.get(adapter)?.get(key);
    if (held === undefined) return;
    this.#ofAdapter.get(adapter)?.delete(key);
    const others = this.#ofName.get(key);
    others?.delete(adapter);
    if (others?.size === 0) this.#ofName.delete(key);
    if (held.row.ordinal === this.#latest) this.#latest = -1;
  }

  /** Whether a row is one of these, and not merely of the same name. */
  has(row: StoreRow): boolean {
    return this.#ofAdapter.get(row.adapter)?.get(nameKey(row))?.row === row;
  }

  /** The rows of one adapter, or those that are for all. */
  of(adapter: string): Iterable<HeldRow> {
    return this.#ofAdapter.get(adapter)?.values() ?? [];
  }

  /** The row of an adapter whose kind has no names. */
  only(adapter: string, kind: StoreKind): StoreRow | undefined {
    return this.#ofAdapter.get(adapter)?.get(`${kind}//`)?.row;
  }

  /** The rows of a name, whoever they are for. */
  named(key: string): Iterable<HeldRow> {
    return this.#ofName.get(key)?.values() ?? [];
  }

  /** The greatest ordinal of all rows; 0 without any. */
  get latestOrdinal(): number {
    if (this.#latest < 0) {
      this.#latest = 0;
      for (const rows of this.#ofAdapter.values()) {
        for (const { row } of rows.values()) this.#latest = Math.max(this.#latest, row.ordinal);
      }
    }
    return this.#latest;
  }
}

function mapOf(maps: Map<string, Map<string, HeldRow>>, name: string): Map<string, HeldRow> {
  let map = maps.get(name);
  if (map === undefined) maps.set(name, map = new Map());
  return map;
}
