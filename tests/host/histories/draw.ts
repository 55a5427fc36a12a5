/**
 * How histories are drawn.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import type { Cycles } from "../../../sim/kernel/task.ts";
import type { TestStorage } from "../adapter_model.ts";
import { drawFullHistory } from "./draw_full.ts";
import {
  COUNT_AT_LOGIN,
  type History,
  type HistoryAdapter,
  KEY_NAMES,
  LOGIN_KINDS,
  SETTING_NAMES,
  type SettingName,
  type Step,
} from "./history.ts";
import { MILLISECOND, pick } from "./draw_parts.ts";

const STORAGES: readonly TestStorage[] = ["nvram", "nvram", "ram", "none"];

/** What the steps of a history are about. */
interface Scope {
  /** How many adapters there are. */
  readonly adapters: number;
  /** What is set. */
  readonly names: readonly SettingName[];
  /** Whether one adapter lacks a port that another one has. */
  readonly isUneven?: boolean;
}

/** How often each kind of steps is drawn, beside the others. */
const WEIGHTS: readonly (readonly [number, (random: RandomStream, scope: Scope) => readonly Step[]])[] = [
  [18, (random, scope) => [drawSetting(random, scope)]],
  [32, (random, scope) => drawInterrupted(random, scope)],
  [6, (random, scope) => [drawQuestion(random, random.below(scope.adapters))]],
  [4, (random, scope) => drawCleared(random, scope)],
  [2, (random, scope) => [{ type: "lost keys", adapter: random.below(scope.adapters) }]],
  [8, (random, scope) => [{ type: "login", adapter: random.below(scope.adapters), how: pick(random, LOGIN_KINDS) }]],
  [10, (random, scope) => drawBesideReset(random, scope)],
  [8, (random, scope) => drawRefused(random, scope)],
  [8, (random, scope) => [{ type: "foreign clear", adapter: random.below(scope.adapters) }]],
  [16, (random, scope) => drawAccident(random, scope)],
  [28, (random, scope) => drawMissed(random, scope)],
  [6, (random) => [{ type: "pass", cycles: drawTime(random) }]],
  [16, (random, scope) => drawOrphan(random, scope)],
  [18, (random, scope) => drawNeighbours(random, scope)],
  [12, (random, scope) => drawAtArrival(random, scope)],
  [8, (random, scope) => drawUnheard(random, scope)],
  [6, () => [{ type: "check" }]],
];

/** Names of which none, or only one, can be asked for whether it is still there. */
const HARD_TO_MISS: readonly (readonly SettingName[])[] = [
  ["own address", "own address, port 0"],
  ["group key", "other address"],
  ["group key", "own address", "own address, port 0"],
];

const ADDRESSES = SETTING_NAMES.filter((name) => !name.includes(".example") && !name.endsWith(", port 1"));

/** What names are drawn from: addresses alone, all, or those of which the oldest counts. */
const POOLS: readonly (readonly SettingName[])[] = [
  ADDRESSES,
  ADDRESSES,
  SETTING_NAMES,
];

/** Places in the order of a login of which the oldest name counts. */
const AGING = COUNT_AT_LOGIN.filter((place) => place.length > 1);

/** Draws a history of names that are set on single adapters and on all, so that another one is the oldest on each. */
function drawAgesHistory(random: RandomStream): History {
  const adapters = Array.from({ length: 2 }, (): HistoryAdapter => ({
    storage: pick(random, ["nvram", "ram"]),
    numberOfPorts: 2,
  }));
  const scope: Scope = { adapters: adapters.length, names: pick(random, AGING) };
  const rounds = Array.from({ length: 3 }, (): readonly Step[] => [
    ...Array.from({ length: 3 + random.below(3) }, () => ({ ...drawSetting(random, scope), wait: true })),
    ...drawAccident(random, scope),
    // What is replayed gets its order from the service.
    { type: "foreign clear", adapter: random.below(adapters.length) },
    { type: "check" },
  ]);
  return { adapters, steps: [...rounds.flat(), { type: "reboot" }, { type: "check" }] };
}

/** Draws a history of which all is about caches that another tool clears at the wrong moment. */
function drawClearedHistory(random: RandomStream): History {
  const scope: Scope = { adapters: 1, names: pick(random, HARD_TO_MISS) };
  const sets = scope.names.map((name): Step => ({ type: "set", adapter: 0, name, persist: true, wait: true }));
  const rounds = Array.from({ length: 6 }, (): readonly Step[] => [...drawCleared(random, scope), { type: "check" }]);
  const steps = [...sets.slice(random.below(2)), ...rounds.flat()];
  const storage = pick(random, ["nvram", "ram"] as const);
  return { adapters: [{ storage, numberOfPorts: 2 }], steps: [...steps, { type: "reboot" }, { type: "check" }] };
}

