import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Core } from "../../sim/kernel/core.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { ProcessError } from "../../sim/kernel/process_error.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";

interface Job {
  readonly name: string;
  readonly priority: number;
  readonly startCycle: Cycles;
  readonly cycles: Cycles;
}

/** Runs each job in a process of its own on one core; returns `name@cycle` in the order in which they were done. */
function runJobs(jobs: readonly Job[]): { readonly done: string[]; readonly busyCycles: Cycles } {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  const done: string[] = [];
  function* work({ name, startCycle, cycles }: Job): Task {
    yield* kernel.sleep(startCycle);
    yield* core.spend(cycles);
    done.push(`${name}@${kernel.now}`);
  }
  for (const job of jobs) kernel.spawn(job.name, work(job), { priority: job.priority });
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  return { done, busyCycles: core.busyCycles };
}

Deno.test("Core.spend() lets better priority in at once, and the displaced goes on where it stopped", () => {
  const { done, busyCycles } = runJobs([
    { name: "background", priority: 2, startCycle: 0, cycles: 100 },
    { name: "command", priority: 1, startCycle: 10, cycles: 50 },
    { name: "interrupt", priority: 0, startCycle: 20, cycles: 5 },
  ]);
  assertEquals(done, ["interrupt@25", "command@65", "background@155"]);
  assertEquals(busyCycles, 155);
});

Deno.test("Core.spend() serves equals first come first served; a displaced one goes before its equals", () => {
  const { done } = runJobs([
    { name: "first", priority: 1, startCycle: 0, cycles: 10 },
    { name: "second", priority: 1, startCycle: 1, cycles: 10 },
    { name: "urgent", priority: 0, startCycle: 2, cycles: 10 },
    { name: "third", priority: 1, startCycle: 3, cycles: 10 },
  ]);
  assertEquals(done, ["urgent@12", "first@20", "second@30", "third@40"]);
});

Deno.test("Core.spend(): work that ends in the cycle in which it would be displaced is done in that cycle", () => {
  for (const urgentFirst of [false, true]) {
    const jobs = [
      { name: "work", priority: 1, startCycle: 0, cycles: 10 },
      { name: "urgent", priority: 0, startCycle: 10, cycles: 50 },
    ];
    const { done } = runJobs(urgentFirst ? jobs.toReversed() : jobs);
    assertEquals(done, ["work@10", "urgent@60"]);
  }
});

Deno.test("Core.spend() of 0 cycles does not wait; of anything but whole cycles is refused", () => {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  kernel.spawn("busy", core.spend(10));
  kernel.run(1);
  const nothing = kernel.spawn("nothing", core.spend(0));
  kernel.run(1);
  assertEquals(nothing.state, "finished");
  for (const cycles of [-1, 0.5, NaN, Infinity]) {
    kernel.spawn("wrong", core.spend(cycles));
    assertThrows(() => kernel.run(1), ProcessError, `Cannot spend ${cycles} cycles`);
  }
  kernel.run();
  assertEquals([kernel.now, core.busyCycles], [10, 10]);
});

Deno.test("Core.forget() gives the core to the next when the one it works for is killed or cancelled", () => {
  for (const end of ["killProcess", "cancelProcess"] as const) {
    const kernel = new Kernel();
    const core = new Core(kernel, "core");
    const first = kernel.spawn("first", core.spend(100));
    const second = kernel.spawn("second", core.spend(100));
    const third = kernel.spawn("third", core.spend(100));
    kernel.schedule(30, () => kernel[end](second));
    kernel.schedule(40, () => kernel[end](first));
    kernel.runUntil(third);
    assertEquals([kernel.now, core.busyCycles], [140, 140], end);
    assertEquals(kernel.run(), { type: "idle", waiting: [] });
  }
});

Deno.test("Core.busyCycles counts the work under way", () => {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  kernel.spawn("work", core.spend(100));
  kernel.run(30);
  assertEquals(core.busyCycles, 30);
});

/**
 * The rule, cycle by cycle: of all that have come and are not done, the best
 * priority works; among equals the one that came first.
 */
function modelDone(jobs: readonly Job[]): Map<string, number> {
  const remaining = new Map(jobs.map((job) => [job, job.cycles]));
  const done = new Map<string, number>();
  for (let cycle = 0; remaining.size > 0; cycle++) {
    const [best] = [...remaining.keys()].filter(({ startCycle }) => startCycle <= cycle)
      .sort((a, b) => a.priority - b.priority || a.startCycle - b.startCycle);
    if (best === undefined) continue;
    const left = (remaining.get(best) ?? 0) - 1;
    remaining.set(best, left);
    if (left === 0) {
      remaining.delete(best);
      done.set(best.name, cycle + 1);
    }
  }
  return done;
}

Deno.test("Core gives every job the cycles that a model gives it that steps cycle by cycle", () => {
  const job = fc.record({ priority: fc.nat(3), startCycle: fc.nat(60), cycles: fc.integer({ min: 1, max: 30 }) });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 12 }), (drawn) => {
      const jobs = drawn.map((job, index) => ({ ...job, name: `job ${index}` }));
      const { done, busyCycles } = runJobs(jobs);
      const expected = [...modelDone(jobs)].map(([name, cycle]) => `${name}@${cycle}`);
      assertEquals(done.toSorted(), expected.toSorted());
      assertEquals(busyCycles, jobs.reduce((sum, { cycles }) => sum + cycles, 0));
    }),
    { numRuns: 300 },
  );
});
