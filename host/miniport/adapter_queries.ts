/**
 * What the miniport answers to queries, but for MSiSCSI_HBAInformation: it
 * asks the adapter, and adds what only the driver knows.
 *
 * @module
 */

import {
  ADAPTER_INFORMATION,
  CipherCapability,
  CONNECTION_INFORMATION,
  type ConnectionInformation,
  ConnectionState,
  INTERNET_ADDRESS,
  MailboxCommand,
  MAX_TRANSFER_BYTES,
  PERSISTENT_LOGIN_INFORMATION,
  type PersistentLoginInformation,
  PHASE1_STATISTICS,
} from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { EncryptionType, SECURITY_CAPABILITIES, SECURITY_CAPABILITIES_GUID } from "../wmi/adapter_information.ts";
import { GuidMap } from "../wmi/guid.ts";
import { encodePersistentLogins, PERSISTENT_LOGINS_GUID } from "../wmi/persistent_logins.ts";
import { PORTAL_INFO, PORTAL_INFO_GUID } from "../wmi/portal_info.ts";
import { encodeInitiatorSessions, INITIATOR_SESSION_INFO_GUID } from "../wmi/session_info.ts";
import {
  LOGIN_STATISTICS,
  LOGIN_STATISTICS_GUID,
  MAIN_MODE_STATISTICS,
  MAIN_MODE_STATISTICS_GUID,
} from "../wmi/statistics.ts";
import type { AccessResult, AdapterAccess } from "./adapter_access.ts";
import { persistentLoginValue, portalValue, sessionValue } from "./reported_values.ts";
import type { SessionIds } from "./session_ids.ts";
import { knownOfPersistentLogin, type KnownSession, type Sessions } from "./sessions.ts";

/** What a query is answered from. */
export interface QueryMeans {
  /** The way to the adapter. */
  readonly access: AdapterAccess;
  /** The sessions that the driver knows. */
  readonly sessions: Sessions;
  /** Their identifiers. */
  readonly sessionIds: SessionIds;
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly uniqueAdapterId: bigint;
}

/** The data of the instance, or the SRB status with which the query ends. */
export type QueryResult =
  | { readonly type: "data"; readonly data: Uint8Array }
  | { readonly type: "failed"; readonly srbStatus: number };

/**
 * How the queries of a class are answered.
 *
 * @param isWanted Asked before each command: a query that was given up is not gone on with.
 */
export type AdapterQuery = (means: QueryMeans, isWanted: () => boolean) => Task<QueryResult>;

/** By class. */
const QUERIES = new GuidMap<AdapterQuery>([
  [PERSISTENT_LOGINS_GUID, queryPersistentLogins],
  [PORTAL_INFO_GUID, queryPortals],
  [INITIATOR_SESSION_INFO_GUID, querySessions],
  [LOGIN_STATISTICS_GUID, queryLoginStatistics],
  [MAIN_MODE_STATISTICS_GUID, queryMainModeStatistics],
  [SECURITY_CAPABILITIES_GUID, querySecurityCapabilities],
]);

/** How a class is answered; `undefined` for those that have no data of this kind. */
export function adapterQuery(guid: Uint8Array): AdapterQuery | undefined {
  return QUERIES.get(guid);
}

/**
 * What the adapter tells of a session that it opens by itself: the login is as it was then, also when another one is
 * saved in its place.
 *
 * @returns `undefined` if it is no such session, or the adapter does not answer.
 */
export function* readSessionLogin(access: AdapterAccess, session: number): Task<KnownSession | undefined> {
  const result = yield* askForSessionLogin(access, session);
  return result.type === "known" ? result.known : undefined;
}

/** What is known of a session's login, or the SRB status with which the question ended. */
export type SessionLogin = { readonly type: "known"; readonly known: KnownSession | undefined } | Failed;

/** As {@linkcode readSessionLogin}, and says how a question ended that the adapter did not answer. */
export function* askForSessionLogin(
  access: AdapterAccess,
  session: number,
  isWanted?: () => boolean,
): Task<SessionLogin> {
  const command = getNext(MailboxCommand.getSessionLogin, session, MAX_TRANSFER_BYTES);
  const result = yield* access.execute(command, isWanted);
  if (result.type === "failed") return result;
  const isThere = result.accepted && result.value !== 0;
  return {
    type: "known",
    known: isThere ? knownOfPersistentLogin(PERSISTENT_LOGIN_INFORMATION.decode(result.response)) : undefined,
  };
}

