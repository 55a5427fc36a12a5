/**
 * The structures of `iscsidsc.h`, as TypeScript has them: a pointer that may be
 * NULL is a field that may be `undefined`, a buffer with its length is a
 * `Uint8Array`, wide characters are a string. Names are the header's.
 *
 * @module
 */

/** ISCSI_ANY_INITIATOR_PORT, ISCSI_ALL_INITIATOR_PORTS. */
export const ALL_INITIATOR_PORTS = 0xffff_ffff;

/** IKE_AUTHENTICATION_METHOD. */
export const IkeAuthenticationMethod = {
  /** The only one there is. */
  presharedKey: 1,
} as const;

/** IKE_AUTHENTICATION_INFORMATION with its IKE_AUTHENTICATION_PRESHARED_KEY. */
export interface IkeAuthenticationInformation {
  /** AuthMethod: a value of {@linkcode IkeAuthenticationMethod}. */
  readonly authMethod: number;
  /** SecurityFlags. */
  readonly securityFlags: bigint;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** The identifier: address in network byte order, or text without terminator. */
  readonly id: Uint8Array;
  /** The key. */
  readonly key: Uint8Array;
}

/** ISCSI_UNIQUE_SESSION_ID: the adapter in one half, its session in the other. */
export interface UniqueSessionId {
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly adapterUnique: bigint;
  /** UniqueSessionId of LoginToTarget. */
  readonly adapterSpecific: bigint;
}

/** ISCSI_UNIQUE_CONNECTION_ID: the adapter in one half, its connection in the other. */
export interface UniqueConnectionId {
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly adapterUnique: bigint;
  /** UniqueConnectionId of LoginToTarget or AddConnectionToSession. */
  readonly adapterSpecific: bigint;
}

/** ISCSI_TARGET_PORTAL. */
export interface TargetPortal {
  /** SymbolicName: for people only. */
  readonly symbolicName?: string | undefined;
  /** Address, as text. */
  readonly address: string;
  /** The TCP port; 3260, the registered one, by default. */
  readonly socket?: number | undefined;
}

/** SCSI_LUN_LIST: a unit of the target, and what the operating system shall call it. */
export interface ScsiLun {
  /** OSLUN, 32 bits. */
  readonly osLun: number;
  /** TargetLUN, 64 bits. */
  readonly targetLun: bigint;
}

/** ISCSI_TARGET_MAPPING, as far as it goes into a login. */
export interface TargetMapping {
  /** OSBusNumber, 32 bits; all bits set for any. */
  readonly osBusNumber: number;
  /** OSTargetNumber, 32 bits; all bits set for any. */
  readonly osTargetNumber: number;
  /** LUNList. */
  readonly lunList: readonly ScsiLun[];
}

/** Bits of {@linkcode LoginOptions.informationSpecified}: which fields mean something. */
export const LoginOptionsSpecified = {
  /** HeaderDigest. */
  headerDigest: 0x01,
  /** DataDigest. */
  dataDigest: 0x02,
  /** MaximumConnections. */
  maximumConnections: 0x04,
  /** DefaultTime2Wait. */
  defaultTime2Wait: 0x08,
  /** DefaultTime2Retain. */
  defaultTime2Retain: 0x10,
  /** Username. */
  username: 0x20,
  /** Password. */
  password: 0x40,
  /** AuthType. */
  authType: 0x80,
} as const;

/** Bits of {@linkcode LoginOptions.loginFlags}. They always count. */
export const LoginFlag = {
  /** ISCSI_LOGIN_FLAG_REQUIRE_IPSEC: no session without IPsec. */
  requireIpsec: 0x01,
  /** ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED: there may be other sessions to the target. */
  multipathEnabled: 0x02,
  /** ISCSI_LOGIN_FLAG_RESERVED1. */
  reserved1: 0x04,
  /** ISCSI_LOGIN_FLAG_ALLOW_PORTAL_HOPPING: other portals of the target may be tried. */
  allowPortalHopping: 0x08,
  /** ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE. */
  useRadiusResponse: 0x10,
  /** ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION. */
  useRadiusVerification: 0x20,
} as const;

/** ISCSI_LOGIN_OPTIONS. A value without its bit in `informationSpecified` is ignored. */
export interface LoginOptions {
  /** Must be 0 (ISCSI_LOGIN_OPTIONS_VERSION). */
  readonly version: number;
  /** Bits of {@linkcode LoginOptionsSpecified}; none by default. */
  readonly informationSpecified?: number | undefined;
  /** Bits of {@linkcode LoginFlag}; none by default. */
  readonly loginFlags?: number | undefined;
  /** 0 none, 1 CHAP, 2 mutual CHAP. */
  readonly authType?: number | undefined;
  /** 0 none, 1 CRC32C. */
  readonly headerDigest?: number | undefined;
  /** 0 none, 1 CRC32C. */
  readonly dataDigest?: number | undefined;
  /** 1 to 65535. */
  readonly maximumConnections?: number | undefined;
  /** Seconds. */
  readonly defaultTime2Wait?: number | undefined;
  /** Seconds. */
  readonly defaultTime2Retain?: number | undefined;
  /** The CHAP name; without one the service uses the initiator's node name. */
  readonly username?: Uint8Array | undefined;
  /** The CHAP secret. Never reported. */
  readonly password?: Uint8Array | undefined;
}

