/**
 * Histories of room that another tool has for a while, in which it lets a login
 * or a key of its own; of full adapters that cannot be cleared; and of settings
 * for a port that an adapter gets later.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import { MILLISECOND, pick } from "./draw_parts.ts";
import { type History, KEY_NAMES, type KeyName, type Step } from "./history.ts";

/** Of so many histories one is such a one. */
const ONE_IN = 16;

/** Whether the history of a number is one of these. The others stay what they were. */
export function isOfDisplaced(number: number): boolean {
  return number % ONE_IN === 3;
}

/** Draws one of these histories. */
export function drawDisplacedHistory(random: RandomStream): History {
  return pick(random, [drawToolsRoom, drawToolsRoom, drawUnclearable, drawLaterPort])(random);
}

/** For all ports: every adapter can have them. */
const NAMES = KEY_NAMES.filter((name) => name !== "second address, port 1");

const CHECK: Step = { type: "check" };
const LOOK: Step = { type: "get", adapter: 0, name: "own address", wait: true };

/** The service, or the whole host, begins anew. */
const RESTARTS: readonly (readonly Step[])[] = [
  [],
  [{ type: "stop service" }, { type: "start service" }, { type: "pass", cycles: 3_000 * MILLISECOND }],
  [{ type: "kill service" }, { type: "start service" }, { type: "pass", cycles: 3_000 * MILLISECOND }],
  [{ type: "reboot" }, { type: "pass", cycles: 3_000 * MILLISECOND }],
];

/** Another tool clears a full cache, and has some of its room until it goes; meanwhile, and then, something new is set. */
function drawToolsRoom(random: RandomStream): History {
  const capacity = 2 + random.below(3);
  const names = shuffled(random, NAMES);
  const others = names.slice(capacity);
  const rounds = Array.from({ length: 3 }, (): readonly Step[] => {
    const isLogin = random.chance(2, 3);
    const comes = { type: isLogin ? "foreign save" : "foreign key", adapter: 0 } as const;
    const goes = { type: isLogin ? "foreign forget" : "foreign clear", adapter: 0 } as const;
    // Right after the ClearCache, or while the service fills the cache again.
    const between = random.chance(1, 2) ? [] : [{ ...LOOK, wait: false }, drawPause(random)] as const;
    return [
      { type: "foreign clear", adapter: 0 },
      ...between,
      comes,
      drawPause(random),
      LOOK,
      ...pick(random, RESTARTS),
      ...(random.chance(1, 2) ? [drawSetting(random, others)] : []),
      goes,
      ...(random.chance(1, 2) ? [drawPause(random)] : []),
      drawSetting(random, random.chance(3, 4) ? others : names),
      ...(random.chance(1, 4) ? [{ type: "save", adapter: 0, target: 0, port: "any", wait: true } as const] : []),
      CHECK,
    ];
  });
  return {
    adapters: [{ storage: "nvram", numberOfPorts: 2, capacity }, { storage: "nvram", numberOfPorts: 2 }],
    steps: [...firsts(names.slice(0, capacity)), ...rounds.flat(), { type: "reboot" }, CHECK],
  };
}

/** A full adapter whose driver has no ClearCache is reset under a setting. */
function drawUnclearable(random: RandomStream): History {
  const capacity = 2 + random.below(2);
  const names = shuffled(random, NAMES);
  const others = names.slice(capacity);
  const rounds = Array.from({ length: 4 }, (): readonly Step[] => [
    { ...drawSetting(random, others), wait: false },
    { type: "pass", cycles: 1 + random.below(4 * MILLISECOND) },
    pick(random, [
      { type: "driver reset", adapter: 0 },
      { type: "firmware reset", adapter: 0 },
      { type: "power cut", adapter: 0, offCycles: MILLISECOND / 2 },
    ]),
    { type: "pass", cycles: 3_000 * MILLISECOND },
    ...(random.chance(1, 2) ? [drawSetting(random, others)] : []),
    ...pick(random, RESTARTS),
    CHECK,
  ]);
  return {
    adapters: [
      { storage: "ram", numberOfPorts: 2, capacity, provider: "sample" },
      { storage: "nvram", numberOfPorts: 2 },
    ],
    steps: [...firsts(names.slice(0, capacity)), ...rounds.flat(), { type: "reboot" }, CHECK],
  };
}

/** A setting for all of which one adapter lacks the port; it fills, and gets the port when the host boots. */
function drawLaterPort(random: RandomStream): History {
  const capacity = 2 + random.below(3);
  const names = shuffled(random, NAMES);
  const refused: Step = {
    type: "set",
    adapter: "all",
    name: "second address, port 1",
    persist: random.chance(4, 5),
    wait: true,
  };
  const keys = firsts(names.slice(0, capacity));
  const before = random.below(keys.length);
  return {
    adapters: [
      { storage: pick(random, ["nvram", "ram"]), numberOfPorts: 1, capacity },
      { storage: "nvram", numberOfPorts: 2 },
    ],
    steps: [
      ...(random.chance(1, 2)
        ? [{ type: "set", adapter: "all", name: "group key", persist: false, wait: true } as const]
        : []),
      ...keys.slice(0, before),
      refused,
      ...keys.slice(before),
      CHECK,
      ...pick(random, RESTARTS),
      { type: "second port", adapter: 0 },
      { type: "pass", cycles: 3_000 * MILLISECOND },
      ...(random.chance(1, 2) ? [{ type: "foreign clear", adapter: 0 } as const] : []),
      CHECK,
      drawSetting(random, names),
      { type: "reboot" },
      CHECK,
    ],
  };
}

function firsts(names: readonly KeyName[]): readonly Step[] {
  return names.map((name) => ({ type: "set", adapter: 0, name, persist: true, wait: true }));
}

function drawSetting(random: RandomStream, names: readonly KeyName[]): Extract<Step, { readonly type: "set" }> {
  const adapter = random.chance(1, 3) ? "all" : 0;
  return { type: "set", adapter, name: pick(random, names), persist: random.chance(4, 5), wait: true };
}

function drawPause(random: RandomStream): Step {
  return { type: "pass", cycles: 1 + random.below(pick(random, [5, 10, 20]) * MILLISECOND) };
}

function shuffled<T>(random: RandomStream, all: readonly T[]): readonly T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(random.below(left.length), 1));
}
