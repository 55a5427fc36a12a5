/**
 * What is moved by DMA between driver and adapter: requests and responses of
 * the mailbox commands. Little-endian, natural alignment; the fields are
 * declared in their order, and byte arrays are decoded as views.
 *
 * @module
 */

import type { CountField, FixedField, VariableField } from "../../sim/layout/field.ts";
import { boolean32, bytes, countOf, nested, u32, u64, variableBytes } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { INTERNET_ADDRESS, type InternetAddress } from "./internet_address.ts";

/** Fields of the structure below. */
export const PRESHARED_KEY_REQUEST_FIELDS: {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: FixedField<number>;
  /** {@linkcode IdentificationType}. */
  readonly idType: FixedField<number>;
  /** {@linkcode SecurityFlag} bits, kept as they are. */
  readonly securityFlags: FixedField<bigint>;
  readonly idLength: CountField;
  readonly keyLength: CountField;
  /** The identifier's bytes. */
  readonly id: VariableField<Uint8Array>;
  /** The key. */
  readonly key: VariableField<Uint8Array>;
} = {
  portNumber: u32(),
  idType: u32(),
  securityFlags: u64(),
  idLength: countOf("id"),
  keyLength: countOf("key"),
  id: variableBytes("idLength"),
  key: variableBytes("keyLength"),
};

/** Associates a key with an identifier: 24 bytes, identifier, key. */
export const PRESHARED_KEY_REQUEST: Structure<typeof PRESHARED_KEY_REQUEST_FIELDS> = new Structure(
  "PresharedKeyRequest",
  PRESHARED_KEY_REQUEST_FIELDS,
);

/** The value of a {@linkcode PRESHARED_KEY_REQUEST}. */
export type PresharedKeyRequest = StructureValue<typeof PRESHARED_KEY_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const PRESHARED_KEY_QUERY_FIELDS: {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: FixedField<number>;
  /** {@linkcode IdentificationType}. */
  readonly idType: FixedField<number>;
  readonly idLength: CountField;
  /** The identifier's bytes. */
  readonly id: VariableField<Uint8Array>;
} = {
  portNumber: u32(),
  idType: u32(),
  idLength: countOf("id"),
  id: variableBytes("idLength"),
};

/** Asks for the flags of an identifier's key: 12 bytes, identifier. */
export const PRESHARED_KEY_QUERY: Structure<typeof PRESHARED_KEY_QUERY_FIELDS> = new Structure(
  "PresharedKeyQuery",
  PRESHARED_KEY_QUERY_FIELDS,
);

/** The value of a {@linkcode PRESHARED_KEY_QUERY}. */
export type PresharedKeyQuery = StructureValue<typeof PRESHARED_KEY_QUERY_FIELDS>;

/** Fields of the structure below. */
export const PRESHARED_KEY_FLAGS_FIELDS: {
  /** {@linkcode SecurityFlag} bits as they were set. */
  readonly securityFlags: FixedField<bigint>;
} = {
  securityFlags: u64(),
};

/** The answer to a {@linkcode PRESHARED_KEY_QUERY}, 8 bytes. */
export const PRESHARED_KEY_FLAGS: Structure<typeof PRESHARED_KEY_FLAGS_FIELDS> = new Structure(
  "PresharedKeyFlags",
  PRESHARED_KEY_FLAGS_FIELDS,
);

/** Fields of the structure below. */
export const GROUP_KEY_REQUEST_FIELDS: {
  readonly keyLength: CountField;
  /** The key. */
  readonly key: VariableField<Uint8Array>;
} = {
  keyLength: countOf("key"),
  key: variableBytes("keyLength"),
};

/** Sets the key for identifiers without one of their own: 4 bytes, key. */
export const GROUP_KEY_REQUEST: Structure<typeof GROUP_KEY_REQUEST_FIELDS> = new Structure(
  "GroupKeyRequest",
  GROUP_KEY_REQUEST_FIELDS,
);

/** Fields of the structure below. */
export const TUNNEL_ADDRESS_REQUEST_FIELDS: {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: FixedField<number>;
  /** Whom the traffic is for. */
  readonly destination: FixedField<InternetAddress>;
  /** The security gateway that it goes through. */
  readonly outerAddress: FixedField<InternetAddress>;
} = {
  portNumber: u32(),
  destination: nested(INTERNET_ADDRESS),
  outerAddress: nested(INTERNET_ADDRESS),
};

