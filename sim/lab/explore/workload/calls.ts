/**
 * What applications and other tools call in a story.
 *
 * @module
 */

import type { Scope, Whom, Written } from "./scope.ts";

const FLAGS = [
  ["ike", "main"],
  ["ike", "main"],
  ["ike", "main"],
  ["ike", "aggressive"],
  ["ike", "aggressive"],
  ["ike", "aggressive"],
  ["ike", "main", "pfs"],
  ["ike", "main", "aggressive", "transport"],
  ["ike", "main", "tunnel"],
  [],
] as const;

/** A setting of somebody's key. */
export function settingOf(scope: Scope, adapter: string, { id, port }: Whom): Written {
  const whose = id === "own" ? scope.address(adapter, port) : id;
  const setKey = {
    adapter,
    ...(port === "all" ? {} : { port }),
    id: whose,
    key: scope.keyFor(whose),
    flags: scope.pick(FLAGS),
    ...persistence(scope),
  };
  return { setKey, expect: "any" };
}

/** A setting of the group key: it is for all adapters. */
export function drawGroupSetting(scope: Scope): Written {
  return { setGroupKey: { key: scope.key(), ...persistence(scope) }, expect: "any" };
}

/** What a setting says of how long it is to last: nothing if it is to last. */
function persistence({ random, volatileShare }: Scope): Written {
  return random.chance(volatileShare, 100) ? { persist: false } : {};
}

/** A setting of any kind that the story is about. */
export function drawSetting(scope: Scope, adapter: string = scope.adapter()): Written {
  if (scope.random.chance(scope.groupShare, 100)) return drawGroupSetting(scope);
  return settingOf(scope, adapter, scope.pick(scope.whom));
}

/** A question for a key that the story is about. */
export function drawQuestion(scope: Scope, adapter: string = scope.adapter()): Written {
  const { id, port } = scope.pick(scope.whom);
  const getKey = { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? scope.address(adapter, port) : id };
  return { getKey, expect: "any" };
}

/** A login that nothing else speaks of. */
export function drawLogin(scope: Scope, adapter: string = scope.adapter()): Written {
  const key = scope.random.chance(1, 6) ? { key: scope.key() } : {};
  const port = scope.port();
  return {
    login: { adapter, ...(port === 0 ? {} : { port }), target: scope.pick(["disk", "disk", "tape"]), ...key },
    expect: "any",
  };
}

/** A login that the adapter saves, or one that it forgets. */
export function drawSaved(scope: Scope, adapter: string = scope.adapter()): Written {
  return scope.random.chance(2, 3)
    ? { login: { adapter, target: scope.pick(["disk", "tape"]), persistent: true }, expect: "any" }
    : { removePersistentLogin: { adapter, target: scope.pick(["disk", "tape"]) }, expect: "any" };
}

/** Any call of an application: mostly a setting. */
export function drawCall(scope: Scope): Written {
  return scope.pick([drawSetting, drawSetting, drawSetting, drawQuestion, drawLogin, drawSaved])(scope);
}

/** A call that is refused, whatever it is for: nothing may come of it. */
export function drawMistake(scope: Scope): Written {
  const adapter = scope.adapter();
  const whose = { adapter, id: scope.address(adapter), key: scope.key() };
  const mistake = scope.pick<Written>([
    { setKey: { ...whose, port: 7 } },
    { setKey: { ...whose, id: "type11:0a0b" } },
    { setKey: { ...whose, key: `0x${"5e".repeat(300)}` } },
    { wmi: { adapter, method: "SetPresharedKeyForId", hex: "00" } },
    { wmi: { adapter, method: "GetPresharedKeyForId", in: { IdSize: 9999 } } },
    { mailbox: { adapter, command: "openSession", hex: "00" } },
    { mailbox: { adapter, command: "getAdapterInformation", responseBytes: 1 } },
    { mailbox: { adapter, command: 0xfe } },
  ]);
  return { ...mistake, expect: "any" };
}

/** Something that another program does to an adapter's cache. */
export function drawForeign(scope: Scope, adapter: string = scope.adapter()): Written {
  return scope.random.chance(2, 3)
    ? { wmi: { adapter, method: "ClearCache" }, expect: "any" }
    : { wmi: { adapter, method: "SetGenerationalGuid", in: { GenerationalGuid: scope.nameOfCache() } }, expect: "any" };
}
