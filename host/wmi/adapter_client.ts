/**
 * The classes of an adapter as its clients use them: typed queries, and
 * methods 30 to 34 of MSiSCSI_Operations as calls.
 *
 * Each is one WMI request with its repetitions for room. What the adapter
 * answers and what the driver stack refuses are told apart; bytes that are not
 * the structure are ISDSC_DRIVER_BUG. Inputs with keys are filled with zeros
 * when the call is over.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { StructureError, type StructureValue } from "../../sim/layout/structure.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { RequestOwner } from "../request_owner.ts";
import { NtStatus } from "../status.ts";
import {
  ADAPTER_OPERATIONS_GUID,
  ADD_CONNECTION_IN_C_BYTES,
  type ADD_CONNECTION_IN_FIELDS,
  ADD_CONNECTION_TO_SESSION_IN,
  ADD_CONNECTION_TO_SESSION_OUT,
  type LOGIN_IN_FIELDS,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
  LOGIN_TO_TARGET_OUT,
  LOGOUT_FROM_TARGET_IN,
  OperationsMethod,
  REMOVE_CONNECTION_FROM_SESSION_IN,
  type REMOVE_LOGIN_IN_FIELDS,
  REMOVE_PERSISTENT_LOGIN_IN,
} from "./adapter_operations.ts";
import type { KernelWmi } from "./kernel_wmi.ts";
import { decodePersistentLogins, PERSISTENT_LOGINS_GUID, type PersistentLogin } from "./persistent_logins.ts";
import { PORTAL_INFO, PORTAL_INFO_GUID, type PortalInfo } from "./portal_info.ts";
import { STATUS_OUT } from "./security_config_operations.ts";
import { decodeInitiatorSessions, INITIATOR_SESSION_INFO_GUID, type InitiatorSessions } from "./session_info.ts";

/** The adapter that a request goes to, and for whom. */
export interface AdapterClient {
  /** The way to the adapter. */
  readonly wmi: KernelWmi;
  /** The name of the adapter. */
  readonly deviceName: string;
  /** Whose requests they are; the calling process's by default. */
  readonly owner?: RequestOwner;
}

/** What came of a query. */
export type QueryOutcome<T> =
  /** The instance of the class. */
  | { readonly type: "answered"; readonly value: T }
  /** The driver stack did not carry the query out, or answered what is no such instance. */
  | { readonly type: "failed"; readonly ntStatus: number };

/** What came of a method: OUT.Status and what else OUT says; `undefined` if the adapter refused. */
export type MethodOutcome<T> =
  /** The adapter answered. */
  | { readonly type: "answered"; readonly status: number; readonly value: T | undefined }
  /** The driver stack did not carry the call out. */
  | { readonly type: "failed"; readonly ntStatus: number };

/** What the adapter logs in to by itself, in the order in which it was saved. */
export function queryPersistentLogins(client: AdapterClient): Task<QueryOutcome<readonly PersistentLogin[]>> {
  return query(client, PERSISTENT_LOGINS_GUID, decodePersistentLogins);
}

/** The sessions of the adapter, those that it opened by itself too. */
export function queryInitiatorSessions(client: AdapterClient): Task<QueryOutcome<InitiatorSessions>> {
  return query(client, INITIATOR_SESSION_INFO_GUID, decodeInitiatorSessions);
}

/** The portals of the adapter, in order of their port numbers. */
export function queryPortals(client: AdapterClient): Task<QueryOutcome<readonly PortalInfo[]>> {
  return query(client, PORTAL_INFO_GUID, (data) => PORTAL_INFO.decode(data).PortalInformation);
}

/**
 * LoginToTarget. With `PersistentLogin` the login is saved and not made, and the ids are 0.
 *
 * @throws {StructureError} A field cannot hold its value.
 */
export function loginToTarget(
  client: AdapterClient,
  input: StructureValue<typeof LOGIN_IN_FIELDS>,
): Task<MethodOutcome<{ readonly sessionId: bigint; readonly connectionId: bigint }>> {
  const bytes = new Uint8Array(Math.max(LOGIN_TO_TARGET_IN_C_BYTES, LOGIN_TO_TARGET_IN.encodedBytes(input)));
  LOGIN_TO_TARGET_IN.encodeInto(input, bytes);
  return call(client, OperationsMethod.loginToTarget, bytes, LOGIN_TO_TARGET_OUT.sizeof, (data) => {
    const { UniqueSessionId, UniqueConnectionId } = LOGIN_TO_TARGET_OUT.decode(data);
    return { sessionId: UniqueSessionId, connectionId: UniqueConnectionId };
  });
}

