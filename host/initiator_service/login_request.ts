/**
 * A login as the service asks an adapter for it, and as LoginToTarget carries it.
 *
 * @module
 */

import type { InternetAddress } from "../../firmware/manual/interface.ts";
import type { StructureValue } from "../../sim/layout/structure.ts";
import { INITIATOR_NODE_NAME } from "../design_choices.ts";
import { type LoginOptions, LoginOptionsSpecified, type TargetMapping } from "../iscsidsc/structures.ts";
import {
  type LOGIN_IN_FIELDS,
  type LOGIN_OPTIONS_FIELDS,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
  LoginAuthType,
  LoginSessionType,
} from "../wmi/adapter_operations.ts";
import { ipAddressValue } from "../wmi/ip_address.ts";

/** A login as the service asks an adapter for it. */
export interface LoginRequest {
  /** Port from 0, or all ports for any. */
  readonly portNumber: number;
  /** The target's address. */
  readonly target: InternetAddress;
  /** The target's TCP port. */
  readonly socket: number;
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** SecurityFlags of the login. */
  readonly securityFlags: bigint;
  /** How to log in. */
  readonly loginOptions: LoginOptions | undefined;
  /** What the operating system shall call the target's units; the adapter chooses without. */
  readonly mappings: TargetMapping | undefined;
  /** A key for this login; empty when there is none. */
  readonly key: Uint8Array;
  /** No LUNs are shown to the operating system. */
  readonly informational: boolean;
  /** The adapter shall log in by itself whenever its driver is loaded. */
  readonly persistent: boolean;
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

/** In mappings: the driver may choose. */
const ANY = 0xffff_ffff;

/** LoginToTarget_IN, never shorter than the C structure. */
export function encodeLogin(request: LoginRequest): Uint8Array {
  const { loginOptions, mappings } = request;
  const value: StructureValue<typeof LOGIN_IN_FIELDS> = {
    PortNumber: request.portNumber,
    LoginOptions: loginOptionsValue(loginOptions),
    SessionType: request.informational ? LoginSessionType.informational : LoginSessionType.data,
    SecurityFlags: request.securityFlags,
    TargetPortal: { Address: ipAddressValue(request.target), Reserved: 0, Socket: request.socket },
    UniqueIdForISID: 0,
    PersistentLogin: request.persistent,
    InitiatorNode: INITIATOR_NODE_NAME,
    InitiatorAlias: "",
    TargetName: request.targetName,
    MappingsPadding: 0,
    OSBus: mappings?.osBusNumber ?? ANY,
    OSTarget: mappings?.osTargetNumber ?? ANY,
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
  const bytes = new Uint8Array(Math.max(LOGIN_TO_TARGET_IN_C_BYTES, LOGIN_TO_TARGET_IN.encodedBytes(value)));
  LOGIN_TO_TARGET_IN.encodeInto(value, bytes);
  return bytes;
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
