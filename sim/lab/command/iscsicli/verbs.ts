/**
 * The verbs of `iscsicli` that this host has, in the order of its help.
 *
 * @module
 */

import { GetPSKey, GroupKey, PSKey, TunnelAddr } from "./key_verbs.ts";
import { ListInitiators, ListPersistentTargets, RemovePersistentTarget, SessionList } from "./list_verbs.ts";
import { AddConnection, LoginTarget, LogoutTarget, PersistentLoginTarget, QLoginTarget } from "./login_verbs.ts";
import type { Verb } from "./verb.ts";

/** The verbs by their names, which have no case on the command line. */
export const VERBS = {
  PSKey,
  GetPSKey,
  GroupKey,
  TunnelAddr,
  LoginTarget,
  PersistentLoginTarget,
  QLoginTarget,
  LogoutTarget,
  AddConnection,
  SessionList,
  ListPersistentTargets,
  RemovePersistentTarget,
  ListInitiators,
} satisfies Readonly<Record<string, Verb>>;

/** A verb's name. */
export type VerbName = keyof typeof VERBS;

/** All names, in the order of the help. */
export const VERB_NAMES: readonly VerbName[] = Object.keys(VERBS) as VerbName[];

/** The verb of that name, however its letters are written; `undefined` if there is none. */
export function verbNamed(word: string): VerbName | undefined {
  return VERB_NAMES.find((name) => name.toLowerCase() === word.toLowerCase());
}
