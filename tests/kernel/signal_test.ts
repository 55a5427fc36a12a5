import { assertEquals, assertThrows } from "@std/assert";
import { ProcessError } from "../../sim/kernel/process_error.ts";
import { Channel, Completion, Lock, Signal } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { kernelLog } from "./kernel_log.ts";

Deno.test("Signal.fire() wakes all who wait, in the order in which they came, and remembers nothing", () => {
  const { kernel, log, say } = kernelLog();
  const signal = new Signal(kernel, "signal");
  function* waiter(name: string): Task {
    yield* signal.wait();
    say(`${name} once`);
    yield* signal.wait();
    say(`${name} twice`);
  }
  signal.fire();
  for (const name of ["a", "b", "c"]) kernel.spawn(name, waiter(name));
  kernel.schedule(5, () => signal.fire());
  kernel.run();
  assertEquals(log, ["5 a once", "5 b once", "5 c once"]);
  assertEquals(kernel.standstill().map(({ waitingFor }) => waitingFor), ["signal", "signal", "signal"]);
});

Deno.test("Signal.fire() wakes nobody who has been woken and waits for something else", () => {
  const { kernel, log, say } = kernelLog();
  const signal = new Signal(kernel, "signal");
  function* waiter(): Task {
    yield* signal.wait();
    yield* kernel.sleep(50);
    say("slept to the end");
  }
  kernel.spawn("waiter", waiter());
  kernel.schedule(5, () => signal.fire());
  kernel.schedule(10, () => signal.fire());
  kernel.run();
  assertEquals(log, ["55 slept to the end"]);
});

Deno.test("Signal.waitFor() tells a signal from its limit, and one that gave up is not woken again", () => {
  const { kernel, log, say } = kernelLog();
  const signal = new Signal(kernel, "signal");
  function* waiter(name: string, limitCycles: Cycles): Task {
    say(`${name} ${yield* signal.waitFor(limitCycles)}`);
    yield* kernel.sleep(50);
    say(`${name} slept`);
  }
  kernel.spawn("short", waiter("short", 3));
  kernel.spawn("long", waiter("long", 30));
  kernel.spawn("zero", waiter("zero", 0));
  kernel.schedule(10, () => signal.fire());
  kernel.run();
  assertEquals(log, [
    "0 zero false",
    "3 short false",
    "10 long true",
    "50 zero slept",
    "53 short slept",
    "60 long slept",
  ]);
});

Deno.test("Completion gives its first value to all who wait, and at once to who comes later", () => {
  const { kernel, log, say } = kernelLog();
  const completion = new Completion<string | undefined>(kernel, "answer");
  function* waiter(name: string, delayCycles: Cycles): Task {
    yield* kernel.sleep(delayCycles);
    say(`${name} ${yield* completion.wait()}`);
  }
  kernel.spawn("early", waiter("early", 1));
  kernel.spawn("late", waiter("late", 9));
  kernel.schedule(5, () => {
    assertEquals(completion.completed, false);
    assertEquals(completion.complete("first"), true);
    assertEquals(completion.complete("second"), false);
    assertEquals(completion.completed, true);
  });
  kernel.run();
  assertEquals(log, ["5 early first", "9 late first"]);
});

Deno.test("Completion.waitFor() tells an undefined value from no value", () => {
  const { kernel } = kernelLog();
  const completion = new Completion<undefined>(kernel, "answer");
  const short = kernel.spawn("short", completion.waitFor(4));
  const long = kernel.spawn("long", completion.waitFor(6));
  kernel.schedule(5, () => completion.complete(undefined));
  kernel.run();
  assertEquals(short.result, undefined);
  assertEquals(long.result, { value: undefined });
});

Deno.test("Channel hands items over in order, to receivers in order", () => {
  const { kernel, log, say } = kernelLog();
  const channel = new Channel<string>(kernel, "items");
  function* receiver(name: string): Task {
    for (;;) {
      const item = yield* channel.receive();
      say(`${name} ${item}`);
      yield* kernel.sleep(10);
    }
  }
  channel.send("before anybody waits");
  assertEquals(channel.length, 1);
  kernel.spawn("a", receiver("a"));
  kernel.spawn("b", receiver("b"));
  kernel.schedule(3, () => ["one", "two", "three"].forEach((item) => channel.send(item)));
  kernel.run();
  assertEquals(log, ["0 a before anybody waits", "3 b one", "10 a two", "13 b three"]);
});

