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
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #capacity: number;
  readonly #slots = new Map<string, number>();
  readonly #free: number[];

  /**
   * An empty table.
   *
   * @param region RAM of `(capacity + 1) * KEY_TABLE_ENTRY_BYTES` bytes; it is cleared.
   */
  constructor(region: RamRegion) {
    this.#bytes = region.bytes;
    this.#bytes.fill(0);
    this.#view = new DataView(
      this.#bytes.buffer,
      this.#bytes.byteOffset,
      this.#bytes.byteLength,
    );
    this.#capacity = Math.floor(this.#bytes.length / KEY_TABLE_ENTRY_BYTES) - 1;
    this.#free = Array.from(
      { length: this.#capacity },
      (_, index) => this.#capacity - index,
    );
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
    const slot = this.#slots.get(index) ?? this.#free.pop();
    if (slot === undefined) return false;
    this.#slots.set(index, slot);
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    this.#bytes.fill(0, offset, offset + KEY_TABLE_ENTRY_BYTES);
    this.#view.setUint8(offset, 1);
    this.#view.setUint8(offset + 1, entry.idType);
    this.#view.setUint16(offset + 2, entry.id.length, true);
    this.#view.setUint32(offset + 4, entry.portNumber, true);
    this.#view.setBigUint64(offset + 8, entry.securityFlags, true);
    this.#view.setUint16(offset + 16, key.length, true);
    this.#bytes.set(entry.id, offset + ID_OFFSET);
    this.#bytes.set(key, offset + KEY_OFFSET);
    return true;
  }

  /** Sets the default for all identifiers. Slot 0 is its place. */
  setGroupKey(key: Uint8Array): void {
    requireFit("key", key.length, MAX_KEY_BYTES);
    this.#bytes.fill(0, 0, KEY_TABLE_ENTRY_BYTES);
    this.#view.setUint8(0, 1);
    this.#view.setUint16(16, key.length, true);
    this.#bytes.set(key, KEY_OFFSET);
  }

  /** True when there is a group key. */
  get hasGroupKey(): boolean {
    return this.#view.getUint8(0) === 1;
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
    this.#bytes.fill(0);
    this.#slots.clear();
    this.#free.splice(
      0,
      this.#free.length,
      ...Array.from(
        { length: this.#capacity },
        (_, index) => this.#capacity - index,
      ),
    );
  }

  #entry(slot: number): KeyTableEntry {
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    const idLength = this.#view.getUint16(offset + 2, true);
    return {
      portNumber: this.#view.getUint32(offset + 4, true),
      idType: this.#view.getUint8(offset + 1),
      id: this.#bytes.slice(offset + ID_OFFSET, offset + ID_OFFSET + idLength),
      securityFlags: this.#view.getBigUint64(offset + 8, true),
    };
  }

  #copyKey(slot: number): Uint8Array {
    const offset = slot * KEY_TABLE_ENTRY_BYTES;
    const length = this.#view.getUint16(offset + 16, true);
    return this.#bytes.slice(offset + KEY_OFFSET, offset + KEY_OFFSET + length);
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
