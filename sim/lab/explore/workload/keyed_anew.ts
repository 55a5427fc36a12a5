/**
 * Sessions whose keys change while they are open: an association that is keyed
 * anew uses what is in force then, key and name.
 *
 * @module
 */

import { mayMiss } from "./fault_kinds.ts";
import type { Scope, Written } from "./scope.ts";
import { sureLogin } from "./sure_login.ts";

/** Longer than two lifetimes, where these are short. */
const TWO_LIFETIMES = "130s";

/** Whether associations of a story end while somebody looks. */
export function hasShortLifetimes({ policy }: Scope): boolean {
  return "lifetime" in policy;
}

/** Whether there is time for a second exchange where the first has no answer. */
export function triesAgain({ policy }: Scope): boolean {
  return "retransmission" in policy;
}

/**
 * A login with some key; then another key is set that counts before it, by another name, which the target learns first. So
 * it never lacks what the adapter presents, and the session stays.
 */
export function drawKeyedAnew(scope: Scope): readonly Written[] {
  const adapter = scope.adapter();
  const port = scope.port();
  const address = scope.address(adapter, port);
  const target = scope.pick(["disk", "tape"]);
  const at = port === 0 ? {} : { port };
  /** From that which counts last to that which counts first. */
  const ranks: readonly Written[] = [
    {},
    { id: "spare.example" },
    { id: "backup.example", port },
    { id: address },
  ];
  const first = scope.random.below(ranks.length - 1);
  const second = first + 1 + scope.random.below(ranks.length - 1 - first);
  const [before, after] = [scope.key(), scope.key()];
  const setting = (whose: Written | undefined, key: string): Written =>
    whose === undefined || !("id" in whose)
      ? { setGroupKey: { key }, expect: "any" }
      : { setKey: { adapter, ...whose, key, flags: ["ike", "aggressive"] }, expect: "any" };
  const named = ({ id = address }: { readonly id?: unknown } = {}, key: string) => ({ [`${id}`]: key });
  const knows = (keys: Written): Written => ({ change: { targets: { [target]: { keys } } } });
  const known = { [address]: before, ...named(ranks[first], before) };
  return [
    setting(ranks[first], before),
    knows(known),
    { login: { adapter, ...at, target, flags: ["ike", "aggressive"] }, name: `sure ${scope.login()}`, expect: "any" },
    knows({ ...known, ...named(ranks[second], after) }),
    setting(ranks[second], after),
    { wait: TWO_LIFETIMES },
    { listSessions: {}, expect: "any" },
  ];
}

/** Keys change at half the lifetime, where that is 90 s and the margin longer. */
const KEYED_AFTER_SECONDS = 45;

/** A session whose link is cut about when its keys are due to change: the first exchange for that may fail, and another follows. */
export function drawOutage(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { adapter, target, before, login } = sureLogin(scope);
  const ends = random.chance(1, 2) ? { from: adapter, to: target } : { from: target, to: adapter };
  const cutLink = { ...ends, after: `${KEYED_AFTER_SECONDS - random.below(4)}s`, for: `${5 + random.below(5)}s` };
  return [
    ...before,
    { ...login, name: `sure ${scope.login()}` },
    // In the midst of it somebody looks: then it is known when the association ends.
    { wait: "55s", faults: [mayMiss({ cutLink })] },
    { listSessions: {}, expect: "any" },
    { wait: "75s" },
    { listSessions: {}, expect: "any" },
  ];
}
