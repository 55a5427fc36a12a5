/**
 * Internet addresses as the adapter and its driver hand them to each other: of
 * one size for both versions, with a type in front.
 *
 * @module
 */

import type { FixedField } from "../../sim/layout/field.ts";
import { bytes, u32 } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";

/** Types of {@linkcode InternetAddress}; the numbers of ISCSI_IP_Address. */
export const AddressType = {
  /** A name to be resolved; the adapter needs binary addresses and refuses it. */
  text: 0,
  /** IPv4, 4 bytes. */
  ipv4: 1,
  /** IPv6, 16 bytes. */
  ipv6: 2,
  /** No address. */
  empty: 3,
} as const;

/** Fields of the structure below. */
export const INTERNET_ADDRESS_FIELDS: {
  /** {@linkcode AddressType}. */
  readonly type: FixedField<number>;
  /** In network order; IPv4 in the first four, the others zero. */
  readonly bytes: FixedField<Uint8Array>;
} = {
  type: u32(),
  bytes: bytes(16),
};

/** An address in a layout, 20 bytes. */
export const INTERNET_ADDRESS: Structure<typeof INTERNET_ADDRESS_FIELDS> = new Structure(
  "InternetAddress",
  INTERNET_ADDRESS_FIELDS,
);

/** An address with its type. */
export type InternetAddress = StructureValue<typeof INTERNET_ADDRESS_FIELDS>;

/** How many bytes {@linkcode writePackedAddress} writes. */
export const PACKED_ADDRESS_BYTES = 17;

/**
 * The typed form of an address as networks have it.
 *
 * @param address 4 or 16 bytes in network order, or none for the empty address; they are copied.
 * @returns `undefined` if the length is another.
 */
export function internetAddress(address: Uint8Array): InternetAddress | undefined {
  const type = TYPES_BY_LENGTH.get(address.length);
  if (type === undefined) return undefined;
  const padded = new Uint8Array(16);
  padded.set(address);
  return { type, bytes: padded };
}

/** A copy of an address as networks have it: 4 bytes of IPv4, 16 of IPv6, none of any other type. */
export function networkAddress({ type, bytes }: InternetAddress): Uint8Array {
  switch (type) {
    case AddressType.ipv4:
      return bytes.slice(0, 4);
    case AddressType.ipv6:
      return bytes.slice();
    default:
      return new Uint8Array(0);
  }
}

/** Writes an address as records keep it: the type in one byte, then the sixteen. */
export function writePackedAddress(target: Uint8Array, offset: number, { type, bytes }: InternetAddress): void {
  target[offset] = type;
  target.set(bytes, offset + 1);
}

/** Reads what {@linkcode writePackedAddress} wrote; a copy. */
export function readPackedAddress(source: Uint8Array, offset: number): InternetAddress {
  return { type: source[offset] ?? 0, bytes: source.slice(offset + 1, offset + PACKED_ADDRESS_BYTES) };
}

const TYPES_BY_LENGTH: ReadonlyMap<number, number> = new Map([
  [0, AddressType.empty],
  [4, AddressType.ipv4],
  [16, AddressType.ipv6],
]);
