/**
 * The RAM key table: preshared keys quickly at hand in phase 1.
 *
 * Precedence (MSiSCSI_SecurityConfigOperations): a key for the exact port and
 * identifier, then a key for all ports and the identifier, then the group key,
 * else none. Entries are never evicted. A key that is replaced or removed is
 * overwritten with zeros.
 *
 * The entries lie in the adapter's RAM as the firmware's struct would:
 *
 * | Offset | Size | Field |
 * |---|---|---|
 * | 0 | 1 | in use |
 * | 1 | 1 | identification type |
 * | 2 | 2 | identifier length |
 * | 4 | 4 | port, 0xFFFFFFFF for all |
 * | 8 | 8 | SecurityFlags |
 * | 16 | 2 | key length |
 * | 18 | 256 | identifier |
 * | 274 | 256 | key |
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { copyBytes } from "../../sim/layout/slab.ts";
import type { RamRegion } from "../../sim/parts/ram.ts";
import { ALL_PORTS, MAX_ID_BYTES, MAX_KEY_BYTES } from "../manual/interface.ts";

const ID_OFFSET = 18;
const KEY_OFFSET = ID_OFFSET + MAX_ID_BYTES;

/** The size of one entry in RAM, in bytes; the group key takes one more. */
export const KEY_TABLE_ENTRY_BYTES = 536;

/** Whom a key is for. */
export interface KeyIdentity {
  /** Port from 0, or `ALL_PORTS`. */
  readonly portNumber: number;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** The identifier's bytes; at most `MAX_ID_BYTES`. */
  readonly id: Uint8Array;
}

/** What is known of an entry without its key. */
export interface KeyTableEntry extends KeyIdentity {
  /** SecurityFlags as they were set. */
  readonly securityFlags: bigint;
}

/** Holds the keys of one adapter. */
export class KeyTable {
  readonly #region: RamRegion;
  readonly #capacity: number;
  /** Slots from 1 on, in the order in which they were taken; none is given back but by a clear. */
  readonly #slots = new Map<string, number>();
  #hasGroupKey = false;
  #view: DataView | undefined = undefined;

  /**
   * An empty table.
   *
   * @param region RAM of `(capacity + 1) * KEY_TABLE_ENTRY_BYTES` zeros.
   */
  constructor(region: RamRegion) {
    this.#region = region;
    this.#capacity = Math.floor(region.lengthBytes / KEY_TABLE_ENTRY_BYTES) - 1;
  }

  /** How many keys fit, the group key not counted. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many keys there are, the group key not counted. */
  get size(): number {
    return this.#slots.size;
  }

  /** True when there is a key for exactly this port and identifier. */
  has(identity: KeyIdentity): boolean {
    return this.#slots.has(indexKey(identity));
  }

