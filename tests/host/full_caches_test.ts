/**
 * Caches that are full. What an adapter takes while its cache is empty, because it was reset or cleared a moment ago, has
 * no room beside what comes back: nothing of the kind is acknowledged, and nothing that was there before gives way.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex, keyName } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const NAMES = ["a.example", "b.example", "c.example"].map((name) => new TextEncoder().encode(name));
const TARGET = "iqn.2002-01.com.example:saved";
/** A command takes 20,000. */
const STEP_CYCLES = { nvram: 40_009, ram: 9_001 } as const;

const ACCIDENTS: Readonly<Record<string, (world: TestHost) => void>> = {
  "the driver resets it": ({ host }) => host.resetAdapter(HBA),
  "the firmware resets itself": ({ adapter }) => adapter.reset(),
  "it loses its power": ({ adapter, kernel }) => {
    adapter.powerOff();
    kernel.schedule(75_000, () => adapter.powerOn());
  },
  "another tool clears it": ({ host, kernel }) =>
    void kernel.spawn("another tool", host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING })),
  "its bus is reset, and another tool clears it": ({ host, kernel }) => {
    host.resetBus(HBA);
    kernel.spawn("another tool", host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
  },
  "another tool clears it, and the service dies": ({ host, kernel }) => {
    kernel.spawn("another tool", host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
    kernel.schedule(60_000, () => host.killService());
  },
};

const NOTHING = { request: new Uint8Array(0), responseBytes: 0 };

/** How a call is tried, and refused for want of room. */
interface Call {
  readonly refused: number;
  readonly start: (world: TestHost) => Task<number>;
  readonly isThere: (world: TestHost) => boolean;
}

const CALLS = {
  "a key": {
    refused: IsdscStatus.HBA_SECURITY_CACHE_FULL,
    start: (world: TestHost) => setting(world, 2),
    isThere: (world: TestHost) => isInForce(world, 2),
  },
  "a volatile key": {
    refused: IsdscStatus.HBA_SECURITY_CACHE_FULL,
    start: (world: TestHost) => setting(world, 2, false),
    isThere: (world: TestHost) => isInForce(world, 2),
  },
  "a saved login": {
    refused: IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA,
    *start(world: TestHost) {
      return (yield* world.login({ targetName: TARGET, isPersistent: true, key: testKey(9) })).status;
    },
    isThere: (world: TestHost) => world.adapter.savedLogins.size > 0,
  },
} satisfies Record<string, Call>;

function setting(world: TestHost, index: number, persist = true): Task<number> {
  return world.setKey(testKey(index + 1), { id: idOf(index), idType: 2, persist });
}

function idOf(index: number): Uint8Array {
  return NAMES[index] ?? new Uint8Array(0);
}

function isInForce(world: TestHost, index: number): boolean {
  const name = keyName({ portNumber: ALL, idType: 2, id: idOf(index) });
  return world.adapter.content()?.keys.get(name) === hex(testKey(index + 1));
}

function fullHost(storage: "nvram" | "ram"): TestHost {
  const world = new TestHost({ adapters: [{ storage, capacity: 2 }] }).boot();
  for (const index of [0, 1]) assertEquals(world.run(setting(world, index)), 0);
  return world;
}

/** A question about something else: whatever the service notices, it notices now. */
function rest(world: TestHost): void {
  world.pass(2_500_000_000);
  world.run(world.host.startService());
  world.run(world.host.untilReady());
  world.askForKey({ id: idOf(2), idType: 2 });
}

for (const storage of ["nvram", "ram"] as const) {
  for (const [what, { refused, start, isThere }] of Object.entries(CALLS)) {
    for (const [accident, strike] of Object.entries(ACCIDENTS)) {
      Deno.test(`A full cache has no room for ${what} while ${accident}, storage ${storage}`, () => {
        const undisturbed = fullHost(storage);
        assertEquals(undisturbed.run(start(undisturbed)), refused);
        let moments = 0;
        for (let after = 1, isOver = false; !isOver; after += STEP_CYCLES[storage], moments++) {
          const world = fullHost(storage);
          const call = world.kernel.spawn("application", start(world));
          world.pass(after);
          isOver = call.over;
          strike(world);
          rest(world);
          const status = call.state === "finished" ? call.result : undefined;
          const at = `${accident} after ${after} cycles: ${status?.toString(16)}`;
          assert(status !== 0, at);
          for (const index of [0, 1]) assert(isInForce(world, index), `${at}, key ${index}`);
          assert(!isThere(world), at);
          world.reboot();
          for (const index of [0, 1]) assert(isInForce(world, index), `${at}, key ${index} after a reboot`);
          assert(!isThere(world), `${at}, after a reboot`);
        }
        assert(moments > 3);
      });
    }
  }
}

/** From the first ClearCache to the second: within what the service does to make the setting once more. */
const SECOND_CLEARS = Array.from({ length: 6 }, (_, index) => 20_000 + index * 50_027);

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`A full cache has no room for a key while another tool clears it twice, storage ${storage}`, () => {
    const clear = (world: TestHost) =>
      world.kernel.spawn("another tool", world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
    for (const between of SECOND_CLEARS) {
      for (let after = 1, isOver = false; !isOver; after += STEP_CYCLES[storage]) {
        const world = fullHost(storage);
        const call = world.kernel.spawn("application", setting(world, 2));
        world.pass(after);
        isOver = call.over;
        clear(world);
        world.pass(between);
        clear(world);
        rest(world);
        const at = `cleared after ${after} cycles, and ${between} later`;
        assertEquals(call.state === "finished" && call.result, IsdscStatus.HBA_SECURITY_CACHE_FULL, at);
        for (const index of [0, 1]) assert(isInForce(world, index), `${at}, key ${index}`);
      }
    }
  });
}

Deno.test("A key that an adapter has refused for want of room takes none of a later one that it has taken", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
  const clear = () => world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING });
  assertEquals(world.run(setting(world, 0)), 0);
  assertEquals(world.run(CALLS["a saved login"].start(world)), 0);
  const forAll = world.setKey(testKey(2), { adapter: undefined, id: idOf(1), idType: 2 });
  assertEquals(world.run(forAll), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
  assertEquals(world.run(world.host.api.removeIScsiPersistentTarget(HBA, ALL, TARGET, undefined)), 0);
  assertEquals(world.run(setting(world, 2)), 0);
  for (const disturb of [() => world.run(clear()), () => world.reboot(), () => (world.reboot(), world.run(clear()))]) {
    disturb();
    rest(world);
    for (const index of [0, 2]) assert(isInForce(world, index), `key ${index}`);
  }
});
