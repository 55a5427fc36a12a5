import { assertEquals } from "@std/assert";
import { Condition } from "../../host/condition.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { kernelLog } from "../kernel/kernel_log.ts";

Deno.test("Condition.until() looks at once, each time that it is fired, and never beyond its limit", () => {
  const { kernel, log, say } = kernelLog();
  const condition = new Condition(kernel, "condition");
  let count = 0;
  function* waiter(name: string, wanted: number, limitCycles?: Cycles): Task {
    say(`${name} ${yield* condition.until(() => count >= wanted, limitCycles)}`);
  }
  kernel.spawn("none", waiter("none", 0, 0));
  kernel.spawn("zero", waiter("zero", 1, 0));
  kernel.spawn("short", waiter("short", 2, 15));
  kernel.spawn("long", waiter("long", 2, 30));
  kernel.spawn("two", waiter("two", 2));
  for (const cycle of [10, 20]) {
    kernel.schedule(cycle, () => {
      count++;
      condition.fire();
    });
  }
  kernel.spawn("never", waiter("never", 3));
  kernel.run();
  assertEquals(log, ["0 none true", "0 zero false", "15 short false", "20 long true", "20 two true"]);
  assertEquals(kernel.standstill().map(({ process, waitingFor }) => `${process}: ${waitingFor}`), ["never: condition"]);
});