  /**
   * Stores a key, in place of one that the same port and identifier had.
   *
   * @returns False when the identifier is new and the table full; nothing has changed then.
   * @throws {RangeError} Identifier or key are longer than the table's fields: the caller must check before.
   */
  set(entry: KeyTableEntry, key: Uint8Array): boolean {
    requireFit("identifier", entry.id.length, MAX_ID_BYTES);
    requireFit("key", key.length, MAX_KEY_BYTES);
    const index = indexKey(entry);
    const slot = this.#slots.get(index) ?? this.#slots.size + 1;
    if (slot > this.#capacity) return false;
    this.#slots.set(index, slot);
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    const { bytes } = this.#region;
    const view = this.#fields;
    bytes.fill(0, offset, offset + KEY_TABLE_ENTRY_BYTES);
    view.setUint8(offset, 1);
    view.setUint8(offset + 1, entry.idType);
    view.setUint16(offset + 2, entry.id.length, true);
    view.setUint32(offset + 4, entry.portNumber, true);
    view.setBigUint64(offset + 8, entry.securityFlags, true);
    view.setUint16(offset + 16, key.length, true);
    bytes.set(entry.id, offset + ID_OFFSET);
    bytes.set(key, offset + KEY_OFFSET);
    return true;
  }

  /** Sets the default for all identifiers. Slot 0 is its place. */
  setGroupKey(key: Uint8Array): void {
    requireFit("key", key.length, MAX_KEY_BYTES);
    const { bytes } = this.#region;
    bytes.fill(0, 0, KEY_TABLE_ENTRY_BYTES);
    this.#fields.setUint8(0, 1);
    this.#fields.setUint16(16, key.length, true);
    bytes.set(key, KEY_OFFSET);
    this.#hasGroupKey = true;
  }

  /** True when there is a group key. */
  get hasGroupKey(): boolean {
    return this.#hasGroupKey;
  }

  /**
   * The entry that holds for a port and an identifier: exact port, then all ports.
   *
   * A query for `ALL_PORTS` finds the all-ports entry, then that of the lowest port.
   */
  find(identity: KeyIdentity): KeyTableEntry | undefined {
    const exact = this.#slots.get(indexKey(identity)) ??
      this.#slots.get(indexKey({ ...identity, portNumber: ALL_PORTS }));
    if (exact !== undefined) return this.#entry(exact);
    if (identity.portNumber !== ALL_PORTS) return undefined;
    return this.entries()
      .filter(({ idType, id }) => idType === identity.idType && equalBytes(id, identity.id))
      .sort((a, b) => a.portNumber - b.portNumber)[0];
  }

  /** A copy of an entry's key, for a snapshot at the beginning of phase 1; the caller fills it with zeros when done. */
  copyKey(identity: KeyIdentity): Uint8Array | undefined {
    const slot = this.#slots.get(indexKey(identity));
    return slot === undefined ? undefined : this.#copyKey(slot);
  }

  /** A copy of the group key; the caller fills it with zeros when done. */
  copyGroupKey(): Uint8Array | undefined {
    return this.hasGroupKey ? this.#copyKey(0) : undefined;
  }

  /** All entries in the order in which their identifiers were first set. */
  entries(): KeyTableEntry[] {
    return [...this.#slots.values()].map((slot) => this.#entry(slot));
  }

  /** Removes all keys, the group key too, and fills the table with zeros. */
  clear(): void {
    if (this.#slots.size > 0 || this.#hasGroupKey) this.#region.bytes.fill(0);
    this.#slots.clear();
    this.#hasGroupKey = false;
  }

  /**
   * The rows without a key, which hold zeros, those that follow one another in one piece: for a search for what was
   * forgotten there. None of a table never written.
   */
  unused(): Uint8Array[] {
    if (this.#view === undefined) return [];
    const used = [...this.#slots.values(), ...this.#hasGroupKey ? [0] : []].sort((a, b) => a - b);
    const pieces: Uint8Array[] = [];
    let first = 0;
    for (const slot of [...used, this.#capacity + 1]) {
      if (slot > first) {
        pieces.push(this.#region.bytes.subarray(first * KEY_TABLE_ENTRY_BYTES, slot * KEY_TABLE_ENTRY_BYTES));
      }
      first = slot + 1;
    }
    return pieces;
  }

  /** The numbers in it. Whoever asks has written, or is about to: an empty table has no memory yet. */
  get #fields(): DataView {
    const { bytes } = this.#region;
    return this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #entry(slot: number): KeyTableEntry {
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    const view = this.#fields;
    const idLength = view.getUint16(offset + 2, true);
    return {
      portNumber: view.getUint32(offset + 4, true),
      idType: view.getUint8(offset + 1),
      id: copyBytes(this.#region.bytes, offset + ID_OFFSET, offset + ID_OFFSET + idLength),
      securityFlags: view.getBigUint64(offset + 8, true),
    };
  }

  #copyKey(slot: number): Uint8Array {
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    const length = this.#fields.getUint16(offset + 16, true);
    return copyBytes(this.#region.bytes, offset + KEY_OFFSET, offset + KEY_OFFSET + length);
  }
}

function indexKey({ portNumber, idType, id }: KeyIdentity): string {
  return `${portNumber}/${idType}/${id.join(".")}`;
}

function requireFit(
  what: string,
  lengthBytes: number,
  maximumBytes: number,
): void {
  if (lengthBytes > maximumBytes) {
    throw new RangeError(
      `The ${what} has ${lengthBytes} bytes, expected at most ${maximumBytes}`,
    );
  }
}
