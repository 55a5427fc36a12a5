/**
 * Sessions as the host knows them: each has one connection or more, each
 * connection a phase 1 of its own, with its own key; and those that the
 * adapter opens by itself keep their number from one attempt to the next.
 *
 * Whatever opens sessions (`sessions.ts`) knows of no connections: what it
 * calls a session is one here. It reports through this table, which puts the
 * host's numbers in and passes the event on.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { addressStatus } from "../cache/request_checks.ts";
import type { PersistentLogins } from "../cache/persistent_logins.ts";
import {
  ALL_PORTS,
  AsynchronousEvent,
  CHOOSE_IDENTIFICATION,
  type ConnectionInformation,
  type ConnectionRequest,
  ConnectionState,
  type InternetAddress,
  internetAddress,
  IsdscStatus,
  type PersistentLoginInformation,
  type Phase1Statistics,
  type SessionRequest,
  SessionState,
} from "../manual/interface.ts";
import { LoginRetries } from "./login_retries.ts";
import type { EventOutput } from "./session_outcome.ts";
import type { AdapterSessions, Opened } from "./sessions.ts";

/** What the table is made of. */
export interface HostSessionsOptions {
  /** Whose time. */
  readonly kernel: Kernel;
  /** Where events for the host go. */
  readonly output: EventOutput;
  /** The addresses of the adapter's ports. */
  readonly portAddresses: readonly Uint8Array[];
  /** What the adapter logs in to by itself. */
  readonly persistentLogins: PersistentLogins;
  /** Makes what opens sessions, given where its events are to go. */
  readonly create: (output: EventOutput) => AdapterSessions;
}

/** A connection, and the number that what opened it knows it by. */
interface Connection {
  readonly number: number;
  readonly inner: number;
  readonly session: HostSession;
  readonly cid: number;
  readonly portNumber: number;
  readonly target: InternetAddress;
  active: boolean;
}

interface HostSession {
  readonly number: number;
  /** 0 for sessions that the host has opened. */
  readonly persistentLogin: number;
  readonly connections: Connection[];
  lastCid: number;
  /** That login as it was when it was last made. */
  login: PersistentLoginInformation | undefined;
}

/** The session of a persistent login has this and the login's number: no other session gets there. */
const PERSISTENT_SESSION = 0x8000_0000;

/** How many connections a session may have. */
const CONNECTION_LIMIT = 8;

/** The sessions of an adapter, and their connections. */
export class HostSessions {
  /** What opens sessions. */
  readonly inner: AdapterSessions;
  readonly #options: HostSessionsOptions;
  readonly #retries: LoginRetries;
  readonly #sessions = new Map<number, HostSession>();
  readonly #byInner = new Map<number, Connection>();
  /** What was reported of connections whose opening has not returned yet. */
  readonly #early = new Map<number, (readonly number[])[]>();
  #opening = 0;

  /**
   * No sessions yet.
   *
   * @param options What it is made of.
   */
  constructor(options: HostSessionsOptions) {
    this.#options = options;
    this.#retries = new LoginRetries(options.kernel);
    const { output } = options;
    this.inner = options.create({
      event: (...values) => this.#take(values),
      get eventsLost() {
        return output.eventsLost;
      },
    });
  }

  /** Whether a port has an address of the kind that a target has: without one no login comes about. */
  reaches({ portNumber, target }: Pick<SessionRequest, "portNumber" | "target">): boolean {
    const address = this.#options.portAddresses[portNumber === ALL_PORTS ? 0 : portNumber];
    // Of a port that is not there, and of no address at all, whoever saves the login says so.
    return address === undefined || addressStatus(target) !== IsdscStatus.SUCCESS ||
      internetAddress(address)?.type === target.type;
  }

  /** Begins a session; the host hears of its end by an event. */
  *open(request: SessionRequest): Task<Opened> {
    return yield* this.#open(request, (inner) => this.#newSession(inner, 0));
  }

  /** Begins a further connection of a session. */
  *addConnection(request: ConnectionRequest): Task<Opened> {
    const session = this.#sessions.get(request.session);
    if (session === undefined || session.connections.length === 0) return refused(IsdscStatus.INVALID_SESSION_ID);
    if (!session.connections.some(({ active }) => active)) return refused(IsdscStatus.SESSION_BUSY);
    if (session.connections.length >= CONNECTION_LIMIT) return refused(IsdscStatus.TOO_MANY_CONNECTIONS);
    const nothing = new Uint8Array(0);
    const choice = { idType: CHOOSE_IDENTIFICATION, id: nothing, reserved: 0 };
    return yield* this.#open({ ...request, ...choice }, () => session);
  }

