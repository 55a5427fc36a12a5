/**
 * The state machines of phase 1 as data: for each mode and role, what happens
 * in which state on which event. Every pair of state and event is either a
 * transition, with an action and a next state, or a refusal with a name.
 *
 * Any action may find that the exchange has failed, which leads to "over".
 *
 * @module
 */

import type { Role } from "./interface.ts";
import type { Phase1Mode } from "./policy.ts";

/** Where an exchange stands. */
export type ExchangeState =
  /** Made, nothing done. */
  | "idle"
  /** Main mode: message 1 is sent. */
  | "awaiting choice"
  /** Main mode: message 2 is sent (responder), or message 3 (initiator). */
  | "awaiting key exchange"
  /** Aggressive mode: message 1 is sent. */
  | "awaiting answer"
  /** The public-key engine works on this end's public value. */
  | "computing public value"
  /** The public-key engine works on g^xy. */
  | "computing shared secret"
  /** Main mode: message 4 is sent (responder), or message 5 (initiator). */
  | "awaiting authentication"
  /** Aggressive mode: message 2 is sent. */
  | "awaiting confirmation"
  /** Phase 1 has succeeded: there is an association. */
  | "established"
  /** Failed, deleted or replaced; nothing is left. */
  | "over";

/** What can happen to an exchange. */
export type ExchangeEvent =
  /** This end wants to begin. */
  | "initiate"
  /** A message of phase 1 that was not accepted before. */
  | "message"
  /** The last accepted message once more, byte for byte. */
  | "repeated message"
  /** The public-key engine has this end's public value. */
  | "public value ready"
  /** The public-key engine has g^xy. */
  | "shared secret ready"
  /** A wait is over, and there are more. */
  | "wait over"
  /** The last wait is over. */
  | "last wait over"
  /** An informational message whose hash is right. */
  | "protected informational"
  /** An informational message that anybody could have sent. */
  | "unprotected informational"
  /** The re-key margin has begun. */
  | "re-key due"
  /** The lifetime has ended. */
  | "lifetime over"
  /** Nothing was heard of the peer for a while. */
  | "peer silent"
  /** A translator's mapping wants to be kept. */
  | "keepalive due"
  /** The peer was asked often enough. */
  | "peer dead"
  /** Another association has taken the place of this one. */
  | "replaced"
  /** INITIAL-CONTACT: the peer knows nothing of this association any more. */
  | "peer began anew"
  /** Newer half-open exchanges need the room. */
  | "crowded out"
  /** This end wants to end it. */
  | "close";

/** What is done on a transition of phase 1 itself; `phase1_actions.ts` has one function for each. */
export type Phase1ActionName =
  | "offer suites"
  | "choose suite"
  | "adopt choice"
  | "offer key exchange"
  | "adopt key exchange"
  | "take public value"
  | "answer key exchange"
  | "authenticate"
  | "verify initiator and authenticate"
  | "verify responder"
  | "prepare aggressive offer"
  | "send aggressive offer"
  | "accept aggressive offer"
  | "send aggressive answer"
  | "adopt aggressive answer"
  | "verify responder and confirm"
  | "verify initiator";

/** What is done on other transitions, most of them of associations; `association.ts` has one function for each. */
export type AssociationActionName =
  | "send again"
  | "send again to who waits"
  | "give up"
  | "count complaint"
  | "heed refusal"
  | "heed informational"
  | "ask for re-key"
  | "expire"
  | "ask peer"
  | "keep translation"
  | "declare peer dead"
  | "retire"
  | "forget"
  | "give way"
  | "abort"
  | "say goodbye";

/** What is done on a transition. */
export type ActionName = Phase1ActionName | AssociationActionName;

/** Why nothing is done. */
export type RefusalName =
  | "the exchange has not begun"
  | "the exchange has begun already"
  | "a computation is under way"
  | "phase 1 is complete"
  | "nothing of the kind is awaited"
  | "there are no keys yet"
  | "there is no association yet"
  | "a repetition needs no answer"
  | "it is not authenticated"
  | "it is not half open"
  | "the exchange is over";

/** Whether a message must be encrypted to be looked at. */
export type MessageProtection = "plain" | "encrypted" | "either";

/** A row: something is done. */
export interface Transition {
  /** It is a transition. */
  readonly type: "transition";
  /** The mode. */
  readonly mode: Phase1Mode;
  /** The role. */
  readonly role: Role;
  /** In which state. */
  readonly state: ExchangeState;
  /** On which event. */
  readonly event: ExchangeEvent;
  /** What is done. */
  readonly action: ActionName;
  /** The state afterwards, if the action succeeds. */
  readonly next: ExchangeState;
  /** For the event "message": how the message must be protected. */
  readonly protection: MessageProtection;
}

