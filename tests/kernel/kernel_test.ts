import { assertEquals, assertThrows } from "@std/assert";
import { Kernel, ProcessError } from "../../sim/kernel/kernel.ts";
import { Channel, Completion, Lock, Signal } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";

Deno.test("Kernel runs what is due in a cycle in the order of scheduling, and skips idle time", () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  kernel.schedule(1e12, () => seen.push(`late ${kernel.now}`));
  kernel.schedule(5, () => seen.push("a"));
  kernel.schedule(5, () => {
    seen.push("b");
    kernel.schedule(0, () => seen.push("d"));
  });
  kernel.schedule(5, () => seen.push("c"));
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  assertEquals(seen, ["a", "b", "c", "d", "late 1000000000000"]);
  assertEquals(kernel.dispatched, 5);
});

Deno.test("Kernel.cancel() forgets a callback; thousands of cancelled timers leave nothing behind", () => {
  const kernel = new Kernel();
  let fired = 0;
  for (let count = 0; count < 10_000; count++) {
    const timer = kernel.schedule(1_000_000, () => fired++);
    if (count % 100 !== 0) kernel.cancel(timer);
  }
  assertEquals(kernel.pending, 100);
  kernel.run();
  assertEquals(fired, 100);
});

Deno.test("Kernel.cancel() of a timer that has fired touches nobody else's", () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  const first = kernel.schedule(1, () => seen.push("first"));
  kernel.run();
  kernel.schedule(1, () => seen.push("second"));
  kernel.cancel(first);
  kernel.run();
  assertEquals(seen, ["first", "second"]);
});

Deno.test("Kernel names who waits for what when nothing can run any more; daemons are not named", () => {
  const kernel = new Kernel();
  const signal = new Signal(kernel, "a doorbell that nobody rings");
  kernel.spawn("driver", signal.wait());
  kernel.spawn("server", signal.wait(), { daemon: true });
  assertEquals(kernel.run(), {
    type: "idle",
    waiting: [{ process: "driver", waitingFor: "a doorbell that nobody rings" }],
  });
});

Deno.test("Kernel.run() stops at the limit and goes on from there", () => {
  const kernel = new Kernel();
  let at = -1;
  kernel.schedule(100, () => at = kernel.now);
  assertEquals(kernel.run(99).type, "limit");
  assertEquals([kernel.now, at], [99, -1]);
  assertEquals(kernel.run(100).type, "idle");
  assertEquals(at, 100);
});

Deno.test("Kernel wraps what a task throws with its name and cycle", () => {
  const kernel = new Kernel();
  kernel.spawn(
    "broken",
    (function* (): Task {
      yield* kernel.sleep(7);
      throw new Error("out of order");
    })(),
  );
  const error = assertThrows(() => kernel.run(), ProcessError, "out of order");
  assertEquals([error.process, error.cycle], ["broken", 7]);
});

Deno.test("Kernel.join() gives the other's result, also when it is over already", () => {
  const kernel = new Kernel();
  const other = kernel.spawn(
    "other",
    (function* (): Task<number> {
      yield* kernel.sleep(10);
      return 42;
    })(),
  );
  const both = kernel.spawn(
    "both",
    (function* (): Task<unknown> {
      return [yield* kernel.join(other), yield* kernel.join(other), kernel.now];
    })(),
  );
  kernel.run();
  assertEquals(both.result, [42, 42, 10]);
});

Deno.test("Signal.waitFor() tells a signal from the limit, and neither wakes twice", () => {
  const kernel = new Kernel();
  const signal = new Signal(kernel, "signal");
  const seen: (string | number | boolean)[] = [];
  const waiter = (name: string, limit: number) =>
    kernel.spawn(
      name,
      (function* (): Task {
        seen.push(name, yield* signal.waitFor(limit), kernel.now);
        yield* kernel.sleep(1000);
        seen.push(`${name} slept`, kernel.now);
      })(),
    );
  waiter("short", 10);
  waiter("long", 100);
  kernel.schedule(50, () => signal.fire());
  kernel.run();
  assertEquals(seen, ["short", false, 10, "long", true, 50, "short slept", 1010, "long slept", 1050]);
});

Deno.test("Completion remembers, Channel keeps order, Lock lets one in at a time", () => {
  const kernel = new Kernel();
  const completion = new Completion<string>(kernel, "answer");
  const channel = new Channel<number>(kernel, "number");
  const lock = new Lock(kernel, "mailbox");
  const seen: unknown[] = [];
  kernel.spawn(
    "consumer",
    (function* (): Task {
      for (let count = 0; count < 3; count++) seen.push(yield* channel.receive());
      seen.push(yield* completion.wait(), yield* completion.wait(), yield* completion.waitFor(5));
    })(),
  );
  for (const name of ["first", "second"]) {
    kernel.spawn(
      name,
      (function* (): Task {
        yield* lock.acquire();
        seen.push(`${name} in at ${kernel.now}`);
        yield* kernel.sleep(10);
        lock.release();
      })(),
    );
  }
  channel.send(1);
  channel.send(2);
  kernel.schedule(3, () => channel.send(3));
  kernel.schedule(4, () => completion.complete("yes"));
  kernel.schedule(5, () => completion.complete("no"));
  kernel.run();
  assertEquals(seen, [1, 2, "first in at 0", 3, "yes", "yes", { value: "yes" }, "second in at 10"]);
});

Deno.test("Kernel.cancelProcess() runs finally blocks, killing does not", () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  const sleeper = function* (name: string): Task {
    try {
      yield* kernel.sleep(100);
      seen.push(`${name} woke`);
    } finally {
      seen.push(`${name} finally`);
    }
  };
  const tidy = new TaskGroup(kernel, "tidy");
  const dead = new TaskGroup(kernel, "dead");
  tidy.spawn("task", sleeper("tidy"));
  dead.spawn("task", sleeper("dead"));
  kernel.schedule(10, () => {
    tidy.cancel();
    dead.kill();
  });
  kernel.run();
  assertEquals(seen, ["tidy finally"]);
});
