import { assertEquals, assertThrows } from "@std/assert";
import { Core } from "../../sim/kernel/core.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { ProcessError } from "../../sim/kernel/process_error.ts";
import type { Process } from "../../sim/kernel/process.ts";
import { Signal } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { kernelLog } from "./kernel_log.ts";

Deno.test("Kernel.spawn() lets the caller run on before the process begins", () => {
  const { kernel, log, say } = kernelLog();
  function* child(): Task {
    say("child");
  }
  function* parent(): Task {
    kernel.spawn("child", child());
    say("parent");
  }
  kernel.spawn("parent", parent());
  kernel.run();
  assertEquals(log, ["0 parent", "0 child"]);
});

Deno.test("Kernel.join() returns the result, at once when the process has finished already", () => {
  const { kernel, log, say } = kernelLog();
  function* worker(): Task<number> {
    yield* kernel.sleep(4);
    return 42;
  }
  function* joiner(process: Process<number>, delayCycles: number): Task {
    yield* kernel.sleep(delayCycles);
    say(`${yield* kernel.join(process)}`);
  }
  const process = kernel.spawn("worker", worker());
  kernel.spawn("early", joiner(process, 1));
  kernel.spawn("late", joiner(process, 9));
  kernel.run();
  assertEquals(log, ["4 42", "9 42"]);
});

Deno.test("Process.result refuses while there is none", () => {
  const { kernel } = kernelLog();
  const process = kernel.spawn("worker", kernel.sleep(4));
  assertThrows(() => process.result, Error, 'Process "worker" has no result: it is ready');
  kernel.killProcess(process);
  assertThrows(() => process.result, Error, "it is ended");
});

Deno.test("Process.onEnd() is told once, of every way to end, and at once when it is over", () => {
  const { kernel, log, say } = kernelLog();
  const finished = kernel.spawn("finished", kernel.sleep(1));
  const killed = kernel.spawn("killed", kernel.sleep(10));
  const cancelled = kernel.spawn("cancelled", kernel.sleep(10));
  for (const process of [finished, killed, cancelled]) process.onEnd(() => say(`${process.name} is ${process.state}`));
  kernel.run(5);
  kernel.killProcess(killed);
  kernel.killProcess(killed);
  kernel.cancelProcess(cancelled);
  kernel.cancelProcess(killed);
  killed.onEnd(() => say("late listener"));
  kernel.run();
  assertEquals(log, ["1 finished is finished", "5 killed is ended", "5 cancelled is ended", "5 late listener"]);
});

for (const end of ["cancelProcess", "killProcess"] as const) {
  Deno.test(`Kernel.${end}(): finally blocks run by cancelProcess() only`, () => {
    const { kernel, log, say } = kernelLog();
    function* worker(): Task {
      try {
        yield* kernel.sleep(10);
        say("not reached");
      } finally {
        say("finally");
      }
    }
    const process = kernel.spawn("worker", worker());
    kernel.schedule(5, () => kernel[end](process));
    assertEquals(kernel.run(), { type: "idle", waiting: [] });
    assertEquals(log, end === "cancelProcess" ? ["5 finally"] : []);
    assertEquals(kernel.now, 5, "nothing is left in the queue");
  });
}

for (const end of ["cancelProcess", "killProcess"] as const) {
  for (const state of ["not begun", "asleep", "suspended", "with a limit", "woken", "on the core"] as const) {
    Deno.test(`Kernel.cancelProcess() and killProcess() end a process in every state in which it can be found: ${end}, ${state}`, () => {
      const { kernel, log, say } = kernelLog();
      const signal = new Signal(kernel, "signal");
      const core = new Core(kernel, "core");
      function* worker(): Task {
        if (state === "asleep") yield* kernel.sleep(9);
        else if (state === "with a limit") yield* signal.waitFor(9);
        else if (state === "on the core") yield* core.spend(9);
        else yield* signal.wait();
        say("not reached");
      }
      kernel.schedule(state === "not begun" ? 0 : 5, () => {
        if (state === "woken") signal.fire();
        kernel[end](process);
      });
      const process = kernel.spawn("worker", worker());
      assertEquals(kernel.run(), { type: "idle", waiting: [] });
      signal.fire();
      assertEquals(kernel.pending, 0);
      assertEquals(log, []);
      assertEquals(kernel.now, state === "not begun" ? 0 : 5);
    });
  }
}

Deno.test("Kernel.cancelProcess() refuses the running process, and one that it is nested in", () => {
  const { kernel } = kernelLog();
  function* oneself(): Task {
    kernel.cancelProcess(kernel.current);
    yield;
  }
  kernel.spawn("oneself", oneself());
  assertThrows(() => kernel.run(), ProcessError, "cannot cancel itself");

  function* inner(): Task {
    try {
      yield* kernel.sleep(100);
    } finally {
      kernel.cancelProcess(outerProcess);
    }
  }
  function* outer(): Task {
    yield* kernel.sleep(1);
    kernel.cancelProcess(innerProcess);
  }
  const innerProcess = kernel.spawn("inner", inner());
  const outerProcess: Process<void> = kernel.spawn("outer", outer());
  assertThrows(() => kernel.run(), ProcessError, 'Process "outer" cannot cancel itself');
  assertEquals([innerProcess.state, kernel.pending], ["ended", 0]);
});

