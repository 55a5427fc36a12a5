/**
 * Logins of a healed world that must come about whatever goes wrong on their
 * wire, within the budget in the oracle's README.md: both ends know the key, and
 * messages that are lost, late or spoilt are sent again.
 *
 * @module
 */

import { mayMiss } from "./fault_kinds.ts";
import { settingOf } from "./calls.ts";
import type { Scope, Whom, Written } from "./scope.ts";

/** How often a message may be lost: it is sent four times (`DOUBLING_RETRANSMISSION`), and the last comes too late. */
const MOST_LOST = 2;

/** A message is sent for the last time 7 s after the first. */
const LONGEST_CUT_MILLISECONDS = 5900;

/** The ends of a way. */
interface Way {
  readonly from: string;
  readonly to: string;
}

/** What goes wrong on the wire of a login from an adapter to a target. */
type Trouble = (scope: Scope, adapter: string, target: string, mode: Mode) => readonly Written[];

/** The mode of its phase 1. */
type Mode = "main" | "aggressive";

/** The kinds of trouble by their names. */
const TROUBLES = {
  "none": () => [],
  "lost": (scope, adapter, target) => [{ lose: { ...eitherWay(scope, [adapter, target]), datagram: early(scope) } }],
  // After the last message of a mode its sender waits for nothing more.
  "last one lost": (_, adapter, target, mode) => [
    mode === "aggressive"
      ? { lose: { from: adapter, to: target, message: "aggressive 3" } }
      : { lose: { from: target, to: adapter, message: "main 6" } },
  ],
  "twice": (
    scope,
    adapter,
    target,
  ) => [{ duplicate: { ...eitherWay(scope, [adapter, target]), datagram: early(scope) } }],
  "late": (scope, adapter, target) => [{
    delay: {
      ...eitherWay(scope, [adapter, target]),
      datagram: early(scope),
      by: `${1 + scope.random.below(scope.pick([9, 3000]))}ms`,
    },
  }],
  "two outages": (scope, adapter, target) => {
    const { from, to } = eitherWay(scope, [adapter, target]);
    // What is made up for only just is worth most.
    const losses = () => scope.random.chance(1, 2) ? MOST_LOST : 1 + scope.random.below(MOST_LOST);
    const [first, second] = [losses(), losses()];
    const begin = first + 2;
    return [
      { lose: { from, to, datagram: range(1, first) } },
      { lose: { from, to, datagram: range(begin, begin + second - 1) } },
    ];
  },
  // Shorter than a message is sent again, and long enough that only its last sending comes through.
  "link cut": (scope, adapter, target) => [{
    cutLink: {
      ...eitherWay(scope, [adapter, target]),
      datagram: early(scope),
      for: `${LONGEST_CUT_MILLISECONDS - scope.random.below(scope.pick([2000, LONGEST_CUT_MILLISECONDS]))}ms`,
      // One way, too: each repetition is answered, and no answer comes through.
      oneWay: scope.random.chance(1, 2),
    },
  }],
  "cut off": (scope, adapter, target) => [{
    truncate: { ...eitherWay(scope, [adapter, target]), datagram: early(scope), bytes: scope.random.below(76) },
  }],
  "no such message": (scope, adapter, target) => [{
    mutate: {
      ...eitherWay(scope, [adapter, target]),
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
  "damaged": (scope, adapter, target, mode) => [
    mode === "aggressive" ? { corrupt: { from: adapter, to: target, message: "aggressive 3" } } : scope.pick([
      { corrupt: { from: adapter, to: target, message: "main 5" } },
      { corrupt: { from: target, to: adapter, message: "main 6" } },
    ]),
  ],
} as const satisfies Readonly<Record<string, Trouble>>;

/** What is drawn: a wrong bit has more places than anything else, most of which lie under no hash. */
const DRAWN: readonly Trouble[] = [...Object.values(TROUBLES), TROUBLES.damaged, TROUBLES.damaged];

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

/** A login at a target that knows the key: who logs in where, and what comes before. */
export interface SureLogin {
  /** The adapter. */
  readonly adapter: string;
  /** The target. */
  readonly target: string;
  /** The mode of its phase 1, as far as the key says it. */
  readonly mode: Mode;
  /** A setting or none, and a target that learns of the key. */
  readonly before: readonly Written[];
  /** The login. */
  readonly login: Written;
}

/** A login that must come about, unless the adapter has a better key than the one that is set. */
export function sureLogin(scope: Scope, adapter: string = scope.adapter()): SureLogin {
  const { random } = scope;
  const port = scope.port();
  const address = scope.address(adapter, port);
  const target = scope.pick(["disk", "tape"]);
  const whom: Whom = random.chance(1, 3)
    ? scope.pick(scope.whom)
    : { id: "own", port: port === 1 ? 1 : scope.pick(["all", 0]) };
  const setting = random.chance(2, 3) ? settingOf(scope, adapter, whom) : undefined;
  const { key = scope.key(), id = address } = Object(setting?.["setKey"]);
  const brought = setting === undefined ? { key, flags: scope.pick([["ike", "main"], ["ike", "aggressive"]]) } : {};
  const { flags = brought.flags } = Object(setting?.["setKey"]);
  return {
    adapter,
    target,
    mode: Array.isArray(flags) && flags.includes("main") ? "main" : "aggressive",
    before: [
      ...(setting === undefined ? [] : [setting]),
      { change: { targets: { [target]: { keys: { [address]: key, [id]: key } } } } },
    ],
    login: { login: { adapter, ...(port === 0 ? {} : { port }), target, ...brought }, expect: "any" },
  };
}

/** What goes wrong with the delete of a logout: half of them come twice, or late. */
function deleteFaults(scope: Scope, from: string, to: string): Written {
  if (scope.random.chance(1, 2)) return {};
  const way = { from, to, datagram: 1 };
  return { faults: [mayMiss(scope.pick([{ duplicate: way }, { delay: { ...way, by: "300ms" } }]))] };
}

/** The last message of a mode is sent again for so long, in seconds; then both ends must have the association. */
const LAST_SENT_AGAIN = 20;

/** Such a login, or two, each with some trouble of its own. */
export function drawSureLogin(scope: Scope): readonly Written[] {
  const { adapter, target, mode, before, login } = sureLogin(scope);
  const logins = Array.from({ length: 1 + scope.random.below(2) }, (): readonly Written[] => {
    const faults = scope.pick(DRAWN)(scope, adapter, target, mode).map(mayMiss);
    const name = `sure ${scope.login()}`;
    const then = scope.random.chance(1, 2)
      ? [{ addConnection: { session: name }, expect: "any" }, { listSessions: {}, expect: "any" }]
      : [];
    const end = scope.random.chance(1, 2)
      ? [{ logout: { session: name }, expect: "any", ...deleteFaults(scope, adapter, target) }, { wait: "2s" }]
      // Short lifetimes are over by then.
      : scope.random.chance(1, 6)
      ? [{ wait: "130s" }]
      : [];
    const struck = faults.length === 0 ? {} : { faults };
    return [{ ...login, name, ...struck }, { wait: `${LAST_SENT_AGAIN}s` }, ...then, ...end];
  });
  return [...before, ...logins.flat()];
}
