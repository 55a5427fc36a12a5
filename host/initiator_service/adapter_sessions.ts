/**
 * What the service asks an adapter for about sessions: logging in and out,
 * connections, saved logins, and lists of all that.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import {
  type AdapterClient,
  addConnectionToSession,
  loginToTarget,
  logoutFromTarget,
  type MethodOutcome,
  queryInitiatorSessions,
  type QueryOutcome,
  queryPersistentLogins,
  removeConnectionFromSession,
  removePersistentLogin,
} from "../wmi/adapter_client.ts";
import {
  ADAPTER_OPERATIONS_GUID,
  ADD_CONNECTION_IN_C_BYTES,
  ADD_CONNECTION_TO_SESSION_IN,
  ADD_CONNECTION_TO_SESSION_OUT,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
  LOGIN_TO_TARGET_OUT,
  LOGOUT_FROM_TARGET_IN,
  OperationsMethod,
  REMOVE_CONNECTION_FROM_SESSION_IN,
  REMOVE_PERSISTENT_LOGIN_IN,
} from "../wmi/adapter_operations.ts";
import { methodName } from "../wmi/names.ts";
import type { PersistentLogin } from "../wmi/persistent_logins.ts";
import { STATUS_OUT } from "../wmi/security_config_operations.ts";
import type { InitiatorSessions } from "../wmi/session_info.ts";
import type { AdapterLink } from "./adapter_link.ts";
import {
  type ConnectionRequest,
  connectionValue,
  type LoginRequest,
  loginValue,
  type RemovalRequest,
  removalValue,
  type SessionIdentity,
} from "./login_request.ts";

/**
 * Logs in to a target, or has the adapter save the login.
 *
 * @param because The event that wrote the key, if it comes out of what the service holds.
 */
export function logIn(
  link: AdapterLink,
  request: LoginRequest,
  because?: number,
): Task<MethodOutcome<SessionIdentity>> {
  const value = loginValue(request);
  const inputBytes = Math.max(LOGIN_TO_TARGET_IN_C_BYTES, LOGIN_TO_TARGET_IN.encodedBytes(value));
  return link.request(
    nameOf(OperationsMethod.loginToTarget),
    inputBytes,
    LOGIN_TO_TARGET_OUT.sizeof,
    (client) => loginToTarget(client, value),
    because,
  );
}

/** Logs out. */
export function logOut(link: AdapterLink, sessionId: bigint): Task<MethodOutcome<void>> {
  return link.request(
    nameOf(OperationsMethod.logoutFromTarget),
    LOGOUT_FROM_TARGET_IN.sizeof,
    STATUS_OUT.sizeof,
    (client) => logoutFromTarget(client, sessionId),
  );
}

/**
 * Adds a connection to a session.
 *
 * @param because The event that wrote the key, if it comes out of what the service holds.
 */
export function addConnection(
  link: AdapterLink,
  request: ConnectionRequest,
  because?: number,
): Task<MethodOutcome<{ readonly connectionId: bigint }>> {
  const value = connectionValue(request, link.information?.UniqueAdapterId ?? 0n);
  const inputBytes = Math.max(ADD_CONNECTION_IN_C_BYTES, ADD_CONNECTION_TO_SESSION_IN.encodedBytes(value));
  return link.request(
    nameOf(OperationsMethod.addConnectionToSession),
    inputBytes,
    ADD_CONNECTION_TO_SESSION_OUT.sizeof,
    (client) => addConnectionToSession(client, value),
    because,
  );
}

/** Takes a connection out of a session. */
export function removeConnection(
  link: AdapterLink,
  sessionId: bigint,
  connectionId: bigint,
): Task<MethodOutcome<void>> {
  return link.request(
    nameOf(OperationsMethod.removeConnectionFromSession),
    REMOVE_CONNECTION_FROM_SESSION_IN.sizeof,
    STATUS_OUT.sizeof,
    (client) => removeConnectionFromSession(client, sessionId, connectionId),
  );
}

/** Has the adapter forget saved logins. */
export function forgetLogins(link: AdapterLink, request: RemovalRequest): Task<MethodOutcome<void>> {
  return link.request(
    nameOf(OperationsMethod.removePersistentLogin),
    REMOVE_PERSISTENT_LOGIN_IN.sizeof,
    STATUS_OUT.sizeof,
    (client) => removePersistentLogin(client, removalValue(request)),
  );
}

/** The sessions of the adapter. */
export function sessionsOf(link: AdapterLink): Task<MethodOutcome<InitiatorSessions>> {
  return list(link, "MSiSCSI_InitiatorSessionInfo", queryInitiatorSessions);
}

/** The logins that the adapter has saved. */
export function savedLoginsOf(link: AdapterLink): Task<MethodOutcome<readonly PersistentLogin[]>> {
  return list(link, "MSiSCSI_PersistentLogins", queryPersistentLogins);
}

function list<T>(
  link: AdapterLink,
  operation: string,
  query: (client: AdapterClient) => Task<QueryOutcome<T>>,
): Task<MethodOutcome<T>> {
  return link.request(operation, 0, 0, function* (client) {
    const outcome = yield* query(client);
    return outcome.type === "failed" ? outcome : { ...outcome, status: IsdscStatus.SUCCESS };
  });
}

function nameOf(methodId: number): string {
  return methodName(ADAPTER_OPERATIONS_GUID, methodId);
}
