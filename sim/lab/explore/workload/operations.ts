/**
 * What applications, other tools and accidents do in a story. Each seed draws
 * which of these are on at all: rare combinations become frequent.
 *
 * @module
 */

import type { Scope, Whom, Written } from "./scope.ts";

/** A kind of step: how often it is drawn beside the others, and how it is drawn. */
export interface DrawnOperation {
  /** How often. */
  readonly weight: number;
  /** How. */
  readonly draw: (scope: Scope) => readonly Written[];
}

const FLAGS = [["ike", "main"], ["ike", "aggressive"], ["ike", "main", "pfs"]] as const;

function settingOf(scope: Scope, adapter: string, { id, port }: Whom): Written {
  const { random } = scope;
  const setKey = {
    adapter,
    ...(port === "all" ? {} : { port }),
    id: id === "own" ? scope.address(adapter) : id,
    key: scope.key(),
    flags: scope.pick(FLAGS),
    ...(random.chance(1, 3) ? { persist: false } : {}),
  };
  return { setKey, expect: "any" };
}

/** A setting of any kind that the story is about. */
export function drawSetting(scope: Scope): Written {
  const { random } = scope;
  if (random.chance(1, 5)) {
    return { setGroupKey: { key: scope.key(), ...(random.chance(1, 3) ? { persist: false } : {}) }, expect: "any" };
  }
  return settingOf(scope, scope.adapter(), scope.pick(scope.whom));
}

function question(scope: Scope, adapter = scope.adapter()): Written {
  const { id, port } = scope.pick(scope.whom);
  const getKey = { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? scope.address(adapter) : id };
  return { getKey, expect: "any" };
}

function login(scope: Scope): Written {
  const { random } = scope;
  const key = random.chance(1, 6) ? { key: scope.key() } : {};
  return { login: { adapter: scope.adapter(), target: "disk", ...key }, name: scope.login(), expect: "any" };
}

/** Something that another program does to an adapter's cache. */
function foreign(scope: Scope): Written {
  const adapter = scope.adapter();
  return scope.random.chance(2, 3)
    ? { wmi: { adapter, method: "ClearCache" }, expect: "any" }
    : { wmi: { adapter, method: "SetGenerationalGuid", in: { GenerationalGuid: "09".repeat(16) } }, expect: "any" };
}

function accident(scope: Scope): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  const accidents: readonly (() => Written)[] = [
    () => ({ powerCycle: { adapter, off: scope.time() } }),
    () => ({ reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), mayMiss: true } }),
    () => ({ unplug: { adapter, for: scope.time() } }),
    () => ({ killService: { mayMiss: true } }),
    () => ({ stopService: { mayMiss: true } }),
    () => ({ rebootHost: random.chance(1, 2) ? {} : { orderly: true } }),
  ];
  return scope.pick(accidents)();
}

/** Several applications at once. */
function parallel(scope: Scope): Written {
  const branches = Array.from({ length: 2 + scope.random.below(2) }, (_, index): [string, readonly Written[]] => {
    const steps = Array.from({ length: 1 + scope.random.below(2) }, () => {
      return scope.pick([drawSetting, drawSetting, question, foreign])(scope);
    });
    return [`application ${index + 1}`, steps];
  });
  return { parallel: Object.fromEntries(branches) };
}

/** An accident within a setting. */
function interrupted(scope: Scope): Written {
  const what = scope.pick([accident, accident, foreign])(scope);
  return { parallel: { admin: [drawSetting(scope)], accident: [{ ...what, after: scope.time() }] } };
}

/** The kinds of steps by their names. */
export const OPERATIONS = {
  set: { weight: 22, draw: (scope) => [drawSetting(scope)] },
  "set, interrupted": { weight: 22, draw: (scope) => [interrupted(scope)] },
  "several at once": { weight: 12, draw: (scope) => [parallel(scope)] },
  tunnel: {
    weight: 4,
    draw: (scope) => [{
      setTunnelAddress: {
        adapter: scope.adapter(),
        destination: "192.0.2.20",
        outer: `198.51.100.${1 + scope.random.below(200)}`,
      },
      expect: "any",
    }],
  },
  ask: { weight: 6, draw: (scope) => [question(scope)] },
  login: { weight: 6, draw: (scope) => [login(scope)] },
  "log out": {
    weight: 3,
    draw(scope) {
      const session = scope.earlierLogin();
      if (session === undefined) return [login(scope)];
      return [{ [scope.pick(["logout", "addConnection"])]: { session }, expect: "any" }];
    },
  },
  "saved logins": {
    weight: 3,
    draw: (scope) => [
      scope.random.chance(2, 3)
        ? { login: { adapter: scope.adapter(), target: "disk", persistent: true }, expect: "any" }
        : { removePersistentLogin: { adapter: scope.adapter(), target: "disk" }, expect: "any" },
      ...(scope.random.chance(1, 2) ? [{ listPersistentLogins: {}, expect: "any" }] : []),
    ],
  },
  lists: {
    weight: 2,
    draw: (scope) => [{ [scope.pick(["listInitiators", "listSessions", "listPersistentLogins"])]: {}, expect: "any" }],
  },
  "another tool": { weight: 10, draw: (scope) => [foreign(scope)] },
  accident: { weight: 14, draw: (scope) => [accident(scope)] },
  "service restarts": {
    weight: 12,
    draw: (scope) => [
      { [scope.pick(["killService", "stopService"])]: { mayMiss: true } },
      { wait: scope.time() },
      { startService: { mayMiss: true } },
    ],
  },
  "adapter misses a setting": {
    weight: 6,
    draw: (scope) => [
      { parallel: { power: [{ powerCycle: { adapter: scope.adapter(), off: "8s" } }], admin: [drawSetting(scope)] } },
    ],
  },
  "bad line": {
    weight: 5,
    draw: (scope) => [
      scope.random.chance(1, 2) ? { change: { network: { loss: `${1 + scope.random.below(30)}%`, jitter: "2ms" } } } : {
        cutLink: {
          from: scope.adapter(),
          to: "disk",
          for: scope.time(),
          oneWay: scope.random.chance(1, 2),
          mayMiss: true,
        },
      },
    ],
  },
  "deaf target": {
    weight: 3,
    draw: (scope) => [{ change: { targets: { disk: { silent: scope.random.chance(1, 2) } } } }],
  },
  pass: { weight: 6, draw: (scope) => [{ wait: scope.time() }] },
} as const satisfies Readonly<Record<string, DrawnOperation>>;
