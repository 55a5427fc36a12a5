/**
 * How logins and further connections are judged before the adapter is asked,
 * in the order of Microsoft's published sample: the length of the C structure,
 * room for OUT, the lengths inside, the type of session, the authentication,
 * the address, the mapping.
 *
 * @module
 */

import {
  AddressType,
  CHOOSE_IDENTIFICATION,
  CONNECTION_REQUEST,
  IsdscStatus,
  MailboxCommand,
  MAX_KEY_BYTES,
  MAX_TRANSFER_BYTES,
  PERSISTENT_LOGIN_REQUEST,
  SESSION_REQUEST,
} from "../../firmware/manual/interface.ts";
import type { StructureValue } from "../../sim/layout/structure.ts";
import { MAXIMUM_BUSES, MAXIMUM_LUNS_PER_TARGET, MAXIMUM_TARGETS_PER_BUS } from "../design_choices.ts";
import { SrbStatus } from "../status.ts";
import {
  ADD_CONNECTION_IN_C_BYTES,
  ADD_CONNECTION_TO_SESSION_IN,
  ADD_CONNECTION_TO_SESSION_OUT,
  ANY_MAPPING,
  type ISCSI_LOGIN_OPTIONS,
  type LOGIN_IN_FIELDS,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
  LOGIN_TO_TARGET_OUT,
  LoginAuthType,
  LoginInformation,
  LoginSessionType,
} from "../wmi/adapter_operations.ts";
import { addressOfValue } from "../wmi/ip_address.ts";
import { describeLogin, LOGIN_DESCRIPTION } from "./login_description.ts";
import type { MailboxCommandRequest } from "./mailbox.ts";
import type { SessionIds } from "./session_ids.ts";
import type { KnownSession } from "./sessions.ts";

/** What became of a login. */
export type LoginJudgement =
  /** The request itself is refused; `bytes` are needed if it has too little room. */
  | { readonly type: "refused"; readonly srbStatus: number; readonly bytes: number }
  /** It is answered without the adapter: OUT.Status. */
  | { readonly type: "answered"; readonly status: number }
  /** The adapter shall save it, and tell the status. */
  | { readonly type: "save"; readonly command: MailboxCommandRequest }
  /** The adapter shall open a session or connection, and tell later how it went. */
  | {
    readonly type: "open";
    readonly command: MailboxCommandRequest;
    /** Of a further connection, what is its own: the rest is its session's. */
    readonly known: KnownSession;
    /** The session that a further connection is for. */
    readonly session?: number;
  };

/**
 * Judges LoginToTarget_IN.
 *
 * @param capacityBytes Room for OUT.
 */
export function judgeLogin(input: Uint8Array, capacityBytes: number): LoginJudgement {
  const shape = judgeShape(input, LOGIN_TO_TARGET_IN_C_BYTES, capacityBytes, LOGIN_TO_TARGET_OUT.sizeof);
  if (shape !== undefined) return shape;
  if (LOGIN_TO_TARGET_IN.neededBytes(input) > input.length) return answered(IsdscStatus.LOGIN_USER_INFO_BAD);
  const value = LOGIN_TO_TARGET_IN.decode(input);
  if (value.SessionType > LoginSessionType.data) return answered(IsdscStatus.SESSION_TYPE_NOT_SUPPORTED);
  const status = chapStatus(value) || addressStatus(value.TargetPortal.Address.Type) || mappingStatus(value);
  if (status !== IsdscStatus.SUCCESS) return answered(status);
  if (value.PersistentLogin) return judgePersistentLogin(value);
  const request = SESSION_REQUEST.encode({
    portNumber: value.PortNumber,
    target: addressOfValue(value.TargetPortal.Address),
    securityFlags: value.SecurityFlags,
    idType: CHOOSE_IDENTIFICATION,
    reserved: 0,
    id: new Uint8Array(0),
    key: value.Key.subarray(0, MAX_KEY_BYTES + 1),
  });
  return { type: "open", command: command(MailboxCommand.openSession, request), known: knownSession(value) };
}

/**
 * Judges AddConnectionToSession_IN, but for the limit of its session, which the adapter may have to be asked for.
 *
 * @param capacityBytes Room for OUT.
 * @param adapter This one.
 */
