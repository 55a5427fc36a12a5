/**
 * A login as the service asks an adapter for it, and as LoginToTarget carries it.
 *
 * @module
 */

import type { InternetAddress } from "../../firmware/manual/interface.ts";
import { LOGIN_TO_TARGET_IN, LoginSessionType } from "../wmi/adapter_operations.ts";
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

/** LoginToTarget_IN. */
export function encodeLogin(request: LoginRequest): Uint8Array {
  return LOGIN_TO_TARGET_IN.encode({
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
    Mappings: {
      OSBus: ANY,
      OSTarget: ANY,
      UniqueSessionId: 0n,
      LUNCount: 0,
      TargetName: "",
      FromPersistentLogin: false,
      Reserved: 0n,
      LUNList: { TargetLUN: 0n, OSLUN: 0, Reserved: 0 },
    },
    Key: request.key,
    Username: new Uint8Array(0),
    Password: new Uint8Array(0),
  });
}
