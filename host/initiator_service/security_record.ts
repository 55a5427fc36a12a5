/**
 * What the service keeps for adapters, as rows of a store. Names and values are
 * those of the manual's security records, with the values of keys sealed; the
 * group key (sealed too), the generational GUID (16 bytes) and the series of an
 * adapter's generations (8 bytes, `generation.ts`) have no name.
 *
 * @module
 */

import {
  decodeKeyName,
  decodeKeyValue,
  decodeTunnel,
  encodeKeyName,
  encodeKeyValue,
  encodeTunnelName,
  encodeTunnelValue,
  KEY_NAME_MINIMUM_BYTES,
  KEY_VALUE_MINIMUM_BYTES,
  type PresharedKeyRequest,
  TUNNEL_NAME_BYTES,
  TUNNEL_VALUE_BYTES,
  type TunnelAddressRequest,
} from "../../firmware/manual/interface.ts";
import { copyBytes } from "../../sim/layout/slab.ts";
import type { RowSealer } from "./row_sealer.ts";
import type { StoreRow, StoreRowName } from "./key_store.ts";

/** A key for an identifier. */
export interface KeyRecord extends PresharedKeyRequest {
  /** Tells the kinds apart. */
  readonly kind: "preshared-key";
}

/** The key for identifiers without one of their own. */
export interface GroupKeyRecord {
  /** Tells the kinds apart. */
  readonly kind: "group-key";
  /** The key. */
  readonly key: Uint8Array;
}

/** The security gateway for a destination. */
export interface TunnelAddressRecord extends TunnelAddressRequest {
  /** Tells the kinds apart. */
  readonly kind: "tunnel-address";
}

/** What the service keeps for an adapter, or for all. */
export type SecurityRecord = KeyRecord | GroupKeyRecord | TunnelAddressRecord;

/** There is one group key, and one generation and one series of an adapter: no name. */
export const NO_NAME: Uint8Array = new Uint8Array(0);

/** Name of a record's row. */
export function recordName(record: SecurityRecord): Uint8Array {
  switch (record.kind) {
    case "preshared-key":
      return encodeKeyName(record);
    case "group-key":
      return NO_NAME;
    case "tunnel-address":
      return encodeTunnelName(record);
    default:
      return record satisfies never;
  }
}

/**
 * The row of a record, secrets sealed.
 *
 * @param adapter The adapter, or empty for all.
 * @param ordinal When its name was first set.
 */
export function recordRow(record: SecurityRecord, adapter: string, ordinal: number, sealer: RowSealer): StoreRow {
  const row: StoreRowName = { adapter, kind: record.kind, name: recordName(record) };
  const value = recordValue(record);
  if (record.kind === "tunnel-address") return { ...row, value, ordinal };
  const sealed = sealer.seal(row, value);
  value.fill(0);
  return { ...row, value: sealed, ordinal };
}

/** Value of a record's row before it is sealed. It holds a copy of the key, to be filled with zeros after use. */
export function recordValue(record: SecurityRecord): Uint8Array {
  switch (record.kind) {
    case "preshared-key":
      return encodeKeyValue(record);
    case "group-key":
      return copyBytes(record.key);
    case "tunnel-address":
      return encodeTunnelValue(record);
    default:
      return record satisfies never;
  }
}

/**
 * Reads a record's row. Its key is the reader's own copy, to be filled with
 * zeros after use.
 *
 * @returns `undefined` if the row is not a record, or was damaged.
 */
export function readRecord(row: StoreRow, sealer: RowSealer): SecurityRecord | undefined {
  const { kind, name, value } = row;
  switch (kind) {
    case "preshared-key": {
      const opened = name.length < KEY_NAME_MINIMUM_BYTES ? undefined : sealer.open(row, value);
      if (opened === undefined || opened.length < KEY_VALUE_MINIMUM_BYTES) return undefined;
      return { kind, ...decodeKeyName(name), ...decodeKeyValue(opened) };
    }
    case "group-key": {
      const key = sealer.open(row, value);
      return key === undefined ? undefined : { kind, key };
    }
    case "tunnel-address":
      if (name.length !== TUNNEL_NAME_BYTES || value.length !== TUNNEL_VALUE_BYTES) return undefined;
      return { kind, ...decodeTunnel(name, value) };
    case "generational-guid":
    case "generation-series":
    case "saved-login-number":
    case "volatile-note":
    case "refusal-note":
    case "saving-note":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Fills the record's key with zeros. */
export function wipeRecord(record: SecurityRecord): void {
  if (record.kind !== "tunnel-address") record.key.fill(0);
}