function* queryPersistentLogins({ access, sessionIds }: QueryMeans, isWanted: () => boolean): Task<QueryResult> {
  const idOf = sessionIds.present;
  const logins = yield* readPersistentLogins(access, isWanted);
  if (!Array.isArray(logins)) return logins;
  return data(encodePersistentLogins(logins.map((login) => persistentLoginValue(login, idOf))));
}

function* queryPortals({ access }: QueryMeans, isWanted: () => boolean): Task<QueryResult> {
  const information = yield* access.execute({
    command: MailboxCommand.getAdapterInformation,
    request: NOTHING,
    responseBytes: ADAPTER_INFORMATION.sizeof,
  }, isWanted);
  if (information.type === "failed") return information;
  const { numberOfPorts } = ADAPTER_INFORMATION.decode(information.response);
  const portals = [];
  for (let port = 0; port < numberOfPorts; port++) {
    const command = getNext(MailboxCommand.getPortAddress, port, INTERNET_ADDRESS.sizeof);
    const result = yield* access.execute(command, isWanted);
    if (result.type === "failed") return result;
    portals.push(portalValue(port, INTERNET_ADDRESS.decode(result.response)));
  }
  return data(PORTAL_INFO.encode({ PortalInformation: portals }));
}

function* querySessions(means: QueryMeans, isWanted: () => boolean): Task<QueryResult> {
  const { access, sessions, sessionIds, uniqueAdapterId } = means;
  const idOf = sessionIds.present;
  const connections = yield* readConnections(access, isWanted);
  if (!Array.isArray(connections)) return connections;
  const values = [];
  for (const session of [...new Set(connections.map(({ session }) => session))].sort((a, b) => a - b)) {
    const own = connections.filter((each) => each.session === session);
    const login = yield* askForKnown(means, own, isWanted);
    if (login.type === "failed") return login;
    const socketOf = (connection: number) =>
      connection === session ? login.known?.socket : sessions.known(connection)?.socket;
    values.push(sessionValue(session, login.known, presentOf(own), { idOf, socketOf }));
  }
  return data(encodeInitiatorSessions({ uniqueAdapterId, sessions: values }));
}

/** What is known of the session of some connections: by the driver, or by the adapter that opens it by itself. */
function* askForKnown(
  { access, sessions }: QueryMeans,
  [first]: readonly ConnectionInformation[],
  isWanted: () => boolean,
): Task<SessionLogin> {
  const { session = 0, persistentLogin = 0 } = first ?? {};
  const known = sessions.known(session);
  return known !== undefined || persistentLogin === 0
    ? { type: "known", known }
    : yield* askForSessionLogin(access, session, isWanted);
}

/** The connections that a session shows: one that is being logged in again by itself has none. */
function presentOf(connections: readonly ConnectionInformation[]): readonly ConnectionInformation[] {
  const isActive = connections.some(({ state }) => state === ConnectionState.active);
  const isPersistent = connections.some(({ persistentLogin }) => persistentLogin !== 0);
  return isPersistent && !isActive ? [] : connections.filter(({ state }) => state !== ConnectionState.waiting);
}

/** Counted by the driver: there are no login PDUs, but what comes of them is known. */
function* queryLoginStatistics({ sessions, uniqueAdapterId }: QueryMeans): Task<QueryResult> {
  const { accepted, failed, loggedOut } = sessions.counts;
  return data(LOGIN_STATISTICS.encode({
    UniqueAdapterId: uniqueAdapterId,
    LoginAcceptRsps: accepted,
    LoginOtherFailRsps: 0,
    LoginRedirectRsps: 0,
    LoginAuthFailRsps: 0,
    LoginAuthenticateFails: 0,
    LoginNegotiateFails: 0,
    LogoutNormals: loggedOut,
    LogoutOtherCodes: 0,
    LoginFailures: failed,
  }));
}

