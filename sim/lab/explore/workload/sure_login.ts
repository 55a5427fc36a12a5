/**
 * Logins of a healed world that must come about whatever goes wrong on their
 * wire, within the budget in the oracle's README.md: both ends know the key, and
 * messages that are lost, late or spoilt are sent again.
 *
 * @module
 */

import { mayMiss } from "./fault_kinds.ts";
import { settingOf } from "./calls.ts";
import type { Scope, Written } from "./scope.ts";

/** How often a message may be lost: it is sent four times (`DOUBLING_RETRANSMISSION`). */
const MOST_LOST = 3;

/** The ends of a way. */
interface Way {
  readonly from: string;
  readonly to: string;
}

/** What goes wrong on the wire of a login from an adapter to a target. */
type Trouble = (scope: Scope, adapter: string, target: string) => readonly Written[];

/** The kinds of trouble by their names. */
const TROUBLES = {
  "none": () => [],
  "lost": (scope, ...ends) => [{ lose: { ...eitherWay(scope, ends), datagram: early(scope) } }],
  "twice": (scope, ...ends) => [{ duplicate: { ...eitherWay(scope, ends), datagram: early(scope) } }],
  "late": (scope, ...ends) => [{
    delay: {
      ...eitherWay(scope, ends),
      datagram: early(scope),
      by: `${1 + scope.random.below(scope.pick([9, 3000]))}ms`,
    },
  }],
  "two outages": (scope, from, to) => {
    const [first, second] = [1 + scope.random.below(MOST_LOST), 1 + scope.random.below(MOST_LOST)];
    const begin = first + 2;
    return [
      { lose: { from, to, datagram: range(1, first) } },
      { lose: { from, to, datagram: range(begin, begin + second - 1) } },
    ];
  },
  "cut off": (scope, ...ends) => [{
    truncate: { ...eitherWay(scope, ends), datagram: early(scope), bytes: scope.random.below(76) },
  }],
  "no such message": (scope, ...ends) => [{
    mutate: {
      ...eitherWay(scope, ends),
      datagram: early(scope),
      ...scope.pick([
        { field: "version", value: 0x20 },
        { field: "exchangeType", value: 7 },
        { field: "nextPayload", value: 99 },
        { field: "length", value: 20 },
        { field: "messageId", value: 1 },
      ]),
    },
  }],
  // What is neither encrypted nor hashed may be believed: only what comes under a key is known to be damaged.
  "damaged": (scope, adapter, target) => [
    scope.pick([
      { corrupt: { from: adapter, to: target, message: "main 5" } },
      { corrupt: { from: target, to: adapter, message: "main 6" } },
      { corrupt: { from: adapter, to: target, message: "aggressive 3" } },
    ]),
  ],
} as const satisfies Readonly<Record<string, Trouble>>;

function eitherWay(scope: Scope, [adapter, target]: readonly [string, string]): Way {
  return scope.random.chance(1, 2) ? { from: adapter, to: target } : { from: target, to: adapter };
}

/** One of the first datagrams of a way. */
function early(scope: Scope): number {
  return 1 + scope.random.below(3);
}

function range(first: number, last: number): string | number {
  return first === last ? first : `${first}..${last}`;
}

/** A setting or none, a target that knows the key, and logins there, each with some trouble of its own. */
export function drawSureLogin(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.adapter();
  const address = scope.address(adapter);
  const target = scope.pick(["disk", "tape"]);
  const setting = random.chance(2, 3)
    ? settingOf(scope, adapter, { id: "own", port: scope.pick(["all", 0]) })
    : undefined;
  const key = Object(setting?.["setKey"]).key ?? scope.key();
  const brought = setting === undefined ? { key, flags: scope.pick([["ike", "main"], ["ike", "aggressive"]]) } : {};
  const logins = Array.from({ length: 1 + random.below(2) }, (): Written => {
    const faults = scope.pick(Object.values<Trouble>(TROUBLES))(scope, adapter, target).map(mayMiss);
    return { login: { adapter, target, ...brought }, ...(faults.length === 0 ? {} : { faults }), expect: "any" };
  });
  return [
    ...(setting === undefined ? [] : [setting]),
    { change: { targets: { [target]: { keys: { [address]: key } } } } },
    ...logins,
  ];
}
