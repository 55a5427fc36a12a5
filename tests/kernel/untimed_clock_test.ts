import { assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import type { Clock, Task } from "../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../sim/kernel/untimed_clock.ts";

function* part(clock: Clock): Task<number> {
  for (let round = 0; round < 1_000; round++) yield* clock.sleep(7);
  return clock.now;
}

Deno.test("UntimedClock lets a part's task pass the time that a Kernel lets it pass", () => {
  const kernel = new Kernel();
  const process = kernel.spawn("part", part(kernel));
  kernel.run();
  const clock = new UntimedClock();
  assertEquals(runToEnd(part(clock)), process.result);
  assertEquals([clock.now, clock.frequencyHz], [7_000, kernel.frequencyHz]);
});

Deno.test("runToEnd() refuses a task that suspends", () => {
  function* suspending(): Task {
    yield;
  }
  assertThrows(() => runToEnd(suspending()), Error, "run it in a Kernel");
});

Deno.test("UntimedClock.sleep() refuses what the kernel refuses", () => {
  const clock = new UntimedClock();
  for (const cycles of [-1, 0.5, NaN, Infinity]) {
    assertThrows(() => runToEnd(clock.sleep(cycles)), RangeError, `Cannot wait ${cycles} cycles`);
  }
  assertEquals(clock.now, 0);
});