export function judgeConnection(
  input: Uint8Array,
  capacityBytes: number,
  { uniqueAdapterId, sessionIds }: { readonly uniqueAdapterId: bigint; readonly sessionIds: SessionIds },
): LoginJudgement {
  const outputBytes = ADD_CONNECTION_TO_SESSION_OUT.sizeof;
  const shape = judgeShape(input, ADD_CONNECTION_IN_C_BYTES, capacityBytes, outputBytes);
  if (shape !== undefined) return shape;
  if (ADD_CONNECTION_TO_SESSION_IN.neededBytes(input) > input.length) return answered(IsdscStatus.LOGIN_USER_INFO_BAD);
  const value = ADD_CONNECTION_TO_SESSION_IN.decode(input);
  const status = chapStatus(value) || addressStatus(value.TargetPortal.Address.Type);
  if (status !== IsdscStatus.SUCCESS) return answered(status);
  if (value.UniqueAdapterId !== uniqueAdapterId) return answered(IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND);
  const session = sessionIds.numberOf(value.UniqueSessionId);
  const target = addressOfValue(value.TargetPortal.Address);
  const request = CONNECTION_REQUEST.encode({
    session,
    portNumber: value.PortNumber,
    target,
    securityFlags: value.SecurityFlags,
    key: value.Key.subarray(0, MAX_KEY_BYTES + 1),
  });
  const known = { targetName: "", target, socket: value.TargetPortal.Socket, description: undefined };
  return { type: "open", command: command(MailboxCommand.addConnection, request), known, session };
}

type LoginIn = StructureValue<typeof LOGIN_IN_FIELDS>;

function judgePersistentLogin(value: LoginIn): LoginJudgement {
  const request = PERSISTENT_LOGIN_REQUEST.encode({
    portNumber: value.PortNumber,
    target: addressOfValue(value.TargetPortal.Address),
    securityFlags: value.SecurityFlags,
    socket: value.TargetPortal.Socket,
    reserved: 0,
    targetName: new TextEncoder().encode(value.TargetName),
    key: value.Key.subarray(0, MAX_KEY_BYTES + 1),
    password: value.Password,
    description: LOGIN_DESCRIPTION.encode(describeLogin(value)),
  });
  // It must go by DMA in one piece, now and when it is asked for.
  if (request.length <= MAX_TRANSFER_BYTES) {
    return { type: "save", command: command(MailboxCommand.savePersistentLogin, request) };
  }
  request.fill(0);
  return answered(IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA);
}

function knownSession(value: LoginIn): KnownSession {
  return {
    targetName: value.TargetName,
    target: addressOfValue(value.TargetPortal.Address),
    socket: value.TargetPortal.Socket,
    description: describeLogin(value),
  };
}

function judgeShape(
  input: Uint8Array,
  inputBytes: number,
  capacityBytes: number,
  outputBytes: number,
): LoginJudgement | undefined {
  if (input.length < inputBytes) return { type: "refused", srbStatus: SrbStatus.invalidRequest, bytes: 0 };
  if (capacityBytes >= outputBytes) return undefined;
  return { type: "refused", srbStatus: SrbStatus.dataOverrun, bytes: outputBytes };
}

/** Nothing of CHAP is simulated but what a driver refuses. Mutual CHAP needs a secret of the initiator's, which nobody can set. */
function chapStatus(
  { LoginOptions, Username, Password }: {
    readonly LoginOptions: ReturnType<typeof ISCSI_LOGIN_OPTIONS.decode>;
    readonly Username: Uint8Array;
    readonly Password: Uint8Array;
  },
): number {
  const { AuthType, InformationSpecified } = LoginOptions;
  if ((InformationSpecified & LoginInformation.authType) === 0) return IsdscStatus.SUCCESS;
  if (AuthType === LoginAuthType.none) return IsdscStatus.SUCCESS;
  if (AuthType > LoginAuthType.mutualChap) return IsdscStatus.INVALID_LOGON_AUTH_TYPE;
  if (Username.length === 0) return IsdscStatus.INVALID_CHAP_USER_NAME;
  if (Password.length === 0) return IsdscStatus.INVALID_TARGET_CHAP_SECRET;
  return AuthType === LoginAuthType.mutualChap ? IsdscStatus.INVALID_INITIATOR_CHAP_SECRET : IsdscStatus.SUCCESS;
}

function addressStatus(type: number): number {
  const isBinary = type === AddressType.ipv4 || type === AddressType.ipv6;
  return isBinary ? IsdscStatus.SUCCESS : IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED;
}

/** Bus and target are the driver's choice, or such as a port driver can address; so are the LUNs of the system. */
function mappingStatus({ OSBus, OSTarget, LUNList }: LoginIn): number {
  const fits = (OSBus === ANY_MAPPING || OSBus < MAXIMUM_BUSES) &&
    (OSTarget === ANY_MAPPING || OSTarget < MAXIMUM_TARGETS_PER_BUS) &&
    LUNList.every(({ OSLUN }) => OSLUN < MAXIMUM_LUNS_PER_TARGET);
  return fits ? IsdscStatus.SUCCESS : IsdscStatus.INVALID_TARGET_MAPPING;
}

function command(code: number, request: Uint8Array): MailboxCommandRequest {
  return { command: code, request, responseBytes: 0 };
}

function answered(status: number): LoginJudgement {
  return { type: "answered", status };
}