Deno.test("Channel.drain() leaves a woken receiver waiting", () => {
  const { kernel, log, say } = kernelLog();
  const channel = new Channel<string>(kernel, "items");
  function* receiver(): Task {
    say(yield* channel.receive());
  }
  kernel.spawn("receiver", receiver());
  kernel.schedule(3, () => {
    channel.send("drained");
    assertEquals(channel.drain(), ["drained"]);
  });
  kernel.schedule(5, () => channel.send("received"));
  kernel.run();
  assertEquals(log, ["5 received"]);
});

for (const end of ["killProcess", "cancelProcess"] as const) {
  Deno.test(`Channel passes an item on when the receiver it woke is ended before its turn: ${end}`, () => {
    const { kernel, log, say } = kernelLog();
    const channel = new Channel<string>(kernel, "items");
    function* receiver(name: string): Task {
      say(`${name} ${yield* channel.receive()}`);
    }
    const first = kernel.spawn("first", receiver("first"));
    kernel.spawn("second", receiver("second"));
    kernel.schedule(5, () => {
      channel.send("item");
      kernel[end](first);
    });
    assertEquals(kernel.run(), { type: "idle", waiting: [] });
    assertEquals(log, ["5 second item"]);
  });
}

Deno.test("Lock lets one in at a time, in the order in which they asked, nobody barging in", () => {
  const { kernel, log, say } = kernelLog();
  const lock = new Lock(kernel, "mailbox");
  function* user(name: string): Task {
    for (let round = 0; round < 2; round++) {
      yield* lock.acquire();
      say(`${name} in`);
      yield* kernel.sleep(10);
      lock.release();
    }
  }
  for (const name of ["a", "b", "c"]) kernel.spawn(name, user(name));
  kernel.run();
  assertEquals(log, ["0 a in", "10 b in", "20 c in", "30 a in", "40 b in", "50 c in"]);
  assertEquals(lock.held, false);
});

Deno.test("Lock.acquireWithin() gives up at its limit and leaves the lock to its holder", () => {
  const { kernel, log, say } = kernelLog();
  const lock = new Lock(kernel, "mailbox");
  function* user(name: string, limitCycles: Cycles): Task {
    const mine = yield* lock.acquireWithin(limitCycles);
    say(`${name} ${mine}`);
    if (!mine) return;
    yield* kernel.sleep(10);
    lock.release();
  }
  kernel.spawn("holder", user("holder", 0));
  kernel.spawn("impatient", user("impatient", 5));
  kernel.spawn("patient", user("patient", 50));
  kernel.run();
  assertEquals(log, ["0 holder true", "5 impatient false", "10 patient true"]);
  assertEquals(lock.held, false);
});

for (const end of ["killProcess", "cancelProcess"] as const) {
  for (const waiters of [1, 3]) {
    Deno.test(`Lock goes to the next when the one it was given to is ended before its turn: ${end}, ${waiters}`, () => {
      const { kernel, log, say } = kernelLog();
      const lock = new Lock(kernel, "mailbox");
      function* user(name: string): Task {
        yield* lock.acquire();
        try {
          say(`${name} in`);
          yield* kernel.sleep(10);
        } finally {
          lock.release();
        }
      }
      kernel.spawn("holder", user("holder"));
      const first = kernel.spawn("first", user("first"));
      for (let waiter = 1; waiter < waiters; waiter++) kernel.spawn(`${waiter}`, user(`${waiter}`));
      // In cycle 10, the holder releases and goes on to release no more; then this, before the first has its turn.
      kernel.schedule(1, () => kernel.schedule(9, () => kernel[end](first)));
      assertEquals(kernel.run(), { type: "idle", waiting: [] });
      const expected = ["0 holder in", "10 1 in", "20 2 in"];
      assertEquals(log, expected.slice(0, waiters));
      assertEquals(lock.held, false);
    });
  }
}

Deno.test("Lock.release() refuses when nobody holds it", () => {
  const { kernel } = kernelLog();
  const lock = new Lock(kernel, "mailbox");
  assertThrows(() => lock.release(), Error, 'Cannot release "mailbox": nobody holds it');
  function* wrong(): Task {
    yield* lock.acquire();
    lock.release();
    lock.release();
  }
  kernel.spawn("wrong", wrong());
  assertThrows(() => kernel.run(), ProcessError, "nobody holds it");
});
