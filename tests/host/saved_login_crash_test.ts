/**
 * Saving a login, and having it forgotten, interrupted at many moments by every
 * kind of accident, on the real firmware: what was acknowledged holds when all
 * has come up again, what was not is there whole or not at all, and no key of
 * the cache is touched.
 */

import { assert, assertEquals } from "@std/assert";
import type { Cycles } from "../../sim/kernel/task.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, testKey } from "./test_host.ts";

type World = HostOf<RealAdapter>;

const NAME = "iqn.2002-01.com.example:disk";
const MOMENTS = 12;
const OFF_CYCLES: Cycles = 1_000_000;

const ACCIDENTS: Readonly<Record<string, (world: World) => void>> = {
  "service killed": (world) => world.host.killService(),
  "host power lost": (world) => world.powerOff(),
  "adapter reset": (world) => world.adapter.reset(),
  "adapter power lost": (world) => {
    world.adapter.powerOff();
    world.kernel.schedule(OFF_CYCLES, () => world.adapter.powerOn());
  },
};

function* save({ host }: World) {
  const { status } = yield* host.api.loginIScsiTarget({
    targetName: NAME,
    initiatorInstance: HBA,
    targetPortal: { address: "198.51.100.7" },
    key: testKey(9),
    isPersistent: true,
  });
  return status;
}

const CALLS = {
  save: { prepared: 0, after: 1, start: save },
  forget: {
    prepared: 1,
    after: 0,
    start: ({ host }: World) => host.api.removeIScsiPersistentTarget(HBA, 0xffff_ffff, NAME, undefined),
  },
} as const;

function prepared(call: keyof typeof CALLS): World {
  const world = new HostOf({ adapters: [{ storage: "nvram" }] }, (options) => new RealAdapter(options)).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  if (CALLS[call].prepared > 0) assertEquals(world.run(save(world)), 0);
  return world;
}

function savedLogins(world: World): number {
  const { status, persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
  assertEquals(status, 0);
  return persistentLogins.length;
}

for (const [name, { prepared: before, after, start }] of Object.entries(CALLS)) {
  const call = name as keyof typeof CALLS;
  Deno.test(`A call to ${call} a login holds if it was acknowledged, and is made whole or not at all`, () => {
    const whole = prepared(call);
    const begun = whole.kernel.now;
    assertEquals(whole.run(start(whole)), 0);
    const duration = whole.kernel.now - begun;
    let lost = 0;
    for (const [accident, happen] of Object.entries(ACCIDENTS)) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        const world = prepared(call);
        const process = world.kernel.spawn(call, start(world));
        world.kernel.runUntil(process, world.kernel.now + Math.ceil(duration * moment / MOMENTS));
        happen(world);
        world.kernel.runUntil(process, world.kernel.now + 60 * world.kernel.frequencyHz);
        const acknowledged = process.state === "finished" && process.result === 0;
        if (!acknowledged) lost++;
        world.reboot();
        const what = `${accident} at moment ${moment}, ${acknowledged ? "acknowledged" : "not acknowledged"}`;
        const found = savedLogins(world);
        assert(acknowledged ? found === after : found === after || found === before, `${what}: ${found}`);
        assertEquals(world.adapter.content()?.keys.size, 1, what);
      }
    }
    assert(lost > 0, "the accidents hit the call");
  });
}
