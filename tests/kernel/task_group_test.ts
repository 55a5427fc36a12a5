import { assertEquals } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";

function bench() {
  const kernel = new Kernel();
  const log: string[] = [];
  const group = new TaskGroup(kernel, "adapter");
  function* worker(name: string, cycles: Cycles): Task {
    try {
      yield* kernel.sleep(cycles);
      log.push(`${kernel.now} ${name} done`);
    } finally {
      log.push(`${kernel.now} ${name} cleans up`);
    }
  }
  return { kernel, group, log, worker };
}

Deno.test("TaskGroup.spawn() names its members after itself", () => {
  const { kernel, group, worker } = bench();
  assertEquals(group.spawn("boot", worker("boot", 1)).name, "adapter/boot");
  kernel.run();
});

Deno.test("TaskGroup.kill() ends all members without finally, and nobody else", () => {
  const { kernel, group, log, worker } = bench();
  group.spawn("over by then", worker("over by then", 2));
  const members = [group.spawn("a", worker("a", 10)), group.spawn("b", worker("b", 10))];
  kernel.spawn("other", worker("other", 10));
  kernel.schedule(5, () => {
    members.push(group.spawn("not begun", worker("not begun", 1)));
    group.kill();
  });
  kernel.run();
  assertEquals(members.map(({ state }) => state), ["ended", "ended", "ended"]);
  assertEquals(log, ["2 over by then done", "2 over by then cleans up", "10 other done", "10 other cleans up"]);
});

Deno.test("TaskGroup.cancel() ends all members in order of their start, with finally", () => {
  const { kernel, group, log, worker } = bench();
  group.spawn("a", worker("a", 10));
  group.spawn("b", worker("b", 10));
  kernel.schedule(5, () => group.cancel());
  kernel.run();
  assertEquals(log, ["5 a cleans up", "5 b cleans up"]);
});

Deno.test("TaskGroup.kill() by one of the members ends that one too, at its next wait", () => {
  const { kernel, group, log, worker } = bench();
  function* powerSwitch(): Task {
    yield* kernel.sleep(5);
    group.kill();
    log.push("the instruction after");
    yield* kernel.sleep(0);
    log.push("not reached");
  }
  group.spawn("a", worker("a", 10));
  group.spawn("switch", powerSwitch());
  group.spawn("b", worker("b", 10));
  assertEquals(kernel.run(), { type: "idle", waiting: [] });
  assertEquals(log, ["the instruction after"]);
});

Deno.test("TaskGroup members that are spawned when others end are not ended with them", () => {
  const { kernel, group, log, worker } = bench();
  group.spawn("a", worker("a", 10)).onEnd(() => group.spawn("restarted", worker("restarted", 1)));
  kernel.schedule(5, () => group.kill());
  kernel.run();
  assertEquals(log, ["6 restarted done", "6 restarted cleans up"]);
});
