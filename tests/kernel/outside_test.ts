import { assertEquals } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import type { Outside } from "../../sim/kernel/outside.ts";
import { Signal } from "../../sim/kernel/signal.ts";

/** Beyond the packed range of the queue: 40 s at 250 MHz. */
const FAR_CYCLES = 10_000_000_000;

/** Events of outside at given cycles, told as a recording tells them: when the time has come. */
function recorded(arrivals: readonly { readonly cycle: number; readonly run: () => void }[]): Outside {
  const left = [...arrivals];
  return {
    next(_now, cycle) {
      return left[0] !== undefined && left[0].cycle < cycle ? left.shift() : undefined;
    },
  };
}

Deno.test("Kernel.outside: its events come between those inside, each in its cycle", () => {
  const kernel = new Kernel();
  const log: string[] = [];
  const say = (text: string) => () => log.push(`${kernel.now} ${text}`);
  kernel.outside = recorded([{ cycle: 5, run: say("outside") }, { cycle: 15, run: say("outside") }]);
  kernel.schedule(10, say("inside"));
  kernel.schedule(20, say("inside"));
  kernel.run(100);
  assertEquals(log, ["5 outside", "10 inside", "15 outside", "20 inside"]);
});

Deno.test("Kernel.outside: an event after the cycle of a cancelled far timer may schedule at once", () => {
  const kernel = new Kernel();
  const log: string[] = [];
  kernel.cancel(kernel.schedule(FAR_CYCLES, () => {}));
  kernel.schedule(2 * FAR_CYCLES, () => log.push(`${kernel.now} inside`));
  let asked = 0;
  kernel.outside = {
    // Comes as soon as the cancelled timer is past, and says the time that the kernel told it.
    next: (now) =>
      ++asked === 2 ? { cycle: now, run: () => kernel.schedule(1, () => log.push(`${kernel.now} answer`)) } : undefined,
  };
  kernel.run(3 * FAR_CYCLES);
  assertEquals(log, [`${FAR_CYCLES + 1} answer`, `${2 * FAR_CYCLES} inside`]);
});

Deno.test("Kernel.outside: with nothing but cancelled timers inside, a run waits for it up to its limit", () => {
  const kernel = new Kernel();
  const signal = new Signal(kernel, "answer from outside");
  kernel.cancel(kernel.schedule(10, () => {}));
  kernel.outside = recorded([{ cycle: 50, run: () => signal.fire() }]);
  const process = kernel.spawn("waiting", signal.wait());
  assertEquals(kernel.runUntil(process, 100), { type: "done" });
  assertEquals(kernel.now, 50);
});