/** Draws a history of some 20 steps. */
export function drawHistory(random: RandomStream): History {
  if (random.chance(1, 5)) return drawClearedHistory(random);
  if (random.chance(1, 8)) return drawAgesHistory(random);
  if (random.chance(1, 5)) return drawFullHistory(random);
  const adapters = Array.from({ length: 1 + random.below(2) }, (): HistoryAdapter => ({
    storage: pick(random, STORAGES),
    numberOfPorts: random.chance(1, 3) ? 1 : 2,
  }));
  // Only some of the names: a key that is always there would bear witness for those that are lost.
  const some = pick(random, POOLS).filter(() => random.chance(1, 2));
  const isUneven = new Set(adapters.map(({ numberOfPorts }) => numberOfPorts)).size > 1;
  const scope = { adapters: adapters.length, names: some.length === 0 ? SETTING_NAMES : some, isUneven };
  const steps: Step[] = [];
  const total = WEIGHTS.reduce((sum, [weight]) => sum + weight, 0);
  while (steps.length < 20) {
    let place = random.below(total);
    const draw = WEIGHTS.find(([weight]) => (place -= weight) < 0)?.[1];
    steps.push(...(draw?.(random, scope) ?? []));
  }
  return { adapters, steps: [...steps, { type: "check" }, { type: "reboot" }, { type: "check" }] };
}

function drawSetting(random: RandomStream, scope: Scope): Extract<Step, { readonly type: "set" }> {
  return {
    type: "set",
    adapter: random.chance(1, 4) ? "all" : random.below(scope.adapters),
    name: pick(random, scope.names),
    persist: random.chance(2, 3),
    wait: random.chance(2, 3),
  };
}

/** One accident. */
const ACCIDENTS: readonly ((random: RandomStream, adapter: number) => readonly Step[])[] = [
  (_, adapter) => [{ type: "driver reset", adapter }],
  (_, adapter) => [{ type: "bus reset", adapter }],
  (_, adapter) => [{ type: "firmware reset", adapter }],
  (random, adapter) => [{ type: "power cut", adapter, offCycles: drawTime(random) }],
  (random, adapter) => [{ type: "no DMA", adapter, offCycles: drawTime(random) }],
  (_, adapter) => [{ type: "foreign clear", adapter }],
  (_, adapter) => [{ type: "foreign name", adapter }],
  (random) => [{ type: "full disk", offCycles: drawTime(random) }],
  // Longer than a setting, so that what begins within one lasts to its end.
  (random, adapter) => [{ type: "no DMA", adapter, offCycles: 20 * MILLISECOND + drawTime(random) }],
  (random) => [{ type: "full disk", offCycles: 20 * MILLISECOND + drawTime(random) }],
  (random) => drawRestart(random),
  () => [{ type: "reboot" }],
];

function drawAccident(random: RandomStream, scope: Scope): readonly Step[] {
  return pick(random, ACCIDENTS)(random, random.below(scope.adapters));
}

/** An accident within a setting, or just before one. */
function drawInterrupted(random: RandomStream, scope: Scope): readonly Step[] {
  const accident = drawAccident(random, scope);
  if (random.chance(1, 4)) return [...accident, { ...drawSetting(random, scope), wait: true }];
  const cycles = 1 + random.below(pick(random, [8, 20]) * MILLISECOND);
  return [{ ...drawSetting(random, scope), wait: false }, { type: "pass", cycles }, ...accident];
}

/** Another tool clears a cache within a setting, or while the service fills the cache after it was cleared before. */
function drawCleared(random: RandomStream, scope: Scope): readonly Step[] {
  const adapter = random.below(scope.adapters);
  const clear = { type: "foreign clear", adapter } as const;
  const begun = random.chance(1, 2)
    ? [{ ...drawSetting(random, scope), adapter, wait: false }]
    : [clear, { ...drawQuestion(random, adapter), wait: false }];
  const cycles = 1 + random.below(pick(random, [5, 10, 16]) * MILLISECOND);
  return [...begun, { type: "pass", cycles }, clear];
}

function drawQuestion(random: RandomStream, adapter: number): Extract<Step, { readonly type: "get" }> {
  return { type: "get", adapter, name: pick(random, KEY_NAMES), wait: true };
}

function drawBesideReset(random: RandomStream, scope: Scope): readonly Step[] {
  if (scope.adapters < 2) return [];
  const adapter = random.below(2);
  return [{
    type: "login beside reset",
    adapter,
    reset: 1 - adapter,
    by: pick(random, ["driver", "firmware"]),
    // The driver has the adapter again after a second.
    afterCycles: 1 + random.below(1_200 * MILLISECOND),
    isOnly: random.chance(1, 3),
  }];
}

