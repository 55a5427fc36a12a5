import { assertEquals, assertNotEquals } from "@std/assert";
import { Core } from "../../sim/kernel/core.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { Channel, Lock } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";

/** Everything that the kernel has, driven by chance: what happened, line by line. */
function storm(seed: number): string[] {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  const lock = new Lock(kernel, "lock");
  const channel = new Channel<number>(kernel, "channel");
  const streams = new RandomStreams(seed);
  const log: string[] = [];

  function* worker(name: string): Task {
    const random = streams.stream(name);
    try {
      for (let round = 0; round < 40; round++) {
        log.push(`${kernel.now} ${name} ${round}`);
        switch (random.below(6)) {
          case 0:
            yield* kernel.sleep(random.below(50));
            break;
          case 1:
            yield* core.spend(random.below(50));
            break;
          case 2:
            channel.send(random.below(1_000));
            break;
          case 3:
            if (channel.length > 0) log.push(`${name} received ${yield* channel.receive()}`);
            break;
          case 4:
            if (yield* lock.acquireWithin(random.below(40))) {
              try {
                yield* kernel.sleep(random.below(20));
              } finally {
                lock.release();
              }
            } else log.push(`${name} gave up`);
            break;
          case 5:
            kernel.cancel(kernel.schedule(random.below(100), () => log.push("cancelled")));
            kernel.schedule(random.below(100), () => log.push(`${kernel.now} callback of ${name}`));
            break;
          default:
            throw new Error("the case is none of six");
        }
      }
    } finally {
      log.push(`${kernel.now} ${name} over`);
    }
  }

  const group = new TaskGroup(kernel, "doomed");
  for (let index = 0; index < 10; index++) {
    kernel.spawn(`worker ${index}`, worker(`worker ${index}`), { priority: index % 3 });
    group.spawn(`${index}`, worker(`doomed ${index}`), { priority: index % 3 });
  }
  kernel.schedule(300, () => group.cancel());
  kernel.run(100_000);
  log.push(JSON.stringify([kernel.now, kernel.dispatched, core.busyCycles, kernel.standstill()]));
  return log;
}

Deno.test("Kernel: the same seed gives the same run, twice in one process", () => {
  const first = storm(1);
  assertEquals(storm(1), first);
  assertNotEquals(storm(2), first);
});
