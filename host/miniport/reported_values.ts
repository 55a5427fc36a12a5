/**
 * What the adapter and the driver know, as the classes of the iSCSI provider
 * report it.
 *
 * @module
 */

import {
  type ConnectionInformation,
  ConnectionState,
  type InternetAddress,
  type PersistentLoginInformation,
} from "../../firmware/manual/interface.ts";
import { MAXIMUM_CONNECTIONS } from "../design_choices.ts";
import { ANY_MAPPING, LoginInformation, LoginSessionType } from "../wmi/adapter_operations.ts";
import { ipAddressValue } from "../wmi/ip_address.ts";
import type { PersistentLogin } from "../wmi/persistent_logins.ts";
import { PORTAL_PROTOCOL_TCP, type PortalInfo, PortalType } from "../wmi/portal_info.ts";
import {
  type ConnectionInfo,
  ReportedConnectionState,
  ReportedSessionType,
  type SessionInfo,
} from "../wmi/session_info.ts";
import type { LoginDescription } from "./login_description.ts";
import type { IdOf } from "./session_ids.ts";
import { knownOfPersistentLogin, type KnownSession } from "./sessions.ts";

/** A port as ISCSI_PortalInfo: Index and Port are its number, as in Microsoft's sample. */
export function portalValue(portNumber: number, address: InternetAddress): PortalInfo {
  return {
    Index: portNumber,
    PortalType: PortalType.initiator,
    Protocol: PORTAL_PROTOCOL_TCP,
    Reserved1: 0,
    Reserved2: 0,
    IPAddr: ipAddressValue(address),
    Port: portNumber,
    PortalTag: 0,
  };
}

/** A persistent login as ISCSI_Persistent_Login; its session has no identifier if it is not to be opened in this life. */
export function persistentLoginValue(login: PersistentLoginInformation, idOf: IdOf): PersistentLogin {
  const { targetName, description } = knownOfPersistentLogin(login);
  return {
    TargetName: targetName,
    SecurityFlags: login.securityFlags,
    InitiatorPortNumber: login.portNumber,
    IsInformationalSession: description?.SessionType === LoginSessionType.informational,
    UniqueIdForISID: description?.UniqueIdForISID ?? 0,
    TargetPortal: { Address: ipAddressValue(login.target), Reserved: 0, Socket: login.socket },
    LoginOptions: description?.LoginOptions ?? NO_OPTIONS,
    OSBus: description?.OSBus ?? ANY_MAPPING,
    OSTarget: description?.OSTarget ?? ANY_MAPPING,
    UniqueSessionId: login.session === 0 ? 0n : idOf(login.session),
    MappingsTargetName: targetName,
    FromPersistentLogin: true,
    Reserved: 0n,
    LUNList: description?.LUNList ?? [],
    Username: description?.Username ?? new Uint8Array(0),
  };
}

/** What the adapter does not tell of the connections of a session. */
export interface ConnectionMeans {
  /** Its identifiers, and those of its session. */
  readonly idOf: IdOf;
  /** The target's TCP port of a connection, as far as it is known. */
  readonly socketOf: (connection: number) => number | undefined;
}

/**
 * A session as ISCSI_SessionStaticInfo. What login PDUs would have negotiated are the defaults of RFC 7143 §13.
 *
 * @param known `undefined` for a session that was opened before this driver was loaded.
 * @param connections Those that it has now; without any there is no session that the target has given a number.
 * @param means What the adapter does not tell.
 */
export function sessionValue(
  session: number,
  known: KnownSession | undefined,
  connections: readonly ConnectionInformation[],
  means: ConnectionMeans,
): SessionInfo {
  const description = known?.description;
  return {
    UniqueSessionId: means.idOf(session),
    InitiatoriSCSIName: description === undefined ? "" : new TextDecoder().decode(description.InitiatorNode),
    TargetiSCSIName: known?.targetName ?? "",
    TSID: connections.some(({ state }) => state === ConnectionState.active) ? session & 0xffff : 0,
    ISID: isidOf(description),
    InitialR2t: true,
    ImmediateData: true,
    Type: typeOf(description),
    DataSequenceInOrder: true,
    DataPduInOrder: true,
    ErrorRecoveryLevel: 0,
    MaxOutstandingR2t: 1,
    FirstBurstLength: 65_536,
    MaxBurstLength: 262_144,
    MaxConnections: maximumConnections(description),
    ConnectionsList: connections.map((each) => connectionValue(each, known, means)),
  };
}

/** How many connections a session may have: what the login asked for, within what the driver allows. */
export function maximumConnections(description: LoginDescription | undefined): number {
  const { InformationSpecified = 0, MaximumConnections = 0 } = description?.LoginOptions ?? {};
  const isSpecified = (InformationSpecified & LoginInformation.maximumConnections) !== 0 && MaximumConnections > 0;
  return isSpecified ? Math.min(MaximumConnections, MAXIMUM_CONNECTIONS) : MAXIMUM_CONNECTIONS;
}

function connectionValue(
  connection: ConnectionInformation,
  known: KnownSession | undefined,
  { idOf, socketOf }: ConnectionMeans,
): ConnectionInfo {
  const { HeaderDigest = 0, DataDigest = 0, AuthType = 0, InformationSpecified = 0 } =
    known?.description?.LoginOptions ?? {};
  const specified = (bit: number, value: number) => (InformationSpecified & bit) === 0 ? 0 : value;
  return {
    UniqueConnectionId: idOf(connection.connection),
    CID: connection.cid & 0xffff,
    State: connection.state === ConnectionState.active ? ReportedConnectionState.full : ReportedConnectionState.login,
    Protocol: PORTAL_PROTOCOL_TCP,
    HeaderIntegrity: specified(LoginInformation.headerDigest, HeaderDigest) & 1,
    DataIntegrity: specified(LoginInformation.dataDigest, DataDigest) & 1,
    Reserved: 0,
    MaxRecvDataSegmentLength: 8192,
    AuthType: specified(LoginInformation.authType, AuthType),
    LocalAddr: ipAddressValue(connection.local),
    LocalPort: 0,
    RemoteAddr: ipAddressValue(connection.target),
    RemotePort: socketOf(connection.connection) ?? 0,
    EstimatedThroughput: 0n,
    MaxDatagramSize: 0,
  };
}

function typeOf(description: LoginDescription | undefined): number {
  switch (description?.SessionType) {
    case LoginSessionType.discovery:
      return ReportedSessionType.discovery;
    case LoginSessionType.informational:
      return ReportedSessionType.informational;
    default:
      return ReportedSessionType.data;
  }
}

/** The form of Microsoft's sample: 40 00 01 37 and the number that the service gives, in the order of the PDU. */
function isidOf(description: LoginDescription | undefined): Uint8Array {
  const number = description?.UniqueIdForISID ?? 0;
  return Uint8Array.of(0x40, 0x00, 0x01, 0x37, number >>> 8, number & 0xff);
}

const NO_OPTIONS = {
  InformationSpecified: 0,
  HeaderDigest: 0,
  DataDigest: 0,
  MaximumConnections: 0,
  DefaultTime2Wait: 0,
  DefaultTime2Retain: 0,
  LoginFlags: 0,
  AuthType: 0,
} as const;