/** A setting for all that one adapter refuses for want of a port, and something that has it offered once more. */
function drawRefused(random: RandomStream, scope: Scope): readonly Step[] {
  if (scope.isUneven !== true) return [];
  const setting = { type: "set", adapter: "all", name: "second address, port 1", wait: true } as const;
  return [{ ...setting, persist: random.chance(2, 3) }, ...drawAccident(random, scope)];
}

/**
 * A setting for all of which an adapter without power learns nothing, perhaps one that the run of the service has never
 * seen, and a run that finds it so.
 */
function drawMissed(random: RandomStream, scope: Scope): readonly Step[] {
  const adapter = random.below(scope.adapters);
  const isUnseen = random.chance(1, 2);
  const offCycles = (isUnseen ? 16_000 : 6_000) * MILLISECOND + random.below(3_000 * MILLISECOND);
  const restart = [
    { type: "kill service" },
    { type: "start service" },
    { type: "pass", cycles: 6_000 * MILLISECOND },
  ] as const;
  return [
    { type: "power cut", adapter, offCycles },
    ...(isUnseen ? restart : []),
    { ...drawSetting(random, scope), adapter: "all", wait: true },
    random.chance(1, 2) ? { type: "kill service" } : { type: "reboot" },
  ];
}

/** The service dies or stops, and mostly begins again at once. */
function drawRestart(random: RandomStream): readonly Step[] {
  const end: Step = random.chance(1, 2) ? { type: "kill service" } : { type: "stop service" };
  if (random.chance(1, 4)) return [end];
  return [end, { type: "pass", cycles: drawTime(random) }, { type: "start service" }];
}

/** An adapter is reset under a setting whose service dies, while another one begins. */
function drawOrphan(random: RandomStream, scope: Scope): readonly Step[] {
  const adapter = random.below(scope.adapters);
  const setting = { type: "set", adapter, name: pick(random, scope.names), persist: true } as const;
  return [
    { ...setting, wait: false },
    { type: "pass", cycles: random.below(8 * MILLISECOND) },
    { type: "driver reset", adapter },
    { type: "pass", cycles: random.below(MILLISECOND) },
    { type: "kill service" },
    { type: "pass", cycles: 1 + random.below(250 * MILLISECOND) },
    { type: "start service" },
    { type: "pass", cycles: 500 * MILLISECOND + random.below(50 * MILLISECOND) },
    { ...setting, wait: true },
    ...(random.chance(1, 2) ? [{ type: "check" } as const] : []),
  ];
}

/** A setting for all, and close to it one for a single adapter. */
function drawNeighbours(random: RandomStream, scope: Scope): readonly Step[] {
  if (scope.adapters < 2) return [];
  const name = pick(random, scope.names);
  const adapter = scope.adapters - 1;
  const both = [{ adapter: "all" }, { adapter }] as const;
  const [first, second] = random.chance(1, 2) ? both : both.toReversed();
  const begun = { ...drawSetting(random, scope), name, wait: false };
  return [
    { ...begun, ...first },
    { type: "pass", cycles: 1 + random.below(16 * MILLISECOND) },
    { ...begun, ...second, persist: random.chance(2, 3) },
    { type: "check" },
  ];
}

/** An adapter comes out of a reset, and is synchronised, while something is set on it. */
function drawAtArrival(random: RandomStream, scope: Scope): readonly Step[] {
  const adapter = random.below(scope.adapters);
  const setting = { ...drawSetting(random, scope), adapter } as const;
  return [
    { type: random.chance(1, 2) ? "driver reset" : "firmware reset", adapter },
    // The driver has it again after a second; the port driver tries once more every 250 ms.
    { type: "pass", cycles: 1 + random.below(pick(random, [20, 300, 1_050]) * MILLISECOND) },
    { ...setting, wait: false },
    { type: "pass", cycles: 1 + random.below(pick(random, [20, 300]) * MILLISECOND) },
    { ...drawSetting(random, scope), adapter, wait: false },
    { type: "check" },
  ];
}

/** Nobody hears what came of a setting. */
function drawUnheard(random: RandomStream, scope: Scope): readonly Step[] {
  const { adapter, ...setting } = drawSetting(random, scope);
  const cycles = 1 + random.below(10 * MILLISECOND);
  const reset = { type: "bus reset", adapter: adapter === "all" ? random.below(scope.adapters) : adapter } as const;
  return [{ ...setting, adapter, wait: false }, { type: "pass", cycles }, reset, { type: "check" }];
}

/** Mostly within a call, sometimes longer than anything. */
function drawTime(random: RandomStream): Cycles {
  const limits = [MILLISECOND / 10, MILLISECOND, 10 * MILLISECOND, 300 * MILLISECOND, 3_000 * MILLISECOND];
  return 1 + random.below(pick(random, limits));
}
