/**
 * What is moved by DMA between driver and adapter: requests and responses of
 * the mailbox commands. Little-endian, natural alignment; the fields are
 * declared in their order, and byte arrays are decoded as views.
 *
 * @module
 */

import { boolean32, bytes, countOf, nested, u32, u64, variableBytes } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { INTERNET_ADDRESS } from "./internet_address.ts";

/** Fields of the structure below. */
export const PRESHARED_KEY_REQUEST_FIELDS = {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  portNumber: u32(),
  /** {@linkcode IdentificationType}. */
  idType: u32(),
  /** {@linkcode SecurityFlag} bits, kept as they are. */
  securityFlags: u64(),
  idLength: countOf("id"),
  keyLength: countOf("key"),
  /** The identifier's bytes. */
  id: variableBytes("idLength"),
  /** The key. */
  key: variableBytes("keyLength"),
} as const;

/** Associates a key with an identifier: 24 bytes, identifier, key. */
export const PRESHARED_KEY_REQUEST: Structure<typeof PRESHARED_KEY_REQUEST_FIELDS> = new Structure(
  "PresharedKeyRequest",
  PRESHARED_KEY_REQUEST_FIELDS,
);

/** The value of a {@linkcode PRESHARED_KEY_REQUEST}. */
export type PresharedKeyRequest = StructureValue<typeof PRESHARED_KEY_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const PRESHARED_KEY_QUERY_FIELDS = {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  portNumber: u32(),
  /** {@linkcode IdentificationType}. */
  idType: u32(),
  idLength: countOf("id"),
  /** The identifier's bytes. */
  id: variableBytes("idLength"),
} as const;

/** Asks for the flags of an identifier's key: 12 bytes, identifier. */
export const PRESHARED_KEY_QUERY: Structure<typeof PRESHARED_KEY_QUERY_FIELDS> = new Structure(
  "PresharedKeyQuery",
  PRESHARED_KEY_QUERY_FIELDS,
);

/** The value of a {@linkcode PRESHARED_KEY_QUERY}. */
export type PresharedKeyQuery = StructureValue<typeof PRESHARED_KEY_QUERY_FIELDS>;

/** Fields of the structure below. */
export const PRESHARED_KEY_FLAGS_FIELDS = {
  /** {@linkcode SecurityFlag} bits as they were set. */
  securityFlags: u64(),
} as const;

/** The answer to a {@linkcode PRESHARED_KEY_QUERY}, 8 bytes. */
export const PRESHARED_KEY_FLAGS: Structure<typeof PRESHARED_KEY_FLAGS_FIELDS> = new Structure(
  "PresharedKeyFlags",
  PRESHARED_KEY_FLAGS_FIELDS,
);

/** Fields of the structure below. */
export const GROUP_KEY_REQUEST_FIELDS = {
  keyLength: countOf("key"),
  /** The key. */
  key: variableBytes("keyLength"),
} as const;

/** Sets the key for identifiers without one of their own: 4 bytes, key. */
export const GROUP_KEY_REQUEST: Structure<typeof GROUP_KEY_REQUEST_FIELDS> = new Structure(
  "GroupKeyRequest",
  GROUP_KEY_REQUEST_FIELDS,
);

/** Fields of the structure below. */
export const TUNNEL_ADDRESS_REQUEST_FIELDS = {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  portNumber: u32(),
  /** Whom the traffic is for. */
  destination: nested(INTERNET_ADDRESS),
  /** The security gateway that it goes through. */
  outerAddress: nested(INTERNET_ADDRESS),
} as const;

/** Sets the outer address of tunnel mode, 44 bytes. */
export const TUNNEL_ADDRESS_REQUEST: Structure<typeof TUNNEL_ADDRESS_REQUEST_FIELDS> = new Structure(
  "TunnelAddressRequest",
  TUNNEL_ADDRESS_REQUEST_FIELDS,
);

/** The value of a {@linkcode TUNNEL_ADDRESS_REQUEST}. */
export type TunnelAddressRequest = StructureValue<typeof TUNNEL_ADDRESS_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const GENERATIONAL_GUID_REQUEST_FIELDS = {
  /** Opaque bytes. */
  generationalGuid: bytes(16),
} as const;

/** Names the present generation of keys, 16 bytes. */
export const GENERATIONAL_GUID_REQUEST: Structure<typeof GENERATIONAL_GUID_REQUEST_FIELDS> = new Structure(
  "GenerationalGuidRequest",
  GENERATIONAL_GUID_REQUEST_FIELDS,
);

/** Fields of the structure below. */
export const ADAPTER_INFORMATION_FIELDS = {
  /** Firmware version: major << 16 | minor << 8 | patch. */
  firmwareVersion: u32(),
  /** How many network ports there are. */
  numberOfPorts: u32(),
  /** {@linkcode AdapterStatus}. */
  status: u32(),
  /** {@linkcode Functionality}. */
  functionality: u32(),
  /** True after nonvolatile memory was mounted and holds what the generational GUID names. */
  cacheValid: boolean32(),
  /** How many keys of the largest size always fit. */
  keyCapacity: u32(),
  /** How many keys are in the RAM key table. */
  keysStored: u32(),
  /** How many stored keys were found damaged. */
  keysDamaged: u32(),
  /** The 16 bytes last set, zeros if none. */
  generationalGuid: bytes(16),
} as const;

/** The adapter about itself, 48 bytes. */
export const ADAPTER_INFORMATION: Structure<typeof ADAPTER_INFORMATION_FIELDS> = new Structure(
  "AdapterInformation",
  ADAPTER_INFORMATION_FIELDS,
);

/** The value of an {@linkcode ADAPTER_INFORMATION}. */
export type AdapterInformation = StructureValue<typeof ADAPTER_INFORMATION_FIELDS>;

/** Fields of the structure below. */
export const SESSION_REQUEST_FIELDS = {
  /** Port from 0, or {@linkcode ALL_PORTS} for the first one. */
  portNumber: u32(),
  /** The target's address. */
  target: nested(INTERNET_ADDRESS),
  /** {@linkcode SecurityFlag} bits of the login; without VALID those of the key's entry apply. */
  securityFlags: u64(),
  /** Type of the identifier to present, or {@linkcode CHOOSE_IDENTIFICATION}. */
  idType: u32(),
  idLength: countOf("id"),
  keyLength: countOf("key"),
  /** Zero; the adapter does not look at it. */
  reserved: u32(),
  /** The identifier to present; empty if the adapter chooses. */
  id: variableBytes("idLength"),
  /** A key for this login only; empty when there is none. */
  key: variableBytes("keyLength"),
} as const;

/** Opens a session as far as phase 1: 48 bytes, identifier, key. */
export const SESSION_REQUEST: Structure<typeof SESSION_REQUEST_FIELDS> = new Structure(
  "SessionRequest",
  SESSION_REQUEST_FIELDS,
);

/** The value of a {@linkcode SESSION_REQUEST}. */
export type SessionRequest = StructureValue<typeof SESSION_REQUEST_FIELDS>;

/** Type of identifier in a {@linkcode SESSION_REQUEST}: the adapter's key table decides (RFC 2407 reserves the number). */
export const CHOOSE_IDENTIFICATION = 0;
