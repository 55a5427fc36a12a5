/**
 * What the service holds at present: the rows of its durable store, and over
 * them those that it was told not to keep.
 *
 * For an adapter a row of its own hides one for all adapters, and a volatile
 * row hides a durable one.
 *
 * @module
 */

import { copyRow, type KeyStore, rowKey, type StoreChange, type StoreKind, type StoreRow } from "./key_store.ts";
import type { RowSealer } from "./row_sealer.ts";
import { NO_NAME, readRecord, recordName, recordRow, type SecurityRecord } from "./security_record.ts";

/** Stands for all adapters of the machine. */
export const ALL_ADAPTERS = "";

/** A row as it counts for one adapter. */
export interface HeldRow {
  /** Kind and name, the same for an adapter's own row and for one that is for all. */
  readonly key: string;
  /** The row. */
  readonly row: StoreRow;
}

/** The records that the service holds, from its start to its end. */
export class HeldRecords {
  readonly #store: KeyStore;
  readonly #sealer: RowSealer;
  readonly #volatile = new Map<string, StoreRow>();

  /**
   * What the store holds.
   *
   * @param store The durable store.
   * @param sealer Opens its secret rows.
   */
  constructor(store: KeyStore, sealer: RowSealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  /** The rows that count for an adapter, ordered by key. */
  effective(adapter: string): readonly HeldRow[] {
    const layers = [
      ...rowsFor(this.#store.rows(), ALL_ADAPTERS),
      ...rowsFor(this.#store.rows(), adapter),
      ...rowsFor([...this.#volatile.values()], ALL_ADAPTERS),
      ...rowsFor([...this.#volatile.values()], adapter),
    ];
    const rows = new Map(layers.filter(({ kind }) => kind !== "generational-guid").map((row) => [nameKey(row), row]));
    return [...rows.keys()].sort().map((key) => ({ key, row: rows.get(key) as StoreRow }));
  }

  /** Opens a row; `undefined` if it is damaged. The key in the record is the caller's to wipe. */
  open({ row }: HeldRow): SecurityRecord | undefined {
    return readRecord(row, this.#sealer);
  }

  /** The key of a record's row. */
  keyOf(record: SecurityRecord): string {
    return nameKey({ kind: record.kind, name: recordName(record) });
  }

  /** The generational GUID that the adapter's cache should have; `undefined` if it has to be synchronised. */
  generationalGuid(adapter: string): Uint8Array | undefined {
    return rowsFor(this.#store.rows(), adapter).find(({ kind }) => kind === "generational-guid")?.value;
  }

  /** The change that makes a GUID the adapter's; without GUID, the one that forgets it. */
  guidChange(adapter: string, guid: Uint8Array | undefined): StoreChange {
    const name = { adapter, kind: "generational-guid", name: NO_NAME } as const;
    return guid === undefined ? { type: "delete", row: name } : { type: "put", row: { ...name, value: guid.slice() } };
  }

  /** The changes that store a record; one for all adapters replaces theirs of the same name. */
  recordChanges(record: SecurityRecord, adapter: string): readonly StoreChange[] {
    const row = recordRow(record, adapter, this.#sealer);
    const replaced = adapter === ALL_ADAPTERS
      ? this.#store.rows().filter((each) => each.adapter !== ALL_ADAPTERS && nameKey(each) === nameKey(row))
      : [];
    return [
      ...replaced.map((each): StoreChange => ({ type: "delete", row: each })),
      { type: "put", row },
    ];
  }

  /** Holds a record for as long as the service runs. */
  holdVolatile(record: SecurityRecord, adapter: string): void {
    const row = recordRow(record, adapter, this.#sealer);
    this.#forgetVolatile(nameKey(row), adapter);
    this.#volatile.set(rowKey(row), copyRow(row));
  }

  /** A record was stored: nothing volatile may hide it from its adapters. */
  uncover(record: SecurityRecord, adapter: string): void {
    const key = this.keyOf(record);
    this.#forgetVolatile(key, adapter);
    const hidesStill = [...this.#volatile.values()].some((row) => nameKey(row) === key);
    if (hidesStill) this.holdVolatile(record, adapter);
  }

  /** Drops volatile rows of a name: those of the adapter, or of every adapter. */
  #forgetVolatile(key: string, adapter: string): void {
    for (const [place, row] of [...this.#volatile]) {
      const concerned = adapter === ALL_ADAPTERS || row.adapter === adapter;
      if (concerned && nameKey(row) === key) this.#volatile.delete(place);
    }
  }
}

function rowsFor(rows: readonly StoreRow[], adapter: string): readonly StoreRow[] {
  return rows.filter((row) => row.adapter === adapter);
}

function nameKey({ kind, name }: { readonly kind: StoreKind; readonly name: Uint8Array }): string {
  return rowKey({ adapter: ALL_ADAPTERS, kind, name });
}
