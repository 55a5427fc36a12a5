/**
 * Whose the sessions of adapters are: those of whoever was told of them.
 *
 * @module
 */

import type { AdapterSessions } from "../../../../firmware/session/sessions.ts";
import { type ConnectionInformation, ConnectionState } from "../../../../firmware/manual/interface.ts";
import type { AssociationSummary } from "../../../../firmware/ike/mod.ts";
import type { Cycle } from "../../../kernel/task.ts";
import type { ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import type { UniqueConnectionId, UniqueSessionId } from "../../../../host/iscsidsc/structures.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import type { AdapterUnit } from "../../world/world.ts";

/** The connections of an adapter that are established. */
export function activeConnections({ adapter }: AdapterUnit): readonly ConnectionInformation[] {
  return adapter.connections.filter(({ state }) => state === ConnectionState.active);
}

/** A session that was logged out. */
export interface LoggedOut {
  /** Its association. */
  readonly association: AssociationSummary;
  /** How many datagrams were lost on the way to its target before. */
  readonly lost: number;
  /** The adapter, and its boot. */
  readonly adapter: AdapterUnit["adapter"];
  /** That boot. */
  readonly boot: AdapterSessions | undefined;
  /** When its caller was told. */
  readonly at: Cycle;
}

/** Remembers who was told of what. */
export class SessionWatch {
  /** The sessions that were logged out. */
  readonly loggedOut: LoggedOut[] = [];
  /** Numbers of connections, by the boot of the adapter that has them. */
  readonly #owned = new WeakMap<AdapterSessions, Set<number>>();
  /** Identifiers of sessions, by the boot that has them. */
  readonly #ids = new WeakMap<AdapterSessions, Set<bigint>>();

  /** A session was logged out. */
  leaves(session: LoggedOut): void {
    this.loggedOut.push(session);
  }

  /** Somebody was told of a connection. */
  told(unit: AdapterUnit, connection: number): void {
    const { sessions } = unit.adapter;
    if (sessions === undefined) return;
    const owned = this.#owned.get(sessions) ?? new Set();
    this.#owned.set(sessions, owned.add(connection));
  }

  /**
   * A call has succeeded: its caller was told of a connection, which is its own from now on.
   *
   * @param boots Those of the adapters when it was made.
   */
  answered(
    units: readonly AdapterUnit[],
    { name }: ApiCall,
    value: unknown,
    boots: readonly (AdapterSessions | undefined)[],
  ): void {
    if (name !== "LoginIScsiTarget" && name !== "AddIScsiConnection") return;
    const id = connectionOf(value);
    const index = Number(id?.adapterUnique ?? 0n) - 1;
    const unit = units[index];
    if (id === undefined || unit === undefined) return;
    this.told(unit, sessionNumber(id.adapterSpecific));
    const { sessions } = unit.adapter;
    // After a boot meanwhile nobody knows of which one it is.
    if (sessions === undefined || sessions !== boots[index]) return;
    const ids = this.#ids.get(sessions) ?? new Set();
    this.#ids.set(sessions, ids.add(id.adapterSpecific));
  }

  /** Whether an adapter has the session of an identifier: one of an earlier boot is over, whoever has its number now. */
  has(unit: AdapterUnit, id: bigint): boolean {
    const { sessions } = unit.adapter;
    const isOfBoot = sessions !== undefined && this.#ids.get(sessions)?.has(id) === true;
    return isOfBoot && activeConnections(unit).some(({ session }) => session === sessionNumber(id));
  }

  /**
   * A run of the service takes calls. It has waited for what the driver still held of the one before: what is open now
   * that run has asked for, whatever its callers were told, and who asks this one for a list sees it.
   */
  serviceBegins(units: readonly AdapterUnit[]): void {
    for (const unit of units) for (const { connection } of activeConnections(unit)) this.told(unit, connection);
  }

  /** The connections of an adapter that nobody was told of, and that it has not opened by itself. */
  ofNobody(unit: AdapterUnit): readonly number[] {
    const { sessions } = unit.adapter;
    const owned = sessions === undefined ? undefined : this.#owned.get(sessions);
    return activeConnections(unit).filter(({ connection, persistentLogin }) =>
      persistentLogin === 0 && owned?.has(connection) !== true
    ).map(({ connection }) => connection);
  }
}

/** The connection that an answer tells of: that of a session, or a further one. */
function connectionOf(value: unknown): UniqueConnectionId | undefined {
  const given: unknown = typeof value === "object" && value !== null && "connection" in value
    ? value.connection
    : value;
  const isId = typeof given === "object" && given !== null && "adapterUnique" in given && "adapterSpecific" in given;
  return isId ? given as UniqueConnectionId : undefined;
}

/** The session of a login's answer. */
export function sessionOf(value: unknown): UniqueSessionId | undefined {
  const session: unknown = typeof value === "object" && value !== null && "session" in value
    ? value.session
    : undefined;
  const isId = typeof session === "object" && session !== null && "adapterUnique" in session;
  return isId ? session as UniqueSessionId : undefined;
}
