/**
 * Status codes of the iSCSI initiator, as `iscsierr.h` numbers them: severity
 * error is 0xEFFFnnnn, severity warning 0xAFFFnnnn, success 0. Two names are
 * misspelt in the header and kept so.
 *
 * The published list of status qualifiers differs from the header in four
 * places (0x2E and 0x48 are warnings; the texts of 0x43 and 0x44 are swapped;
 * 0x67 and 0x68 are missing); the header is right.
 *
 * @module
 */

/** ISDSC status codes by name, without the prefix `ISDSC_`. */
export const IsdscStatus = {
  /** STATUS_SUCCESS: done. */
  SUCCESS: 0,
  /** Generic. */
  NON_SPECIFIC_ERROR: 0xefff_0001,
  /** ISCSI login failed. */
  LOGIN_FAILED: 0xefff_0002,
  /** Connect failed. */
  CONNECTION_FAILED: 0xefff_0003,
  /** Duplicate node. */
  INITIATOR_NODE_ALREADY_EXISTS: 0xefff_0004,
  /** No such node. */
  INITIATOR_NODE_NOT_FOUND: 0xefff_0005,
  /** Redirect. */
  TARGET_MOVED_TEMPORARILY: 0xefff_0006,
  /** Redirect. */
  TARGET_MOVED_PERMANENTLY: 0xefff_0007,
  /** Initiator fault. */
  INITIATOR_ERROR: 0xefff_0008,
  /** Authentication. */
  AUTHENTICATION_FAILURE: 0xefff_0009,
  /** Authorization. */
  AUTHORIZATION_FAILURE: 0xefff_000a,
  /** Not found. */
  NOT_FOUND: 0xefff_000b,
  /** Target gone. */
  TARGET_REMOVED: 0xefff_000c,
  /** Version. */
  UNSUPPORTED_VERSION: 0xefff_000d,
  /** Limit. */
  TOO_MANY_CONNECTIONS: 0xefff_000e,
  /** Parameter absent. */
  MISSING_PARAMETER: 0xefff_000f,
  /** Cannot join session. */
  CANT_INCLUDE_IN_SESSION: 0xefff_0010,
  /** Session type. */
  SESSION_TYPE_NOT_SUPPORTED: 0xefff_0011,
  /** Target fault. */
  TARGET_ERROR: 0xefff_0012,
  /** Target service unavailable. */
  SERVICE_UNAVAILABLE: 0xefff_0013,
  /** No resources. */
  OUT_OF_RESOURCES: 0xefff_0014,
  /** Duplicate. */
  CONNECTION_ALREADY_EXISTS: 0xefff_0015,
  /** Duplicate. */
  SESSION_ALREADY_EXISTS: 0xefff_0016,
  /** No such HBA instance. */
  INITIATOR_INSTANCE_NOT_FOUND: 0xefff_0017,
  /** Duplicate. */
  TARGET_ALREADY_EXISTS: 0xefff_0018,
  /** Driver completed wrongly. */
  DRIVER_BUG: 0xefff_0019,
  /** Text key. */
  INVALID_TEXT_KEY: 0xefff_001a,
  /** SendTargets text. */
  INVALID_SENDTARGETS_TEXT: 0xefff_001b,
  /** Session id. */
  INVALID_SESSION_ID: 0xefff_001c,
  /** SCSI failed. */
  SCSI_REQUEST_FAILED: 0xefff_001d,
  /** Limit. */
  TOO_MANY_SESSIONS: 0xefff_001e,
  /** Request in progress. */
  SESSION_BUSY: 0xefff_001f,
  /** Mapping taken. */
  TARGET_MAPPING_UNAVAILABLE: 0xefff_0020,
  /** Address type. */
  ADDRESS_TYPE_NOT_SUPPORTED: 0xefff_0021,
  /** Logon failed. */
  LOGON_FAILED: 0xefff_0022,
  /** TCP send. */
  SEND_FAILED: 0xefff_0023,
  /** TCP. */
  TRANSPORT_ERROR: 0xefff_0024,
  /** ISCSI version. */
  VERSION_MISMATCH: 0xefff_0025,
  /** Mapping. */
  TARGET_MAPPING_OUT_OF_RANGE: 0xefff_0026,
  /** No PSK for target / IKE id payload. */
  TARGET_PRESHAREDKEY_UNAVAILABLE: 0xefff_0027,
  /** No auth info for target. */
  TARGET_AUTHINFO_UNAVAILABLE: 0xefff_0028,
  /** Unknown or hidden. */
  TARGET_NOT_FOUND: 0xefff_0029,
  /** Bad LoginToTarget parameter. */
  LOGIN_USER_INFO_BAD: 0xefff_002a,
  /** Duplicate. */
  TARGET_MAPPING_EXISTS: 0xefff_002b,
  /** HBA security cache full. */
  HBA_SECURITY_CACHE_FULL: 0xefff_002c,
  /** Port not valid. */
  INVALID_PORT_NUMBER: 0xefff_002d,
  /** Failed for some initiators. */
  OPERATION_NOT_ALL_SUCCESS: 0xafff_002e,
  /** Adapter has no security cache. */
  HBA_SECURITY_CACHE_NOT_SUPPORTED: 0xefff_002f,
  /** IdType. */
  IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED: 0xefff_0030,
  /** IdSize. */
  IKE_ID_PAYLOAD_INCORRECT_SIZE: 0xefff_0031,
  /** Duplicate. */
  TARGET_PORTAL_ALREADY_EXISTS: 0xefff_0032,
  /** Duplicate. */
  TARGET_ADDRESS_ALREADY_EXISTS: 0xefff_0033,
  /** No IKE auth info at all. */
  NO_AUTH_INFO_AVAILABLE: 0xefff_0034,
  /** No outer address set. */
  NO_TUNNEL_OUTER_MODE_ADDRESS: 0xefff_0035,
  /** Auth / tunnel address cache corrupt. */
  CACHE_CORRUPTED: 0xefff_0036,
  /** Not supported. */
  REQUEST_NOT_SUPPORTED: 0xefff_0037,
  /** Target resources. */
  TARGET_OUT_OF_RESORCES: 0xefff_0038,
  /** Service did not answer driver. */
  SERVICE_DID_NOT_RESPOND: 0xefff_0039,
  /** ISNS. */
  ISNS_SERVER_NOT_FOUND: 0xefff_003a,
  /** Done, needs reload/reboot. */
  OPERATION_REQUIRES_REBOOT: 0xafff_003b,
  /** No portal. */
  NO_PORTAL_SPECIFIED: 0xefff_003c,
  /** Last connection. */
  CANT_REMOVE_LAST_CONNECTION: 0xefff_003d,
  /** Initiator service stopped. */
  SERVICE_NOT_RUNNING: 0xefff_003e,
  /** Duplicate login. */
  TARGET_ALREADY_LOGGED_IN: 0xefff_003f,
  /** Device in use. */
  DEVICE_BUSY_ON_SESSION: 0xefff_0040,
  /** Save failed. */
  COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA: 0xefff_0041,
  /** Remove failed. */
  COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA: 0xefff_0042,
  /** Portal unknown. */
  PORTAL_NOT_FOUND: 0xefff_0043,
  /** Initiator name unknown. */
  INITIATOR_NOT_FOUND: 0xefff_0044,
  /** Discovery. */
  DISCOVERY_MECHANISM_NOT_FOUND: 0xefff_0045,
  /** OS lacks IPsec for iSCSI. */
  IPSEC_NOT_SUPPORTED_ON_OS: 0xefff_0046,
  /** Persistent logins timed out. */
  PERSISTENT_LOGIN_TIMEOUT: 0xefff_0047,
  /** <96 bits. */
  SHORT_CHAP_SECRET: 0xafff_0048,
  /** Evaluation over. */
  EVALUATION_PEROID_EXPIRED: 0xefff_0049,
  /** CHAP secret. */
  INVALID_CHAP_SECRET: 0xefff_004a,
  /** 12..16 bytes without IPsec. */
  INVALID_TARGET_CHAP_SECRET: 0xefff_004b,
  /** 12..16 bytes without IPsec. */
  INVALID_INITIATOR_CHAP_SECRET: 0xefff_004c,
  /** User name. */
  INVALID_CHAP_USER_NAME: 0xefff_004d,
  /** Auth type. */
  INVALID_LOGON_AUTH_TYPE: 0xefff_004e,
  /** Mapping. */
  INVALID_TARGET_MAPPING: 0xefff_004f,
  /** Id in mapping. */
  INVALID_TARGET_ID: 0xefff_0050,
  /** Bad iSCSI name. */
  INVALID_ISCSI_NAME: 0xefff_0051,
  /** ISNS version. */
  INCOMPATIBLE_ISNS_VERSION: 0xefff_0052,
  /** IPsec setup failed (maybe resources). */
  FAILED_TO_CONFIGURE_IPSEC: 0xefff_0053,
  /** Request buffer too small. */
  BUFFER_TOO_SMALL: 0xefff_0054,
  /** Policy. */
  INVALID_LOAD_BALANCE_POLICY: 0xefff_0055,
  /** Parameter invalid. */
  INVALID_PARAMETER: 0xefff_0056,
  /** Path. */
  DUPLICATE_PATH_SPECIFIED: 0xefff_0057,
  /** Path. */
  PATH_COUNT_MISMATCH: 0xefff_0058,
  /** Path. */
  INVALID_PATH_ID: 0xefff_0059,
  /** Path. */
  MULTIPLE_PRIMARY_PATHS_SPECIFIED: 0xefff_005a,
  /** Path. */
  NO_PRIMARY_PATH_SPECIFIED: 0xefff_005b,
  /** Bound. */
  DEVICE_ALREADY_PERSISTENTLY_BOUND: 0xefff_005c,
  /** Device. */
  DEVICE_NOT_FOUND: 0xefff_005d,
  /** Device. */
  DEVICE_NOT_ISCSI_OR_PERSISTENT: 0xefff_005e,
  /** DNS. */
  DNS_NAME_UNRESOLVED: 0xefff_005f,
  /** Session. */
  NO_CONNECTION_AVAILABLE: 0xefff_0060,
  /** Policy. */
  LB_POLICY_NOT_SUPPORTED: 0xefff_0061,
  /** Session. */
  REMOVE_CONNECTION_IN_PROGRESS: 0xefff_0062,
  /** Session. */
  INVALID_CONNECTION_ID: 0xefff_0063,
  /** Session. */
  CANNOT_REMOVE_LEADING_CONNECTION: 0xefff_0064,
  /** Policy. */
  RESTRICTED_BY_GROUP_POLICY: 0xefff_0065,
  /** Firewall. */
  ISNS_FIREWALL_BLOCKED: 0xefff_0066,
  /** (header only). */
  FAILURE_TO_PERSIST_LB_POLICY: 0xefff_0067,
  /** Name unresolved (header only). */
  INVALID_HOST: 0xefff_0068,
} as const;

