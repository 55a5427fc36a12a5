/**
 * Histories of caches that are full, or nearly so: what is set or saved while
 * such a cache is empty has no room when all is back.
 *
 * @module
 */

import type { RandomStream } from "../../../sim/kernel/random.ts";
import { MILLISECOND, pick } from "./draw_parts.ts";
import { type History, type HistoryAdapter, KEY_NAMES, type KeyName, type Step } from "./history.ts";

/** What happens in a round: what goes on, and the adapter that it is about. */
type Round = (random: RandomStream, adapter: number, names: readonly KeyName[], adapters: number) => readonly Step[];

/** To so many targets logins are saved. */
export const SAVED_TARGETS = 3;

/** What takes room. */
const CALLS: readonly Round[] = [
  (random, adapter, names) => [drawKey(random, adapter, names)],
  (random, adapter, names, adapters) => [drawKey(random, random.chance(1, 4) && adapters > 1 ? "all" : adapter, names)],
  (random, adapter) => [{ type: "save", adapter, target: random.below(SAVED_TARGETS), port: "any", wait: false }],
];

/** What happens to a cache. */
const ACCIDENTS: readonly ((random: RandomStream, adapter: number) => Step)[] = [
  (_, adapter) => ({ type: "foreign clear", adapter }),
  (_, adapter) => ({ type: "foreign clear", adapter }),
  (_, adapter) => ({ type: "driver reset", adapter }),
  (_, adapter) => ({ type: "firmware reset", adapter }),
  (_, adapter) => ({ type: "bus reset", adapter }),
  (random, adapter) => ({ type: "power cut", adapter, offCycles: 1 + random.below(MILLISECOND) }),
  (random, adapter) => ({ type: "no DMA", adapter, offCycles: 1 + random.below(20 * MILLISECOND) }),
];

const ROUNDS: readonly Round[] = [
  // An accident within a call.
  (random, ...about) => [...pick(random, CALLS)(random, ...about), ...drawAccident(random, about[0])],
  (random, ...about) => [...pick(random, CALLS)(random, ...about), ...drawAccident(random, about[0])],
  (random, ...about) => [...pick(random, CALLS)(random, ...about), ...drawAccident(random, about[0])],
  // A call while the cache is filled again, for the sake of a question.
  (random, adapter, names, adapters) => [
    pick(random, ACCIDENTS)(random, adapter),
    { type: "get", adapter, name: pick(random, names), wait: false },
    drawPause(random),
    ...pick(random, CALLS)(random, adapter, names, adapters),
    ...(random.chance(1, 2) ? drawAccident(random, adapter) : []),
  ],
  // A setting whose answer nobody hears, and a call behind it.
  (random, adapter, names, adapters) => [
    drawKey(random, adapter, names),
    drawPause(random),
    { type: "bus reset", adapter },
    ...pick(random, CALLS)(random, adapter, names, adapters),
    ...(random.chance(1, 2) ? drawAccident(random, adapter) : []),
  ],
  // The service dies before it can mend what an accident has done.
  (random, ...about) => [
    ...pick(random, CALLS)(random, ...about),
    ...drawAccident(random, about[0]),
    { type: "pass", cycles: 1 + random.below(MILLISECOND) },
    { type: "kill service" },
  ],
  (random, adapter) => [{ type: "forget", adapter, target: random.below(SAVED_TARGETS) }],
  (random) => [
    { type: random.chance(1, 2) ? "kill service" : "stop service" },
    drawPause(random),
    { type: "start service" },
  ],
];

/** Draws a history of adapters with little room. */
export function drawFullHistory(random: RandomStream): History {
  const adapters = Array.from({ length: 1 + random.below(2) }, (): HistoryAdapter => ({
    storage: pick(random, ["nvram", "nvram", "ram"]),
    numberOfPorts: 2,
    capacity: 2 + random.below(4),
  }));
  const names = shuffled(random, KEY_NAMES);
  const firsts = adapters.flatMap(({ capacity = 0 }, adapter): readonly Step[] =>
    names.slice(0, capacity - random.below(2)).map((name) => ({
      type: "set",
      adapter,
      name,
      persist: true,
      wait: true,
    }))
  );
  const rounds = Array.from({ length: 8 }, (): readonly Step[] => {
    const adapter = random.below(adapters.length);
    const { capacity } = adapters[adapter] ?? {};
    // Mostly such as have no room.
    const about = [adapter, random.chance(2, 3) ? names.slice(capacity) : names, adapters.length] as const;
    return [...pick(random, ROUNDS)(random, ...about), ...(random.chance(2, 3) ? [{ type: "check" } as const] : [])];
  });
  return { adapters, steps: [...firsts, ...rounds.flat(), { type: "check" }, { type: "reboot" }, { type: "check" }] };
}

function shuffled<T>(random: RandomStream, all: readonly T[]): readonly T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(random.below(left.length), 1));
}

function drawKey(random: RandomStream, adapter: number | "all", names: readonly KeyName[]): Step {
  return { type: "set", adapter, name: pick(random, names), persist: random.chance(3, 4), wait: false };
}

function drawAccident(random: RandomStream, adapter: number): readonly Step[] {
  return [drawPause(random), pick(random, ACCIDENTS)(random, adapter)];
}

function drawPause(random: RandomStream): Step {
  return { type: "pass", cycles: 1 + random.below(pick(random, [5, 10, 20]) * MILLISECOND) };
}
