/**
 * What the driver does with the adapter's event about a connection: the
 * sessions learn of it, and whoever wants failures is told.
 *
 * @module
 */

import { IsdscStatus, SessionState } from "../../firmware/manual/interface.ts";
import type { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { INSTANCE_FAILURE_EVENT_GUID, NODE_FAILURE_EVENT_GUID } from "../wmi/adapter_events.ts";
import type { AdapterAccess } from "./adapter_access.ts";
import { readSessionLogin } from "./adapter_queries.ts";
import { failureOf, type ProviderEvents } from "./provider_events.ts";
import { FIRST_PERSISTENT_SESSION, type KnownSession, type Sessions } from "./sessions.ts";

/** What it is done with. */
export interface SessionEventOptions {
  /** The name of the adapter. */
  readonly name: string;
  /** The processes of the drivers. */
  readonly group: TaskGroup;
  /** The way to the adapter. */
  readonly access: AdapterAccess;
  /** The sessions of the adapter. */
  readonly sessions: Sessions;
  /** The events that are fired. */
  readonly events: ProviderEvents;
}

/** Takes the adapter's events about connections. */
export class SessionEvents {
  readonly #options: SessionEventOptions;

  /** Made with what it works on. */
  constructor(options: SessionEventOptions) {
    this.#options = options;
  }

  /**
   * Takes one.
   *
   * @param values The mailbox registers after the event's code.
   */
  take([connection = 0, state = 0, status = 0, , session = 0, connections = 0]: readonly number[]): void {
    const { sessions, events } = this.#options;
    // An adapter that knows of no further connections leaves the two out.
    const owner = session === 0 ? connection : session;
    const known = sessions.known(owner);
    sessions.event(connection, { state, status, session: owner, connections: session === 0 ? 0 : connections });
    const isPersistent = connection >= FIRST_PERSISTENT_SESSION;
    // Failures of other logins and of further connections are told of by whoever waits for them.
    if (state === SessionState.failed && isPersistent && events.isEnabled(NODE_FAILURE_EVENT_GUID)) {
      this.#withName(owner, known, ({ targetName, target }) => {
        events.loginFailed(failureOf(status), targetName, target);
      });
    }
    const isLost = state === SessionState.closed && status !== IsdscStatus.SUCCESS;
    if (isLost && events.isEnabled(INSTANCE_FAILURE_EVENT_GUID)) {
      this.#withName(owner, known, ({ targetName }) => events.connectionLost(targetName));
    }
  }

  /** The adapter is asked for names of what it has opened by itself. */
  #withName(session: number, known: KnownSession | undefined, report: (known: KnownSession) => void): void {
    if (known !== undefined) return report(known);
    if (session < FIRST_PERSISTENT_SESSION) return;
    const { group, name } = this.#options;
    group.spawn(`${name} failure`, this.#ask(session, report));
  }

  *#ask(session: number, report: (known: KnownSession) => void): Task {
    const known = yield* readSessionLogin(this.#options.access, session);
    if (known !== undefined) report(known);
  }
}
