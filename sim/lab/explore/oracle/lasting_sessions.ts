/**
 * Sessions that nothing has ended since the world was healed: those whose
 * callers were told of them, that nobody has logged out, and whose target knows
 * what their adapter presents, whatever is set meanwhile.
 *
 * @module
 */

import type { Cycle } from "../../../kernel/task.ts";
import type { LoginParameters, UniqueSessionId } from "../../../../host/iscsidsc/structures.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import type { AdapterUnit } from "../../world/world.ts";
import type { AnsweredCall, ExpectedLogin, OracleView } from "./oracle_view.ts";
import { activeConnections, sessionOf } from "./session_watch.ts";

/** A session that is to last. */
interface LastingSession {
  readonly id: UniqueSessionId;
  readonly unit: AdapterUnit;
  readonly request: LoginParameters;
  readonly isAggressive: boolean;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** How many datagrams were lost between its ends before, but for those that it has survived. */
  lost: number;
  /** When its present association ends. */
  ends: Cycle;
  readonly hasAccident: () => boolean;
}

/** Remembers which sessions are to last. */
export class LastingSessions {
  #sessions: readonly LastingSession[] = [];

  /** Things go wrong from now on: of none is anything known. */
  forget(): void {
    this.#sessions = [];
  }

  /** A call was answered: a login at rest has a session that lasts, a logout ends one. */
  answered(view: OracleView, { call, begun, answer: { status, value }, wasAtRest, since }: AnsweredCall): void {
    const { name, request } = call;
    if (name === "LogoutIScsiTarget") {
      this.#sessions = this.#sessions.filter(({ id }) => !isSame(id, request));
    }
    if (name !== "LoginIScsiTarget") return;
    const login = view.loginOf(request);
    if (login === undefined) return;
    // A target that hears from an adapter anew may take what it had with it for lost.
    this.#sessions = this.#sessions.filter(({ unit, to }) => unit !== login.unit || to !== login.target.address);
    const id = status === 0 && wasAtRest && view.isAtRest ? sessionOf(value) : undefined;
    const { unit, from, target: { address: to } } = login;
    const session = unit.adapter.sessions?.sessions().find(({ number }) =>
      number === sessionNumber(id?.adapterSpecific ?? 0n)
    );
    // What was lost of its exchange the target may still ask for.
    const isWhole = view.wire.harmBetween(from, to, begun, unit.adapter.phase1) === "none";
    if (id === undefined || session?.association === undefined || !isWhole) return;
    const isAggressive = session.association.mode === "aggressive";
    const lost = lostBetween(view, from, to);
    const { hasAccident } = since;
    const lasting = { id, unit, request, isAggressive, from, to, lost, ends: 0, hasAccident };
    this.#sessions = [...this.#sessions, lasting];
    noteEnd(view, lasting);
  }

  /** Those that are over all the same, each told once. */
  ended(view: OracleView): readonly AdapterUnit[] {
    for (const session of this.#sessions) forgiveOutage(view, session);
    this.#sessions = this.#sessions.filter((session) => isToLast(view, session));
    for (const session of this.#sessions) noteEnd(view, session);
    const over = this.#sessions.filter(({ unit, id }) =>
      !activeConnections(unit).some(({ session }) => session === sessionNumber(id.adapterSpecific))
    );
    this.#sessions = this.#sessions.filter((session) => !over.includes(session));
    return over.map(({ unit }) => unit);
  }
}

/** Whether nothing that may end a session has happened to it, as far as is known. */
function isToLast(view: OracleView, { unit, request, isAggressive, from, to, lost, hasAccident }: LastingSession) {
  if (hasAccident() || lostBetween(view, from, to) !== lost) return false;
  // Saved logins that fail leave a target no room for an exchange.
  if (view.savedLogins.of(unit).length > 0) return false;
  const login: ExpectedLogin | undefined = view.loginOf(request);
  return login !== undefined && (isAggressive ? login.mustMatchAggressive : login.mustMatch);
}

/** A re-key that fails is tried again ten seconds later, and is over in some seconds more. */
const SECOND_REKEY_NANOSECONDS = 30e9;

/** What was lost is made up for if enough of the lifetime is left when the wire is well again, and no end gives up the other. */
function forgiveOutage({ world, wire }: OracleView, session: LastingSession): void {
  const { unit, from, to, ends } = session;
  const last = Math.max(wire.lastLoss(from, to), wire.lastLoss(to, from));
  const isMadeUpFor = unit.adapter.phase1.deadPeerDetection === undefined &&
    last + world.cycles(SECOND_REKEY_NANOSECONDS) < ends;
  if (isMadeUpFor) session.lost = wire.lostBetween(from, to) + wire.lostBetween(to, from);
}

/** Notes when the present association of a session ends. */
function noteEnd({ world, wire }: OracleView, session: LastingSession): void {
  const { unit, id } = session;
  const { association } =
    unit.adapter.sessions?.sessions().find(({ number }) => number === sessionNumber(id.adapterSpecific)) ?? {};
  const begun = association === undefined ? undefined : wire.begun(association.initiatorCookie);
  if (begun !== undefined) session.ends = begun + world.cycles((association?.lifetimeSeconds ?? 0) * 1e9);
}

function lostBetween({ wire }: OracleView, from: Uint8Array, to: Uint8Array): number {
  return wire.lostBetween(from, to) + wire.lostBetween(to, from);
}

function isSame(one: UniqueSessionId, other: UniqueSessionId): boolean {
  return one.adapterUnique === other.adapterUnique && one.adapterSpecific === other.adapterSpecific;
}
