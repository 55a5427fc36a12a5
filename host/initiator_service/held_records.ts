/**
 * What the service holds at present: the rows of its durable store, and over
 * them those that it was told not to keep.
 *
 * For an adapter a row of its own hides one for all adapters, and a volatile
 * row hides a durable one. They count in the order in which their names were
 * first set for that adapter, which is the order of replay: of several names an
 * adapter presents the oldest.
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

import {
  ALL_PORTS,
  decodeKeyName,
  KEY_NAME_MINIMUM_BYTES,
  type PresharedKeyQuery,
} from "../../firmware/manual/interface.ts";
import { copyBytes } from "../../sim/layout/slab.ts";
import type { CommitResult, KeyStore, StoreChange, StoreKind, StoreRow } from "./key_store.ts";
import { ALL_ADAPTERS, type HeldRow, keyBytes, nameKey, RowIndex } from "./row_index.ts";
import { isLeftBehind, keyForAllPorts, leftTunnels, portOfTunnel } from "./left_tunnels.ts";
import { changesOfRefusals, type Note, type NoteKind, noteOf, readNote } from "./row_note.ts";
import type { RowSealer } from "./row_sealer.ts";
import type { RowWriters } from "./row_writers.ts";
import {
  NO_NAME,
  readRecord,
  recordName,
  recordRow,
  recordValue,
  type SecurityRecord,
  wipeRecord,
} from "./security_record.ts";

export { ALL_ADAPTERS, type HeldRow };

/** What the store says of a cache that it vouches for. */
export interface Vouch {
  /** The name of the cache. */
  readonly generation: Uint8Array;
  /** The durable rows that it lacks, because the adapter has refused them. */
  readonly refused: ReadonlySet<string>;
  /** Those that have no claim to room. */
  readonly waiting: ReadonlySet<string>;
}