/** LogoutFromTarget: ends a session and its connections, and the attempts to get a persistent one back. */
export function logoutFromTarget(client: AdapterClient, sessionId: bigint): Task<MethodOutcome<void>> {
  const bytes = LOGOUT_FROM_TARGET_IN.encode({ UniqueSessionId: sessionId });
  return call(client, OperationsMethod.logoutFromTarget, bytes, STATUS_OUT.sizeof, () => {});
}

/**
 * AddConnectionToSession: a connection through another portal, with phase 1 and, if given, a key of its own.
 *
 * @throws {StructureError} A field cannot hold its value.
 */
export function addConnectionToSession(
  client: AdapterClient,
  input: StructureValue<typeof ADD_CONNECTION_IN_FIELDS>,
): Task<MethodOutcome<{ readonly connectionId: bigint }>> {
  const bytes = new Uint8Array(Math.max(ADD_CONNECTION_IN_C_BYTES, ADD_CONNECTION_TO_SESSION_IN.encodedBytes(input)));
  ADD_CONNECTION_TO_SESSION_IN.encodeInto(input, bytes);
  return call(client, OperationsMethod.addConnectionToSession, bytes, ADD_CONNECTION_TO_SESSION_OUT.sizeof, (data) => ({
    connectionId: ADD_CONNECTION_TO_SESSION_OUT.decode(data).UniqueConnectionId,
  }));
}

/**
 * RemovePersistentLogin. The port is the one that the login was saved for, 0xFFFFFFFF for any; a portal without address
 * (type 3) stands for all portals of the target. A session that the login has opened stays.
 *
 * @throws {StructureError} A field cannot hold its value.
 */
export function removePersistentLogin(
  client: AdapterClient,
  input: StructureValue<typeof REMOVE_LOGIN_IN_FIELDS>,
): Task<MethodOutcome<void>> {
  const bytes = REMOVE_PERSISTENT_LOGIN_IN.encode(input);
  return call(client, OperationsMethod.removePersistentLogin, bytes, STATUS_OUT.sizeof, () => {});
}

/** RemoveConnectionFromSession; the last connection stays. */
export function removeConnectionFromSession(
  client: AdapterClient,
  sessionId: bigint,
  connectionId: bigint,
): Task<MethodOutcome<void>> {
  const ids = { UniqueSessionId: sessionId, UniqueConnectionId: connectionId };
  const bytes = REMOVE_CONNECTION_FROM_SESSION_IN.encode(ids);
  return call(client, OperationsMethod.removeConnectionFromSession, bytes, STATUS_OUT.sizeof, () => {});
}

/** Enough for a list that is empty; a longer answer is asked for with the room that it needs. */
const FIRST_QUERY_BYTES = 64;

function* query<T>(
  { wmi, deviceName, owner }: AdapterClient,
  guid: Uint8Array,
  decode: (data: Uint8Array) => T,
): Task<QueryOutcome<T>> {
  const { ntStatus, data } = yield* wmi.queryInstance(deviceName, guid, FIRST_QUERY_BYTES, owner);
  if (ntStatus !== NtStatus.success) return { type: "failed", ntStatus };
  const value = decoded(data, decode);
  return value === undefined ? { type: "failed", ntStatus: NtStatus.ioDeviceError } : { type: "answered", ...value };
}

function* call<T>(
  { wmi, deviceName, owner }: AdapterClient,
  methodId: number,
  input: Uint8Array,
  outputBytes: number,
  decode: (data: Uint8Array) => T,
): Task<MethodOutcome<T>> {
  const method = { guid: ADAPTER_OPERATIONS_GUID, methodId, input };
  const { ntStatus, data } = yield* wmi.executeMethod(deviceName, method, outputBytes, owner);
  input.fill(0);
  if (ntStatus !== NtStatus.success) return { type: "failed", ntStatus };
  if (data.length < outputBytes) return { type: "answered", status: IsdscStatus.DRIVER_BUG, value: undefined };
  const { Status } = STATUS_OUT.decode(data);
  return { type: "answered", status: Status, value: Status === IsdscStatus.SUCCESS ? decode(data) : undefined };
}

function decoded<T>(data: Uint8Array, decode: (data: Uint8Array) => T): { readonly value: T } | undefined {
  try {
    return { value: decode(data) };
  } catch (error) {
    if (error instanceof StructureError) return undefined;
    throw error;
  }
}