/** A row: nothing is done. */
export interface EventRefusal {
  /** It is a refusal. */
  readonly type: "refusal";
  /** Why. */
  readonly name: RefusalName;
}

/** The states of each machine, in the order in which they are passed. */
export const STATES: { readonly [Mode in Phase1Mode]: { readonly [R in Role]: readonly ExchangeState[] } } = {
  main: {
    initiator: [
      "idle",
      "awaiting choice",
      "computing public value",
      "awaiting key exchange",
      "computing shared secret",
      "awaiting authentication",
      "established",
      "over",
    ],
    responder: [
      "idle",
      "awaiting key exchange",
      "computing public value",
      "computing shared secret",
      "awaiting authentication",
      "established",
      "over",
    ],
  },
  aggressive: {
    initiator: [
      "idle",
      "computing public value",
      "awaiting answer",
      "computing shared secret",
      "established",
      "over",
    ],
    responder: [
      "idle",
      "computing public value",
      "computing shared secret",
      "awaiting confirmation",
      "established",
      "over",
    ],
  },
};

type Row = readonly [ExchangeState, ExchangeEvent, ActionName, ExchangeState, MessageProtection?];

/** The rows that are the way to success; they differ in each machine. */
const PROGRESS: { readonly [Mode in Phase1Mode]: { readonly [R in Role]: readonly Row[] } } = {
  main: {
    initiator: [
      ["idle", "initiate", "offer suites", "awaiting choice"],
      ["awaiting choice", "message", "adopt choice", "computing public value", "plain"],
      ["computing public value", "public value ready", "offer key exchange", "awaiting key exchange"],
      ["awaiting key exchange", "message", "adopt key exchange", "computing shared secret", "plain"],
      ["computing shared secret", "shared secret ready", "authenticate", "awaiting authentication"],
      ["awaiting authentication", "message", "verify responder", "established", "encrypted"],
    ],
    responder: [
      ["idle", "message", "choose suite", "awaiting key exchange", "plain"],
      ["awaiting key exchange", "message", "adopt key exchange", "computing public value", "plain"],
      ["computing public value", "public value ready", "take public value", "computing shared secret"],
      ["computing shared secret", "shared secret ready", "answer key exchange", "awaiting authentication"],
      ["awaiting authentication", "message", "verify initiator and authenticate", "established", "encrypted"],
    ],
  },
  aggressive: {
    initiator: [
      ["idle", "initiate", "prepare aggressive offer", "computing public value"],
      ["computing public value", "public value ready", "send aggressive offer", "awaiting answer"],
      ["awaiting answer", "message", "adopt aggressive answer", "computing shared secret", "plain"],
      ["computing shared secret", "shared secret ready", "verify responder and confirm", "established"],
    ],
    responder: [
      ["idle", "message", "accept aggressive offer", "computing public value", "plain"],
      ["computing public value", "public value ready", "take public value", "computing shared secret"],
      ["computing shared secret", "shared secret ready", "send aggressive answer", "awaiting confirmation"],
      ["awaiting confirmation", "message", "verify initiator", "established", "either"],
    ],
  },
};

/** What kind of state a state is. */
export type StateKind = "idle" | "waiting" | "computing" | "established" | "over";

/** What kind of state a state is. */
export function kindOf(state: ExchangeState): StateKind {
  if (state === "idle" || state === "established" || state === "over") return state;
  return state.startsWith("computing") ? "computing" : "waiting";
}

