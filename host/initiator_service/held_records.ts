/**
 * What the service holds at present: the rows of its durable store, and over
 * them those that it was told not to keep.
 *
 * For an adapter a row of its own hides one for all adapters, and a volatile
 * row hides a durable one. They count in the order in which their names were
 * first set, which is the order of replay: of several names an adapter presents
 * the oldest.
 *
 * A generational GUID in the store vouches for a cache: whatever bears it holds
 * exactly the durable rows. A change of rows that count for an adapter
 * therefore takes its GUID away in the same transaction, unless the adapter has
 * followed and bears a new one.
 *
 * Before an adapter with nonvolatile memory is given a row, the store takes a
 * note of it: what it is, not its value. A durable row takes its note's place;
 * of one that is volatile, or never came to be acknowledged, the note stays. A
 * run that finds notes of rows that it does not hold knows what an earlier one
 * has left in the adapter, whatever generation the cache bears by then. Notes of
 * keys go when a generation vouches for the cache: ClearCache has taken them.
 *
 * ClearCache leaves tunnel addresses, on every adapter, and nothing else removes
 * one. A noted one that is not held any more therefore counts as a row of its
 * own, with the address that holds without it: that for all ports, or else the
 * destination's own, which is a tunnel without a gateway. Its note stays until a
 * durable row takes its place.
 *
 * @module
 */

import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  ALL_PORTS,
  decodeTunnel,
  encodeTunnelName,
  encodeTunnelValue,
  TUNNEL_NAME_BYTES,
  TUNNEL_VALUE_BYTES,
} from "../../firmware/manual/interface.ts";
import { copyRow, type KeyStore, rowKey, type StoreChange, type StoreKind, type StoreRow } from "./key_store.ts";
import type { RowSealer } from "./row_sealer.ts";
import type { RowWriters } from "./row_writers.ts";
import { NO_NAME, readRecord, recordName, recordRow, recordValue, type SecurityRecord } from "./security_record.ts";

/** Stands for all adapters of the machine. */
export const ALL_ADAPTERS = "";

/** A row as it counts for one adapter. */
export interface HeldRow {
  /** Kind and name, the same for an adapter's own row and for one that is for all. */
  readonly key: string;
  /** The row. */
  readonly row: StoreRow;
}

/** Whether a row only stands for what an adapter may have left of an earlier one. */
export function isLeftBehind({ row }: HeldRow): boolean {
  return row.ordinal === LEFT_BEHIND;
}

/** The records that the service holds, from its start to its end. */
export class HeldRecords {
  readonly #store: KeyStore;
  readonly #sealer: RowSealer;
  readonly #volatile = new Map<string, StoreRow>();
  readonly #writers: RowWriters;
  readonly #volatileWriters: RowWriters;
  #revision = 0;

  /**
   * What the store holds.
   *
   * @param store The durable store.
   * @param sealer Opens its secret rows.
   * @param writers Who has written its rows.
   * @param volatileWriters Who has written those that it does not keep.
   */
  constructor(store: KeyStore, sealer: RowSealer, writers: RowWriters, volatileWriters: RowWriters) {
    this.#store = store;
    this.#sealer = sealer;
    this.#writers = writers;
    this.#volatileWriters = volatileWriters;
  }

  /** Counts the changes of what is for all adapters: a cache that was filled before one lacks it. */
  get revision(): number {
    return this.#revision;
  }

