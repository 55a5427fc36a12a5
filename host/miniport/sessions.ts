/**
 * What the driver knows of sessions. The adapter accepts a login at once and
 * tells how it went by an asynchronous event, which may come before the driver
 * has looked at the acceptance. What the adapter need not know of a session
 * (the target's name, the options of the login) is kept here.
 *
 * @module
 */

import {
  type InternetAddress,
  type PersistentLoginInformation,
  SessionState,
} from "../../firmware/manual/interface.ts";
import { StructureError } from "../../sim/layout/structure.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Completion } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { LOGIN_DESCRIPTION, type LoginDescription } from "./login_description.ts";

/** What an adapter tells of a connection. */
export interface SessionEvent {
  /** A value of `SessionState`. */
  readonly state: number;
  /** The ISDSC status. */
  readonly status: number;
  /** The session that it belongs to. */
  readonly session: number;
  /** How many connections the session has now. */
  readonly connections: number;
}

/** What is known of a session that the host has opened. */
export interface KnownSession {
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** The target's address. */
  readonly target: InternetAddress;
  /** The target's TCP port. */
  readonly socket: number;
  /** What else the login said; `undefined` if that cannot be read any more. */
  readonly description: LoginDescription | undefined;
}

/** What is known of a session that a persistent login has opened, or will open. */
export function knownOfPersistentLogin(login: PersistentLoginInformation): KnownSession {
  const { targetName, target, socket, description } = login;
  return {
    targetName: new TextDecoder().decode(targetName),
    target,
    socket,
    description: readDescription(description),
  };
}

/** A description may be another driver's: what is none of this one's says nothing. */
function readDescription(description: Uint8Array): LoginDescription | undefined {
  try {
    return LOGIN_DESCRIPTION.decode(description);
  } catch (error) {
    if (error instanceof StructureError) return undefined;
    throw error;
  }
}

/** What the driver counts since it was loaded. */
export interface LoginCounts {
  /** Connections that were established. */
  accepted: number;
  /** Logins that failed, whatever the cause. */
  failed: number;
  /** Logouts that the host asked for. */
  loggedOut: number;
}

/** Sessions from here on are those of persistent logins: nobody waits for them. */
export const FIRST_PERSISTENT_SESSION = 0x8000_0000;

/** The sessions of one adapter. */
export class Sessions {
  /** What was counted since the driver was loaded. */
  readonly counts: LoginCounts = { accepted: 0, failed: 0, loggedOut: 0 };
  readonly #kernel: Kernel;
  readonly #onTargetsChanged: () => void;
  readonly #waiting = new Map<number, Completion<SessionEvent | undefined>>();
  readonly #early = new Map<number, SessionEvent>();
  readonly #known = new Map<number, KnownSession>();
  /** Established sessions, and how many connections each has. */
  readonly #established = new Map<number, number>();

  /**
   * No sessions yet.
   *
   * @param onTargetsChanged A session has come or gone.
   */
  constructor(kernel: Kernel, onTargetsChanged: () => void = () => {}) {
    this.#kernel = kernel;
    this.#onTargetsChanged = onTargetsChanged;
  }

  /** Takes an event about a connection. */
  event(connection: number, event: SessionEvent): void {
    if (event.state === SessionState.active) this.counts.accepted++;
    if (event.state === SessionState.failed) this.counts.failed++;
    this.#follow(connection, event);
    const waiting = this.#waiting.get(connection);
    if (waiting !== undefined) waiting.complete(event);
    else if (event.state !== SessionState.closed && connection < FIRST_PERSISTENT_SESSION) {
      this.#early.set(connection, event);
    }
  }

  /**
   * Waits until the adapter tells how a connection went.
   *
   * @returns `undefined` if the adapter was reset, or did not tell within the limit.
   */
  *outcome(connection: number, limitCycles: Cycles): Task<SessionEvent | undefined> {
    const early = this.#early.get(connection);
    this.#early.delete(connection);
    if (early !== undefined) return early;
    const completion = new Completion<SessionEvent | undefined>(this.#kernel, `session ${connection}`);
    this.#waiting.set(connection, completion);
    const event = yield* completion.waitFor(limitCycles);
    this.#waiting.delete(connection);
    return event?.value;
  }

  /** What is known of a session, or of a further connection of one. */
  known(connection: number): KnownSession | undefined {
    return this.#known.get(connection);
  }

  /** How many connections a session has, as far as the adapter has told. */
  connections(session: number): number {
    return this.#established.get(session) ?? 0;
  }

  /** The host has opened a session, or a further connection of one. */
  opened(connection: number, known: KnownSession): void {
    this.#known.set(connection, known);
  }

  /** The host has taken a connection out of a session, which the adapter does not tell of. */
  removed(session: number, connection: number): void {
    this.#established.set(session, Math.max(1, this.connections(session) - 1));
    if (connection !== session) this.#known.delete(connection);
  }

  /** The host has ended a session, which the adapter does not tell of. */
  closed(session: number): void {
    this.#known.delete(session);
    if (this.#established.delete(session)) this.#onTargetsChanged();
  }

  /** The adapter was reset: all sessions are gone. */
  reset(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#early.clear();
    this.#known.clear();
    const hadSessions = this.#established.size > 0;
    this.#established.clear();
    for (const completion of waiting) completion.complete(undefined);
    if (hadSessions) this.#onTargetsChanged();
  }

  #follow(connection: number, { state, session, connections }: SessionEvent): void {
    const isActive = state === SessionState.active;
    if (!isActive && connection !== session) this.#known.delete(connection);
    if (!isActive && connections === 0) return this.closed(session);
    const isNew = !this.#established.has(session);
    if (isActive || !isNew) this.#established.set(session, connections);
    if (isActive && isNew) this.#onTargetsChanged();
  }
}
