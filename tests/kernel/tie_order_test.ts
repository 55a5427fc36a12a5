import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EventQueue } from "../../sim/kernel/event_queue.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { Signal } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { type PendingEvent, TieOrdering } from "../../sim/lab/explore/tape/tie_order.ts";

Deno.test("prefer() moves the chosen event to the front of its cycle and leaves all others in their order", () => {
  const cycles = fc.array(fc.oneof(fc.nat(3), fc.constant(2 ** 34)), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(cycles, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (delays, choices) => {
    const queue = new EventQueue(4);
    delays.forEach((cycle, payload) => queue.push(cycle, payload));
    let model = delays.map((cycle, payload) => ({ cycle, payload })).sort((a, b) => a.cycle - b.cycle);
    for (const choice of choices.slice(0, delays.length)) {
      const tied = model.filter(({ cycle }) => cycle === model[0]?.cycle).map(({ payload }) => payload);
      let index = 0;
      queue.prefer((payloads) => {
        assertEquals(payloads, tied);
        return index = choice % payloads.length;
      });
      assertEquals(queue.pop(), tied[index]);
      model = model.filter(({ payload }) => payload !== tied[index]);
    }
  }));
});

/** Three events in one cycle: a callback, a process that slept, and one that a signal wakes in between. */
function bench(choose: (pending: readonly PendingEvent[]) => number): { log: string[]; asked: string[][] } {
  const kernel = new Kernel();
  const [log, asked]: [string[], string[][]] = [[], []];
  kernel.order = new TieOrdering({
    next(pending) {
      asked.push(pending.map(({ who, what }) => `${who}/${what}`));
      return choose(pending);
    },
  });
  const bell = new Signal(kernel, "bell");
  kernel.spawn(
    "listener",
    (function* (): Task {
      yield* bell.wait();
      log.push("listener");
    })(),
  );
  kernel.spawn(
    "sleeper",
    (function* (): Task {
      yield* kernel.sleep(10);
      log.push("sleeper");
    })(),
  );
  kernel.schedule(10, () => {
    log.push("callback");
    bell.fire();
  }, "clapper");
  kernel.schedule(10, () => log.push("unnamed"));
  kernel.cancel(kernel.schedule(10, () => log.push("cancelled")));
  kernel.run();
  return { log, asked };
}

Deno.test("A kernel asks its order before each event, by names, and leaves cancelled ones out", () => {
  const { log, asked } = bench(() => 0);
  assertEquals(log, ["callback", "unnamed", "sleeper", "listener"]);
  assertEquals(asked, [
    ["listener/start", "sleeper/start"],
    ["sleeper/start"],
    ["clapper/time", "callback/time", "sleeper/time"],
    ["callback/time", "sleeper/time", "listener/bell"],
    ["sleeper/time", "listener/bell"],
    ["listener/bell"],
  ]);
});

Deno.test("What the order chooses goes first; the others keep their order", () => {
  const lastFirst = (pending: readonly PendingEvent[]) => pending.length - 1;
  assertEquals(bench(lastFirst).log, ["sleeper", "unnamed", "callback", "listener"]);
});

Deno.test("An order that names no pending event is a mistake", () => {
  for (const wrong of [-1, 7, 0.5, NaN]) {
    assertThrows(() => bench(() => wrong), RangeError, `No event ${wrong}: 2 are pending`);
  }
});
