/** Waiting for something that others use does not make them the cause of what follows. */

import { assertEquals } from "@std/assert";
import { MailboxOutput } from "../../firmware/mailbox_output.ts";
import { Condition } from "../../host/condition.ts";
import { Core } from "../../sim/kernel/core.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { Channel, Lock } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { NetworkInterface } from "../../sim/parts/network_interface.ts";
import { PublicKeyEngine } from "../../sim/parts/public_key_engine.ts";
import { Control, Register, RegisterFile } from "../../sim/parts/register_file.ts";

/** Runs three users of something at once, each begun by a cause of its own, and tells what is the cause after its use. */
function causesAfter(use: (kernel: Kernel) => (done: () => void) => Task): readonly number[] {
  const kernel = new Kernel();
  const useIt = use(kernel);
  const found: number[] = [];
  for (const cause of [7, 8, 9]) {
    kernel.schedule(cause, () => {
      kernel.cause = cause;
      kernel.spawn(`user ${cause}`, useIt(() => found.push(kernel.cause)));
    });
  }
  kernel.run();
  return found;
}

Deno.test("a core, a lock and the public-key engine give each user its own cause back", () => {
  const onCore = causesAfter((kernel) => {
    const core = new Core(kernel, "core");
    return function* (done) {
      yield* core.spend(100);
      done();
    };
  });
  assertEquals(onCore, [7, 8, 9]);
  const inLock = causesAfter((kernel) => {
    const lock = new Lock(kernel, "lock");
    return function* (done) {
      if (!(yield* lock.acquireWithin(1_000))) return;
      yield* kernel.sleep(100);
      done();
      lock.release();
    };
  });
  assertEquals(inLock, [7, 8, 9]);
  const byEngine = causesAfter((kernel) => {
    const engine = new PublicKeyEngine(kernel);
    return function* (done) {
      engine.submit(100, done);
    };
  });
  assertEquals(byEngine, [7, 8, 9]);
});

Deno.test("who waits until something is so goes on with its own cause, whoever fires the signal", () => {
  const causesUntil = (limitCycles?: number) =>
    causesAfter((kernel) => {
      const condition = new Condition(kernel, "condition");
      let isSo = false;
      kernel.schedule(50, () => {
        kernel.cause = 42;
        condition.fire();
        isSo = true;
      });
      kernel.schedule(60, () => {
        kernel.cause = 43;
        condition.fire();
      });
      return function* (done) {
        yield* condition.until(() => isSo, limitCycles);
        done();
      };
    });
  assertEquals(causesUntil(), [7, 8, 9]);
  assertEquals(causesUntil(20), [7, 8, 9]);
});

Deno.test("a datagram from the ring is its own cause, however long it has waited there", () => {
  const kernel = new Kernel();
  const network = new NetworkInterface(kernel, [new Uint8Array(4)], 2);
  network.setLink(true);
  const end = { address: new Uint8Array(4), port: 500 };
  const deliveries = [7, 8, 9].map((cause) => {
    kernel.cause = cause;
    return network.deliver({ source: end, destination: end, payload: new Uint8Array(0) });
  });
  assertEquals(deliveries, ["taken", "taken", "ring full"]);
  network.take();
  assertEquals(kernel.cause, 7);
  network.take();
  assertEquals(kernel.cause, 8);
  network.setLink(false);
  assertEquals(network.deliver({ source: end, destination: end, payload: new Uint8Array(0) }), "link down");
});

Deno.test("an item of a channel does bring its sender's cause: there the other has led to it", () => {
  const kernel = new Kernel();
  const channel = new Channel<void>(kernel, "channel");
  let found = -1;
  function* receiver(): Task {
    yield* channel.receive();
    found = kernel.cause;
  }
  kernel.spawn("receiver", receiver());
  kernel.schedule(5, () => {
    kernel.cause = 42;
    channel.send();
  });
  kernel.run();
  assertEquals(found, 42);
});

Deno.test("what waits for a free mailbox is its own cause, not the host that has taken what was in it", () => {
  const kernel = new Kernel();
  const registers = new RegisterFile(kernel, () => {});
  registers.reset();
  registers.write(Register.controlStatus, Control.netResetInterrupt << 16);
  registers.write(Register.interruptMask, 0xffff_ffff);
  const output = new MailboxOutput(kernel, registers, new Core(kernel, "core"), 10);
  kernel.spawn("output", output.run());
  const found: (readonly [value: number, cause: number])[] = [];
  function* host(): Task {
    for (;;) {
      yield* registers.interrupt.wait();
      found.push([registers.read(Register.mailbox), kernel.cause]);
      kernel.cause = 99;
      registers.write(Register.controlStatus, Control.processorInterrupt << 16);
    }
  }
  kernel.spawn("host", host());
  for (const cause of [7, 8, 9]) {
    kernel.schedule(5, () => {
      kernel.cause = cause;
      if (cause === 9) output.complete(cause);
      else output.event(cause);
    });
  }
  kernel.run();
  assertEquals(found, [[9, 9], [7, 7], [8, 8]]);
});