Deno.test("Kernel.cancelProcess() refuses a finally block that waits, without harm to the canceller", () => {
  const { kernel, log, say } = kernelLog();
  function* waiting(): Task {
    try {
      yield* kernel.sleep(100);
    } finally {
      yield* kernel.sleep(1);
      say("not reached");
    }
  }
  function* canceller(): Task {
    yield* kernel.sleep(5);
    const error = assertThrows(() => kernel.cancelProcess(process), ProcessError, "waits in a finally block");
    assertEquals(error.process, "waiting");
    yield* kernel.sleep(5);
    say("canceller goes on");
  }
  const process = kernel.spawn("waiting", waiting());
  kernel.spawn("canceller", canceller());
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  assertEquals(log, ["10 canceller goes on"]);
  assertEquals(process.state, "ended");
});

Deno.test("Kernel.cancelProcess() reports a finally block that throws, and the process is over", () => {
  const { kernel } = kernelLog();
  const cleanUp = () => {
    throw new Error("cannot clean up");
  };
  function* throwing(): Task {
    try {
      yield* kernel.sleep(100);
    } finally {
      cleanUp();
    }
  }
  const process = kernel.spawn("throwing", throwing());
  kernel.run(1);
  assertThrows(() => kernel.cancelProcess(process), ProcessError, "cannot clean up");
  assertEquals(process.state, "ended");
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
});

for (const wait of ["sleep", "signal", "limit", "core", "return"] as const) {
  Deno.test(`Kernel.killProcess() of the running process ends it at its next wait, whatever it waits for: ${wait}`, () => {
    const { kernel, log, say } = kernelLog();
    const signal = new Signal(kernel, "signal");
    const core = new Core(kernel, "core");
    function* firmware(): Task {
      try {
        yield* kernel.sleep(1);
        kernel.killProcess(kernel.current);
        say("the instruction after");
        if (wait === "return") return;
        if (wait === "sleep") yield* kernel.sleep(1);
        if (wait === "signal") yield* signal.wait();
        if (wait === "limit") yield* signal.waitFor(5);
        if (wait === "core") yield* core.spend(5);
        say("not reached");
      } finally {
        if (wait !== "return") say("not reached");
      }
    }
    const process = kernel.spawn("firmware", firmware());
    kernel.run(2);
    signal.fire();
    assertEquals(kernel.run(), { type: "idle", waiting: [] });
    assertEquals(log, ["1 the instruction after"]);
    assertEquals([process.state, core.busyCycles], ["ended", 0]);
  });
}

for (const order of ["limit first", "wake first"] as const) {
  Deno.test(`Kernel.suspend(): of wake and limit in one cycle, the one that was scheduled first decides: ${order}`, () => {
    const { kernel, log, say } = kernelLog();
    const signal = new Signal(kernel, "signal");
    function* waiter(): Task {
      say(`${yield* signal.waitFor(5)}`);
      yield* kernel.sleep(100);
      say("slept to the end");
    }
    if (order === "wake first") kernel.schedule(5, () => signal.fire());
    kernel.spawn("waiter", waiter());
    kernel.run(1);
    if (order === "limit first") kernel.schedule(4, () => signal.fire());
    kernel.run();
    assertEquals(log, [`5 ${order === "wake first"}`, "105 slept to the end"]);
  });
}

Deno.test("Kernel.wake() twice, or of one that is over, does nothing the second time", () => {
  const { kernel, log, say } = kernelLog();
  function* sleeper(): Task {
    yield* kernel.sleep(50);
    say("woken");
    yield* kernel.sleep(50);
    say("slept");
  }
  const process = kernel.spawn("sleeper", sleeper());
  kernel.schedule(10, () => {
    kernel.wake(process);
    kernel.wake(process);
  });
  kernel.run();
  kernel.wake(process);
  assertEquals(kernel.pending, 0);
  assertEquals(log, ["10 woken", "60 slept"]);
});

Deno.test("Kernel.spawn() refuses a task that was taken on before, by whichever kernel and however it ended", () => {
  const kernel = new Kernel();
  function* sleeper(): Task<number> {
    yield* kernel.sleep(5);
    return kernel.now;
  }
  const finished = sleeper();
  kernel.spawn("first", finished);
  kernel.run();
  const waiting = sleeper();
  kernel.spawn("second", waiting);
  kernel.run(kernel.now + 1);
  const ended = sleeper();
  kernel.killProcess(kernel.spawn("third", ended) as Process<unknown>);
  for (const task of [finished, waiting, ended]) {
    for (const each of [kernel, new Kernel()]) {
      assertThrows(() => each.spawn("again", task), Error, 'Cannot run "again": a task that was run before');
    }
  }
  // The refusal has changed nothing: the one that waits comes to its end.
  kernel.run();
  assertEquals(kernel.pending, 0);
  assertEquals(kernel.spawn("new", sleeper()).state, "ready");
});

Deno.test("Kernel.spawn() refuses what is no task, as a caller without types may give it", () => {
  const kernel = new Kernel();
  const spawn = (task: unknown) => () => kernel.spawn("call", task as Task);
  assertThrows(spawn(function* () {}), TypeError, "a function that was not called");
  assertThrows(spawn(undefined), TypeError, "nothing");
  assertThrows(spawn(null), TypeError, "expected a task");
  assertThrows(spawn({}), TypeError, "an object");
  assertEquals(kernel.pending, 0);
});
