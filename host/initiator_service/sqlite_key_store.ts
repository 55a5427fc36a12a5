/**
 * A key store in an SQLite file. The only place of the host with a built-in of
 * the runtime, and nothing in the simulation imports it: whoever keeps a world
 * in files passes it in. The built-in is asked for when a store is opened, so
 * that a program that opens none runs where it is missing.
 *
 * Write-ahead log, full synchronisation, one transaction for each commit. The
 * file is locked for as long as the store is open, so a second process is
 * refused; the operating system lifts the lock of one that was killed. Deleted
 * content is overwritten (`secure_delete`), although secrets in it are sealed.
 *
 * @module
 */

import { InputError } from "../../sim/kernel/input_error.ts";
import process from "node:process";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CommitResult, KeyStore, StoreChange, StoreKind, StoreRow } from "./key_store.ts";
import { rowKey } from "./key_store.ts";

/** The file is open in another process. */
export class KeyStoreInUseError extends InputError {
  /** The file. */
  readonly path: string;

  /**
   * Says which file.
   *
   * @param path The file.
   */
  constructor(path: string) {
    super(`The key store ${path} is in use by another process: end it, or give another file`);
    this.name = "KeyStoreInUseError";
    this.path = path;
  }
}

/** The file cannot be opened, or is not a key store. */
export class KeyStoreFileError extends InputError {
  /** The file. */
  readonly path: string;

  /**
   * Says what is wrong.
   *
   * @param path The file.
   * @param given What was found.
   * @param accepted What is accepted; a new file or a key store of this version by default.
   */
  constructor(path: string, given: string, accepted = `a new file or a key store of version 1 or ${VERSION}`) {
    super(`Cannot use ${path} as a key store: ${given}, expected ${accepted}`);
    this.name = "KeyStoreFileError";
    this.path = path;
  }
}

/** `user_version` of the file. In version 1 rows had no ordinal. */
const VERSION = 2;

/** `application_id` of the file: "hbaK". */
const APPLICATION_ID = 0x6862614b;

const SQLITE_BUSY = 5;

/** A key store in an SQLite file. */
export class SqliteKeyStore implements KeyStore {
  /** The file. */
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  /**
   * Opens a store, or makes a new one.
   *
   * @param path The file.
   * @throws {KeyStoreInUseError} Another process has it open.
   * @throws {KeyStoreFileError} It cannot be opened, or is something else.
   */
  constructor(path: string) {
    this.path = path;
    this.#database = openDatabase(path);
    this.#put = this.#database.prepare(
      "INSERT INTO record (adapter, kind, name, value, ordinal) VALUES (?, ?, ?, ?, ?) " +
        "ON CONFLICT (adapter, kind, name) DO UPDATE SET value = excluded.value, ordinal = excluded.ordinal",
    );
    this.#delete = this.#database.prepare("DELETE FROM record WHERE adapter = ? AND kind = ? AND name = ?");
  }

  /** All rows, in order. */
  rows(): readonly StoreRow[] {
    const rows = this.#database.prepare("SELECT adapter, kind, name, value, ordinal FROM record").all().map((row) => ({
      adapter: String(row["adapter"]),
      kind: String(row["kind"]) as StoreKind,
      name: bytesOf(row["name"]),
      value: bytesOf(row["value"]),
      ordinal: Number(row["ordinal"]),
    }));
    return rows.map((row) => ({ row, key: rowKey(row) })).sort((a, b) => a.key < b.key ? -1 : 1).map(({ row }) => row);
  }

  /** Makes the changes in one transaction. */
  commit(changes: readonly StoreChange[]): CommitResult {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const { type, row } of changes) {
        if (type === "put") this.#put.run(row.adapter, row.kind, row.name, row.value, row.ordinal);
        else this.#delete.run(row.adapter, row.kind, row.name);
      }
      this.#database.exec("COMMIT");
      return { type: "committed" };
    } catch (error) {
      this.#rollBack();
      return { type: "failed", reason: messageOf(error) };
    }
  }

  /** Closes the file; the store must not be used any more. */
  close(): void {
    this.#database.close();
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  const sqlite: typeof import("node:sqlite") | undefined = process.getBuiltinModule("node:sqlite");
  if (sqlite === undefined) {
    throw new KeyStoreFileError(path, "no node:sqlite in this runtime", "Deno, or Node.js 22.13 or newer");
  }
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path);
    database.exec("PRAGMA busy_timeout = 0");
    // Exclusive before WAL: then there is no shared memory file, and the lock is held until the store is closed.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA secure_delete = ON");
    database.exec("BEGIN IMMEDIATE");
    prepareSchema(database, path);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof KeyStoreFileError) throw error;
    if (isBusy(error)) throw new KeyStoreInUseError(path);
    throw new KeyStoreFileError(path, messageOf(error));
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const version = numberOf(database, "user_version");
  const application = numberOf(database, "application_id");
  if (version === VERSION && application === APPLICATION_ID) return;
  if (version === 1 && application === APPLICATION_ID) {
    database.exec("ALTER TABLE record ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0");
    database.exec(`PRAGMA user_version = ${VERSION}`);
    return;
  }
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
  if (version !== 0 || application !== 0 || Number(tables?.["count"]) !== 0) {
    throw new KeyStoreFileError(path, `an SQLite file of application ${application} and version ${version}`);
  }
  database.exec(
    "CREATE TABLE record (adapter TEXT NOT NULL, kind TEXT NOT NULL, name BLOB NOT NULL, value BLOB NOT NULL, " +
      "ordinal INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (adapter, kind, name)) WITHOUT ROWID",
  );
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(`PRAGMA user_version = ${VERSION}`);
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value.slice() : new Uint8Array(0);
}

function isBusy(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown } | undefined)?.errcode;
  return code === SQLITE_BUSY || /database is locked/.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
