/**
 * Logins and further connections under way: the adapter accepts them at once
 * and tells later how they went.
 *
 * @module
 */

import { CONNECTION_NAME, IsdscStatus, MailboxCommand, SessionState } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import type { HostTimeouts } from "../costs.ts";
import { LOGIN_INTERRUPTED_STATUS } from "../design_choices.ts";
import { SrbStatus } from "../status.ts";
import { ADD_CONNECTION_TO_SESSION_OUT, LOGIN_TO_TARGET_OUT } from "../wmi/adapter_operations.ts";
import type { AdapterAccess } from "./adapter_access.ts";
import { askForSessionLogin, type SessionLogin } from "./adapter_queries.ts";
import type { LoginJudgement } from "./login_judgement.ts";
import { failureOf, type ProviderEvents } from "./provider_events.ts";
import { maximumConnections } from "./reported_values.ts";
import type { SessionIds } from "./session_ids.ts";
import { FIRST_PERSISTENT_SESSION, type KnownSession, type Sessions } from "./sessions.ts";
import { complete, isActive, type SrbContext } from "./wmi_request.ts";

/** What is opened: a session with its first connection, or a further one. */
export type LoginKind = "login" | "connection";

/** What logins work with. */
export interface LoginRequestOptions {
  /** The way to the adapter. */
  readonly access: AdapterAccess;
  /** The sessions of the adapter. */
  readonly sessions: Sessions;
  /** Their identifiers. */
  readonly sessionIds: SessionIds;
  /** The events that it fires. */
  readonly events: ProviderEvents;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
}

/** OUT as an answer has it. */
type WriteOutput = (status: number, id: bigint, output: Uint8Array) => void;

const OUTPUTS: Readonly<Record<LoginKind, { readonly bytes: number; readonly write: WriteOutput }>> = {
  login: {
    bytes: LOGIN_TO_TARGET_OUT.sizeof,
    write(status, id, output) {
      LOGIN_TO_TARGET_OUT.encodeInto({ Status: status, UniqueSessionId: id, UniqueConnectionId: id }, output);
    },
  },
  connection: {
    bytes: ADD_CONNECTION_TO_SESSION_OUT.sizeof,
    write(status, id, output) {
      ADD_CONNECTION_TO_SESSION_OUT.encodeInto({ Status: status, UniqueConnectionId: id }, output);
    },
  },
};

type ConnectionRefusal =
  | { readonly type: "failed"; readonly srbStatus: number }
  | { readonly type: "answered"; readonly status: number };

/** What a further connection has of its session. */
function ofConnection(session: KnownSession | undefined): Pick<KnownSession, "targetName" | "description"> {
  return { targetName: session?.targetName ?? "", description: session?.description };
}

/** The logins of one adapter. */
export class LoginRequests {
  readonly #options: LoginRequestOptions;

  /**
   * None is under way.
   *
   * @param options What they work with.
   */
  constructor(options: LoginRequestOptions) {
    this.#options = options;
  }

  /** Carries out what was not refused. */
  *carryOut(
    context: SrbContext,
    kind: LoginKind,
    judgement: Exclude<LoginJudgement, { readonly type: "refused" }>,
  ): Task {
    switch (judgement.type) {
      case "answered":
        return this.#answer(context, kind, judgement.status);
      case "save":
        return yield* this.#save(context, kind, judgement);
      case "open":
        return yield* this.#open(context, kind, judgement);
      default:
        return judgement satisfies never;
    }
  }

