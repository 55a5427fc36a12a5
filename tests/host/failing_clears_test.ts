/**
 * ClearCache that an adapter answers with a failure, while its cache is filled
 * again: whatever it held before may still be in force, a key that nobody has
 * acknowledged among it. So the cache counts as filled only after one that has
 * succeeded, and is cleared again as soon as it may.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { hex, keyName } from "./adapter_model.ts";
import type { FakeAdapter } from "./fake_adapter.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const OTHER = Uint8Array.of(192, 0, 2, 77);
const LEFT = keyName({ portNumber: ALL, idType: 1, id: OTHER });
const SECONDS = 120;

/** So often in that time: three times at once, then after 1, 2, 4, … seconds. */
const AT_MOST = 3 + Math.ceil(Math.log2(SECONDS));

/** The answers of an adapter that has not cleared its cache. Corrupted and full are what no ClearCache should answer. */
const FAILURES = [IsdscStatus.OUT_OF_RESOURCES, IsdscStatus.CACHE_CORRUPTED, IsdscStatus.HBA_SECURITY_CACHE_FULL];

function clears({ commands }: FakeAdapter): number {
  return commands.filter((code) => code === MailboxCommand.clearCache).length;
}

/** A service that died while it set a key for another identifier, and a next one whose ClearCache fails so often. */
function afterInterruptedCall(storage: "nvram" | "ram", status: number, failures: number): TestHost {
  const world = new TestHost({ adapters: [{ storage }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  const { adapter, host, kernel } = world;
  const call = kernel.spawn("call", world.setKey(testKey(2), { id: OTHER }));
  adapter.onStep = () => {
    if (adapter.content()?.keys.has(LEFT) !== true) return;
    adapter.onStep = () => {};
    kernel.schedule(0, () => host.killService());
  };
  const outcome = world.run(kernel.join(call));
  assert(
    outcome !== 0 && adapter.content()?.keys.has(LEFT) === true,
    "the adapter has the key, and nobody was told so",
  );
  adapter.forcedStatus.set(MailboxCommand.clearCache, status);
  let left = failures;
  adapter.onCommand = (code) => {
    if (code === MailboxCommand.clearCache && left-- <= 0) adapter.forcedStatus.clear();
  };
  world.run(host.startService());
  world.run(host.untilReady());
  return world;
}

for (const storage of ["nvram", "ram"] as const) {
  for (const status of FAILURES) {
    for (const failures of [1, 2, 5]) {
      Deno.test(`A key that nobody has acknowledged goes with the first ClearCache that succeeds, storage ${storage}, status ${status.toString(16)}, after ${failures}`, () => {
        const world = afterInterruptedCall(storage, status, failures);
        for (let second = 0; second < 10; second++) {
          assertEquals(world.askForKey().status, 0, "what was acknowledged is there all the time");
          world.pass(world.kernel.frequencyHz);
        }
        assertEquals(world.adapter.content()?.keys.has(LEFT), false);
        assertEquals(world.askForKey({ id: OTHER }).status, IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE);
        const before = clears(world.adapter);
        world.reboot();
        assertEquals(world.run(world.login()).status, 0);
        assertEquals([clears(world.adapter) - before, world.adapter.logins.at(-1)?.key], [
          storage === "nvram" ? 0 : 1,
          hex(testKey(1)),
        ], "a cache that has its name is left as it is");
      });
    }
  }

  Deno.test(`An adapter that never clears is asked to ever more rarely, and takes settings and logins meanwhile, storage ${storage}`, () => {
    const world = afterInterruptedCall(storage, IsdscStatus.OUT_OF_RESOURCES, Infinity);
    const before = clears(world.adapter);
    for (let second = 0; second < SECONDS; second++) {
      assertEquals(world.run(world.setKey(testKey(second % 8))), 0);
      assertEquals(world.run(world.login()).status, 0);
      assertEquals(world.adapter.logins.at(-1)?.key, hex(testKey(second % 8)));
      world.pass(world.kernel.frequencyHz);
    }
    const count = clears(world.adapter) - before;
    assert(count > 0 && count <= AT_MOST, `${count} times`);
  });
}

/** From now on ClearCache fails so often. */
function failClears({ adapter }: TestHost, failures: number): void {
  let left = failures;
  if (failures > 0) adapter.forcedStatus.set(MailboxCommand.clearCache, IsdscStatus.OUT_OF_RESOURCES);
  adapter.onCommand = (code) => {
    if (code === MailboxCommand.clearCache && left-- <= 0) adapter.forcedStatus.clear();
  };
}

const ENDS: Readonly<Record<string, (world: TestHost) => void>> = {
  "is killed": ({ host }) => host.killService(),
  "is stopped": (world) => world.run(world.host.stopService()),
};

for (const [end, ends] of Object.entries(ENDS)) {
  for (const failures of [0, 1, 2, 5]) {
    Deno.test(`No name vouches for a volatile key in a cache that was not cleared, after ${failures}; the service ${end}`, () => {
      const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "nvram" }] }).boot();
      const { adapter, host, kernel } = world;
      assertEquals(world.run(world.setKey(testKey(1))), 0);
      // Set for all while the adapter is away, which then bears a name that is vouched for.
      host.killService();
      adapter.powerOff();
      world.run(host.startService());
      world.pass(2 * kernel.frequencyHz);
      assertEquals(world.run(world.setKey(testKey(2), { adapter: undefined, persist: false })), 0);
      failClears(world, failures);
      adapter.powerOn();
      world.pass(2 * kernel.frequencyHz);
      world.run(host.untilReady());
      assertEquals(adapter.content()?.keys.get(keyName({ portNumber: ALL, idType: 1, id: ID })), hex(testKey(2)));
      ends(world);
      adapter.forcedStatus.clear();
      world.run(host.startService());
      world.run(host.untilReady());
      assertEquals(world.run(world.login()).status, 0);
      assertEquals(adapter.logins.at(-1)?.key, hex(testKey(1)));
    });
  }
}

