/**
 * Adapters that nobody looks after: the service is stopped, another tool changes
 * the cache, names it or asks it, power goes in the midst of that, flash loses
 * charge, and the adapter boots again and again before the service is back.
 *
 * @module
 */

import { drawForeign, drawSetting, settingOf } from "./calls.ts";
import { mayMiss } from "./fault_kinds.ts";
import type { Scope, Whom, Written } from "./scope.ts";

/** The first records of a log that was just begun lie below. */
const FIRST_RECORDS = 400;

/** Another tool asks for a key, of whom the story is about or of nobody. */
function asks(scope: Scope, adapter: string): Written {
  const addresses = scope.adapters.get(adapter)?.addresses ?? [];
  const id = scope.pick([...addresses, "192.0.2.77"]);
  const Id = id.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0")).join(" ");
  return { wmi: { adapter, method: "GetPresharedKeyForId", in: { IdType: 1, Id } }, expect: "any" };
}

/** Charge is lost in one place: in a value, in a name, or in the words that say where a record ends. */
function fades(scope: Scope, adapter: string): readonly Written[] {
  const { random } = scope;
  const address = random.below(FIRST_RECORDS);
  const lengthBytes = scope.pick([4, 12, 24]);
  const bits = 1 + random.below(4);
  return [
    { powerOff: { adapter, mayMiss: true } },
    { damage: { adapter, retention: { address, lengthBytes, bits }, mayMiss: true } },
    { powerOn: { adapter, mayMiss: true } },
    { wait: "200ms" },
  ];
}

/** Another tool changes something, and power goes at one of the first programs of that. */
function cutOff(scope: Scope, adapter: string): Written {
  const { random } = scope;
  const after = scope.pick([`${random.below(64)}bytes`, `${random.below(130)}us`]);
  const moment = { flashProgram: 1 + random.below(3), ...(random.chance(1, 3) ? {} : { after }) };
  const off = scope.pick(["1ms", scope.time()]);
  return { ...drawForeign(scope, adapter), faults: [mayMiss({ powerCycle: { adapter, off, ...moment } })] };
}

/** The service is killed in the midst of a setting, and power goes: nobody makes that again. */
function lastSetting(scope: Scope, adapter: string): readonly Written[] {
  const { random } = scope;
  const moment = { flashProgram: 1 + random.below(2), after: `${random.below(90)}bytes` };
  const cut = { powerCycle: { adapter, off: "1ms", ...moment } };
  const killed = { killService: { adapter, flashProgram: moment.flashProgram } };
  return [
    { ...drawSetting(scope, adapter), faults: [mayMiss(cut), mayMiss(killed)] },
    { killService: { mayMiss: true } },
    { wait: "200ms" },
  ];
}

/** The service is away for a time in which all of this happens to an adapter with flash. */
export function unattended(scope: Scope): readonly Written[] {
  const adapter = scope.flashAdapter();
  if (adapter === undefined) return [drawSetting(scope)];
  const { random } = scope;
  const { id } = scope.pick<Whom>([{ id: "own", port: 0 }, ...scope.whom]);
  const boot = { powerCycle: { adapter, off: "1ms", mayMiss: true } };
  const acts: readonly (() => readonly Written[])[] = [
    () => [boot, { wait: "200ms" }],
    () => [boot, { wait: "200ms" }],
    () => [asks(scope, adapter)],
    () => [asks(scope, adapter), asks(scope, adapter)],
    () => [cutOff(scope, adapter), { wait: "200ms" }],
    () => [cutOff(scope, adapter), { wait: "200ms" }],
    () => [drawForeign(scope, adapter)],
  ];
  const count = 2 + random.below(4);
  const leaves = { [scope.pick(["stopService", "killService"])]: { mayMiss: true } };
  const first = random.chance(1, 2) ? [leaves] : lastSetting(scope, adapter);
  const fading = random.chance(1, 2) ? fades(scope, adapter) : [];
  return [
    settingOf(scope, adapter, { id, port: "all" }),
    ...(random.chance(1, 2) ? [settingOf(scope, adapter, { id: "own", port: "all" })] : []),
    {
      sequence: [
        ...first,
        ...fading,
        ...Array.from({ length: count }, () => scope.pick(acts)()).flat(),
      ],
    },
    { startService: { mayMiss: true } },
  ];
}