/** A name in {@linkcode IsdscStatus}. */
export type IsdscStatusName = keyof typeof IsdscStatus;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(IsdscStatus).map((
    [name, code],
  ) => [code, name === "SUCCESS" ? name : `ISDSC_${name}`]),
);

/**
 * The name of a status: `SUCCESS`, `ISDSC_HBA_SECURITY_CACHE_FULL`, or the
 * number in hex when it is none of the header's.
 */
export function isdscStatusName(status: number): string {
  return NAMES.get(status) ?? hexStatus(status);
}

/** What stands before a status in traces, each with the digits that it has and the texts that were made of it. */
const LABELLED = {
  NTSTATUS: { digits: 8, known: new Map<number, string>() },
  SRB: { digits: 2, known: new Map<number, string>() },
  mailbox: { digits: 4, known: new Map<number, string>() },
  "mailbox command": { digits: 2, known: new Map<number, string>() },
} as const;

/** Statuses are few. More come only from a driver test that makes them up. */
const REMEMBERED_STATUSES = 256;

/** {@linkcode hexStatus} behind its label; the same few texts, which a trace asks for at each call, are made once. */
export function labelledStatus(label: keyof typeof LABELLED, status: number): string {
  const { digits, known } = LABELLED[label];
  let text = known.get(status);
  if (text === undefined) {
    text = `${label} ${hexStatus(status, digits)}`;
    if (known.size >= REMEMBERED_STATUSES) known.clear();
    known.set(status, text);
  }
  return text;
}

/** A status or a register in hex, as debuggers print it; a status of 32 bits has eight digits. */
export function hexStatus(status: number, digits = 8): string {
  return `0x${(status >>> 0).toString(16).padStart(digits, "0")}`;
}