  /** Ends a session and its connections, and the attempts to get a persistent one back. */
  *close(number: number): Task<number> {
    const session = this.#sessions.get(number);
    if (session === undefined) return IsdscStatus.INVALID_SESSION_ID;
    this.#retries.end(session.persistentLogin);
    this.#sessions.delete(number);
    for (const connection of [...session.connections]) {
      yield* this.inner.close(connection.inner);
      this.#byInner.delete(connection.inner);
    }
    session.connections.length = 0;
    return IsdscStatus.SUCCESS;
  }

  /** Ends one of several connections of a session. */
  *removeConnection(sessionNumber: number, number: number): Task<number> {
    const session = this.#sessions.get(sessionNumber);
    if (session === undefined) return IsdscStatus.INVALID_SESSION_ID;
    const connection = session.connections.find((each) => each.number === number);
    if (connection === undefined) return IsdscStatus.NOT_FOUND;
    if (session.connections.length === 1) return IsdscStatus.CANT_REMOVE_LAST_CONNECTION;
    yield* this.inner.close(connection.inner);
    this.#forget(connection);
    return IsdscStatus.SUCCESS;
  }

  /**
   * The connection with the lowest number above another; a persistent session that waits for its next attempt is one,
   * too. `undefined` if there is none.
   */
  nextConnection(after: number): ConnectionInformation | undefined {
    let next: Connection | HostSession | undefined = undefined;
    for (const session of this.#sessions.values()) {
      for (const each of session.connections.length === 0 ? [session] : session.connections) {
        if (each.number > after && (next === undefined || each.number < next.number)) next = each;
      }
    }
    if (next === undefined) return undefined;
    return "inner" in next ? this.#inform(next) : this.#waiting(next);
  }

  /** The number of the session that a persistent login opens; 0 if it is not to be opened before the next driver load. */
  sessionOf(login: number): number {
    return this.#retries.standing(login) === undefined ? 0 : PERSISTENT_SESSION + login;
  }

  /** The persistent login that opens a session, as it was when it last did; `undefined` if none has. */
  loginOf(session: number): PersistentLoginInformation | undefined {
    return this.#sessions.get(session)?.login;
  }

  /** What phase 1 has counted. */
  statistics(): Phase1Statistics {
    return this.inner.statistics();
  }

  /** A driver is loaded: the persistent logins are made that are not made already. */
  driverLoaded(): void {
    this.#retries.begin(this.#options.persistentLogins.logins().map(({ number }) => number));
  }

  /** Some persistent logins are there no more: what they have opened stays, and is not opened again. */
  persistentLoginsChanged(): void {
    const saved = new Set(this.#options.persistentLogins.logins().map(({ number }) => number));
    for (const login of this.#retries.logins) {
      if (saved.has(login)) continue;
      this.#retries.end(login);
      const session = this.#sessions.get(PERSISTENT_SESSION + login);
      if (session?.connections.length === 0) this.#sessions.delete(session.number);
    }
  }

  /** The firmware is to stop in good order. */
  closeAll(): void {
    this.#retries.endAll();
    for (const { number, connections } of [...this.#sessions.values()]) {
      if (connections.length === 0) this.#sessions.delete(number);
    }
    this.inner.closeAll();
  }

  /** Makes the persistent logins when they are due, for ever. A task of the adapter runs it. */
  run(): Task {
    return this.#retries.run((login) => this.#logIn(login));
  }

  *#logIn(login: number): Task {
    const { persistentLogins } = this.#options;
    const number = PERSISTENT_SESSION + login;
    const session = this.#sessions.get(number) ?? this.#newSession(number, login);
    const saved = persistentLogins.open(login);
    if (saved === undefined) {
      this.#fail(session, IsdscStatus.CACHE_CORRUPTED);
      return;
    }
    const { key: _key, password: _password, ...information } = saved;
    session.login = { ...information, number: login, session: number, reserved: 0 };
    const choice = { idType: CHOOSE_IDENTIFICATION, id: new Uint8Array(0) };
    const opened = yield* this.#open({ ...saved, ...choice }, () => session, persistentLogins.writerOf(login));
    saved.key.fill(0);
    saved.password.fill(0);
    const isLoggedOut = this.#sessions.get(number) !== session;
    if (opened.type === "refused" && !isLoggedOut) this.#fail(session, opened.status);
  }

  /** A persistent login could not even begin. */
  #fail(session: HostSession, status: number): void {
    this.#options.output.event(AsynchronousEvent.sessionStateChanged, session.number, SessionState.failed, status);
    this.#retries.retry(session.persistentLogin);
    if (this.sessionOf(session.persistentLogin) === 0) this.#sessions.delete(session.number);
  }

