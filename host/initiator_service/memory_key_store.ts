/**
 * A key store in memory, standing for one on a disk: what it holds survives
 * the simulated host's loss of power.
 *
 * @module
 */

import { type CommitResult, copyRow, type KeyStore, rowKey, type StoreChange, type StoreRow } from "./key_store.ts";

/** A key store in memory. */
export class MemoryKeyStore implements KeyStore {
  #rows = new Map<string, StoreRow>();
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
    const rows = new Map(this.#rows);
    for (const change of changes) {
      if (change.type === "put") rows.set(rowKey(change.row), copyRow(change.row));
      else rows.delete(rowKey(change.row));
    }
    this.#rows = rows;
    return { type: "committed" };
  }
}
