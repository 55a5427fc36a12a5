/**
 * MSiSCSI_InitiatorSessionInfo (`iscsimgt.h`): the sessions of an adapter and
 * their connections.
 *
 * @module
 */

import {
  boolean,
  bytes,
  nested,
  paddedString,
  shortCountOf,
  u16,
  u32,
  u64,
  u8,
  variableStructures,
} from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";
import { REPORTED_IP_ADDRESS } from "./ip_address.ts";
import { decodeList, encodeList } from "./structure_list.ts";

/** The class. */
export const INITIATOR_SESSION_INFO_GUID: Uint8Array = parseGuid("{D7931411-0376-4869-A491-8D679BFC004A}");

/** ISCSI_SessionStaticInfo.Type. */
export const ReportedSessionType = {
  /** For SendTargets only. */
  discovery: 0,
  /** LUNs are not shown to the operating system. */
  informational: 1,
  /** A full session. */
  data: 2,
  /** The machine booted from it. */
  boot: 3,
} as const;

/** ISCSI_ConnectionStaticInfo.State. */
export const ReportedConnectionState = {
  /** Logging in. */
  login: 0,
  /** In full feature phase. */
  full: 1,
  /** Logging out. */
  logout: 2,
} as const;

/** Fields of the structure below, by the names of the header. */
export const CONNECTION_INFO_FIELDS = {
  UniqueConnectionId: u64(),
  CID: u16(),
  State: u8(),
  Protocol: u8(),
  HeaderIntegrity: u8(),
  DataIntegrity: u8(),
  Reserved: u16(),
  MaxRecvDataSegmentLength: u32(),
  AuthType: u32(),
  LocalAddr: nested(REPORTED_IP_ADDRESS),
  LocalPort: u32(),
  RemoteAddr: nested(REPORTED_IP_ADDRESS),
  RemotePort: u32(),
  EstimatedThroughput: u64(),
  MaxDatagramSize: u32(),
} as const;

/** ISCSI_ConnectionStaticInfo, 1144 bytes. */
export const ISCSI_CONNECTION_STATIC_INFO: Structure<typeof CONNECTION_INFO_FIELDS> = new Structure(
  "ISCSI_ConnectionStaticInfo",
  CONNECTION_INFO_FIELDS,
);

/** One connection. */
export type ConnectionInfo = StructureValue<typeof CONNECTION_INFO_FIELDS>;

/** Fields of the structure below, by the names of the header. */
export const SESSION_INFO_FIELDS = {
  UniqueSessionId: u64(),
  InitiatoriSCSIName: paddedString(223),
  TargetiSCSIName: paddedString(223),
  TSID: u16(),
  ISID: bytes(6),
  InitialR2t: boolean(),
  ImmediateData: boolean(),
  Type: u8(),
  DataSequenceInOrder: boolean(),
  DataPduInOrder: boolean(),
  ErrorRecoveryLevel: u8(),
  MaxOutstandingR2t: u32(),
  FirstBurstLength: u32(),
  MaxBurstLength: u32(),
  MaxConnections: u32(),
  ConnectionCount: shortCountOf("ConnectionsList"),
  ConnectionsList: variableStructures("ConnectionCount", ISCSI_CONNECTION_STATIC_INFO),
} as const;

/** ISCSI_SessionStaticInfo, 944 bytes and 1144 for each connection. A session that is tried again has none. */
export const ISCSI_SESSION_STATIC_INFO: Structure<typeof SESSION_INFO_FIELDS> = new Structure(
  "ISCSI_SessionStaticInfo",
  SESSION_INFO_FIELDS,
);

/** One session. */
export type SessionInfo = StructureValue<typeof SESSION_INFO_FIELDS>;

/** Fields of the structure below, by the names of the header. */
const INITIATOR_SESSION_INFO_FIELDS = { UniqueAdapterId: u64(), SessionCount: u32() } as const;

/** MSiSCSI_InitiatorSessionInfo without its list: 16 bytes, which is all when there are no sessions. */
export const INITIATOR_SESSION_INFO: Structure<typeof INITIATOR_SESSION_INFO_FIELDS> = new Structure(
  "MSiSCSI_InitiatorSessionInfo",
  INITIATOR_SESSION_INFO_FIELDS,
);

/** The sessions of an adapter. */
export interface InitiatorSessions {
  /** UniqueAdapterId of MSiSCSI_HBAInformation: the upper half of the ids of the API. */
  readonly uniqueAdapterId: bigint;
  /** The sessions, in order of their ids. */
  readonly sessions: readonly SessionInfo[];
}

/** The instance of the class. */
export function encodeInitiatorSessions({ uniqueAdapterId, sessions }: InitiatorSessions): Uint8Array {
  const header = { UniqueAdapterId: uniqueAdapterId, SessionCount: sessions.length };
  return encodeList(INITIATOR_SESSION_INFO.encode(header), ISCSI_SESSION_STATIC_INFO, sessions);
}

/**
 * Reads the instance; addresses and ISIDs are views.
 *
 * @throws {StructureError} The bytes are no such instance.
 */
export function decodeInitiatorSessions(instance: Uint8Array): InitiatorSessions {
  const { UniqueAdapterId, SessionCount } = INITIATOR_SESSION_INFO.decode(instance);
  const offset = INITIATOR_SESSION_INFO.sizeof;
  return {
    uniqueAdapterId: UniqueAdapterId,
    sessions: decodeList(instance, ISCSI_SESSION_STATIC_INFO, offset, SessionCount),
  };
}
