import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Kernel, type Timer } from "../../sim/kernel/kernel.ts";
import { ProcessError } from "../../sim/kernel/process_error.ts";
import { Signal } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { kernelLog } from "./kernel_log.ts";

/** Far beyond the packed range of the queue: 40 s at 250 MHz. */
const FAR_CYCLES = 10_000_000_000;

Deno.test("Kernel refuses a frequency that is no whole number above 0", () => {
  for (const frequencyHz of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new Kernel(frequencyHz), RangeError, `${frequencyHz} Hz`);
  }
  assertEquals(new Kernel().frequencyHz, 250_000_000);
});

Deno.test("Kernel.run() runs callbacks and processes of one cycle in the order in which they were scheduled", () => {
  const { kernel, log, say } = kernelLog();
  function* sleeper(name: string): Task {
    say(`${name} begins`);
    yield* kernel.sleep(5);
    say(`${name} goes on`);
  }
  kernel.schedule(5, () => say("first callback"));
  kernel.spawn("a", sleeper("a"));
  kernel.schedule(0, () => say("second callback"));
  kernel.spawn("b", sleeper("b"));
  kernel.schedule(5, () => say("third callback"));
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  assertEquals(log, [
    "0 a begins",
    "0 second callback",
    "0 b begins",
    "5 first callback",
    "5 third callback",
    "5 a goes on",
    "5 b goes on",
  ]);
});

Deno.test("Kernel.run() skips idle time: a year of it is one event", () => {
  const kernel = new Kernel();
  const yearCycles = 365 * 86_400 * kernel.frequencyHz;
  function* sleeper(): Task<number> {
    yield* kernel.sleep(yearCycles);
    return kernel.now;
  }
  const process = kernel.spawn("sleeper", sleeper());
  kernel.run();
  assertEquals(process.result, yearCycles);
  assertEquals(kernel.dispatched, 2);
});

Deno.test("Kernel.sleep() of 0 cycles gives way to what is due in this cycle", () => {
  const { kernel, log, say } = kernelLog();
  function* giving(): Task {
    kernel.schedule(0, () => say("callback"));
    yield* kernel.sleep(0);
    say("process");
  }
  kernel.spawn("giving", giving());
  kernel.run();
  assertEquals(log, ["0 callback", "0 process"]);
});

Deno.test("Kernel.schedule() and sleep() refuse what is no length of time, and change nothing", () => {
  const { kernel, log, say } = kernelLog();
  // Not at the beginning, so that there is a past to go back to.
  kernel.schedule(5, () => {});
  kernel.run();
  kernel.schedule(5, () => say("kept"));
  for (const cycles of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => kernel.schedule(cycles, () => say("wrong")), RangeError);
    const process = kernel.spawn("sleeper", kernel.sleep(cycles));
    const error = assertThrows(() => kernel.run(5), ProcessError, 'Process "sleeper" failed in cycle 5');
    assertInstanceOf(error.cause, RangeError);
    assertEquals(process.state, "ended");
  }
  assertEquals(kernel.pending, 1);
  kernel.run();
  assertEquals(log, ["10 kept"]);
});

Deno.test("Kernel.cancel() leaves alone a timer that has fired, although its slot is in use again", () => {
  const { kernel, log, say } = kernelLog();
  const stale = kernel.schedule(1, () => say("first"));
  kernel.run();
  // The one free slot is taken by somebody else's callback, and later by a process.
  kernel.schedule(1, () => say("second"));
  kernel.cancel(stale);
  kernel.run();
  function* sleeper(): Task {
    kernel.cancel(stale);
    yield* kernel.sleep(3);
    say("process");
  }
  kernel.spawn("sleeper", sleeper());
  kernel.cancel(stale);
  kernel.run();
  assertEquals(log, ["1 first", "2 second", "5 process"]);
  assertEquals(kernel.pending, 0);
});

Deno.test("Kernel.cancel() counts a timer that is cancelled twice once", () => {
  const { kernel, log, say } = kernelLog();
  const timer = kernel.schedule(5, () => say("cancelled"));
  kernel.schedule(6, () => say("kept"));
  kernel.cancel(timer);
  kernel.cancel(timer);
  assertEquals(kernel.pending, 1);
  kernel.run();
  assertEquals(log, ["6 kept"]);
  assertEquals(kernel.pending, 0);
});

