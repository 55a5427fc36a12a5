/**
 * Logins and connections as the service asks an adapter for them, and as the
 * methods of MSiSCSI_Operations carry them.
 *
 * @module
 */

import type { InternetAddress } from "../../firmware/manual/interface.ts";
import type { StructureValue } from "../../sim/layout/structure.ts";
import { INITIATOR_NODE_NAME } from "../design_choices.ts";
import { type LoginOptions, LoginOptionsSpecified, type TargetMapping } from "../iscsidsc/structures.ts";
import {
  type ADD_CONNECTION_IN_FIELDS,
  ANY_MAPPING,
  type LOGIN_IN_FIELDS,
  type LOGIN_OPTIONS_FIELDS,
  LoginAuthType,
  LoginSessionType,
  type REMOVE_LOGIN_IN_FIELDS,
} from "../wmi/adapter_operations.ts";
import { ipAddressValue } from "../wmi/ip_address.ts";

/** What decides with which key an adapter goes to a portal. */
export interface PortalRequest {
  /** Port from 0, or all ports for any. */
  readonly portNumber: number;
  /** The portal's address. */
  readonly target: InternetAddress;
  /** The portal's TCP port. */
  readonly socket: number;
  /** SecurityFlags. */
  readonly securityFlags: bigint;
  /** How to log in. */
  readonly loginOptions: LoginOptions | undefined;
  /** A key for the portal's address; empty when there is none. */
  readonly key: Uint8Array;
}

/** A login. */
export interface LoginRequest extends PortalRequest {
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** What the operating system shall call the target's units; the adapter chooses without. */
  readonly mappings: TargetMapping | undefined;
  /** No LUNs are shown to the operating system. */
  readonly informational: boolean;
  /** The adapter shall log in by itself whenever its driver is loaded. */
  readonly persistent: boolean;
  /** What makes its ISID differ from others. */
  readonly isidNumber: number;
}

/** One more connection of a session. */
export interface ConnectionRequest extends PortalRequest {
  /** UniqueSessionId of LoginToTarget. */
  readonly sessionId: bigint;
}

/** Saved logins that shall be forgotten. */
export interface RemovalRequest {
  /** The port that they were saved for: from 0, or 0xFFFFFFFF for those of any. */
  readonly portNumber: number;
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** The portal's address; the empty one for all portals. */
  readonly target: InternetAddress;
  /** The portal's TCP port. */
  readonly socket: number;
}

/** An established session. */
export interface SessionIdentity {
  /** UniqueSessionId of LoginToTarget. */
  readonly sessionId: bigint;
  /** UniqueConnectionId of LoginToTarget. */
  readonly connectionId: bigint;
}

/** The registered TCP port (RFC 7143 §13.1). */
export const ISCSI_SOCKET = 3260;

/** LoginToTarget_IN. */
export function loginValue(request: LoginRequest): StructureValue<typeof LOGIN_IN_FIELDS> {
  const { loginOptions, mappings } = request;
  return {
    PortNumber: request.portNumber,
    LoginOptions: loginOptionsValue(loginOptions),
    SessionType: request.informational ? LoginSessionType.informational : LoginSessionType.data,
    SecurityFlags: request.securityFlags,
    TargetPortal: portalValue(request),
    UniqueIdForISID: request.isidNumber,
    PersistentLogin: request.persistent,
    InitiatorNode: INITIATOR_NODE_NAME,
    InitiatorAlias: "",
    TargetName: request.targetName,
    MappingsPadding: 0,
    OSBus: mappings?.osBusNumber ?? ANY_MAPPING,
    OSTarget: mappings?.osTargetNumber ?? ANY_MAPPING,
    UniqueSessionId: 0n,
    MappingsTargetName: mappings === undefined ? "" : request.targetName,
    FromPersistentLogin: false,
    Reserved: 0n,
    LUNList: (mappings?.lunList ?? []).map(({ osLun, targetLun }) => ({
      TargetLUN: targetLun,
      OSLUN: osLun,
      Reserved: 0,
    })),
    Key: request.key,
    ...credentials(loginOptions),
  };
}

/** AddConnectionToSession_IN. */
export function connectionValue(
  request: ConnectionRequest,
  uniqueAdapterId: bigint,
): StructureValue<typeof ADD_CONNECTION_IN_FIELDS> {
  return {
    UniqueAdapterId: uniqueAdapterId,
    UniqueSessionId: request.sessionId,
    SecurityFlags: request.securityFlags,
    PortNumber: request.portNumber,
    LoginOptions: loginOptionsValue(request.loginOptions),
    TargetPortal: portalValue(request),
    Key: request.key,
    ...credentials(request.loginOptions),
  };
}

/** RemovePersistentLogin_IN. */
export function removalValue(request: RemovalRequest): StructureValue<typeof REMOVE_LOGIN_IN_FIELDS> {
  return { PortNumber: request.portNumber, TargetName: request.targetName, TargetPortal: portalValue(request) };
}

function portalValue({ target, socket }: Pick<PortalRequest, "target" | "socket">) {
  return { Address: ipAddressValue(target), Reserved: 0, Socket: socket };
}

/** ISCSI_LoginOptions. What is not specified is zero. */
function loginOptionsValue(options: LoginOptions | undefined): StructureValue<typeof LOGIN_OPTIONS_FIELDS> {
  const specified = (bit: number, value: number | undefined) => isSpecified(options, bit) ? value ?? 0 : 0;
  return {
    InformationSpecified: options?.informationSpecified ?? 0,
    HeaderDigest: specified(LoginOptionsSpecified.headerDigest, options?.headerDigest),
    DataDigest: specified(LoginOptionsSpecified.dataDigest, options?.dataDigest),
    MaximumConnections: specified(LoginOptionsSpecified.maximumConnections, options?.maximumConnections),
    DefaultTime2Wait: specified(LoginOptionsSpecified.defaultTime2Wait, options?.defaultTime2Wait),
    DefaultTime2Retain: specified(LoginOptionsSpecified.defaultTime2Retain, options?.defaultTime2Retain),
    LoginFlags: options?.loginFlags ?? 0,
    AuthType: specified(LoginOptionsSpecified.authType, options?.authType),
  };
}

/** User name and password; CHAP without a user name goes by the initiator's node name. */
function credentials(
  options: LoginOptions | undefined,
): { readonly Username: Uint8Array; readonly Password: Uint8Array } {
  const given = (bit: number, value: Uint8Array | undefined) =>
    isSpecified(options, bit) && value !== undefined ? value : new Uint8Array(0);
  const username = given(LoginOptionsSpecified.username, options?.username);
  const isChap = isSpecified(options, LoginOptionsSpecified.authType) &&
    (options?.authType === LoginAuthType.chap || options?.authType === LoginAuthType.mutualChap);
  return {
    Username: username.length === 0 && isChap ? new TextEncoder().encode(INITIATOR_NODE_NAME) : username,
    Password: given(LoginOptionsSpecified.password, options?.password),
  };
}

function isSpecified(options: LoginOptions | undefined, bit: number): boolean {
  return ((options?.informationSpecified ?? 0) & bit) !== 0;
}
