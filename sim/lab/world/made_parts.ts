/**
 * What the functions and objects of the caller's own return: a part, a store
 * or sessions that lack something are refused where they are made, with the
 * option that made them, not where the lack first shows.
 *
 * @module
 */

import type { NvramStore } from "../../../firmware/nvram/store.ts";
import type { AdapterSessions } from "../../../firmware/session/sessions.ts";
import {
  type CommitResult,
  isStoreRow,
  type KeyStore,
  type StoreChange,
  type StoreRow,
} from "../../../host/initiator_service/key_store.ts";
import type { FlashGeometry } from "../../parts/flash/nor_flash.ts";
import { describe, isPromise, type Reader } from "./option_readers.ts";
import { flashGeometry } from "./part_options.ts";
import type { AdapterFlash } from "./world_options.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/** Whether a member of an interface is a method or a value. */
type Members<T> = {
  readonly [Name in keyof T & string]: T[Name] extends (...parameters: never[]) => unknown ? "method" : "value";
};

/** Reads what was returned: an object with the members of an interface, each of which is named, or it does not compile. */
function returned<T extends object>(what: string, members: Members<T>): Reader<T> {
  const table: Readonly<Record<string, "method" | "value">> = { ...members };
  const shown = ([name, kind]: readonly [string, string]) => kind === "method" ? `${name}()` : name;
  const accepted = `${what} with ${Object.entries(table).map(shown).join(", ")}`;
  return (value, path) => {
    if (typeof value !== "object" || value === null || isPromise(value)) {
      throw new WorldOptionsError(path, `returned ${describe(value)}`, accepted);
    }
    const lacking = Object.entries(table).find(([name, kind]) =>
      kind === "method" ? typeof Reflect.get(value, name) !== "function" : !(name in value)
    );
    if (lacking === undefined) return value as T;
    throw new WorldOptionsError(path, `returned ${describe(value)} without ${shown(lacking)}`, accepted);
  };
}

const anyFlash = returned<AdapterFlash>("a flash part", {
  geometry: "value",
  read: "method",
  readInto: "method",
  readStatus: "method",
  writeEnable: "method",
  pageProgram: "method",
  sectorErase: "method",
  blockErase: "method",
  powerOff: "method",
  state: "method",
});

/** What `createFlash` returned. */
export const madeFlash: Reader<AdapterFlash> = (value, path) => {
  const flash = anyFlash(value, path);
  const geometry: unknown = flash.geometry;
  flashGeometry(isObject(geometry) ? ownGeometry(geometry) : geometry, `${path}().geometry`);
  return flash;
};

/** What `createStore` returned. */
export const madeStore: Reader<NvramStore> = returned<NvramStore>("a key store", {
  mount: "method",
  put: "method",
  delete: "method",
  clearSecrets: "method",
  get: "method",
  size: "value",
  holds: "method",
  entries: "method",
  capacity: "method",
  health: "method",
});

/** What `createSessions` returned. */
export const madeSessions: Reader<AdapterSessions> = returned<AdapterSessions>("what opens sessions", {
  exchangeCount: "value",
  sessions: "method",
  open: "method",
  close: "method",
  closeAll: "method",
  stop: "method",
  run: "method",
  receive: "method",
  statistics: "method",
});

/** A key store of the caller's own, of which every answer is checked. */
export class CheckedKeyStore implements KeyStore {
  readonly #store: KeyStore;

  /**
   * Made with:
   *
   * @param store The caller's own.
   */
  constructor(store: KeyStore) {
    this.#store = store;
  }

  /**
   * All rows.
   *
   * @throws {WorldOptionsError} The store returned anything else.
   */
  rows(): readonly StoreRow[] {
    const rows: unknown = this.#store.rows();
    const accepted = "a list of rows with adapter, kind, name, value, ordinal";
    if (!Array.isArray(rows)) throw new WorldOptionsError("keyStore.rows", `returned ${describe(rows)}`, accepted);
    const bad = rows.findIndex((row) => !isStoreRow(row));
    if (bad < 0) return rows;
    throw new WorldOptionsError("keyStore.rows", `returned a list whose entry ${bad} is no row`, accepted);
  }

  /**
   * Makes the changes durable, all or none.
   *
   * @throws {WorldOptionsError} The store did not say whether it has.
   */
  commit(changes: readonly StoreChange[]): CommitResult {
    const result: unknown = this.#store.commit(changes);
    if (isObject(result)) {
      if (result["type"] === "committed") return { type: "committed" };
      const { type, reason } = result;
      if (type === "failed" && typeof reason === "string") return { type, reason };
    }
    const accepted = '{ type: "committed" }, or { type: "failed" } with a text as reason';
    throw new WorldOptionsError("keyStore.commit", `returned ${describe(result)}`, accepted);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A geometry may be an object of a class: what else it has does not matter. */
function ownGeometry(geometry: Readonly<Record<string, unknown>>): Record<keyof FlashGeometry, unknown> {
  const { sectorBytes, sectorCount, pageBytes, programBytes, blockSectors } = geometry;
  return { sectorBytes, sectorCount, pageBytes, programBytes, blockSectors };
}
