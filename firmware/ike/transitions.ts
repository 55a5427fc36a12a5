/**
 * The state machines of phase 1 as data: for each mode and role, which event
 * in which state leads to which action and state. A pair that is not listed is
 * refused.
 *
 * The timer is the same everywhere: send the last message again, or give up.
 *
 * @module
 */

import type { Phase1Mode, Role } from "./interface.ts";

/** Where an exchange stands. */
export type ExchangeState =
  | "idle"
  | "computing public value"
  | "computing shared secret"
  | "awaiting offer's answer"
  | "awaiting key exchange"
  | "awaiting authentication"
  | "established";

/** What can happen to an exchange. */
export type ExchangeEvent = "start" | "message" | "computed";

/** What is done on a transition; `actions.ts` has one function for each. */
export type ActionName =
  | "send offer"
  | "choose suite and answer"
  | "adopt suite"
  | "take public value"
  | "send key exchange"
  | "adopt key exchange"
  | "derive keys and authenticate"
  | "derive keys and answer key exchange"
  | "verify initiator and answer"
  | "verify responder"
  | "prepare aggressive offer"
  | "send aggressive offer"
  | "accept aggressive offer"
  | "adopt aggressive answer"
  | "send aggressive answer"
  | "verify responder and confirm"
  | "verify initiator";

/** One row. */
export interface Transition {
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
}

function rows(
  mode: Phase1Mode,
  role: Role,
  ...table: readonly (readonly [ExchangeState, ExchangeEvent, ActionName, ExchangeState])[]
): Transition[] {
  return table.map(([state, event, action, next]) => ({ mode, role, state, event, action, next }));
}

/** All transitions. */
export const TRANSITIONS: readonly Transition[] = [
  ...rows(
    "main",
    "initiator",
    ["idle", "start", "send offer", "awaiting offer's answer"],
    ["awaiting offer's answer", "message", "adopt suite", "computing public value"],
    ["computing public value", "computed", "send key exchange", "awaiting key exchange"],
    ["awaiting key exchange", "message", "adopt key exchange", "computing shared secret"],
    ["computing shared secret", "computed", "derive keys and authenticate", "awaiting authentication"],
    ["awaiting authentication", "message", "verify responder", "established"],
  ),
  ...rows(
    "main",
    "responder",
    ["idle", "message", "choose suite and answer", "awaiting key exchange"],
    ["awaiting key exchange", "message", "adopt key exchange", "computing public value"],
    ["computing public value", "computed", "take public value", "computing shared secret"],
    ["computing shared secret", "computed", "derive keys and answer key exchange", "awaiting authentication"],
    ["awaiting authentication", "message", "verify initiator and answer", "established"],
  ),
  ...rows(
    "aggressive",
    "initiator",
    ["idle", "start", "prepare aggressive offer", "computing public value"],
    ["computing public value", "computed", "send aggressive offer", "awaiting key exchange"],
    ["awaiting key exchange", "message", "adopt aggressive answer", "computing shared secret"],
    ["computing shared secret", "computed", "verify responder and confirm", "established"],
  ),
  ...rows(
    "aggressive",
    "responder",
    ["idle", "message", "accept aggressive offer", "computing public value"],
    ["computing public value", "computed", "take public value", "computing shared secret"],
    ["computing shared secret", "computed", "send aggressive answer", "awaiting authentication"],
    ["awaiting authentication", "message", "verify initiator", "established"],
  ),
];

const INDEX: ReadonlyMap<string, Transition> = new Map(
  TRANSITIONS.map((row) => [`${row.mode}/${row.role}/${row.state}/${row.event}`, row]),
);

/** The transition for an event in a state, or `undefined` if it is refused. */
export function transition(
  mode: Phase1Mode,
  role: Role,
  state: ExchangeState,
  event: ExchangeEvent,
): Transition | undefined {
  return INDEX.get(`${mode}/${role}/${state}/${event}`);
}
