/**
 * Whose the sessions of adapters are: those of whoever was told of them.
 *
 * @module
 */

import type { AdapterSessions } from "../../../../firmware/session/sessions.ts";
import { type ConnectionInformation, ConnectionState } from "../../../../firmware/manual/interface.ts";
import type { AdapterUnit } from "../../world/world.ts";

/** The connections of an adapter that are established. */
export function activeConnections({ adapter }: AdapterUnit): readonly ConnectionInformation[] {
  return adapter.connections.filter(({ state }) => state === ConnectionState.active);
}

/** Remembers who was told of what. */
export class SessionWatch {
  /** Numbers of connections, by the boot of the adapter that has them. */
  readonly #owned = new WeakMap<AdapterSessions, Set<number>>();

  /** Somebody was told of a connection. */
  told(unit: AdapterUnit, connection: number): void {
    const { sessions } = unit.adapter;
    if (sessions === undefined) return;
    const owned = this.#owned.get(sessions) ?? new Set();
    this.#owned.set(sessions, owned.add(connection));
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
