/**
 * Security settings as they are kept, by the adapter in flash and by the
 * initiator service in its store: a name and a value each. Little-endian,
 * without padding. How a value that is secret is sealed is for the keeper.
 *
 * | Setting | Name | Value |
 * |---|---|---|
 * | key for an identifier | port 4, id type 1, id | SecurityFlags 8, key |
 * | tunnel address | port 4, address type 1, address 16 | address type 1, address 16 |
 *
 * @module
 */

import { readUint32, readUint64, writeUint32, writeUint64 } from "../../sim/layout/integers.ts";
import { allocateBytes, copyBytes } from "../../sim/layout/slab.ts";
import { PACKED_ADDRESS_BYTES, readPackedAddress, writePackedAddress } from "./internet_address.ts";
import type { PresharedKeyQuery, PresharedKeyRequest, TunnelAddressRequest } from "./mailbox_layouts.ts";

const ID_OFFSET = 5;
const KEY_OFFSET = 8;
const ADDRESS_OFFSET = 4;

/** The shortest name of a key, in bytes: its identifier is empty. */
export const KEY_NAME_MINIMUM_BYTES: number = ID_OFFSET;

/** The shortest value of a key, in bytes: the key is empty. */
export const KEY_VALUE_MINIMUM_BYTES: number = KEY_OFFSET;

/** The length of a tunnel address's name, in bytes. */
export const TUNNEL_NAME_BYTES: number = ADDRESS_OFFSET + PACKED_ADDRESS_BYTES;

/** The length of a tunnel address's value, in bytes. */
export const TUNNEL_VALUE_BYTES: number = PACKED_ADDRESS_BYTES;

/** The name of a key. */
export function encodeKeyName({ portNumber, idType, id }: PresharedKeyQuery): Uint8Array {
  const name = allocateBytes(ID_OFFSET + id.length);
  writeUint32(name, 0, portNumber);
  name[4] = idType;
  name.set(id, ID_OFFSET);
  return name;
}

/**
 * Whom a key is for.
 *
 * @param name At least {@linkcode KEY_NAME_MINIMUM_BYTES} long; the identifier is a copy.
 */
export function decodeKeyName(name: Uint8Array): PresharedKeyQuery {
  return { portNumber: portOf(name), idType: name[4] ?? 0, id: copyBytes(name, ID_OFFSET) };
}

/** The value of a key; holds a copy of it. */
export function encodeKeyValue({ securityFlags, key }: KeyValue): Uint8Array {
  const value = allocateBytes(KEY_OFFSET + key.length);
  writeUint64(value, 0, securityFlags);
  value.set(key, KEY_OFFSET);
  return value;
}

/**
 * A key and its flags.
 *
 * @param value At least {@linkcode KEY_VALUE_MINIMUM_BYTES} long; the key is a view into it.
 */
export function decodeKeyValue(value: Uint8Array): KeyValue {
  return {
    securityFlags: readUint64(value, 0),
    key: value.subarray(KEY_OFFSET),
  };
}

/** What is kept of a key for an identifier. */
export type KeyValue = Pick<PresharedKeyRequest, "securityFlags" | "key">;

/** The name of a tunnel address: what it holds for. */
export function encodeTunnelName(
  { portNumber, destination }: Pick<TunnelAddressRequest, "portNumber" | "destination">,
): Uint8Array {
  const name = new Uint8Array(TUNNEL_NAME_BYTES);
  writeUint32(name, 0, portNumber);
  writePackedAddress(name, ADDRESS_OFFSET, destination);
  return name;
}

/** The value of a tunnel address: the security gateway. */
export function encodeTunnelValue({ outerAddress }: Pick<TunnelAddressRequest, "outerAddress">): Uint8Array {
  const value = new Uint8Array(TUNNEL_VALUE_BYTES);
  writePackedAddress(value, 0, outerAddress);
  return value;
}

/**
 * A tunnel address; shares no memory with what it is read from.
 *
 * @param name {@linkcode TUNNEL_NAME_BYTES} bytes.
 * @param value {@linkcode TUNNEL_VALUE_BYTES} bytes.
 */
export function decodeTunnel(name: Uint8Array, value: Uint8Array): TunnelAddressRequest {
  return {
    portNumber: portOf(name),
    destination: readPackedAddress(name, ADDRESS_OFFSET),
    outerAddress: readPackedAddress(value, 0),
  };
}

function portOf(name: Uint8Array): number {
  return readUint32(name, 0);
}
