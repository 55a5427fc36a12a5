/**
 * State diagrams in Mermaid, generated from the transition tables.
 *
 * @module
 */

import type { Role } from "./interface.ts";
import type { Phase1Mode } from "./policy.ts";
import { type ExchangeState, STATES, TRANSITIONS } from "./transitions.ts";

/** Events whose transitions every state of a kind has: they are told in words, not drawn. */
const NOT_DRAWN: ReadonlySet<string> = new Set([
  "unprotected informational",
  "close",
  "crowded out",
  "wait over",
  "repeated message",
]);

/** The state diagram of one mode and role: the way through phase 1 and the life of the association. */
export function stateDiagram(mode: Phase1Mode, role: Role): string {
  const states = STATES[mode][role];
  const nameOf = (state: ExchangeState) => state === "idle" || state === "over" ? "[*]" : `s${states.indexOf(state)}`;
  const declarations = states.filter((state) => nameOf(state) !== "[*]")
    .map((state) => `  state "${state}" as ${nameOf(state)}`);
  const arrows = TRANSITIONS
    .filter((row) => row.mode === mode && row.role === role && !NOT_DRAWN.has(row.event))
    .map(({ state, event, action, next }) => `  ${nameOf(state)} --> ${nameOf(next)}: ${event} / ${action}`);
  return ["stateDiagram-v2", ...declarations, ...arrows].join("\n");
}
