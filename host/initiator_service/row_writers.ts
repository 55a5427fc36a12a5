/**
 * Which event has written each row that the service holds, for the trace: what
 * is given to an adapter, or compared with what it bears, can name it.
 *
 * @module
 */

import { rowKey, type StoreChange, type StoreRowName } from "./key_store.ts";

/** The writers of the rows of one store. Outlives the runs of the service, as the store does. */
export class RowWriters {
  readonly #clock: { readonly cause: number };
  readonly #writers = new Map<string, number>();

  /**
   * Nobody has written anything.
   *
   * @param clock Whose cause is the event that writes.
   */
  constructor(clock: { readonly cause: number }) {
    this.#clock = clock;
  }

  /** Changes have become durable. Who has removed a row counts as who has left it as it is. */
  committed(changes: readonly StoreChange[]): void {
    for (const { row } of changes) this.#writers.set(rowKey(row), this.#clock.cause);
  }

  /** The event that wrote a row as it is, or -1. */
  of(row: StoreRowName): number {
    return this.#writers.get(rowKey(row)) ?? -1;
  }
}