  *#open(request: SessionRequest, sessionOf: (inner: number) => HostSession, because?: number): Task<Opened> {
    // The request is a view of what came by DMA, which is wiped.
    const target = { ...request.target, bytes: request.target.bytes.slice() };
    this.#opening++;
    const opened = yield* this.inner.open(request, because);
    this.#opening--;
    if (opened.type === "refused") return opened;
    const { session: inner } = opened;
    const session = sessionOf(inner);
    if (this.#sessions.get(session.number) !== session) {
      // It has ended while this was being opened: the host never hears of it.
      this.#early.delete(inner);
      yield* this.inner.close(inner);
      return refused(IsdscStatus.INVALID_SESSION_ID);
    }
    // The first connection has the session's number.
    const number = session.lastCid === 0 || session.persistentLogin !== 0 && session.connections.length === 0
      ? session.number
      : inner;
    const portNumber = request.portNumber === ALL_PORTS ? 0 : request.portNumber;
    const connection = { number, inner, session, cid: ++session.lastCid, portNumber, target, active: false };
    session.connections.push(connection);
    this.#byInner.set(inner, connection);
    const early = this.#early.get(inner) ?? [];
    this.#early.delete(inner);
    for (const values of early) this.#take(values);
    return { type: "accepted", session: number };
  }

  #newSession(number: number, persistentLogin: number): HostSession {
    const session: HostSession = { number, persistentLogin, connections: [], lastCid: 0, login: undefined };
    this.#sessions.set(number, session);
    return session;
  }

  /** An event of what opens sessions. */
  #take(values: readonly number[]): void {
    const { output } = this.#options;
    const [code = 0, inner = 0, state = 0, status = 0, mode = 0] = values;
    const connection = code === AsynchronousEvent.sessionStateChanged ? this.#byInner.get(inner) : undefined;
    if (connection === undefined) {
      if (code !== AsynchronousEvent.sessionStateChanged || this.#opening === 0) return output.event(...values);
      this.#early.set(inner, [...this.#early.get(inner) ?? [], values]);
      return;
    }
    const { session, number } = connection;
    connection.active = state === SessionState.active;
    if (!connection.active) this.#forget(connection);
    const left = session.connections.length;
    output.event(code, number, state, status, mode, session.number, left);
    if (left > 0) return;
    this.#retries.retry(session.persistentLogin);
    if (this.sessionOf(session.persistentLogin) === 0) this.#sessions.delete(session.number);
  }

  #forget(connection: Connection): void {
    const { connections } = connection.session;
    const place = connections.indexOf(connection);
    if (place >= 0) connections.splice(place, 1);
    this.#byInner.delete(connection.inner);
  }

  #inform({ number, session, cid, active, portNumber, target }: Connection): ConnectionInformation {
    return {
      connection: number,
      session: session.number,
      cid,
      state: active ? ConnectionState.active : ConnectionState.negotiating,
      local: internetAddress(this.#options.portAddresses[portNumber] ?? NO_ADDRESS) ?? EMPTY_ADDRESS,
      target,
      persistentLogin: session.persistentLogin,
    };
  }

  #waiting(session: HostSession): ConnectionInformation {
    return {
      connection: session.number,
      session: session.number,
      cid: 0,
      state: ConnectionState.waiting,
      local: EMPTY_ADDRESS,
      target: EMPTY_ADDRESS,
      persistentLogin: session.persistentLogin,
    };
  }
}

const NO_ADDRESS = new Uint8Array(0);
const EMPTY_ADDRESS: InternetAddress = { type: 3, bytes: new Uint8Array(16) };

function refused(status: number): Opened {
  return { type: "refused", status };
}
