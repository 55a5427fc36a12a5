/**
 * What is moved by DMA about logins: persistent ones, connections, and what
 * phase 1 has counted. Little-endian, natural alignment; byte arrays are
 * decoded as views.
 *
 * @module
 */

import type { CountField, FixedField, VariableField } from "../../sim/layout/field.ts";
import { countOf, nested, u32, u64, variableBytes } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { INTERNET_ADDRESS, type InternetAddress } from "./internet_address.ts";

/** Fields of the structure below. */
export const PERSISTENT_LOGIN_REQUEST_FIELDS: {
  /** Port from 0, or {@linkcode ALL_PORTS} for the first one. */
  readonly portNumber: FixedField<number>;
  /** The target's address. */
  readonly target: FixedField<InternetAddress>;
  /** {@linkcode SecurityFlag} bits of the login. */
  readonly securityFlags: FixedField<bigint>;
  /** The target's TCP port. */
  readonly socket: FixedField<number>;
  readonly targetNameLength: CountField;
  readonly keyLength: CountField;
  readonly passwordLength: CountField;
  readonly descriptionLength: CountField;
  /** Zero; the adapter does not look at it. */
  readonly reserved: FixedField<number>;
  /** The target's iSCSI name in UTF-8, at most {@linkcode MAX_TARGET_NAME_BYTES}. */
  readonly targetName: VariableField<Uint8Array>;
  /** The key of the login; empty when the key table is to be asked at each login. Never given out. */
  readonly key: VariableField<Uint8Array>;
  /** The password of the login. Never given out. */
  readonly password: VariableField<Uint8Array>;
  /** Whatever else the driver wants to know of the login later; the adapter does not look at it. */
  readonly description: VariableField<Uint8Array>;
} = {
  portNumber: u32(),
  target: nested(INTERNET_ADDRESS),
  securityFlags: u64(),
  socket: u32(),
  targetNameLength: countOf("targetName"),
  keyLength: countOf("key"),
  passwordLength: countOf("password"),
  descriptionLength: countOf("description"),
  reserved: u32(),
  targetName: variableBytes("targetNameLength"),
  key: variableBytes("keyLength"),
  password: variableBytes("passwordLength"),
  description: variableBytes("descriptionLength"),
};

/** Has the adapter log in whenever its driver is loaded: 56 bytes, name, key, password, description. */
export const PERSISTENT_LOGIN_REQUEST: Structure<typeof PERSISTENT_LOGIN_REQUEST_FIELDS> = new Structure(
  "PersistentLoginRequest",
  PERSISTENT_LOGIN_REQUEST_FIELDS,
);

/** The value of a {@linkcode PERSISTENT_LOGIN_REQUEST}. */
export type PersistentLoginRequest = StructureValue<typeof PERSISTENT_LOGIN_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const PERSISTENT_LOGIN_NAME_FIELDS: {
  /** The port that they were saved for: from 0, or {@linkcode ALL_PORTS} for those of any port. */
  readonly portNumber: FixedField<number>;
  /** The target's address; of type empty for all portals. */
  readonly target: FixedField<InternetAddress>;
  /** The target's TCP port. */
  readonly socket: FixedField<number>;
  readonly targetNameLength: CountField;
  /** The target's iSCSI name in UTF-8. */
  readonly targetName: VariableField<Uint8Array>;
} = {
  portNumber: u32(),
  target: nested(INTERNET_ADDRESS),
  socket: u32(),
  targetNameLength: countOf("targetName"),
  targetName: variableBytes("targetNameLength"),
};

/** Names persistent logins to be forgotten: 32 bytes, name. */
export const PERSISTENT_LOGIN_NAME: Structure<typeof PERSISTENT_LOGIN_NAME_FIELDS> = new Structure(
  "PersistentLoginName",
  PERSISTENT_LOGIN_NAME_FIELDS,
);

/** The value of a {@linkcode PERSISTENT_LOGIN_NAME}. */
export type PersistentLoginName = StructureValue<typeof PERSISTENT_LOGIN_NAME_FIELDS>;

/** Fields of the structure below. */
export const PERSISTENT_LOGIN_INFORMATION_FIELDS: {
  /** The number of the login, from 1 in the order in which they were saved. */
  readonly number: FixedField<number>;
  /** The number of the session that it opens; 0 if it is not to be opened before the next driver load. */
  readonly session: FixedField<number>;
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: FixedField<number>;
  /** The target's address. */
  readonly target: FixedField<InternetAddress>;
  /** {@linkcode SecurityFlag} bits of the login. */
  readonly securityFlags: FixedField<bigint>;
  /** The target's TCP port. */
  readonly socket: FixedField<number>;
  readonly targetNameLength: CountField;
  readonly descriptionLength: CountField;
  /** Zero. */
  readonly reserved: FixedField<number>;
  /** The target's iSCSI name in UTF-8. */
  readonly targetName: VariableField<Uint8Array>;
  /** As the driver gave it. */
  readonly description: VariableField<Uint8Array>;
} = {
  number: u32(),
  session: u32(),
  portNumber: u32(),
  target: nested(INTERNET_ADDRESS),
  securityFlags: u64(),
  socket: u32(),
  targetNameLength: countOf("targetName"),
  descriptionLength: countOf("description"),
  reserved: u32(),
  targetName: variableBytes("targetNameLength"),
  description: variableBytes("descriptionLength"),
};

/** A persistent login as the adapter tells of it, without key and password: 56 bytes, name, description. */
export const PERSISTENT_LOGIN_INFORMATION: Structure<typeof PERSISTENT_LOGIN_INFORMATION_FIELDS> = new Structure(
  "PersistentLoginInformation",
  PERSISTENT_LOGIN_INFORMATION_FIELDS,
);

