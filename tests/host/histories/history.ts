/**
 * Histories: what applications, other tools and accidents do to a host, as
 * plain data, and how they are drawn.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import type { Cycles } from "../../../sim/kernel/task.ts";
import type { TestStorage } from "../adapter_model.ts";

/** Whom a setting names. */
export const SETTING_NAMES = ["own address", "other address", "group key"] as const;

/** Whom a setting names. */
export type SettingName = typeof SETTING_NAMES[number];

/** What a login says of keys: nothing, that there must be one, or which. */
export const LOGIN_KINDS = ["as it comes", "requires IPsec", "brings a key"] as const;

/** What a login says of keys. */
export type LoginKind = typeof LOGIN_KINDS[number];

/** One step. Adapters are numbered from 0. */
export type Step =
  /** An application sets a key, and waits for the answer or not. Each key is another one. */
  | {
    readonly type: "set";
    readonly adapter: number | "all";
    readonly name: SettingName;
    readonly persist: boolean;
    readonly wait: boolean;
  }
  /** An application asks for a key's flags. */
  | { readonly type: "get"; readonly adapter: number; readonly name: SettingName }
  /** An application logs in. */
  | { readonly type: "login"; readonly adapter: number; readonly how: LoginKind }
  /** Another tool clears an adapter's cache. */
  | { readonly type: "foreign clear"; readonly adapter: number }
  /** The driver resets an adapter. */
  | { readonly type: "driver reset"; readonly adapter: number }
  /** An adapter resets itself. */
  | { readonly type: "firmware reset"; readonly adapter: number }
  /** An adapter loses its power, and gets it back. */
  | { readonly type: "power cut"; readonly adapter: number; readonly offCycles: Cycles }
  /** An adapter does not reach host memory for a while. */
  | { readonly type: "no DMA"; readonly adapter: number; readonly offCycles: Cycles }
  /** The service dies. */
  | { readonly type: "kill service" }
  /** It is stopped in good order. */
  | { readonly type: "stop service" }
  /** It is started. */
  | { readonly type: "start service" }
  /** The host loses its power, and gets it back. */
  | { readonly type: "reboot" }
  /** The disk of the store is full for a while. */
  | { readonly type: "full disk"; readonly offCycles: Cycles }
  /** Time passes. */
  | { readonly type: "pass"; readonly cycles: Cycles }
  /** Everything comes up, and what is in force is looked at. */
  | { readonly type: "check" };

/** A history. */
export interface History {
  /** The storage of each adapter. */
  readonly adapters: readonly TestStorage[];
  /** What happens. */
  readonly steps: readonly Step[];
}

const MILLISECOND: Cycles = 250_000;
const STORAGES: readonly TestStorage[] = ["nvram", "nvram", "ram", "none"];

/** How often each kind of steps is drawn, beside the others. */
const WEIGHTS: readonly (readonly [number, (random: RandomStream, adapters: number) => readonly Step[]])[] = [
  [22, (random, adapters) => [drawSetting(random, adapters)]],
  [16, (random, adapters) => drawInterrupted(random, adapters)],
  [6, (random, adapters) => [{ type: "get", adapter: random.below(adapters), name: drawName(random) }]],
  [8, (random, adapters) => [{ type: "login", adapter: random.below(adapters), how: pick(random, LOGIN_KINDS) }]],
  [8, (random, adapters) => [{ type: "foreign clear", adapter: random.below(adapters) }]],
  [16, (random, adapters) => drawAccident(random, adapters)],
  [6, (random, adapters) => drawMissed(random, adapters)],
  [6, (random) => [{ type: "pass", cycles: drawTime(random) }]],
  [8, (random, adapters) => drawOrphan(random, adapters)],
  [6, () => [{ type: "check" }]],
];

/** Draws a history of some 15 steps. */
export function drawHistory(random: RandomStream): History {
  const adapters = Array.from({ length: 1 + random.below(2) }, () => pick(random, STORAGES));
  const steps: Step[] = [];
  const total = WEIGHTS.reduce((sum, [weight]) => sum + weight, 0);
  while (steps.length < 15) {
    let place = random.below(total);
    const draw = WEIGHTS.find(([weight]) => (place -= weight) < 0)?.[1];
    steps.push(...(draw?.(random, adapters.length) ?? []));
  }
  return { adapters, steps: [...steps, { type: "check" }, { type: "reboot" }, { type: "check" }] };
}

function drawSetting(random: RandomStream, adapters: number): Extract<Step, { readonly type: "set" }> {
  return {
    type: "set",
    adapter: random.chance(1, 4) ? "all" : random.below(adapters),
    name: drawName(random),
    persist: random.chance(2, 3),
    wait: random.chance(2, 3),
  };
}

/** One accident. */
const ACCIDENTS: readonly ((random: RandomStream, adapter: number) => readonly Step[])[] = [
  (_, adapter) => [{ type: "driver reset", adapter }],
  (_, adapter) => [{ type: "firmware reset", adapter }],
  (random, adapter) => [{ type: "power cut", adapter, offCycles: drawTime(random) }],
  (random, adapter) => [{ type: "no DMA", adapter, offCycles: drawTime(random) }],
  (_, adapter) => [{ type: "foreign clear", adapter }],
  (random) => [{ type: "full disk", offCycles: drawTime(random) }],
  (random) => drawRestart(random),
  () => [{ type: "reboot" }],
];

function drawAccident(random: RandomStream, adapters: number): readonly Step[] {
  return pick(random, ACCIDENTS)(random, random.below(adapters));
}

/** An accident within a setting. */
function drawInterrupted(random: RandomStream, adapters: number): readonly Step[] {
  return [
    { ...drawSetting(random, adapters), wait: false },
    { type: "pass", cycles: 1 + random.below(20 * MILLISECOND) },
    ...drawAccident(random, adapters),
  ];
}

/** A setting for all of which an adapter without power learns nothing, and a run of the service that finds it so. */
function drawMissed(random: RandomStream, adapters: number): readonly Step[] {
  const offCycles = 6_000 * MILLISECOND + random.below(3_000 * MILLISECOND);
  return [
    { type: "power cut", adapter: random.below(adapters), offCycles },
    { ...drawSetting(random, adapters), adapter: "all", wait: true },
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
function drawOrphan(random: RandomStream, adapters: number): readonly Step[] {
  const adapter = random.below(adapters);
  const setting = { type: "set", adapter, name: drawName(random), persist: true } as const;
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

/** Mostly within a call, sometimes longer than anything. */
function drawTime(random: RandomStream): Cycles {
  const limits = [MILLISECOND / 10, MILLISECOND, 10 * MILLISECOND, 300 * MILLISECOND, 3_000 * MILLISECOND];
  return 1 + random.below(pick(random, limits));
}

function drawName(random: RandomStream): SettingName {
  return pick(random, SETTING_NAMES);
}

function pick<T>(random: RandomStream, choices: readonly T[]): T {
  return choices[random.below(choices.length)] as T;
}
