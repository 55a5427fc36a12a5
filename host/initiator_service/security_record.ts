/**
 * What the service keeps for adapters, and how it is laid out as rows of a
 * store. Numbers are little-endian.
 *
 * | Kind | Name | Value |
 * |---|---|---|
 * | preshared-key | port 4, id type 1, id | sealed: SecurityFlags 8, key |
 * | group-key | none | sealed: key |
 * | tunnel-address | port 4, address type 1, address 16 | address type 1, address 16 |
 * | generational-guid | none | 16 opaque bytes |
 *
 * @module
 */

import type { InternetAddress } from "../../firmware/manual/interface.ts";
import type { RowSealer } from "./row_sealer.ts";
import type { StoreRow, StoreRowName } from "./key_store.ts";

/** A key for an identifier. */
export interface KeyRecord {
  /** Tells the kinds apart. */
  readonly kind: "preshared-key";
  /** Port from 0, or all ports. */
  readonly portNumber: number;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** The identifier. */
  readonly id: Uint8Array;
  /** SecurityFlags, as they were given. */
  readonly securityFlags: bigint;
  /** The key. */
  readonly key: Uint8Array;
}

/** The key for identifiers without one of their own. */
export interface GroupKeyRecord {
  /** Tells the kinds apart. */
  readonly kind: "group-key";
  /** The key. */
  readonly key: Uint8Array;
}

/** The security gateway for a destination. */
export interface TunnelAddressRecord {
  /** Tells the kinds apart. */
  readonly kind: "tunnel-address";
  /** Port from 0, or all ports. */
  readonly portNumber: number;
  /** Whom the traffic is for. */
  readonly destination: InternetAddress;
  /** The gateway. */
  readonly outerAddress: InternetAddress;
}

/** What the service keeps for an adapter, or for all. */
export type SecurityRecord = KeyRecord | GroupKeyRecord | TunnelAddressRecord;

/** There is one group key, and one generational GUID for an adapter: no name. */
export const NO_NAME: Uint8Array = new Uint8Array(0);

/** Name of a record's row. */
export function recordName(record: SecurityRecord): Uint8Array {
  switch (record.kind) {
    case "preshared-key": {
      const name = new Uint8Array(5 + record.id.length);
      new DataView(name.buffer).setUint32(0, record.portNumber, true);
      name[4] = record.idType;
      name.set(record.id, 5);
      return name;
    }
    case "group-key":
      return NO_NAME;
    case "tunnel-address": {
      const name = new Uint8Array(21);
      new DataView(name.buffer).setUint32(0, record.portNumber, true);
      writeAddress(name, 4, record.destination);
      return name;
    }
    default:
      return record satisfies never;
  }
}

/**
 * The row of a record, secrets sealed.
 *
 * @param adapter The adapter, or empty for all.
 */
export function recordRow(record: SecurityRecord, adapter: string, sealer: RowSealer): StoreRow {
  const row: StoreRowName = { adapter, kind: record.kind, name: recordName(record) };
  switch (record.kind) {
    case "preshared-key": {
      const value = new Uint8Array(8 + record.key.length);
      new DataView(value.buffer).setBigUint64(0, record.securityFlags, true);
      value.set(record.key, 8);
      const sealed = sealer.seal(row, value);
      value.fill(0);
      return { ...row, value: sealed };
    }
    case "group-key":
      return { ...row, value: sealer.seal(row, record.key) };
    case "tunnel-address": {
      const value = new Uint8Array(17);
      writeAddress(value, 0, record.outerAddress);
      return { ...row, value };
    }
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
      const opened = name.length < 5 ? undefined : sealer.open(row, value);
      if (opened === undefined || opened.length < 8) return undefined;
      const record: KeyRecord = {
        kind,
        portNumber: viewOf(name).getUint32(0, true),
        idType: name[4] ?? 0,
        id: name.slice(5),
        securityFlags: viewOf(opened).getBigUint64(0, true),
        key: opened.slice(8),
      };
      opened.fill(0);
      return record;
    }
    case "group-key": {
      const key = sealer.open(row, value);
      return key === undefined ? undefined : { kind, key };
    }
    case "tunnel-address":
      if (name.length !== 21 || value.length !== 17) return undefined;
      return {
        kind,
        portNumber: viewOf(name).getUint32(0, true),
        destination: readAddress(name, 4),
        outerAddress: readAddress(value, 0),
      };
    case "generational-guid":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Fills the record's key with zeros. */
export function wipeRecord(record: SecurityRecord): void {
  if (record.kind !== "tunnel-address") record.key.fill(0);
}

function writeAddress(bytes: Uint8Array, offset: number, address: InternetAddress): void {
  bytes[offset] = address.type;
  bytes.set(address.bytes.subarray(0, 16), offset + 1);
}

function readAddress(bytes: Uint8Array, offset: number): InternetAddress {
  return { type: bytes[offset] ?? 0, bytes: bytes.slice(offset + 1, offset + 17) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
