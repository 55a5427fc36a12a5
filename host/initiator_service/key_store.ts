/**
 * The durable store of the initiator service: rows, and changes of rows that
 * happen together or not at all.
 *
 * A store never sees a key: values of secret rows are sealed before they get
 * here. What a store holds can be taken out as plain data and put into another
 * store.
 *
 * @module
 */

import { InputError } from "../../sim/kernel/input_error.ts";
import { bytesToHex } from "@noble/hashes/utils.js";

/** What a row holds. */
export type StoreKind =
  /** A setting. */
  | "preshared-key"
  | "group-key"
  | "tunnel-address"
  /** The generation of an adapter's cache that is exactly the settings of the store. */
  | "generational-guid"
  /** The series of an adapter's generations. */
  | "generation-series"
  /** The number of the login that was saved last, 2 bytes, big-endian. */
  | "saved-login-number"
  /** A note that an adapter may hold a setting that does not outlive the run: named as the setting's row, without a value. */
  | "volatile-note"
  /**
   * A note that an adapter has refused a setting, and lacks it: for want of room, or of a port; named likewise. Its value
   * is 01 if that one has a claim to room nevertheless, else empty.
   */
  | "refusal-note"
  /**
   * A note that an adapter is about to save a login: named by the login's number, 2 bytes, big-endian. Its ordinal is
   * that of the last setting before it; its value is the UTF-8 text of kind and name of each that had no room, by lines.
   */
  | "saving-note";

/** Identifies a row. */
export interface StoreRowName {
  /** The adapter that it is for; empty for all adapters of the machine. */
  readonly adapter: string;
  /** What it holds. */
  readonly kind: StoreKind;
  /** What distinguishes it from others of its kind. */
  readonly name: Uint8Array;
}

/** One row. */
export interface StoreRow extends StoreRowName {
  /** The content; sealed if it is a secret. */
  readonly value: Uint8Array;
  /** When its name was first set, in the order of the settings: 1 or more; 0 for what has no order, or comes before all. */
  readonly ordinal: number;
}

/** One change. */
export type StoreChange =
  /** Adds a row, or replaces the one of the same name. */
  | { readonly type: "put"; readonly row: StoreRow }
  /** Removes a row if it is there. */
  | { readonly type: "delete"; readonly row: StoreRowName };

/** How a transaction ended. */
export type CommitResult =
  /** All changes are durable. */
  | { readonly type: "committed" }
  /** None of the changes was made. */
  | { readonly type: "failed"; readonly reason: string };

/** A durable store. */
export interface KeyStore {
  /** All rows, ordered by {@linkcode rowKey}. */
  rows(): readonly StoreRow[];
  /** Makes the changes durable, all or none. */
  commit(changes: readonly StoreChange[]): CommitResult;
}

/** The content of a store as plain data. */
export interface KeyStoreContent {
  /** Version of this form. */
  readonly version: 1;
  /** All rows; secrets stay sealed. */
  readonly rows: readonly StoreRow[];
}

/** Content that is not of a known form. */
export class KeyStoreContentError extends InputError {
  /** Which part. */
  readonly field: string;

  /**
   * Says what is wrong.
   *
   * @param field Which part.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: string, accepted: string) {
    super(`Key store content, ${field}: ${given}, expected ${accepted}`);
    this.name = "KeyStoreContentError";
    this.field = field;
  }
}

const KINDS: readonly string[] = Object.keys(
  {
    "preshared-key": true,
    "group-key": true,
    "tunnel-address": true,
    "generational-guid": true,
    "generation-series": true,
    "saved-login-number": true,
    "volatile-note": true,
    "refusal-note": true,
    "saving-note": true,
  } satisfies Record<StoreKind, true>,
);

/** Orders and identifies rows. */
export function rowKey({ adapter, kind, name }: StoreRowName): string {
  return `${kind}/${bytesToHex(name)}/${adapter}`;
}

/** Takes the content of a store out as plain data. */
export function exportKeyStore(store: KeyStore): KeyStoreContent {
  return { version: 1, rows: store.rows().map(copyRow) };
}

/**
 * Replaces the content of a store.
 *
 * @param content What {@linkcode exportKeyStore} gave, perhaps through a file.
 * @throws {KeyStoreContentError} It is not of a known form.
 */
export function importKeyStore(store: KeyStore, content: KeyStoreContent): CommitResult {
  if (content.version !== 1) throw new KeyStoreContentError("version", `${content.version}`, "1");
  const changes: StoreChange[] = store.rows().map((row) => ({ type: "delete", row }));
  content.rows.forEach((row, index) => {
    if (typeof row.adapter !== "string" || !KINDS.includes(row.kind)) {
      throw new KeyStoreContentError(`rows[${index}]`, `kind "${row.kind}"`, `an adapter name and one of ${KINDS}`);
    }
    if (!(row.name instanceof Uint8Array && row.value instanceof Uint8Array)) {
      throw new KeyStoreContentError(`rows[${index}]`, "a name or value that is not bytes", "bytes");
    }
    if (!(Number.isSafeInteger(row.ordinal) && row.ordinal >= 0)) {
      throw new KeyStoreContentError(`rows[${index}]`, `ordinal ${row.ordinal}`, "a whole number from 0");
    }
    changes.push({ type: "put", row: copyRow(row) });
  });
  return store.commit(changes);
}

/** Whether something is a row of a store. */
export function isStoreRow(row: unknown): row is StoreRow {
  if (typeof row !== "object" || row === null) return false;
  const { adapter, kind, name, value, ordinal } = row as Partial<Record<keyof StoreRow, unknown>>;
  return typeof adapter === "string" && typeof kind === "string" && KINDS.includes(kind) &&
    name instanceof Uint8Array && value instanceof Uint8Array && Number.isSafeInteger(ordinal) && Number(ordinal) >= 0;
}

/** A row that shares no memory with the other. */
export function copyRow(row: StoreRow): StoreRow {
  const { adapter, kind, name, value, ordinal } = row;
  return { adapter, kind, name: name.slice(), value: value.slice(), ordinal };
}
