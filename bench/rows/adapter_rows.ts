/**
 * Rows of growth: what adapters cost when there are many.
 *
 * @module
 */

import type { Checkout } from "../checkout.ts";
import { type Crowd, crowd, LOGIN_KEYS } from "../crowd_process.ts";
import type { NotMeasured, Row, Sample } from "../row.ts";
import { timed } from "../sampling.ts";
import { setKey, worldClass, worldOf } from "./worlds.ts";

/** Sets on a world with so many adapters, one of them named or all. */
async function setsOf(checkout: Checkout, adapters: number, isNamed: boolean): Promise<Sample> {
  const world = worldOf(await worldClass(checkout), adapters);
  world.powerOn();
  world.settle();
  let count = 0;
  const name = isNamed ? `hba${adapters >> 1}` : undefined;
  return timed(() => setKey(world, count++, name), isNamed ? 1 : adapters);
}

function ofCrowd(adapters: number, keys: number, figure: (of: Crowd) => number) {
  return (checkout: Checkout): Promise<Sample | NotMeasured> => {
    const first = crowd(checkout, adapters, keys);
    if ("notMeasured" in first) return Promise.resolve(first);
    const results = [first];
    return Promise.resolve(() => {
      const of = results.pop() ?? crowd(checkout, adapters, keys);
      return "notMeasured" in of ? NaN : figure(of);
    });
  };
}

/** Rows of growth. */
export const ADAPTER_ROWS: readonly Row[] = [
  {
    name: "named-set",
    about: "a set that names its adapter, 1,000 adapters over 10",
    unit: "ms",
    ours: (checkout) => setsOf(checkout, 1000, true),
    peer: { name: "with 10", sample: ({ ours }) => setsOf(ours, 10, true) },
    target: { most: 1.2 },
  },
  {
    name: "all-set",
    about: "a set for all adapters, time of each, 1,000 over 10",
    unit: "ms",
    ours: (checkout) => setsOf(checkout, 1000, false),
    peer: { name: "with 10", sample: ({ ours }) => setsOf(ours, 10, false) },
    target: { most: 1.2 },
  },
  {
    name: "memory",
    about: "memory outside the heap of a booted adapter with 64 KiB of flash",
    unit: "KiB",
    ours: ofCrowd(200, 0, ({ outsideKiB }) => outsideKiB),
    peer: { name: "allowed", sample: () => Promise.resolve(() => 48) },
    target: { most: 1 },
    pairs: 1,
  },
  {
    name: "memory-heap",
    about: "the same, in the heap",
    unit: "KiB",
    ours: ofCrowd(200, 0, ({ heapKiB }) => heapKiB),
    pairs: 1,
  },
  {
    name: "crowd-time",
    about: `10,000 adapters with ${LOGIN_KEYS} keys, all logging in; time of each over that with 1,000`,
    unit: "ms",
    ours: ofCrowd(10_000, LOGIN_KEYS, ({ milliseconds }) => milliseconds / 10_000),
    peer: { name: "with 1,000", sample: ({ ours }) => ofCrowd(1000, LOGIN_KEYS, (of) => of.milliseconds / 1000)(ours) },
    target: { most: 1.3 },
    pairs: 1,
    takesMinutes: true,
  },
  {
    name: "crowd-memory",
    takesMinutes: true,
    about: `the same; largest memory, over 8 GiB`,
    unit: "KiB",
    ours: ofCrowd(10_000, LOGIN_KEYS, ({ peakKiB }) => peakKiB),
    peer: { name: "8 GiB", sample: () => Promise.resolve(() => 8 * 1024 * 1024) },
    target: { most: 1 },
    pairs: 1,
  },
];