/** The rows that are the same wherever they apply. */
function commonRows(mode: Phase1Mode, role: Role, state: ExchangeState): readonly Row[] {
  const rows: Row[] = [];
  const kind = kindOf(state);
  const halfOpen = kind === "waiting" || kind === "computing";
  // Who sent last repeats by its timer; in main mode that is the initiator alone, whose repetitions draw the replies.
  const repeats = role === "initiator" || mode === "aggressive";
  if (kind === "waiting") {
    if (repeats) rows.push([state, "wait over", "send again", state]);
    rows.push([state, "last wait over", "give up", "over"]);
    if (role === "responder") rows.push([state, "repeated message", "send again", state]);
    // Message 4 of main mode again: message 5 was lost, or is garbage to a peer with another key.
    else if (state === "awaiting authentication") {
      rows.push([state, "repeated message", "send again to who waits", state]);
    }
  }
  // An exchange that waits for its turn.
  if (kind === "idle" && role === "initiator") rows.push([state, "close", "abort", "over"]);
  if (halfOpen) {
    rows.push([state, "unprotected informational", "count complaint", state]);
    rows.push([state, "close", "abort", "over"]);
    if (role === "responder") rows.push([state, "crowded out", "give way", "over"]);
  }
  if (state === "awaiting authentication" || state === "awaiting confirmation") {
    rows.push([state, "protected informational", "heed refusal", state]);
  }
  if (kind === "established") {
    // Who sent the last message of the exchange sends it again when the one before comes again.
    if ((mode === "main") === (role === "responder")) {
      rows.push([state, "repeated message", "send again", state]);
    }
    rows.push(
      [state, "protected informational", "heed informational", state],
      [state, "re-key due", "ask for re-key", state],
      [state, "lifetime over", "expire", "over"],
      [state, "peer silent", "ask peer", state],
      [state, "keepalive due", "keep translation", state],
      [state, "peer dead", "declare peer dead", "over"],
      [state, "replaced", "retire", "over"],
      [state, "peer began anew", "forget", "over"],
      [state, "close", "say goodbye", "over"],
    );
  }
  return rows;
}

/** All transitions of all machines. */
export const TRANSITIONS: readonly Transition[] = (["main", "aggressive"] as const).flatMap((mode) =>
  (["initiator", "responder"] as const).flatMap((role) =>
    [...PROGRESS[mode][role], ...STATES[mode][role].flatMap((state) => commonRows(mode, role, state))]
      .map(([state, event, action, next, protection]) => ({
        type: "transition",
        mode,
        role,
        state,
        event,
        action,
        next,
        protection: protection ?? "either",
      }))
  )
);

/** Why an event is refused in each kind of state. */
export type Refusals = { readonly [Kind in Exclude<StateKind, "over">]: RefusalName };

const NOT_AWAITED: Refusals = {
  idle: "the exchange has not begun",
  waiting: "nothing of the kind is awaited",
  computing: "nothing of the kind is awaited",
  established: "phase 1 is complete",
};

const ASSOCIATION_ONLY: Refusals = {
  idle: "the exchange has not begun",
  waiting: "there is no association yet",
  computing: "there is no association yet",
  established: "nothing of the kind is awaited",
};

/** Why an event is refused where there is no transition for it. */
export const REFUSALS: { readonly [Event in ExchangeEvent]: Refusals } = {
  "initiate": {
    idle: "nothing of the kind is awaited",
    waiting: "the exchange has begun already",
    computing: "the exchange has begun already",
    established: "the exchange has begun already",
  },
  "message": { ...NOT_AWAITED, computing: "a computation is under way" },
  "repeated message": {
    idle: "the exchange has not begun",
    waiting: "a repetition needs no answer",
    computing: "a computation is under way",
    established: "a repetition needs no answer",
  },
  "public value ready": NOT_AWAITED,
  "shared secret ready": NOT_AWAITED,
  "wait over": NOT_AWAITED,
  "last wait over": NOT_AWAITED,
  "protected informational": {
    ...ASSOCIATION_ONLY,
    waiting: "there are no keys yet",
    computing: "there are no keys yet",
  },
  "unprotected informational": { ...NOT_AWAITED, established: "it is not authenticated" },
  "re-key due": ASSOCIATION_ONLY,
  "lifetime over": ASSOCIATION_ONLY,
  "peer silent": ASSOCIATION_ONLY,
  "keepalive due": ASSOCIATION_ONLY,
  "peer dead": ASSOCIATION_ONLY,
  "replaced": ASSOCIATION_ONLY,
  "peer began anew": ASSOCIATION_ONLY,
  "crowded out": {
    idle: "the exchange has not begun",
    waiting: "it is not half open",
    computing: "it is not half open",
    established: "it is not half open",
  },
  "close": NOT_AWAITED,
};

/** All events. */
export const EVENTS: readonly ExchangeEvent[] = Object.keys(REFUSALS) as ExchangeEvent[];

const INDEX: ReadonlyMap<string, Transition> = new Map(
  TRANSITIONS.map((row) => [`${row.mode}/${row.role}/${row.state}/${row.event}`, row]),
);

/** What an event in a state leads to. */
export function transition(
  mode: Phase1Mode,
  role: Role,
  state: ExchangeState,
  event: ExchangeEvent,
): Transition | EventRefusal {
  const row = INDEX.get(`${mode}/${role}/${state}/${event}`);
  if (row !== undefined) return row;
  const kind = kindOf(state);
  return { type: "refusal", name: kind === "over" ? "the exchange is over" : REFUSALS[event][kind] };
}
