/**
 * What a rule of the oracle is, and when it is looked at.
 *
 * @module
 */

import type { EndedCommand } from "./command_watch.ts";
import type { AnsweredCall, OracleView } from "./oracle_view.ts";
import type { ServiceEvent } from "./service_watch.ts";

type Find = (view: OracleView) => Iterable<string>;

/** When a rule is looked at. */
export type Look =
  /** After each step from the healing on, when no call is under way. */
  | { readonly when: "rest"; readonly find: Find }
  /** After each step from the first on, whatever is under way; and after some commands. */
  | { readonly when: "step"; readonly after?: (ended: EndedCommand) => boolean; readonly find: Find }
  /** When a call begins, before it changes anything. */
  | { readonly when: "call"; readonly find: Find }
  /** At each answer. */
  | { readonly when: "answer"; readonly find: (view: OracleView, call: AnsweredCall) => Iterable<string> }
  /** When an adapter has ended a command. */
  | { readonly when: "command"; readonly find: (view: OracleView, ended: EndedCommand) => Iterable<string> }
  /** When something has come of a run of the service. */
  | { readonly when: "service"; readonly find: (view: OracleView, event: ServiceEvent) => Iterable<string> };

/** A rule: what finds that it is broken. What must hold a comment says in a sentence, and README.md beside it. */
export type Rule = Look;
