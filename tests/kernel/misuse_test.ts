/** What the kernel refuses of callers who have no type checker: each with what was given, and nothing has changed. */

import { assertEquals, assertThrows } from "@std/assert";
import { Core } from "../../sim/kernel/core.ts";
import { EventQueue } from "../../sim/kernel/event_queue.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import type { SpawnOptions } from "../../sim/kernel/process.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { UntimedClock } from "../../sim/kernel/untimed_clock.ts";

/** What is no number of cycles, and how it is called. */
const NO_CYCLES: readonly (readonly [unknown, string])[] = [
  ["5", '"5"'],
  [null, "null"],
  [true, "true"],
  [5n, "5n"],
  [Symbol("five"), "a symbol"],
  [undefined, "nothing"],
  [{}, "an object"],
  [[5], "a list"],
  [() => 5, "a function"],
  [NaN, "NaN"],
  [-1, "-1"],
];

function* nothing(): Task {}

for (const [value, shown] of NO_CYCLES) {
  const cycles = value as number;

  Deno.test(`Kernel refuses ${shown} in place of cycles, wherever cycles are given, and schedules nothing`, () => {
    const kernel = new Kernel();
    const core = new Core(kernel, "core");
    const refuse = (action: () => unknown) => {
      assertThrows(action, RangeError, shown);
      assertEquals([kernel.pending, kernel.now], [0, 0]);
    };
    refuse(() => kernel.schedule(cycles, () => {}));
    // `undefined` stands for no limit.
    if (value !== undefined) refuse(() => kernel.run(cycles));
    if (value !== undefined) refuse(() => new Kernel(cycles));
    refuse(() => core.spend(cycles).next());
    refuse(() => new UntimedClock().sleep(cycles).next());
    refuse(() => new EventQueue().push(cycles, 0));
    refuse(() => new RandomStreams(1).stream("draws").below(cycles));
    kernel.spawn("sleeper", kernel.sleep(cycles));
    assertThrows(() => kernel.run(), Error, `Cannot wait ${shown} cycles`);
    assertEquals(kernel.pending, 0);
  });
}

Deno.test("Kernel.schedule() refuses what is no callback when it is given, not when it is due", () => {
  const kernel = new Kernel();
  for (const callback of [undefined, null, 5, "run", nothing()] as unknown[]) {
    assertThrows(() => kernel.schedule(1, callback as () => void), TypeError, "expected a function");
    assertEquals(kernel.pending, 0);
  }
});

Deno.test("Kernel.spawn() refuses priorities, marks and names of another type", () => {
  const kernel = new Kernel();
  const rows: readonly (readonly [unknown, string])[] = [
    [{ priority: NaN }, "priority is NaN, expected a number"],
    [{ priority: "1" }, 'priority is "1", expected a number'],
    [{ priority: null }, "priority is null, expected a number"],
    [{ daemon: 1 }, "daemon is 1, expected true or false"],
    [null, "options are null, expected an object"],
    [5, "options are 5, expected an object"],
  ];
  for (const [options, message] of rows) {
    const task = nothing();
    assertThrows(() => kernel.spawn("task", task, options as SpawnOptions), TypeError, message);
    assertEquals(kernel.pending, 0);
    // What was refused for its options is still a new task.
    kernel.spawn("task", task);
    kernel.run();
  }
  for (const name of [undefined, 5, Symbol("name")] as unknown[]) {
    assertThrows(() => kernel.spawn(name as string, nothing()), TypeError, "expected a text");
  }
});

Deno.test("Kernel.spawn() refuses what is no generator, and says what it is", () => {
  async function* asynchronous() {}
  const rows: readonly (readonly [unknown, string])[] = [
    [asynchronous(), "an asynchronous generator"],
    [[1, 2].values(), "an iterator that is no generator"],
    [new Map().entries(), "an iterator that is no generator"],
    [{ next: () => ({ done: true }) }, "an iterator that is no generator"],
    [Promise.resolve(), "a promise"],
    [nothing, "a function that was not called"],
    [undefined, "nothing"],
    [null, "null"],
    ["task", '"task"'],
    [[], "a list"],
    [{}, "an object"],
  ];
  const kernel = new Kernel();
  for (const [task, what] of rows) {
    assertThrows(
      () => kernel.spawn("task", task as Task),
      TypeError,
      `Cannot run "task": ${what}, expected a task, which a call of a generator function makes`,
    );
    assertEquals(kernel.pending, 0);
  }
});
