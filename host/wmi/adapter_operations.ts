/**
 * MSiSCSI_Operations (`iscsiop.h`) as far as phase 1 needs it: methods 30 to
 * 34, which log in and out and add connections, each with a key of its own.
 *
 * @module
 */

import {
  boolean,
  countedString,
  countOf,
  nested,
  u16,
  u32,
  u64,
  variableBytes,
  variableStructures,
} from "../../sim/layout/fields.ts";
import { Structure } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";
import { ISCSI_IP_ADDRESS } from "./ip_address.ts";

/** The class. */
export const ADAPTER_OPERATIONS_GUID: Uint8Array = parseGuid("{EA4D82BF-29DA-4E12-800A-E5437964462C}");

/** WmiMethodId of the methods that are used. */
export const OperationsMethod = {
  /** Logs in to a target, or has the adapter do so whenever its driver is loaded. */
  loginToTarget: 30,
  /** Logs out again. */
  logoutFromTarget: 31,
  /** Adds a connection, through another portal, to a session. */
  addConnectionToSession: 32,
  /** Has the adapter forget what it logs in to by itself. */
  removePersistentLogin: 33,
  /** Takes a connection out of a session. */
  removeConnectionFromSession: 34,
} as const;

/** LoginToTarget_IN.SessionType. */
export const LoginSessionType = {
  /** For SendTargets only. */
  discovery: 0,
  /** LUNs are not shown to the operating system. */
  informational: 1,
  /** A full session. */
  data: 2,
} as const;

/** ISCSI_LoginOptions.InformationSpecified: which of the options mean something. */
export const LoginInformation = {
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
  /** The user name. */
  username: 0x20,
  /** The password. */
  password: 0x40,
  /** AuthType. */
  authType: 0x80,
} as const;

/** ISCSI_LoginOptions.AuthType. */
export const LoginAuthType = {
  /** None. */
  none: 0,
  /** The target authenticates the initiator. */
  chap: 1,
  /** Each the other. */
  mutualChap: 2,
} as const;

/** Fields of the structure below, by the names of the header. */
export const LOGIN_OPTIONS_FIELDS = {
  InformationSpecified: u32(),
  HeaderDigest: u32(),
  DataDigest: u32(),
  MaximumConnections: u32(),
  DefaultTime2Wait: u32(),
  DefaultTime2Retain: u32(),
  LoginFlags: u32(),
  AuthType: u32(),
} as const;

