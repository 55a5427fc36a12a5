import { assertEquals } from "@std/assert";
import { Core } from "../../sim/kernel/core.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";

function worker(kernel: Kernel, core: Core, seen: string[], name: string, startAt: number, cycles: number) {
  return (function* (): Task {
    yield* kernel.sleep(startAt);
    yield* core.spend(cycles);
    seen.push(`${name} ${kernel.now}`);
  })();
}

Deno.test("Core.spend() lets a process of better priority in at once, to the cycle", () => {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  const seen: string[] = [];
  kernel.spawn("low", worker(kernel, core, seen, "low", 0, 100), { priority: 2 });
  kernel.spawn("low too", worker(kernel, core, seen, "low too", 1, 10), { priority: 2 });
  kernel.spawn("high", worker(kernel, core, seen, "high", 30, 20), { priority: 1 });
  kernel.spawn("highest", worker(kernel, core, seen, "highest", 40, 5), { priority: 0 });
  kernel.run();
  // low works 30, high 10, highest 5, high 10 more, low its other 70, then low too.
  assertEquals(seen, ["highest 45", "high 55", "low 125", "low too 135"]);
  assertEquals(core.busyCycles, 135);
});

Deno.test("Core serves the next when the running process is killed", () => {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  const seen: string[] = [];
  const group = new TaskGroup(kernel, "firmware");
  group.spawn("doomed", worker(kernel, core, seen, "doomed", 0, 1000));
  kernel.spawn("next", worker(kernel, core, seen, "next", 1, 10));
  kernel.schedule(50, () => group.kill());
  kernel.run();
  assertEquals(seen, ["next 60"]);
});
