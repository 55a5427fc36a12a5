/** How time is let pass. */

import { assertEquals, assertThrows } from "@std/assert";
import { World } from "../../../sim/lab/world/world.ts";

const ADAPTER = { name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] };

Deno.test("World.advance() lets exactly so many cycles pass", () => {
  const world = new World({ adapters: [ADAPTER] });
  for (const cycles of [0, 1, 1000]) {
    const before = world.now;
    world.advance(cycles);
    assertEquals(world.now, before + cycles);
  }
});

Deno.test("World.advance() refuses what is no whole number of cycles, and time stays as it is", () => {
  for (const cycles of [NaN, 10.5, -1, Infinity, -Infinity, 2 ** 53, Number.MAX_SAFE_INTEGER]) {
    const world = new World({ adapters: [ADAPTER] });
    world.powerOn();
    world.advance(7);
    assertThrows(() => world.advance(cycles), RangeError, "whole", `${cycles}`);
    assertEquals(world.now, 7);
  }
  const world = new World({ adapters: [ADAPTER] });
  // What JavaScript can hand in, though the type forbids it.
  for (const [given, shown] of [["5", '"5"'], [5n, "5n"], [Symbol("5"), "a symbol"], [undefined, "nothing"]] as const) {
    const cycles: unknown = given;
    assertThrows(
      () => world.advance(cycles as number),
      RangeError,
      `Cannot let ${shown} cycles pass: expected a whole`,
    );
  }
  assertEquals(world.now, 0);
});
