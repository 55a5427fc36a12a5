/**
 * A login as the service asks an adapter for it, and as LoginToTarget carries it.
 *
 * @module
 */

import type { InternetAddress } from "../../firmware/manual/interface.ts";
import type { StructureValue } from "../../sim/layout/structure.ts";
import {
  type LOGIN_IN_FIELDS,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
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

/** In mappings: the driver may choose. */
const ANY = 0xffff_ffff;

/** LoginToTarget_IN, never shorter than the C structure. */
export function encodeLogin(request: LoginRequest): Uint8Array {
  const value: StructureValue<typeof LOGIN_IN_FIELDS> = {
    PortNumber: request.portNumber,
    LoginOptions: {
      InformationSpecified: 0,
      HeaderDigest: 0,
      DataDigest: 0,
      MaximumConnections: 0,
      DefaultTime2Wait: 0,
      DefaultTime2Retain: 0,
      LoginFlags: 0,
      AuthType: 0,
    },
    SessionType: request.informational ? LoginSessionType.informational : LoginSessionType.data,
    SecurityFlags: request.securityFlags,
    TargetPortal: { Address: ipAddressValue(request.target), Reserved: 0, Socket: request.socket },
    UniqueIdForISID: 0,
    PersistentLogin: request.persistent,
    InitiatorNode: "",
    InitiatorAlias: "",
    TargetName: request.targetName,
    MappingsPadding: 0,
    OSBus: ANY,
    OSTarget: ANY,
    UniqueSessionId: 0n,
    MappingsTargetName: "",
    FromPersistentLogin: false,
    Reserved: 0n,
    LUNList: [],
    Key: request.key,
    Username: new Uint8Array(0),
    Password: new Uint8Array(0),
  };
  const bytes = new Uint8Array(Math.max(LOGIN_TO_TARGET_IN_C_BYTES, LOGIN_TO_TARGET_IN.encodedBytes(value)));
  LOGIN_TO_TARGET_IN.encodeInto(value, bytes);
  return bytes;
}