  /** Saves a persistent login, which is not made now: the ids are 0. */
  *#save(context: SrbContext, kind: LoginKind, { command }: Extract<LoginJudgement, { type: "save" }>): Task {
    const saved = yield* this.#options.access.execute(command, isActive(context));
    if (saved.type === "failed") complete(context, saved.srbStatus, 0);
    else this.#answer(context, kind, saved.status);
  }

  *#open(context: SrbContext, kind: LoginKind, judgement: Extract<LoginJudgement, { type: "open" }>): Task {
    const { access, sessions, sessionIds, events, timeouts, recorder, component } = this.#options;
    const { command, session } = judgement;
    const joined = session === undefined ? undefined : yield* this.#sessionOf(context, session);
    const refusal = session === undefined || joined === undefined ? undefined : this.#refusalOf(session, joined);
    if (refusal !== undefined) {
      command.request.fill(0);
      if (refusal.type === "failed") complete(context, refusal.srbStatus, 0);
      else this.#answer(context, kind, refusal.status);
      return;
    }
    const known = joined?.type === "known" ? { ...judgement.known, ...ofConnection(joined.known) } : judgement.known;
    const opened = yield* access.execute(command, isActive(context));
    if (opened.type === "failed") {
      complete(context, opened.srbStatus, 0);
      return;
    }
    // The supervisor may begin a reset in the cycle in which it takes the acceptance: then no event comes any more.
    const interruption = opened.accepted ? access.interruption : undefined;
    if (interruption !== undefined) {
      complete(context, interruption, 0);
      return;
    }
    // The adapter has the key now; phase 1 may take minutes, and the buffer needs no key for the answer.
    if (context.userContext.active) context.buffer.fill(0, context.dataBlockOffset);
    if (!opened.accepted) {
      sessions.counts.failed++;
      events.loginFailed(failureOf(opened.status), known.targetName, known.target);
      this.#answer(context, kind, opened.status);
      return;
    }
    const connection = opened.value;
    const id = sessionIds.present(connection);
    sessions.opened(connection, known);
    const event = yield* sessions.outcome(connection, timeouts.loginCycles);
    const established = event?.state === SessionState.active;
    if (!established) sessions.closed(connection);
    if (!established) events.loginFailed(failureOf(event?.status ?? 0), known.targetName, known.target);
    if (event === undefined) sessions.counts.failed++;
    // Nobody waits for it, or nobody knows how it stands: it must not stay open.
    const givenUp = !context.userContext.active;
    if (givenUp) recorder.record(component, noteEvent, { text: `the login of session ${connection} was given up` });
    if (event === undefined || (established && givenUp)) yield* this.#close(connection, session);
    this.#answer(context, kind, event?.status ?? LOGIN_INTERRUPTED_STATUS, established ? id : 0n);
  }

  /** What is known of the session that a connection is for; of one that the adapter opens by itself, by the adapter. */
  *#sessionOf(context: SrbContext, session: number): Task<SessionLogin> {
    const { access, sessions } = this.#options;
    const known = sessions.known(session);
    return known !== undefined || session < FIRST_PERSISTENT_SESSION
      ? { type: "known", known }
      : yield* askForSessionLogin(access, session, isActive(context));
  }

  /** Why a session gets no further connection, before the adapter is asked for one; `undefined` if nothing is known against it. */
  #refusalOf(session: number, joined: SessionLogin): ConnectionRefusal | undefined {
    if (joined.type === "failed") return joined;
    const isFull = this.#options.sessions.connections(session) >= maximumConnections(joined.known?.description);
    return isFull ? { type: "answered", status: IsdscStatus.TOO_MANY_CONNECTIONS } : undefined;
  }

  /** A further connection of a session is taken out of it, another one is closed with its session. */
  *#close(connection: number, session: number | undefined): Task {
    const { access, sessions } = this.#options;
    if (session === undefined) {
      const closing = { command: MailboxCommand.closeSession, request: NOTHING, responseBytes: 0 };
      yield* access.execute({ ...closing, parameter: connection });
      sessions.closed(connection);
    } else {
      const request = CONNECTION_NAME.encode({ session, connection });
      yield* access.execute({ command: MailboxCommand.removeConnection, request, responseBytes: 0 });
      sessions.removed(session, connection);
    }
  }

  #answer(context: SrbContext, kind: LoginKind, status: number, id = 0n): void {
    const { bytes, write } = OUTPUTS[kind];
    complete(context, SrbStatus.success, bytes, (data) => write(status, id, data));
  }
}

const NOTHING = new Uint8Array(0);