for (const failures of [0, 1, 2, 3]) {
  Deno.test(`Nothing is learnt of the room of a cache that was not cleared, after ${failures}`, () => {
    const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
    const [first, second] = [{ id: OTHER }, { port: 1, id: ID }];
    assertEquals(world.run(world.setKey(testKey(1), first)), 0);
    assertEquals(world.run(world.setKey(testKey(2), second)), 0);
    const third = { adapter: undefined, id: Uint8Array.of(192, 0, 2, 78) };
    assertEquals(world.run(world.setKey(testKey(3), third)), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
    clearByAnother(world);
    failClears(world, failures);
    for (let call = 0; call < 6; call++) {
      world.askForKey(first);
      world.pass(5 * world.kernel.frequencyHz);
    }
    world.reboot();
    for (const each of [first, second]) assertEquals(world.askForKey(each).status, 0);
    assertEquals(world.adapter.content()?.keys.size, 2);
    assert(world.adapter.content()?.keys.has(keyName({ portNumber: 1, idType: 1, id: ID })));
  });
}

Deno.test("After ClearCaches that failed another tool's is noticed as ever: the next login goes with its own key", () => {
  const world = afterInterruptedCall("nvram", IsdscStatus.OUT_OF_RESOURCES, Infinity);
  for (let call = 0; call < 3; call++) world.askForKey();
  world.adapter.forcedStatus.clear();
  clearByAnother(world);
  assertEquals(world.run(world.setKey(testKey(4), { id: Uint8Array.of(192, 0, 2, 79) })), 0);
  assertEquals(world.run(world.login()).status, 0);
  assertEquals(world.adapter.logins.at(-1)?.key, hex(testKey(1)));
});

function clearByAnother(world: TestHost): void {
  const clear = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
  world.run(world.host.mailbox(HBA, clear));
}