  /** The rows that count for an adapter, in the order in which their names were first set. */
  effective(adapter: string): readonly HeldRow[] {
    const layers = [
      ...rowsFor(this.#store.rows(), ALL_ADAPTERS),
      ...rowsFor(this.#store.rows(), adapter),
      ...rowsFor([...this.#volatile.values()], ALL_ADAPTERS),
      ...rowsFor([...this.#volatile.values()], adapter),
    ];
    const rows = new Map(layers.filter(isSetting).map((row) => [nameKey(row), row]));
    for (const row of this.#leftTunnels(adapter, rows)) rows.set(nameKey(row), row);
    return [...rows].map(([key, row]) => ({ key, row })).sort(byAge);
  }

  /** Opens a row; `undefined` if it is damaged. The key in the record is the caller's to wipe. */
  open({ row }: HeldRow): SecurityRecord | undefined {
    return readRecord(row, this.#sealer);
  }

  /** Changes have become durable. */
  committed(changes: readonly StoreChange[]): void {
    this.#writers.committed(changes);
  }

  /** The event that wrote a row, or -1. */
  writerOf({ row }: HeldRow): number {
    const isVolatile = this.#volatile.get(rowKey(row)) === row;
    return (isVolatile ? this.#volatileWriters : this.#writers).of(row);
  }

  /** The event that wrote the generation that the durable rows for an adapter are, or has taken it away; or -1. */
  generationWriter(adapter: string): number {
    return this.#writers.of({ adapter, kind: "generational-guid", name: NO_NAME });
  }

  /** What stands for the rows that count for an adapter, and a record that comes to them. */
  fingerprint(adapter: string, record?: SecurityRecord): Uint8Array {
    const value = record === undefined ? undefined : recordValue(record);
    const parts = this.effective(adapter).flatMap(({ key, row }) => [utf8ToBytes(key), row.value]);
    if (record !== undefined && value !== undefined) parts.push(utf8ToBytes(this.keyOf(record)), value);
    const fingerprint = this.#sealer.fingerprint(parts);
    value?.fill(0);
    return fingerprint;
  }

  /** The key of a record's row. */
  keyOf(record: SecurityRecord): string {
    return nameKey({ kind: record.kind, name: recordName(record) });
  }

  /** The generation that the durable rows for an adapter are; `undefined` if no cache is known to hold them. */
  generation(adapter: string): Uint8Array | undefined {
    return this.#value(adapter, "generational-guid");
  }

  /** The series of an adapter's generations, once it has one. */
  series(adapter: string): Uint8Array | undefined {
    return this.#value(adapter, "generation-series");
  }

  /** The changes that make a generation vouch for an adapter's cache; without one, that none does. */
  generationChanges(adapter: string, guid: Uint8Array | undefined): readonly StoreChange[] {
    const name = { adapter, kind: "generational-guid", name: NO_NAME } as const;
    if (guid === undefined) return [{ type: "delete", row: name }];
    const durable = new Set(this.#durable(adapter).map((row) => nameKey(noteOf(adapter, nameKey(row)))));
    const notes = this.#notes(adapter)
      .filter((note) => tunnelNameOf(note) === undefined || durable.has(nameKey(note)))
      .map((row): StoreChange => ({ type: "delete", row }));
    return [{ type: "put", row: { ...name, value: guid.slice(), ordinal: 0 } }, ...notes];
  }

  /**
   * The changes that note what an adapter is about to hold: the volatile rows, and a record. None if all is noted.
   *
   * @param isNonvolatile Whether it has nonvolatile memory. Without it only tunnel addresses outlive the run.
   */
  noteChanges(adapter: string, isNonvolatile: boolean, record?: SecurityRecord): readonly StoreChange[] {
    const rows = [...this.#volatile.values()].filter((row) => countsFor(row, adapter));
    const all: { readonly kind: StoreKind; readonly name: Uint8Array }[] = record === undefined
      ? rows
      : [...rows, { kind: record.kind, name: recordName(record) }];
    const noted = new Set(this.#notes(adapter).map(nameKey));
    return all
      .filter(({ kind }) => isNonvolatile || kind === "tunnel-address")
      .map((row) => noteOf(adapter, nameKey(row)))
      .filter((note) => !noted.has(nameKey(note)))
      .map((row) => ({ type: "put", row }));
  }

  /** The changes that take the note of a record away, if there is one. */
  unnoteChanges(adapter: string, record: SecurityRecord): readonly StoreChange[] {
    const key = nameKey(noteOf(adapter, this.keyOf(record)));
    return this.#notes(adapter).filter((note) => nameKey(note) === key).map((row) => ({ type: "delete", row }));
  }

  /**
   * Further records that an adapter must be given with one: the tunnel addresses of single ports that have no row of
   * their own, and have to go by that for all ports.
   */
  followers(adapter: string, record: SecurityRecord): readonly SecurityRecord[] {
    if (record.kind !== "tunnel-address" || record.portNumber !== ALL_PORTS) return [];
    const key = this.keyOf(record);
    return this.effective(adapter)
      .filter((held) => isLeftBehind(held) && held.key !== key)
      .map(({ row: { name } }) => name)
      .filter((name) => nameKey({ kind: "tunnel-address", name: forAllPorts(name) }) === key)
      .map((name) => ({ ...record, portNumber: decodeTunnel(name, NO_GATEWAY).portNumber }));
  }

  /** Whether an adapter may hold keys of an earlier run that no present one replaces. */
  hasLeftOver(adapter: string): boolean {
    const replaced = new Set(this.effective(adapter).map(({ key }) => nameKey(noteOf(adapter, key))));
    return this.#notes(adapter).some((note) => !replaced.has(nameKey(note)));
  }

  /** The change that stores the series of an adapter. */
  seriesChange(adapter: string, series: Uint8Array): StoreChange {
    return {
      type: "put",
      row: { adapter, kind: "generation-series", name: NO_NAME, value: series.slice(), ordinal: 0 },
    };
  }

  /**
   * The changes that store a record; one for all adapters replaces theirs of the same name.
   *
   * @param vouching The new generation of each adapter that has taken it; the others' vouch for nothing any more.
   */
  recordChanges(
    record: SecurityRecord,
    adapter: string,
    vouching: ReadonlyMap<string, Uint8Array>,
  ): readonly StoreChange[] {
    const row = recordRow(record, adapter, this.#ordinalFor(record, adapter), this.#sealer);
    const isFor = (each: StoreRow) => adapter === ALL_ADAPTERS || each.adapter === adapter;
    const rows = this.#store.rows().filter(isFor);
    const replaced = rows.filter((each) => each.adapter !== adapter && nameKey(each) === nameKey(row));
    const outdated = rows.filter((each) => each.kind === "generational-guid" && !vouching.has(each.adapter));
    return [
      ...[...replaced, ...outdated].map((each): StoreChange => ({ type: "delete", row: each })),
      { type: "put", row },
      ...[...vouching].flatMap(([name, guid]) => this.generationChanges(name, guid)),
    ];
  }

  /** Whether anything counts for an adapter that is not durable, beside what a durable record would replace. */
  hasVolatile(adapter: string, replaced?: { readonly record: SecurityRecord; readonly adapter: string }): boolean {
    return [...this.#volatile.values()].some((row) => {
      const goes = replaced !== undefined && nameKey(row) === this.keyOf(replaced.record) &&
        (replaced.adapter === ALL_ADAPTERS || replaced.adapter === row.adapter);
      return countsFor(row, adapter) && !goes;
    });
  }

  /** Holds a record for as long as the service runs. */
  holdVolatile(record: SecurityRecord, adapter: string): void {
    const row = recordRow(record, adapter, this.#ordinalFor(record, adapter), this.#sealer);
    this.#forgetVolatile(nameKey(row), adapter);
    this.#volatile.set(rowKey(row), copyRow(row));
    this.#volatileWriters.committed([{ type: "put", row }]);
    if (adapter === ALL_ADAPTERS) this.#revision++;
  }

  /** A record was stored: nothing volatile may hide it from its adapters. */
  uncover(record: SecurityRecord, adapter: string): void {
    const key = this.keyOf(record);
    this.#forgetVolatile(key, adapter);
    const hidesStill = [...this.#volatile.values()].some((row) => nameKey(row) === key);
    if (hidesStill) this.holdVolatile(record, adapter);
    if (adapter === ALL_ADAPTERS) this.#revision++;
  }

  /** Drops volatile rows of a name: those of the adapter, or of every adapter. */
  #forgetVolatile(key: string, adapter: string): void {
    for (const [place, row] of [...this.#volatile]) {
      const concerned = adapter === ALL_ADAPTERS || row.adapter === adapter;
      if (concerned && nameKey(row) === key) this.#volatile.delete(place);
    }
  }

  /** When the record's name was first set for one of its adapters; now, if it never was. */
  #ordinalFor(record: SecurityRecord, adapter: string): number {
    const key = this.keyOf(record);
    const rows = [...this.#store.rows(), ...this.#volatile.values()];
    const known = rows.filter((row) =>
      nameKey(row) === key && (adapter === ALL_ADAPTERS || row.adapter === ALL_ADAPTERS || row.adapter === adapter)
    );
    return known.length > 0
      ? Math.min(...known.map(({ ordinal }) => ordinal))
      : 1 + Math.max(0, ...rows.map(({ ordinal }) => ordinal));
  }

  /** The tunnel addresses that an adapter has and that are not held any more, as what holds without them. */
  #leftTunnels(adapter: string, rows: ReadonlyMap<string, StoreRow>): readonly StoreRow[] {
    return this.#notes(adapter).flatMap((note) => {
      const name = tunnelNameOf(note);
      if (name === undefined || rows.has(nameKey({ kind: "tunnel-address", name }))) return [];
      const covering = rows.get(nameKey({ kind: "tunnel-address", name: forAllPorts(name) }));
      const { destination } = decodeTunnel(name, NO_GATEWAY);
      const value = covering?.value ?? encodeTunnelValue({ outerAddress: destination });
      return [{ adapter, kind: "tunnel-address", name, value, ordinal: LEFT_BEHIND }];
    });
  }

  /** The durable rows that count for an adapter. */
  #durable(adapter: string): readonly StoreRow[] {
    return this.#store.rows().filter((row) => countsFor(row, adapter) && isSetting(row));
  }

  #notes(adapter: string): readonly StoreRow[] {
    return rowsFor(this.#store.rows(), adapter).filter(({ kind }) => kind === "volatile-note");
  }

  #value(adapter: string, kind: StoreKind): Uint8Array | undefined {
    return rowsFor(this.#store.rows(), adapter).find((row) => row.kind === kind)?.value;
  }
}

function rowsFor(rows: readonly StoreRow[], adapter: string): readonly StoreRow[] {
  return rows.filter((row) => row.adapter === adapter);
}

const IS_SETTING: Readonly<Record<StoreKind, boolean>> = {
  "preshared-key": true,
  "group-key": true,
  "tunnel-address": true,
  "generational-guid": false,
  "generation-series": false,
  "saved-login-number": false,
  "volatile-note": false,
};

function isSetting({ kind }: StoreRow): boolean {
  return IS_SETTING[kind];
}

function countsFor(row: StoreRow, adapter: string): boolean {
  return row.adapter === ALL_ADAPTERS || row.adapter === adapter;
}

/** The ordinal of rows that were never set: no row of a store has it. */
const LEFT_BEHIND = -1;

/** In place of a value, to read a tunnel address's name. */
const NO_GATEWAY = new Uint8Array(TUNNEL_VALUE_BYTES);

/** The name of the tunnel address that a note is of; `undefined` if it is of a key. */
function tunnelNameOf(note: StoreRow): Uint8Array | undefined {
  const [kind, name = ""] = new TextDecoder().decode(note.name).split("/");
  const bytes = kind === "tunnel-address" ? hexToBytes(name) : undefined;
  return bytes?.length === TUNNEL_NAME_BYTES ? bytes : undefined;
}

/** The name of the tunnel address for the same destination and all ports. */
function forAllPorts(name: Uint8Array): Uint8Array {
  return encodeTunnelName({ ...decodeTunnel(name, NO_GATEWAY), portNumber: ALL_PORTS });
}

function noteOf(adapter: string, key: string): StoreRow {
  return { adapter, kind: "volatile-note", name: utf8ToBytes(key), value: new Uint8Array(0), ordinal: 0 };
}

/** Rows of a store of before ordinals are equally old, and keep the order of their keys. */
function byAge(a: HeldRow, b: HeldRow): number {
  return a.row.ordinal - b.row.ordinal || (a.key < b.key ? -1 : 1);
}

function nameKey({ kind, name }: { readonly kind: StoreKind; readonly name: Uint8Array }): string {
  return rowKey({ adapter: ALL_ADAPTERS, kind, name });
}
