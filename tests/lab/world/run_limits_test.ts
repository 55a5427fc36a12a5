/** What a world refuses to run, and for how long: `advance_test.ts` beside it has the plain passing of time. */

import { assertEquals, assertThrows } from "@std/assert";
import { StandstillError, World } from "../../../sim/lab/world/world.ts";

const ADAPTER = { name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] };

function booted(): World {
  const world = new World({ adapters: [ADAPTER] });
  world.powerOn();
  world.settle();
  return world;
}

const groupKey = (world: World) => world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(7), true);

/** What is no number of cycles, as JavaScript can hand it in. */
const NO_CYCLES: unknown[] = [
  NaN,
  10.5,
  -1,
  -Infinity,
  2 ** 53,
  "5",
  "",
  null,
  undefined,
  {},
  [3],
  5n,
  Symbol("5"),
  true,
];

Deno.test("World.run() refuses limits that are none, and has not begun the task then", () => {
  const world = booted();
  const pending = world.kernel.pending;
  for (const limit of NO_CYCLES) {
    if (limit === undefined) continue;
    const task = groupKey(world);
    assertThrows(() => world.run(task, limit as number), RangeError, "expected a whole number");
    assertEquals(world.kernel.pending, pending, `${String(limit)} left the task behind`);
    assertEquals(world.run(task), 0, "a task that was refused for its limit is a new one");
  }
  assertEquals(world.run(groupKey(world), Infinity), 0);
  assertThrows(() => world.run(groupKey(world), 0), StandstillError, "0 cycles have passed");
});

Deno.test("World.run() refuses a task that was run before, and what is no task", () => {
  const world = booted();
  const task = groupKey(world);
  assertEquals(world.run(task), 0);
  assertThrows(() => world.run(task), Error, "a task that was run before, expected a new one");
  const { api } = world.host;
  const uncalled: unknown = api.setIScsiGroupPresharedKey;
  assertThrows(() => world.run(uncalled as typeof task), TypeError, "a function that was not called");
  async function* asynchronous() {}
  for (const other of [asynchronous(), [1].values()] as unknown[]) {
    assertThrows(() => world.run(other as typeof task), TypeError, "expected a task");
  }
});

Deno.test("World.cycles() rounds up, and refuses what is no length of time or leads beyond the clock's end", () => {
  const world = booted();
  assertEquals([0, 1, 4, 4.1, 1e9].map((nanoseconds) => world.cycles(nanoseconds)), [0, 1, 1, 2, 250_000_000]);
  for (const nanoseconds of [NaN, -1, Infinity, 1e18, "4", 4n, Symbol("4"), null] as number[]) {
    assertThrows(() => world.cycles(nanoseconds), RangeError, "expected a number from 0 to 36028797 s");
  }
});
