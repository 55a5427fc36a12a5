/**
 * Histories of settings that wait for room: for all adapters, while one of them
 * is full or away; beside what does not outlive the service; and of caches that
 * an adapter fails to clear.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import { MILLISECOND, pick } from "./draw_parts.ts";
import {
  CLEAR_FAILURES,
  type ClearFailure,
  type History,
  type HistoryAdapter,
  KEY_NAMES,
  type KeyName,
  SAVED_PORTS,
  type SettingName,
  type Step,
} from "./history.ts";

/** Of so many histories one is such a one. */
const ONE_IN = 8;

/** Whether the history of a number is one of these. The others stay what they were. */
export function isOfWaiting(number: number): boolean {
  return number % ONE_IN === ONE_IN - 2;
}

/** Draws one of these histories. */
export function drawWaitingHistory(random: RandomStream): History {
  return pick(random, [drawRefused, drawUncleared])(random);
}

/** So often each fails: once or more at once; or so often that the port driver, which tries again, gives up. */
const TIMES: Readonly<Record<ClearFailure, readonly number[]>> = {
  busy: [1, 30],
  "hardware error": [1, 2, 4],
  refused: [2, 3, 4],
};

/** A first adapter that is nearly full, of keys and of a login, and another one that is not. */
function drawRefused(random: RandomStream): History {
  const capacity = 2 + random.below(3);
  const hasSaved = random.chance(3, 4);
  const adapters: readonly HistoryAdapter[] = [
    { storage: hasSaved ? "nvram" : pick(random, ["nvram", "ram"]), numberOfPorts: 2, capacity },
    { storage: pick(random, ["nvram", "ram"]), numberOfPorts: 2, ...(random.chance(1, 3) ? { capacity: 4 } : {}) },
  ];
  const names = shuffled(random, KEY_NAMES);
  const ofFirst = names.slice(0, capacity - (hasSaved ? 1 : 0));
  const others = names.slice(ofFirst.length);
  const firsts = [
    ...ofFirst.map((name) => setting(0, name, true)),
    ...(hasSaved ? [save(random, true)] : []),
  ];
  const rounds = Array.from({ length: 5 }, (): readonly Step[] => [
    // While it is in force no name vouches for the cache.
    ...(random.chance(1, 2) ? [setting(0, pick(random, [...ofFirst, "group key", "tunnel"] as const), false)] : []),
    ...(random.chance(3, 4) ? drawForAll(random, pick(random, others)) : []),
    ...(random.chance(1, 2) ? [{ type: "forget", adapter: 0, target: 0 } as const] : []),
    ...(random.chance(2, 3) ? [setting(0, pick(random, others), random.chance(3, 4))] : []),
    ...(random.chance(1, 2) ? [save(random, true)] : []),
    ...(random.chance(1, 3) ? drawInSave(random) : []),
    ...(random.chance(1, 3) ? [drawFailure(random)] : []),
    ...pick(random, ENDS),
    ...(random.chance(1, 2) ? [{ type: "check" } as const] : []),
  ]);
  return { adapters, steps: [...firsts, ...rounds.flat(), { type: "check" }, { type: "reboot" }, { type: "check" }] };
}

/** A setting for all, of which the first adapter, or another one, may be away. */
function drawForAll(random: RandomStream, name: KeyName): readonly Step[] {
  const forAll = setting("all", name, random.chance(4, 5));
  if (random.chance(2, 3)) return [forAll];
  const adapter = random.below(4) === 0 ? 1 : 0;
  // The driver finds that out after some seconds.
  const back = { type: "pass", cycles: 12_000 * MILLISECOND } as const;
  return [
    { type: "power cut", adapter, offCycles: 6_000 * MILLISECOND + random.below(3_000 * MILLISECOND) },
    ...(random.chance(1, 2) ? [{ type: "pass", cycles: random.below(5_000 * MILLISECOND) } as const] : []),
    forAll,
    ...(random.chance(1, 2) ? [back] : []),
  ];
}

/** The service dies within a save, and perhaps another tool has cleared the cache by then. */
function drawInSave(random: RandomStream): readonly Step[] {
  return [
    save(random, false),
    { type: "pass", cycles: (6 + random.below(10)) * MILLISECOND },
    ...(random.chance(1, 2) ? [CLEAR] : []),
    { type: "kill service" },
  ];
}

/** Caches that are not cleared, and what the service has left in them. */
function drawUncleared(random: RandomStream): History {
  const isFull = random.chance(1, 2);
  const adapters: readonly HistoryAdapter[] = Array.from({ length: 1 + random.below(2) }, () => ({
    storage: pick(random, ["nvram", "nvram", "ram"] as const),
    numberOfPorts: 2,
    ...(isFull ? { capacity: 2 + random.below(3) } : {}),
  }));
  const names = shuffled(random, KEY_NAMES).slice(0, 4);
  const drawSetting = (wait: boolean): Extract<Step, { readonly type: "set" }> => ({
    ...setting(random.chance(1, 4) ? "all" : 0, pick(random, names), random.chance(1, 2)),
    wait,
  });
  const rounds = Array.from({ length: 5 }, (): readonly Step[] => [
    drawSetting(true),
    drawFailure(random),
    drawSetting(false),
    { type: "pass", cycles: 1 + random.below(12 * MILLISECOND) },
    ...(random.chance(1, 3) ? UNHEARD : pick(random, ENDS)),
    ...(random.chance(1, 2) ? [{ ...drawSetting(true), persist: random.chance(1, 3) }] : []),
    ...(random.chance(1, 3) ? [drawFailure(random), ...pick(random, ENDS)] : []),
    ...(random.chance(2, 3) ? [{ type: "check" } as const] : []),
  ]);
  return { adapters, steps: [...rounds.flat(), { type: "check" }, { type: "reboot" }, { type: "check" }] };
}

/** Another tool clears the cache. */
const CLEAR: Step = { type: "foreign clear", adapter: 0 };

/** The service is there again after it. */
const START: readonly Step[] = [{ type: "start service" }, { type: "pass", cycles: 3_000 * MILLISECOND }];

/** What has a cache looked at anew, and perhaps filled. */
const ENDS: readonly (readonly Step[])[] = [
  [{ type: "kill service" }, ...START],
  [{ type: "stop service" }, ...START],
  [{ type: "kill service" }, CLEAR, ...START],
  [{ type: "reboot" }],
  [CLEAR, { type: "get", adapter: 0, name: "own address", wait: true }],
  [{ type: "driver reset", adapter: 0 }],
  [{ type: "power cut", adapter: 0, offCycles: MILLISECOND }],
  [],
];

/** Nobody hears what came of a setting. */
const UNHEARD: readonly Step[] = [{ type: "bus reset", adapter: 0 }, { type: "check" }];

function drawFailure(random: RandomStream): Step {
  // Only one that is refused leaves the service with a cache to fill.
  const how = pick(random, [...CLEAR_FAILURES, "refused"] as const);
  return { type: "clears fail", adapter: 0, how, times: pick(random, TIMES[how]) };
}

function setting(
  adapter: number | "all",
  name: SettingName,
  persist: boolean,
): Extract<Step, { readonly type: "set" }> {
  return { type: "set", adapter, name, persist, wait: true };
}

function save(random: RandomStream, wait: boolean): Step {
  return { type: "save", adapter: 0, target: 0, port: pick(random, SAVED_PORTS), wait };
}

function shuffled<T>(random: RandomStream, all: readonly T[]): readonly T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(random.below(left.length), 1));
}