/** The value of a {@linkcode PERSISTENT_LOGIN_INFORMATION}. */
export type PersistentLoginInformation = StructureValue<typeof PERSISTENT_LOGIN_INFORMATION_FIELDS>;

/** Fields of the structure below. */
export const CONNECTION_REQUEST_FIELDS: {
  /** The session that it is to belong to. */
  readonly session: FixedField<number>;
  /** Port from 0, or {@linkcode ALL_PORTS} for the first one. */
  readonly portNumber: FixedField<number>;
  /** The address of the target's portal. */
  readonly target: FixedField<InternetAddress>;
  /** As in a session request. */
  readonly securityFlags: FixedField<bigint>;
  readonly keyLength: CountField;
  /** A key for this connection only; empty when there is none. */
  readonly key: VariableField<Uint8Array>;
} = {
  session: u32(),
  portNumber: u32(),
  target: nested(INTERNET_ADDRESS),
  securityFlags: u64(),
  keyLength: countOf("key"),
  key: variableBytes("keyLength"),
};

/** Adds a connection to a session, as far as phase 1: 44 bytes, key. */
export const CONNECTION_REQUEST: Structure<typeof CONNECTION_REQUEST_FIELDS> = new Structure(
  "ConnectionRequest",
  CONNECTION_REQUEST_FIELDS,
);

/** The value of a {@linkcode CONNECTION_REQUEST}. */
export type ConnectionRequest = StructureValue<typeof CONNECTION_REQUEST_FIELDS>;

/** Fields of the structure below. */
export const CONNECTION_NAME_FIELDS: {
  /** The session. */
  readonly session: FixedField<number>;
  /** The connection. */
  readonly connection: FixedField<number>;
} = { session: u32(), connection: u32() };

/** Names a connection of a session, 8 bytes. */
export const CONNECTION_NAME: Structure<typeof CONNECTION_NAME_FIELDS> = new Structure(
  "ConnectionName",
  CONNECTION_NAME_FIELDS,
);

/** {@linkcode ConnectionInformation.state}. */
export const ConnectionState = {
  /** Phase 1 is under way. */
  negotiating: 0,
  /** The connection can be used. */
  active: 1,
  /** A persistent login that has failed or was lost, and will be tried again: there is no connection. */
  waiting: 2,
} as const;

/** Fields of the structure below. */
export const CONNECTION_INFORMATION_FIELDS: {
  /** Its number; of the first connection of a session that of the session. */
  readonly connection: FixedField<number>;
  /** The session that it belongs to. */
  readonly session: FixedField<number>;
  /** Its place among those that the session has had, from 1. */
  readonly cid: FixedField<number>;
  /** {@linkcode ConnectionState}. */
  readonly state: FixedField<number>;
  /** The address of the adapter's port. */
  readonly local: FixedField<InternetAddress>;
  /** The address of the target's portal. */
  readonly target: FixedField<InternetAddress>;
  /** The number of the persistent login that has opened the session; 0 if none has. */
  readonly persistentLogin: FixedField<number>;
} = {
  connection: u32(),
  session: u32(),
  cid: u32(),
  state: u32(),
  local: nested(INTERNET_ADDRESS),
  target: nested(INTERNET_ADDRESS),
  persistentLogin: u32(),
};

/** A connection, 60 bytes. */
export const CONNECTION_INFORMATION: Structure<typeof CONNECTION_INFORMATION_FIELDS> = new Structure(
  "ConnectionInformation",
  CONNECTION_INFORMATION_FIELDS,
);

/** The value of a {@linkcode CONNECTION_INFORMATION}. */
export type ConnectionInformation = StructureValue<typeof CONNECTION_INFORMATION_FIELDS>;

/** Fields of the structure below. */
export const PHASE1_STATISTICS_FIELDS: {
  /** Negotiations under way. */
  readonly negotiating: FixedField<number>;
  /** Inputs that wait for the engine: datagrams among them. */
  readonly queued: FixedField<number>;
  /** Associations established since the firmware began. */
  readonly established: FixedField<number>;
  /** Negotiations that failed, whatever the cause. */
  readonly failed: FixedField<number>;
  /** Those of them in which a hash did not verify or the messages did not decrypt. */
  readonly authenticationFailures: FixedField<number>;
  /** Datagrams with cookies of no exchange. */
  readonly invalidCookies: FixedField<number>;
  /** Datagrams with headers, payloads or lengths that are not ISAKMP. */
  readonly invalidPackets: FixedField<number>;
  /** Datagrams that were lost because those before them were not taken in time. */
  readonly receiveFailures: FixedField<number>;
} = {
  negotiating: u32(),
  queued: u32(),
  established: u32(),
  failed: u32(),
  authenticationFailures: u32(),
  invalidCookies: u32(),
  invalidPackets: u32(),
  receiveFailures: u32(),
};

/** What phase 1 has counted, 32 bytes. */
export const PHASE1_STATISTICS: Structure<typeof PHASE1_STATISTICS_FIELDS> = new Structure(
  "Phase1Statistics",
  PHASE1_STATISTICS_FIELDS,
);

/** The value of a {@linkcode PHASE1_STATISTICS}. */
export type Phase1Statistics = StructureValue<typeof PHASE1_STATISTICS_FIELDS>;

/** The longest iSCSI name, in bytes (RFC 7143 §4.2.7.2). */
export const MAX_TARGET_NAME_BYTES = 223;

/** Bits of mailbox 2 that `getSecurityCapabilities` answers: which ciphers the adapter's policy has. */
export const CipherCapability = {
  /** 3DES. */
  tripleDes: 0x01,
  /** AES with any length of key. */
  aes: 0x02,
} as const;