/** What LoginIScsiTarget is given, in the order of the header. */
export interface LoginParameters {
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** No LUNs are shown to the operating system; false by default. */
  readonly isInformationalSession?: boolean | undefined;
  /** The adapter; the service selects one by default. */
  readonly initiatorInstance?: string | undefined;
  /** The port from 0; any by default, and if the service selects the adapter. */
  readonly initiatorPortNumber?: number | undefined;
  /** Where the target is; by default any portal through which it is known to be reachable. */
  readonly targetPortal?: TargetPortal | undefined;
  /** SecurityFlags; without VALID those that are known apply. */
  readonly securityFlags?: bigint | undefined;
  /** What the operating system shall call the target's units; the initiator chooses by default. */
  readonly mappings?: TargetMapping | undefined;
  /** How to log in. */
  readonly loginOptions?: LoginOptions | undefined;
  /** A key for the target's address: for this login, or if it is persistent for all that come of it. */
  readonly key?: Uint8Array | undefined;
  /** The adapter shall save the login, and log in by itself at each start from the next one on; false by default. */
  readonly isPersistent?: boolean | undefined;
}

/** What LoginIScsiTarget gives. */
export interface LoginResult {
  /** The status. */
  readonly status: number;
  /** The session; absent unless the status is success, and of a persistent login, which only saves. */
  readonly session?: UniqueSessionId;
  /** Its first connection; absent when the session is. */
  readonly connection?: UniqueConnectionId;
}

/** What AddIScsiConnection is given, in the order of the header but for its Reserved. */
export interface AddConnectionParameters {
  /** The session. */
  readonly uniqueSessionId: UniqueSessionId;
  /** The port from 0; any by default. */
  readonly initiatorPortNumber?: number | undefined;
  /** Another portal of the target's group, or the same. */
  readonly targetPortal: TargetPortal;
  /** SecurityFlags; without VALID those that are known apply. */
  readonly securityFlags?: bigint | undefined;
  /** How to log in. */
  readonly loginOptions?: LoginOptions | undefined;
  /** A key for the portal's address. */
  readonly key?: Uint8Array | undefined;
}

/** What AddIScsiConnection gives. */
export interface ConnectionResult {
  /** The status. */
  readonly status: number;
  /** The connection; absent unless the status is success. */
  readonly connection?: UniqueConnectionId;
}

/** ISCSI_CONNECTION_INFO. */
export interface ConnectionInformation {
  /** ConnectionId. */
  readonly connectionId: UniqueConnectionId;
  /** InitiatorAddress, as text. */
  readonly initiatorAddress: string;
  /** TargetAddress, as text. */
  readonly targetAddress: string;
  /** The initiator's TCP port. */
  readonly initiatorSocket: number;
  /** The target's TCP port. */
  readonly targetSocket: number;
  /** CID, 2 bytes, the low one first. */
  readonly cid: Uint8Array;
}

/** ISCSI_SESSION_INFO. */
export interface SessionInformation {
  /** SessionId. */
  readonly sessionId: UniqueSessionId;
  /** InitiatorName: the node name, not the adapter. */
  readonly initiatorName: string;
  /** TargetNodeName; absent unless it is another than the target's name. */
  readonly targetNodeName?: string | undefined;
  /** TargetName. */
  readonly targetName: string;
  /** ISID, 6 bytes as in the login PDU. */
  readonly isid: Uint8Array;
  /** TSID, 2 bytes, the low one first. */
  readonly tsid: Uint8Array;
  /** Connections; none of a session that the initiator tries to bring back. */
  readonly connections: readonly ConnectionInformation[];
}

/** PERSISTENT_ISCSI_LOGIN_INFO. It holds neither key nor password. */
export interface PersistentLoginInformation {
  /** TargetName. */
  readonly targetName: string;
  /** IsInformationalSession. */
  readonly isInformationalSession: boolean;
  /** InitiatorInstance: the adapter that logs in. */
  readonly initiatorInstance: string;
  /** InitiatorPortNumber; all bits set for any. */
  readonly initiatorPortNumber: number;
  /** TargetPortal; absent for any. */
  readonly targetPortal?: TargetPortal | undefined;
  /** SecurityFlags. */
  readonly securityFlags: bigint;
  /** Mappings; absent if the initiator chooses. */
  readonly mappings?: TargetMapping | undefined;
  /** LoginOptions, without password. */
  readonly loginOptions: LoginOptions;
}

/**
 * What a function gives that fills a buffer of the caller's: all of the list,
 * or ERROR_INSUFFICIENT_BUFFER (122) and the size that it takes.
 */
export interface Listing {
  /** The status. */
  readonly status: number;
  /** What the list takes in the structures of the 64-bit header: in bytes, of names in characters. 0 if there is none. */
  readonly bufferSize: number;
}

/** What ReportIScsiInitiatorList gives. */
export interface InitiatorList extends Listing {
  /** The names of the adapters; empty unless the status is success. */
  readonly initiators: readonly string[];
}

/** What GetIScsiSessionList gives. */
export interface SessionList extends Listing {
  /** The sessions; empty unless the status is success. */
  readonly sessions: readonly SessionInformation[];
}

/** What ReportIScsiPersistentLogins gives. */
export interface PersistentLoginList extends Listing {
  /** The saved logins; empty unless the status is success. */
  readonly persistentLogins: readonly PersistentLoginInformation[];
}

/** What GetIScsiIKEInfo gives. */
export interface IkeInformation {
  /** The status. */
  readonly status: number;
  /** What was asked for, with SecurityFlags as they were set; 0 unless the status is success. The key is always empty. */
  readonly authInfo: IkeAuthenticationInformation;
}