function* queryMainModeStatistics({ access }: QueryMeans, isWanted: () => boolean): Task<QueryResult> {
  const result = yield* access.execute({
    command: MailboxCommand.getPhase1Statistics,
    request: NOTHING,
    responseBytes: PHASE1_STATISTICS.sizeof,
  }, isWanted);
  if (result.type === "failed") return result;
  const counted = PHASE1_STATISTICS.decode(result.response);
  return data(MAIN_MODE_STATISTICS.encode({
    ...NO_QUICK_MODE,
    ActiveAcquire: BigInt(counted.negotiating),
    ActiveReceive: BigInt(counted.queued),
    AcquireFailures: BigInt(counted.failed),
    ReceiveFailures: BigInt(counted.receiveFailures),
    SendFailures: 0n,
    AcquireHeapSize: BigInt(counted.negotiating),
    ReceiveHeapSize: BigInt(counted.queued),
    NegotiationFailures: BigInt(counted.failed),
    AuthenticationFailures: BigInt(counted.authenticationFailures),
    InvalidCookiesReceived: BigInt(counted.invalidCookies),
    OakleyMainMode: BigInt(counted.established),
    InvalidPackets: BigInt(counted.invalidPackets),
  }));
}

/** There is no phase 2: nothing of it can be counted. */
const NO_QUICK_MODE = {
  TotalGetSPI: 0n,
  KeyAdditions: 0n,
  KeyUpdates: 0n,
  GetSPIFailures: 0n,
  KeyAdditionFailures: 0n,
  KeyUpdateFailures: 0n,
  ConnectionListSize: 0n,
  OakleyQuickMode: 0n,
  SoftAssociations: 0n,
} as const;

function* querySecurityCapabilities({ access }: QueryMeans, isWanted: () => boolean): Task<QueryResult> {
  const command = { command: MailboxCommand.getSecurityCapabilities, request: NOTHING, responseBytes: 0 };
  const result = yield* access.execute(command, isWanted);
  if (result.type === "failed") return result;
  const has = (bit: number) => (result.value & bit) !== 0;
  return data(SECURITY_CAPABILITIES.encode({
    ProtectiScsiTraffic: result.value !== 0,
    ProtectiSNSTraffic: false,
    CertificatesSupported: false,
    EncryptionAvailable: [
      EncryptionType.none,
      ...(has(CipherCapability.tripleDes) ? [EncryptionType.tripleDesHmacSha1] : []),
      ...(has(CipherCapability.aes) ? [EncryptionType.aesCounter] : []),
    ],
  }));
}

type Failed = Extract<AccessResult, { readonly type: "failed" }>;

function readPersistentLogins(access: AdapterAccess, isWanted: () => boolean) {
  return readAll(access, isWanted, {
    command: MailboxCommand.getPersistentLogin,
    responseBytes: MAX_TRANSFER_BYTES,
    decode: (response): PersistentLoginInformation => PERSISTENT_LOGIN_INFORMATION.decode(response),
    numberOf: ({ number }) => number,
  });
}

function readConnections(access: AdapterAccess, isWanted: () => boolean) {
  return readAll(access, isWanted, {
    command: MailboxCommand.getConnection,
    responseBytes: CONNECTION_INFORMATION.sizeof,
    decode: (response): ConnectionInformation => CONNECTION_INFORMATION.decode(response),
    numberOf: ({ connection }) => connection,
  });
}

/** Asks for one after the other, each by the number of the one before. */
function* readAll<T>(access: AdapterAccess, isWanted: () => boolean, { command, responseBytes, decode, numberOf }: {
  readonly command: number;
  readonly responseBytes: number;
  readonly decode: (response: Uint8Array) => T;
  readonly numberOf: (value: T) => number;
}): Task<T[] | Failed> {
  const values: T[] = [];
  for (let number = 0;;) {
    const result = yield* access.execute(getNext(command, number, responseBytes), isWanted);
    if (result.type === "failed") return result;
    if (!result.accepted || result.value === 0) return values;
    const value = decode(result.response);
    values.push(value);
    number = numberOf(value);
  }
}

const NOTHING = new Uint8Array(0);

function getNext(command: number, parameter: number, responseBytes: number) {
  return { command, request: NOTHING, responseBytes, parameter };
}

function data(bytes: Uint8Array): QueryResult {
  return { type: "data", data: bytes };
}