/** Sets the outer address of tunnel mode, 44 bytes. */
export const TUNNEL_ADDRESS_REQUEST: Structure<typeof TUNNEL_ADDRESS_REQUEST_FIELDS> = new Structure(
  "TunnelAddressRequest",
  TUNNEL_ADDRESS_REQUEST_FIELDS,
);

/** The value of a {@linkcode TUNNEL_ADDRESS_REQUEST}. */
export type TunnelAddressRequest = StructureValue<typeof TUNNEL_ADDRESS_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const GENERATIONAL_GUID_REQUEST_FIELDS: {
  /** Opaque bytes. */
  readonly generationalGuid: FixedField<Uint8Array>;
} = {
  generationalGuid: bytes(16),
};

/** Names the present generation of keys, 16 bytes. */
export const GENERATIONAL_GUID_REQUEST: Structure<typeof GENERATIONAL_GUID_REQUEST_FIELDS> = new Structure(
  "GenerationalGuidRequest",
  GENERATIONAL_GUID_REQUEST_FIELDS,
);

/** Fields of the structure below. */
export const ADAPTER_INFORMATION_FIELDS: {
  /** Firmware version: major << 16 | minor << 8 | patch. */
  readonly firmwareVersion: FixedField<number>;
  /** How many network ports there are. */
  readonly numberOfPorts: FixedField<number>;
  /** {@linkcode AdapterStatus}. */
  readonly status: FixedField<number>;
  /** {@linkcode Functionality}. */
  readonly functionality: FixedField<number>;
  /** True after nonvolatile memory was mounted and holds what the generational GUID names. */
  readonly cacheValid: FixedField<boolean>;
  /** How many keys of the largest size always fit. */
  readonly keyCapacity: FixedField<number>;
  /** How many keys are in the RAM key table. */
  readonly keysStored: FixedField<number>;
  /** How many stored keys were found damaged. */
  readonly keysDamaged: FixedField<number>;
  /** The 16 bytes last set, zeros if none. */
  readonly generationalGuid: FixedField<Uint8Array>;
} = {
  firmwareVersion: u32(),
  numberOfPorts: u32(),
  status: u32(),
  functionality: u32(),
  cacheValid: boolean32(),
  keyCapacity: u32(),
  keysStored: u32(),
  keysDamaged: u32(),
  generationalGuid: bytes(16),
};

/** The adapter about itself, 48 bytes. */
export const ADAPTER_INFORMATION: Structure<typeof ADAPTER_INFORMATION_FIELDS> = new Structure(
  "AdapterInformation",
  ADAPTER_INFORMATION_FIELDS,
);

/** The value of an {@linkcode ADAPTER_INFORMATION}. */
export type AdapterInformation = StructureValue<typeof ADAPTER_INFORMATION_FIELDS>;

/** Fields of the structure below. */
export const SESSION_REQUEST_FIELDS: {
  /** Port from 0, or {@linkcode ALL_PORTS} for the first one. */
  readonly portNumber: FixedField<number>;
  /** The target's address. */
  readonly target: FixedField<InternetAddress>;
  /** {@linkcode SecurityFlag} bits of the login; without VALID those of the key's entry apply. */
  readonly securityFlags: FixedField<bigint>;
  /** Type of the identifier to present, or {@linkcode CHOOSE_IDENTIFICATION}. */
  readonly idType: FixedField<number>;
  readonly idLength: CountField;
  readonly keyLength: CountField;
  /** Zero; the adapter does not look at it. */
  readonly reserved: FixedField<number>;
  /** The identifier to present; empty if the adapter chooses. */
  readonly id: VariableField<Uint8Array>;
  /** A key for this login only; empty when there is none. */
  readonly key: VariableField<Uint8Array>;
} = {
  portNumber: u32(),
  target: nested(INTERNET_ADDRESS),
  securityFlags: u64(),
  idType: u32(),
  idLength: countOf("id"),
  keyLength: countOf("key"),
  reserved: u32(),
  id: variableBytes("idLength"),
  key: variableBytes("keyLength"),
};

/** Opens a session as far as phase 1: 48 bytes, identifier, key. */
export const SESSION_REQUEST: Structure<typeof SESSION_REQUEST_FIELDS> = new Structure(
  "SessionRequest",
  SESSION_REQUEST_FIELDS,
);

/** The value of a {@linkcode SESSION_REQUEST}. */
export type SessionRequest = StructureValue<typeof SESSION_REQUEST_FIELDS>;

/** Type of identifier in a {@linkcode SESSION_REQUEST}: the adapter's key table decides (RFC 2407 reserves the number). */
export const CHOOSE_IDENTIFICATION = 0;
