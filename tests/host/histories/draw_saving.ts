/**
 * Histories of logins that are saved over those that were saved before, beside
 * settings that do not outlive the service; and of full caches that another tool
 * clears twice within one call.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import { SAVED_TARGETS } from "./draw_full.ts";
import { MILLISECOND, pick } from "./draw_parts.ts";
import { type History, type HistoryAdapter, KEY_NAMES, type KeyName, SAVED_PORTS, type Step } from "./history.ts";

/** Of so many histories one is such a one. */
const ONE_IN = 8;

/** Whether the history of a number is one of these. The others stay what they were. */
export function isOfSavings(number: number): boolean {
  return number % ONE_IN === ONE_IN - 1;
}

/** Draws one of these histories. */
export function drawSavingHistory(random: RandomStream): History {
  return pick(random, [drawSavedOver, drawSavedOver, drawSavedBeside, drawSavedBeside, drawTwiceCleared])(random);
}

/** Another tool clears the cache. */
const CLEAR: Step = { type: "foreign clear", adapter: 0 };

/** To the end of a save. */
const FULL_DISK: Step = { type: "full disk", offCycles: 20 * MILLISECOND };

/** What happens within a save, or right behind it. */
const ACCIDENTS: readonly ((random: RandomStream) => readonly Step[])[] = [
  () => [{ type: "kill service" }],
  () => [{ type: "kill service" }],
  () => [{ type: "kill service" }],
  () => [{ type: "kill service" }],
  () => [{ type: "reboot" }],
  () => [{ type: "stop service" }],
  (random) => [{ type: "full disk", offCycles: 1 + random.below(30 * MILLISECOND) }],
  (random) => [FULL_DISK, drawPause(random), { type: "kill service" }],
  () => [CLEAR],
  () => [CLEAR, { type: "pass", cycles: 2 * MILLISECOND }, { type: "kill service" }],
  (random) => [CLEAR, drawPause(random), { type: "reboot" }],
  (random) => [{ type: "power cut", adapter: 0, offCycles: 1 + random.below(MILLISECOND) }],
  () => [{ type: "firmware reset", adapter: 0 }],
  () => [{ type: "bus reset", adapter: 0 }],
];

function drawSavedOver(random: RandomStream): History {
  const capacity = 2 + random.below(5);
  const adapter: HistoryAdapter = {
    storage: "nvram",
    numberOfPorts: 2,
    ...(random.chance(1, 2) ? { capacity } : {}),
  };
  const names = KEY_NAMES.slice(0, 1 + random.below(3));
  const firsts: readonly Step[] = [
    ...names.map((name) => drawKey(random, name, true)),
    drawSave(random, true),
    ...(random.chance(1, 2) ? [drawSave(random, true)] : []),
  ];
  const rounds = Array.from({ length: 5 }, (): readonly Step[] => [
    // What is volatile has the next run fill the cache.
    ...(random.chance(2, 3) ? [{ ...drawKey(random, pick(random, names), true), persist: random.chance(1, 4) }] : []),
    ...(random.chance(1, 8) ? [{ type: "forget", adapter: 0, target: random.below(SAVED_TARGETS) } as const] : []),
    drawSave(random, random.chance(1, 4)),
    drawTimeOfSave(random),
    ...(random.chance(1, 4) ? [FULL_DISK] : pick(random, ACCIDENTS)(random)),
    ...(random.chance(1, 3)
      ? [{ type: "pass", cycles: MILLISECOND } as const, { type: "start service" } as const]
      : []),
    ...(random.chance(2, 3) ? [{ type: "check" } as const] : []),
  ]);
  return { adapters: [adapter], steps: [...firsts, ...rounds.flat(), { type: "reboot" }, { type: "check" }] };
}

/** A login for any port beside one for a single port, or the other way round, often without room for both, or on the disk. */
function drawSavedBeside(random: RandomStream): History {
  const capacity = 2 + random.below(3);
  const isFull = random.chance(2, 3);
  const names = KEY_NAMES.slice(0, capacity - 1);
  const rounds = Array.from({ length: 4 }, (): readonly Step[] => {
    const port = pick(random, SAVED_PORTS);
    const save = { type: "save", adapter: 0, target: 0 } as const;
    return [
      { type: "forget", adapter: 0, target: 0 },
      { ...save, port, wait: true },
      { ...save, port: port === "any" ? 0 : "any", wait: false },
      drawTimeOfSave(random),
      ...(random.chance(1, 2) ? [isFull ? CLEAR : FULL_DISK] : pick(random, ACCIDENTS)(random)),
      { type: "check" },
    ];
  });
  return {
    adapters: [{ storage: "nvram", numberOfPorts: 2, ...(isFull ? { capacity } : {}) }],
    steps: [...names.map((name) => drawKey(random, name, true)), ...rounds.flat(), { type: "reboot" }, {
      type: "check",
    }],
  };
}

function drawTwiceCleared(random: RandomStream): History {
  const capacity = 2 + random.below(2);
  const storage = pick(random, ["ram", "ram", "nvram"] as const);
  const firsts = KEY_NAMES.slice(0, capacity);
  const rounds = Array.from({ length: 5 }, (): readonly Step[] => [
    drawKey(random, pick(random, KEY_NAMES.slice(capacity)), false),
    drawPause(random),
    CLEAR,
    drawPause(random),
    CLEAR,
    { type: "check" },
  ]);
  return {
    adapters: [{ storage, numberOfPorts: 2, capacity }],
    steps: [
      ...firsts.map((name): Step => ({ type: "set", adapter: 0, name, persist: true, wait: true })),
      ...rounds.flat(),
    ],
  };
}

/** Few targets and ports: it is mostly one that was saved before, or stands beside one. */
function drawSave(random: RandomStream, wait: boolean): Step {
  return { type: "save", adapter: 0, target: random.below(2), port: pick(random, SAVED_PORTS), wait };
}

function drawKey(random: RandomStream, name: KeyName, wait: boolean): Extract<Step, { readonly type: "set" }> {
  return { type: "set", adapter: 0, name, persist: random.chance(1, 2), wait };
}

function drawPause(random: RandomStream): Step {
  return { type: "pass", cycles: 1 + random.below(pick(random, [5, 10, 20]) * MILLISECOND) };
}

/** Within a save, or mostly while the adapter saves and the service looks at what came of it. */
function drawTimeOfSave(random: RandomStream): Step {
  return random.chance(1, 2) ? drawPause(random) : { type: "pass", cycles: (8 + random.below(8)) * MILLISECOND };
}