Deno.test("Kernel.cancel() of many sweeps the queue and keeps count and order of the others", () => {
  const { kernel, log } = kernelLog();
  for (let round = 0; round < 3; round++) {
    const begin = kernel.now;
    const timers = Array.from(
      { length: 500 },
      (_, index) => kernel.schedule(10 + index % 7, () => log.push(`${kernel.now - begin} ${index}`)),
    );
    timers.filter((_, index) => index % 100 !== 0).forEach((timer) => kernel.cancel(timer));
    assertEquals(kernel.pending, 5);
    kernel.run();
    assertEquals(kernel.pending, 0);
    assertEquals(log.splice(0), ["10 0", "11 400", "12 100", "14 200", "16 300"]);
  }
});

Deno.test("Kernel.cancel() within the cycle of the timer holds", () => {
  const { kernel, log, say } = kernelLog();
  kernel.schedule(5, () => kernel.cancel(timer));
  const timer = kernel.schedule(5, () => say("cancelled"));
  kernel.run();
  assertEquals(log, []);
});

Deno.test("Kernel.schedule() and cancel() do what a sorted list does, for any interleaving", () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ schedule: fc.oneof(fc.nat(3), fc.nat(2_000), fc.constant(FAR_CYCLES)) }),
    },
    { weight: 3, arbitrary: fc.record({ cancel: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ run: fc.oneof(fc.nat(1_500), fc.constant(FAR_CYCLES)) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const kernel = new Kernel();
      const fired: string[] = [];
      const expected: string[] = [];
      const timers: Timer[] = [];
      let live: { readonly cycle: number; readonly name: number }[] = [];
      const settle = (limitCycle: number) => {
        const due = live.filter(({ cycle }) => cycle <= limitCycle).sort((a, b) => a.cycle - b.cycle);
        expected.push(...due.map(({ cycle, name }) => `${cycle} ${name}`));
        live = live.filter(({ cycle }) => cycle > limitCycle);
        return live.length === 0 ? "idle" : "limit";
      };
      for (const step of steps) {
        if ("schedule" in step) {
          const name = timers.length;
          timers.push(kernel.schedule(step.schedule, () => fired.push(`${kernel.now} ${name}`)));
          live.push({ cycle: kernel.now + step.schedule, name });
        } else if ("cancel" in step) {
          // Stale timers too: fired ones, cancelled ones, ones whose slot is in use again.
          const timer = timers[step.cancel];
          if (timer === undefined) continue;
          kernel.cancel(timer);
          live = live.filter(({ name }) => name !== step.cancel);
        } else {
          const limitCycle = kernel.now + step.run;
          assertEquals(kernel.run(limitCycle).type, settle(limitCycle));
          assert(kernel.now <= limitCycle);
        }
        assertEquals(kernel.pending, live.length);
      }
      assertEquals(kernel.run().type, settle(Infinity));
      assertEquals(fired, expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Kernel.run() is idle when all that is left was cancelled, and the clock stands still for it", () => {
  const { kernel, log, say } = kernelLog();
  kernel.cancel(kernel.schedule(FAR_CYCLES, () => say("cancelled")));
  assertEquals(kernel.run().type, "idle");
  assertEquals(kernel.now, 0);
  assertEquals(kernel.run(100).type, "idle");
  assertEquals(kernel.now, 100, "whoever runs to a cycle gets there");
  kernel.schedule(7, () => say("after"));
  kernel.run();
  assertEquals(log, ["107 after"]);
});

Deno.test("Kernel.run() with a limit stops before the first event behind it and stands at the limit", () => {
  const { kernel, log, say } = kernelLog();
  kernel.schedule(10, () => say("within"));
  kernel.schedule(11, () => say("behind"));
  assertEquals(kernel.run(10), { type: "limit" });
  assertEquals([kernel.now, ...log], [10, "10 within"]);
  assertEquals(kernel.run(5), { type: "limit" });
  assertEquals(kernel.now, 10, "time does not go back");
  kernel.schedule(0, () => say("now"));
  assertEquals(kernel.run(11).type, "idle");
  assertEquals(log, ["10 within", "10 now", "11 behind"]);
});

Deno.test("Kernel.run() refuses to be called by a task or a callback", () => {
  const { kernel } = kernelLog();
  kernel.schedule(0, () => kernel.run());
  assertThrows(() => kernel.run(), Error, "runs already");
  function* running(): Task {
    kernel.run();
    yield;
  }
  kernel.spawn("running", running());
  assertThrows(() => kernel.run(), ProcessError, "runs already");
  assertEquals(kernel.run().type, "idle", "usable after the errors");
});

Deno.test("Kernel.runUntil() is done in the very step in which the process ends", () => {
  const { kernel, log, say } = kernelLog();
  function* worker(): Task<string> {
    yield* kernel.sleep(10);
    return "result";
  }
  const process = kernel.spawn("worker", worker());
  kernel.schedule(10, () => say("before it, in its cycle"));
  kernel.schedule(10, () => kernel.schedule(0, () => say("after it, in its cycle")));
  assertEquals(kernel.runUntil(process), { type: "done" });
  assertEquals(log, ["10 before it, in its cycle"]);
  assertEquals(process.result, "result");
  assertEquals(kernel.runUntil(process), { type: "done" }, "at once, when it is over already");
  assertEquals(log.length, 1);
  kernel.run();
  assertEquals(log.length, 2);
});

Deno.test("Kernel.runUntil() at a standstill names who waits for what, without daemons", () => {
  const { kernel } = kernelLog();
  const doorbell = new Signal(kernel, "doorbell");
  const never = new Signal(kernel, "nothing");
  kernel.spawn("firmware", doorbell.wait());
  kernel.spawn("service", never.wait(), { daemon: true });
  const driver = kernel.spawn("driver", never.wait());
  const application = kernel.spawn("application", kernel.join(driver));
  assertEquals(kernel.runUntil(application), {
    type: "idle",
    waiting: [
      { process: "firmware", waitingFor: "doorbell" },
      { process: "driver", waitingFor: "nothing" },
      { process: "application", waitingFor: "end of driver" },
    ],
  });
});

Deno.test("Kernel.run() turns an exception of a task into a ProcessError and can go on afterwards", () => {
  const { kernel, log, say } = kernelLog();
  const cause = new TypeError("broken firmware");
  function* failing(): Task {
    yield* kernel.sleep(3);
    throw cause;
  }
  function* waiting(process: ReturnType<typeof kernel.spawn>): Task {
    assertEquals(yield* kernel.join(process), undefined);
    say("joined");
  }
  const process = kernel.spawn("failing", failing());
  kernel.spawn("waiting", waiting(process));
  kernel.schedule(4, () => say("other"));
  const error = assertThrows(() => kernel.run(), ProcessError);
  assertEquals([error.process, error.cycle, error.cause], ["failing", 3, cause]);
  assertStringIncludes(error.message, "broken firmware");
  assertEquals(process.state, "ended");
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  assertEquals(log, ["3 joined", "4 other"]);
});

Deno.test("Kernel.current refuses outside of a task: callbacks must not wait", () => {
  const { kernel } = kernelLog();
  assertThrows(() => kernel.current, Error, "callbacks must not");
  kernel.schedule(1, () => kernel.sleep(1).next());
  assertThrows(() => kernel.run(), Error, "callbacks must not");
});

Deno.test("Kernel.cause is carried by the queue from who schedules to who is run, and is -1 outside", () => {
  const { kernel, log, say } = kernelLog();
  function* process(): Task {
    say(`process ${kernel.cause}`);
    kernel.cause = 30;
    yield* kernel.sleep(5);
    say(`process ${kernel.cause}`);
  }
  kernel.cause = 10;
  kernel.schedule(1, () => {
    say(`callback ${kernel.cause}`);
    kernel.cause = 20;
    kernel.spawn("process", process());
  });
  kernel.cause = 99;
  kernel.schedule(2, () => say(`other ${kernel.cause}`));
  kernel.run();
  assertEquals(log, ["1 callback 10", "1 process 20", "2 other 99", "6 process 30"]);
  assertEquals(kernel.cause, -1);
});

Deno.test("Kernel refuses limits that are no cycle, and its clock stays as it was", () => {
  const { kernel, log, say } = kernelLog();
  kernel.schedule(7, () => say("callback"));
  const process = kernel.spawn("sleeper", kernel.sleep(20));
  for (const limit of [NaN, 10.5, -1, -Infinity, 2 ** 53, "5"] as number[]) {
    const shown = limit as unknown === "5" ? '"5"' : limit;
    assertThrows(() => kernel.run(limit), RangeError, `cycle ${shown}: expected a whole number`);
    assertThrows(() => kernel.runUntil(process, limit), RangeError, `cycle ${shown}: expected a whole number`);
    assertEquals([kernel.now, kernel.pending], [0, 2]);
  }
  kernel.run(Infinity);
  assertEquals([kernel.now, log], [20, ["7 callback"]]);
});
