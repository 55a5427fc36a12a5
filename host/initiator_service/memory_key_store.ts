/**
 * A key store in memory, standing for one on a disk: what it holds survives
 * the simulated host's loss of power.
 *
 * @module
 */

import { type CommitResult, copyRow, type KeyStore, rowKey, type StoreChange, type StoreRow } from "./key_store.ts";

/** A key store in memory. */
export class MemoryKeyStore implements KeyStore {
  readonly #rows = new Map<string, StoreRow>();
  #failing = false;

  /** Makes all transactions fail, or lets them succeed again: a full disk. */
  setFailing(failing: boolean): void {
    this.#failing = failing;
  }

  /** All rows, in order. */
  rows(): readonly StoreRow[] {
    return [...this.#rows.keys()].sort().map((key) => this.#rows.get(key) as StoreRow);
  }

  /** Makes the changes. */
  commit(changes: readonly StoreChange[]): CommitResult {
    if (this.#failing) return { type: "failed", reason: "the disk is full" };
    // What can fail comes first: either all changes are made or none.
    const named = changes.map(({ row }) => rowKey(row));
    const copies = changes.map((change) => change.type === "put" ? copyRow(change.row) : undefined);
    named.forEach((key, index) => {
      const row = copies[index];
      if (row === undefined) this.#rows.delete(key);
      else this.#rows.set(key, row);
    });
    return { type: "committed" };
  }
}