/** The records that the service holds, from its start to its end. */
export class HeldRecords {
  readonly #store: KeyStore;
  readonly #sealer: RowSealer;
  readonly #writers: RowWriters;
  readonly #volatileWriters: RowWriters;
  /** What the store holds: nobody else writes to it while the service runs. */
  readonly #durable: RowIndex;
  readonly #volatile = new RowIndex();
  /** Rows that were opened before, and so are not damaged. */
  readonly #intact = new WeakMap<StoreRow, true>();
  /** Notes that were read before. */
  readonly #noteOfRow = new WeakMap<StoreRow, Note>();
  /** What the rows of records are called that are being set. */
  readonly #keys = new WeakMap<SecurityRecord, string>();
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
    this.#durable = new RowIndex(store.rows());
  }

  /** Counts the changes of what is for all adapters: a cache that was filled before one lacks it. */
  get revision(): number {
    return this.#revision;
  }

  /** Makes changes of the store durable, all or none. */
  commit(changes: readonly StoreChange[]): CommitResult {
    const result = this.#store.commit(changes);
    if (result.type === "committed") this.#durable.apply(changes);
    return result;
  }

  /** The rows that count for an adapter, in the order in which their names were first set. */
  effective(adapter: string): readonly HeldRow[] {
    const rows = new Map<string, HeldRow>();
    const ages = new Map<string, number>();
    for (const layer of [this.#durable, this.#volatile]) {
      for (const held of [...layer.of(ALL_ADAPTERS), ...layer.of(adapter)]) {
        if (!isSetting(held)) continue;
        rows.set(held.key, held);
        ages.set(held.key, Math.min(held.row.ordinal, ages.get(held.key) ?? Infinity));
      }
    }
    for (const row of leftTunnels(this.#notes(adapter), rows)) rows.set(nameKey(row), { key: nameKey(row), row });
    const ageOf = ({ key, row }: HeldRow) => ages.get(key) ?? row.ordinal;
    // Rows of a store of before ordinals are equally old, and keep the order of their keys.
    return [...rows.values()].sort((a, b) => ageOf(a) - ageOf(b) || (a.key < b.key ? -1 : 1));
  }

  /** Opens a row; `undefined` if it is damaged. The key in the record is the caller's to wipe. */
  open({ row }: HeldRow): SecurityRecord | undefined {
    const record = readRecord(row, this.#sealer);
    if (record !== undefined) this.#intact.set(row, true);
    return record;
  }

  /** Whom a key is for, which stands in the name of its row; `undefined` if it is no such row, or damaged. */
  identity(held: HeldRow): PresharedKeyQuery | undefined {
    const { kind, name } = held.row;
    if (kind !== "preshared-key" || name.length < KEY_NAME_MINIMUM_BYTES) return undefined;
    if (!this.#intact.has(held.row)) {
      const record = this.open(held);
      if (record === undefined) return undefined;
      wipeRecord(record);
    }
    return decodeKeyName(name);
  }

  /** The present event is that changes have become durable: it has written them. */
  committed(changes: readonly StoreChange[]): void {
    this.#writers.committed(changes);
  }

  /** The event that wrote a row, or -1. */
  writerOf({ row }: HeldRow): number {
    const isVolatile = this.#volatile.has(row);
    return (isVolatile ? this.#volatileWriters : this.#writers).of(row);
  }

  /** The event that wrote the generation that the durable rows for an adapter are, or has taken it away; or -1. */
  generationWriter(adapter: string): number {
    return this.#writers.of({ adapter, kind: "generational-guid", name: NO_NAME });
  }

  /** What stands for the rows that count for an adapter, and a record that comes to them. */
  fingerprint(adapter: string, record?: SecurityRecord): Uint8Array {
    const value = record === undefined ? undefined : recordValue(record);
    const parts = this.effective(adapter).flatMap(({ key, row }) => [keyBytes(key), row.value]);
    if (record !== undefined && value !== undefined) parts.push(keyBytes(this.keyOf(record)), value);
    const fingerprint = this.#sealer.fingerprint(parts);
    value?.fill(0);
    return fingerprint;
  }

  /** The key of a record's row. */
  keyOf(record: SecurityRecord): string {
    let key = this.#keys.get(record);
    if (key === undefined) this.#keys.set(record, key = nameKey({ kind: record.kind, name: recordName(record) }));
    return key;
  }

  /** The generation that the durable rows for an adapter are; `undefined` if no cache is known to hold them. */
  generation(adapter: string): Uint8Array | undefined {
    return this.#value(adapter, "generational-guid");
  }

  /** The series of an adapter's generations, once it has one. */
  series(adapter: string): Uint8Array | undefined {
    return this.#value(adapter, "generation-series");
  }

  /**
   * The rows that an adapter has refused: of one for whose cache a generation vouches all that it lacks, of another
   * those that wait for its room.
   */
  refused(adapter: string): ReadonlySet<string> {
    return new Set(this.#notes(adapter, "refusal-note").map(({ key }) => key));
  }

  /** Of those the ones that wait for room: others have a claim to theirs. */
  waiting(adapter: string): ReadonlySet<string> {
    return new Set(this.#notes(adapter, "refusal-note").filter(({ hasClaim }) => !hasClaim).map(({ key }) => key));
  }

  /** The changes that make a generation vouch for an adapter's cache; without one, that none does. */
  generationChanges(adapter: string, vouch: Vouch | undefined): readonly StoreChange[] {
    const name = { adapter, kind: "generational-guid", name: NO_NAME } as const;
    if (vouch === undefined) return [{ type: "delete", row: name }];
    const isDurable = (key: string) =>
      [...this.#durable.named(key)].some(({ row }) => [ALL_ADAPTERS, adapter].includes(row.adapter));
    const notes = this.#notes(adapter)
      .filter(({ key, tunnelName }) => tunnelName === undefined || isDurable(key))
      .map(({ row }): StoreChange => ({ type: "delete", row }));
    return [
      { type: "put", row: { ...name, value: copyBytes(vouch.generation), ordinal: 0 } },
      ...notes,
      ...this.refusalChanges(adapter, vouch.waiting, vouch.refused),
    ];
  }

  /**
   * The changes that make the store know what waits for an adapter's room, and what else it has refused. None if it
   * knows.
   */
  refusalChanges(
    adapter: string,
    waiting: ReadonlySet<string>,
    refused: ReadonlySet<string> = waiting,
  ): readonly StoreChange[] {
    return changesOfRefusals(this.#notes(adapter, "refusal-note"), adapter, { waiting, refused });
  }

  /**
   * The changes that note what an adapter is about to hold: the volatile rows, and a record. None if all is noted.
   *
   * @param isNonvolatile Whether it has nonvolatile memory. Without it only tunnel addresses outlive the run.
   */
  noteChanges(adapter: string, isNonvolatile: boolean, record?: SecurityRecord): readonly StoreChange[] {
    const rows = [ALL_ADAPTERS, adapter].flatMap((owner) => [...this.#volatile.of(owner)])
      .map(({ key, row: { kind } }) => ({ key, kind }));
    const all = record === undefined ? rows : [...rows, { key: this.keyOf(record), kind: record.kind }];
    const noted = new Set(this.#notes(adapter).map(({ key }) => key));
    return all
      .filter(({ kind }) => isNonvolatile || kind === "tunnel-address")
      .filter(({ key }) => !noted.has(key))
      .map(({ key }) => ({ type: "put", row: noteOf("volatile-note", adapter, key) }));
  }

  /** The changes that take the note of a record away, if there is one. */
  unnoteChanges(adapter: string, record: SecurityRecord): readonly StoreChange[] {
    const key = this.keyOf(record);
    return this.#notes(adapter).filter((note) => note.key === key).map(({ row }) => ({ type: "delete", row }));
  }

  /**
   * Further records that an adapter must be given with one: the tunnel addresses of single ports that have no row of
   * their own, and have to go by that for all ports.
   */
  followers(adapter: string, record: SecurityRecord): readonly SecurityRecord[] {
    if (record.kind !== "tunnel-address" || record.portNumber !== ALL_PORTS) return [];
    const key = this.keyOf(record);
    return this.effective(adapter)
      .filter((held) => isLeftBehind(held) && held.key !== key && keyForAllPorts(held.row) === key)
      .map(({ row }) => ({ ...record, portNumber: portOfTunnel(row) }));
  }

  /** Whether an adapter may hold keys of an earlier run that no present one replaces. */
  hasLeftOver(adapter: string): boolean {
    const notes = this.#notes(adapter);
    if (notes.length === 0) return false;
    const replaced = new Set(this.effective(adapter).map(({ key }) => key));
    return notes.some(({ key }) => !replaced.has(key));
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
   * @param vouching What vouches for an adapter's cache from now on; nothing does for those of others.
   */
  recordChanges(
    record: SecurityRecord,
    adapter: string,
    vouching: ReadonlyMap<string, Vouch>,
  ): readonly StoreChange[] {
    const key = this.keyOf(record);
    const rows = this.#rowsOf(record, adapter);
    const replaced = [...this.#durable.named(key)].map(({ row }) => row)
      .filter((row) => adapter === ALL_ADAPTERS && !rows.some((each) => each.adapter === row.adapter));
    return [
      ...[...replaced, ...this.#outdated(adapter, vouching)].map((row): StoreChange => ({ type: "delete", row })),
      ...rows.map((row): StoreChange => ({ type: "put", row })),
      ...[...vouching].flatMap(([name, vouch]) => this.generationChanges(name, vouch)),
    ];
  }

  /** Whether anything counts for an adapter that is not durable, beside what a durable record would replace. */
  hasVolatile(adapter: string, replaced?: { readonly record: SecurityRecord; readonly adapter: string }): boolean {
    return [ALL_ADAPTERS, adapter].some((owner) => {
      const goesOf = replaced !== undefined && (replaced.adapter === ALL_ADAPTERS || replaced.adapter === owner);
      const goes = goesOf ? this.keyOf(replaced.record) : undefined;
      for (const { key } of this.#volatile.of(owner)) if (key !== goes) return true;
      return false;
    });
  }

  /** Holds a record for as long as the service runs. */
  holdVolatile(record: SecurityRecord, adapter: string): void {
    const rows = this.#rowsOf(record, adapter);
    this.#forgetVolatile(this.keyOf(record), adapter);
    for (const row of rows) this.#volatile.put(row);
    this.#volatileWriters.committed(rows.map((row) => ({ type: "put", row })));
    if (adapter === ALL_ADAPTERS) this.#revision++;
  }

  /** A record was stored: nothing volatile may hide it from its adapters. */
  uncover(record: SecurityRecord, adapter: string): void {
    const key = this.keyOf(record);
    this.#forgetVolatile(key, adapter);
    for (const _hiding of this.#volatile.named(key)) {
      this.holdVolatile(record, adapter);
      break;
    }
    if (adapter === ALL_ADAPTERS) this.#revision++;
  }

  /** Drops volatile rows of a name: those of the adapter, or of every adapter. */
  #forgetVolatile(key: string, adapter: string): void {
    for (const { row } of [...this.#volatile.named(key)]) {
      if (adapter === ALL_ADAPTERS || row.adapter === adapter) this.#volatile.delete(row.adapter, key);
    }
  }

  /**
   * The rows of a record. One for all adapters has a row of its own for each that had the name before the others: of
   * several names an adapter presents the one that was set on it first.
   */
  #rowsOf(record: SecurityRecord, adapter: string): readonly StoreRow[] {
    const known = [this.#durable, this.#volatile].flatMap((layer) => [...layer.named(this.keyOf(record))]);
    const oldest = (owners: readonly string[]) =>
      Math.min(...known.filter(({ row }) => owners.includes(row.adapter)).map(({ row }) => row.ordinal));
    const now = 1 + Math.max(this.#durable.latestOrdinal, this.#volatile.latestOrdinal);
    const age = oldest([ALL_ADAPTERS, adapter]);
    const ordinal = age === Infinity ? now : age;
    const older = new Set(known.map(({ row }) => row.adapter).filter((owner) => oldest([owner]) < ordinal));
    const owners = adapter === ALL_ADAPTERS ? [...older] : [];
    return [
      recordRow(record, adapter, ordinal, this.#sealer),
      ...owners.map((owner) => recordRow(record, owner, oldest([owner]), this.#sealer)),
    ];
  }

  /** The generations of a record's adapters that vouch for nothing any more. */
  #outdated(adapter: string, vouching: ReadonlyMap<string, Vouch>): readonly StoreRow[] {
    if (adapter === ALL_ADAPTERS) {
      return [...this.#durable.named(GENERATION_KEY)].map(({ row }) => row).filter((row) => !vouching.has(row.adapter));
    }
    const own = vouching.has(adapter) ? undefined : this.#durable.only(adapter, "generational-guid");
    return own === undefined ? [] : [own];
  }

  #notes(adapter: string, ofKind: NoteKind = "volatile-note"): readonly Note[] {
    return [...this.#durable.of(adapter)].filter(({ row: { kind } }) => kind === ofKind)
      .map(({ row }) => this.#note(row));
  }

  #note(row: StoreRow): Note {
    let note = this.#noteOfRow.get(row);
    if (note === undefined) this.#noteOfRow.set(row, note = readNote(row));
    return note;
  }

  #value(adapter: string, kind: "generational-guid" | "generation-series"): Uint8Array | undefined {
    return this.#durable.only(adapter, kind)?.value;
  }
}

const GENERATION_KEY = nameKey({ kind: "generational-guid", name: NO_NAME });

const IS_SETTING: Readonly<Record<StoreKind, boolean>> = {
  "preshared-key": true,
  "group-key": true,
  "tunnel-address": true,
  "generational-guid": false,
  "generation-series": false,
  "saved-login-number": false,
  "volatile-note": false,
  "refusal-note": false,
  "saving-note": false,
};

function isSetting({ row }: HeldRow): boolean {
  return IS_SETTING[row.kind];
}