/** ISCSI_LoginOptions, 32 bytes. */
export const ISCSI_LOGIN_OPTIONS: Structure<typeof LOGIN_OPTIONS_FIELDS> = new Structure(
  "ISCSI_LoginOptions",
  LOGIN_OPTIONS_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const TARGET_PORTAL_FIELDS = { Address: nested(ISCSI_IP_ADDRESS), Reserved: u32(), Socket: u16() } as const;

/** ISCSI_TargetPortal, 556 bytes. */
export const ISCSI_TARGET_PORTAL: Structure<typeof TARGET_PORTAL_FIELDS> = new Structure(
  "ISCSI_TargetPortal",
  TARGET_PORTAL_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
const LUN_LIST_FIELDS = { TargetLUN: u64(), OSLUN: u32(), Reserved: u32() } as const;

/** ISCSI_LUNList, 16 bytes. */
export const ISCSI_LUN_LIST: Structure<typeof LUN_LIST_FIELDS> = new Structure("ISCSI_LUNList", LUN_LIST_FIELDS);

/**
 * Fields of ISCSI_TargetMapping but for its list of LUNs: 480 bytes. They stand one by one in the structures that have
 * a mapping, because the list makes what follows it move by 16 bytes for each LUN.
 */
export const TARGET_MAPPING_FIELDS = {
  OSBus: u32(),
  OSTarget: u32(),
  UniqueSessionId: u64(),
  LUNCount: countOf("LUNList"),
  MappingsTargetName: countedString(223),
  FromPersistentLogin: boolean(),
  Reserved: u64(),
} as const;

/** In a mapping: the driver may choose bus and target. */
export const ANY_MAPPING = 0xffff_ffff;

/** Fields of the structure below, by the names of the header. */
export const LOGIN_IN_FIELDS = {
  PortNumber: u32(),
  LoginOptions: nested(ISCSI_LOGIN_OPTIONS),
  SessionType: u32(),
  SecurityFlags: u64(),
  TargetPortal: nested(ISCSI_TARGET_PORTAL),
  UsernameSize: countOf("Username"),
  PasswordSize: countOf("Password"),
  KeySize: countOf("Key"),
  UniqueIdForISID: u16(),
  PersistentLogin: boolean(),
  InitiatorNode: countedString(223),
  InitiatorAlias: countedString(255),
  TargetName: countedString(223),
  /** The mapping begins on 8 bytes. */
  MappingsPadding: u32(),
  ...TARGET_MAPPING_FIELDS,
  LUNList: variableStructures("LUNCount", ISCSI_LUN_LIST),
  Key: variableBytes("KeySize"),
  Username: variableBytes("UsernameSize"),
  Password: variableBytes("PasswordSize"),
} as const;

/**
 * LoginToTarget_IN; Key is "the preshared key associated with the target's address". It stands at 2512 + 16 *
 * LUNCount: so Microsoft's sample adds the lengths up. The C structure has it at 2528, as for one LUN.
 */
export const LOGIN_TO_TARGET_IN: Structure<typeof LOGIN_IN_FIELDS> = new Structure("LoginToTarget_IN", LOGIN_IN_FIELDS);

/** `sizeof(LoginToTarget_IN)` in C, with one LUN and one byte of key: fewer bytes are no login. */
export const LOGIN_TO_TARGET_IN_C_BYTES = 2536;

/** Fields of the structure below, by the names of the header. */
export const LOGIN_OUT_FIELDS = { Status: u32(), UniqueSessionId: u64(), UniqueConnectionId: u64() } as const;

/** LoginToTarget_OUT, 24 bytes. */
export const LOGIN_TO_TARGET_OUT: Structure<typeof LOGIN_OUT_FIELDS> = new Structure(
  "LoginToTarget_OUT",
  LOGIN_OUT_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const LOGOUT_IN_FIELDS = { UniqueSessionId: u64() } as const;

/** LogoutFromTarget_IN, 8 bytes. */
export const LOGOUT_FROM_TARGET_IN: Structure<typeof LOGOUT_IN_FIELDS> = new Structure(
  "LogoutFromTarget_IN",
  LOGOUT_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const ADD_CONNECTION_IN_FIELDS = {
  UniqueAdapterId: u64(),
  UniqueSessionId: u64(),
  SecurityFlags: u64(),
  PortNumber: u32(),
  LoginOptions: nested(ISCSI_LOGIN_OPTIONS),
  TargetPortal: nested(ISCSI_TARGET_PORTAL),
  UsernameSize: countOf("Username"),
  PasswordSize: countOf("Password"),
  KeySize: countOf("Key"),
  Key: variableBytes("KeySize"),
  Username: variableBytes("UsernameSize"),
  Password: variableBytes("PasswordSize"),
} as const;

/** AddConnectionToSession_IN; Key, at 628, is that for the address of its own target portal. */
export const ADD_CONNECTION_TO_SESSION_IN: Structure<typeof ADD_CONNECTION_IN_FIELDS> = new Structure(
  "AddConnectionToSession_IN",
  ADD_CONNECTION_IN_FIELDS,
);

/** `sizeof(AddConnectionToSession_IN)` in C: fewer bytes add no connection. */
export const ADD_CONNECTION_IN_C_BYTES = 632;

/** Fields of the structure below, by the names of the header. */
export const ADD_CONNECTION_OUT_FIELDS = { Status: u32(), UniqueConnectionId: u64() } as const;

/** AddConnectionToSession_OUT, 16 bytes. */
export const ADD_CONNECTION_TO_SESSION_OUT: Structure<typeof ADD_CONNECTION_OUT_FIELDS> = new Structure(
  "AddConnectionToSession_OUT",
  ADD_CONNECTION_OUT_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const REMOVE_LOGIN_IN_FIELDS = {
  PortNumber: u32(),
  TargetName: countedString(223),
  TargetPortal: nested(ISCSI_TARGET_PORTAL),
} as const;

/** RemovePersistentLogin_IN, 1008 bytes; a portal without address stands for all portals of the target. */
export const REMOVE_PERSISTENT_LOGIN_IN: Structure<typeof REMOVE_LOGIN_IN_FIELDS> = new Structure(
  "RemovePersistentLogin_IN",
  REMOVE_LOGIN_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const REMOVE_CONNECTION_IN_FIELDS = { UniqueSessionId: u64(), UniqueConnectionId: u64() } as const;

/** RemoveConnectionFromSession_IN, 16 bytes. */
export const REMOVE_CONNECTION_FROM_SESSION_IN: Structure<typeof REMOVE_CONNECTION_IN_FIELDS> = new Structure(
  "RemoveConnectionFromSession_IN",
  REMOVE_CONNECTION_IN_FIELDS,
);
