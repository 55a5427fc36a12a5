/**
 * How the security cache's entries are laid out as records of the nonvolatile
 * store. Numbers are little-endian.
 *
 * | Class | Name | Value |
 * |---|---|---|
 * | preshared-key | port 4, id type 1, id | SecurityFlags 8, key |
 * | group-key | none | key |
 * | tunnel-address | port 4, address type 1, address 16 | address type 1, address 16 |
 * | generational-guid | none | 16 opaque bytes |
 *
 * @module
 */

import {
  type InternetAddress,
  MAX_KEY_BYTES,
  type PresharedKeyRequest,
  type TunnelAddressRequest,
} from "../manual/interface.ts";
import type { KeyIdentity, KeyTableEntry } from "./key_table.ts";
import type { NvramRecord, RecordSize } from "../nvram/store.ts";

/** The group key has a class of its own, and there is one: no name. */
const GROUP_KEY_NAME: Uint8Array = new Uint8Array(0);

/** There is one generational GUID: no name. */
export const GENERATIONAL_GUID_NAME: Uint8Array = new Uint8Array(0);

/** The name of a key's record. */
export function keyRecordName(
  { portNumber, idType, id }: KeyIdentity,
): Uint8Array {
  const name = new Uint8Array(5 + id.length);
  new DataView(name.buffer).setUint32(0, portNumber, true);
  name[4] = idType;
  name.set(id, 5);
  return name;
}

/** Reads the name of a key's record. */
export function readKeyRecordName(name: Uint8Array): KeyIdentity {
  return {
    portNumber: new DataView(name.buffer, name.byteOffset).getUint32(0, true),
    idType: name[4] ?? 0,
    id: name.subarray(5),
  };
}

/** The record of a key; its value is a copy. */
export function keyRecord(request: PresharedKeyRequest): NvramRecord {
  const value = new Uint8Array(8 + request.key.length);
  new DataView(value.buffer).setBigUint64(0, request.securityFlags, true);
  value.set(request.key, 8);
  return { class: "preshared-key", name: keyRecordName(request), value };
}

/** Reads the record of a key; `key` is a view into the record's value. */
export function readKeyRecord(
  record: NvramRecord,
): { readonly entry: KeyTableEntry; readonly key: Uint8Array } {
  const { name, value } = record;
  return {
    entry: {
      ...readKeyRecordName(name),
      securityFlags: new DataView(value.buffer, value.byteOffset).getBigUint64(
        0,
        true,
      ),
    },
    key: value.subarray(8),
  };
}

/** The record of the group key; its value is a copy. */
export function groupKeyRecord(key: Uint8Array): NvramRecord {
  return { class: "group-key", name: GROUP_KEY_NAME, value: key.slice() };
}

/** The name of a tunnel address's record. */
export function tunnelRecordName(
  { portNumber, destination }: Pick<
    TunnelAddressRequest,
    "portNumber" | "destination"
  >,
): Uint8Array {
  const name = new Uint8Array(21);
  new DataView(name.buffer).setUint32(0, portNumber, true);
  writeAddress(name, 4, destination);
  return name;
}

/** The record of a tunnel address. */
export function tunnelRecord(request: TunnelAddressRequest): NvramRecord {
  const value = new Uint8Array(17);
  writeAddress(value, 0, request.outerAddress);
  return { class: "tunnel-address", name: tunnelRecordName(request), value };
}

/** Reads the record of a tunnel address. */
export function readTunnelRecord(
  { name, value }: NvramRecord,
): TunnelAddressRequest {
  return {
    portNumber: new DataView(name.buffer, name.byteOffset).getUint32(0, true),
    destination: readAddress(name, 4),
    outerAddress: readAddress(value, 0),
  };
}

/** The record of the generational GUID. */
export function guidRecord(guid: Uint8Array): NvramRecord {
  return {
    class: "generational-guid",
    name: GENERATIONAL_GUID_NAME,
    value: guid.slice(0, 16),
  };
}

/** How many tunnel addresses an adapter keeps. */
export const TUNNEL_ADDRESS_LIMIT = 32;

/** Records for which the store keeps room, however many keys there are: they must never be refused for want of it. */
export const RESERVED_RECORDS: readonly RecordSize[] = [
  { class: "group-key", nameBytes: 0, valueBytes: MAX_KEY_BYTES },
  { class: "generational-guid", nameBytes: 0, valueBytes: 16 },
  ...Array.from({ length: TUNNEL_ADDRESS_LIMIT }, () => (
    { class: "tunnel-address", nameBytes: 21, valueBytes: 17 } as const
  )),
];

function writeAddress(
  bytes: Uint8Array,
  offset: number,
  address: InternetAddress,
): void {
  bytes[offset] = address.type;
  bytes.set(address.bytes.subarray(0, 16), offset + 1);
}

function readAddress(bytes: Uint8Array, offset: number): InternetAddress {
  return {
    type: bytes[offset] ?? 0,
    bytes: bytes.slice(offset + 1, offset + 17),
  };
}
