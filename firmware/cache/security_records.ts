/**
 * The security cache's entries as records of the nonvolatile store. Names and
 * values are those of the manual's security records; the group key and the
 * generational GUID, of which there is one each, have no name, and their
 * value is all that they are.
 *
 * @module
 */

import { copyBytes } from "../../sim/layout/slab.ts";
import {
  decodeKeyName,
  decodeKeyValue,
  decodeTunnel,
  encodeKeyName,
  encodeKeyValue,
  encodeTunnelName,
  encodeTunnelValue,
  MAX_KEY_BYTES,
  type PresharedKeyRequest,
  TUNNEL_NAME_BYTES,
  TUNNEL_VALUE_BYTES,
  type TunnelAddressRequest,
} from "../manual/interface.ts";
import type { KeyIdentity, KeyTableEntry } from "./key_table.ts";
import type { NvramRecord, RecordIdentity, RecordSize } from "../nvram/store.ts";

/** The group key has a class of its own, and there is one: no name. */
const GROUP_KEY_NAME: Uint8Array = new Uint8Array(0);

/** There is one generational GUID: no name. */
export const GENERATIONAL_GUID_NAME: Uint8Array = new Uint8Array(0);

/** Class and name of the group key's record. */
export const GROUP_KEY_IDENTITY: RecordIdentity = { class: "group-key", name: GROUP_KEY_NAME };

/** Class and name of the record of a key. */
export function keyRecordIdentity(identity: KeyIdentity): RecordIdentity {
  return { class: "preshared-key", name: encodeKeyName(identity) };
}

/** The record of a key; its value is a copy. */
export function keyRecord(request: PresharedKeyRequest): NvramRecord {
  return { ...keyRecordIdentity(request), value: encodeKeyValue(request) };
}

/** Reads the record of a key; `key` is a view into the record's value. */
export function readKeyRecord(
  { name, value }: NvramRecord,
): { readonly entry: KeyTableEntry; readonly key: Uint8Array } {
  const { securityFlags, key } = decodeKeyValue(value);
  return { entry: { ...decodeKeyName(name), securityFlags }, key };
}

/** The record of the group key; its value is a copy. */
export function groupKeyRecord(key: Uint8Array): NvramRecord {
  return { ...GROUP_KEY_IDENTITY, value: copyBytes(key) };
}

/** Class and name of the generational GUID's record. */
export const GENERATIONAL_GUID_IDENTITY: RecordIdentity = { class: "generational-guid", name: GENERATIONAL_GUID_NAME };

/** The record of a tunnel address. */
export function tunnelRecord(request: TunnelAddressRequest): NvramRecord {
  return { class: "tunnel-address", name: encodeTunnelName(request), value: encodeTunnelValue(request) };
}

/** Reads the record of a tunnel address. */
export function readTunnelRecord({ name, value }: NvramRecord): TunnelAddressRequest {
  return decodeTunnel(name, value);
}

/** The record of the generational GUID. */
export function guidRecord(guid: Uint8Array): NvramRecord {
  return { ...GENERATIONAL_GUID_IDENTITY, value: copyBytes(guid, 0, 16) };
}

/** How many tunnel addresses an adapter keeps. */
export const TUNNEL_ADDRESS_LIMIT = 32;

/** Records for which the store keeps room, however many keys there are: they must never be refused for want of it. */
export const RESERVED_RECORDS: readonly RecordSize[] = [
  { class: "group-key", nameBytes: 0, valueBytes: MAX_KEY_BYTES },
  { class: "generational-guid", nameBytes: 0, valueBytes: 16 },
  ...Array.from({ length: TUNNEL_ADDRESS_LIMIT }, () => (
    { class: "tunnel-address", nameBytes: TUNNEL_NAME_BYTES, valueBytes: TUNNEL_VALUE_BYTES } as const
  )),
];
