/**
 * ClearCache that an adapter answers with a failure, while its cache is filled
 * again: whatever it held before may still be in force, a key that nobody has
 * acknowledged among it. So the cache counts as filled only after one that has
 * succeeded, and is cleared again as soon as it may.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../../host/wmi/security_config_operations.ts";
import { hex, keyName } from "./adapter_model.ts";
import type { FakeAdapter } from "./fake_adapter.ts";
import { FLAGS, HBA, ID, TestHost, testKey } from "./test_host.ts";

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

const TARGET = "iqn.2002-01.com.example:saved";

function named(name: string) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

/** Which of some names the first adapter has a key for. */
function present({ adapter }: TestHost, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => adapter.content()?.keys.has(keyName({ portNumber: ALL, ...named(name) })));
}

function setForAll(world: TestHost, value: number, name: string): number {
  return world.run(world.setKey(testKey(value), { adapter: undefined, ...named(name) }));
}

/** Has the adapter save a login for which it has room, does something, and has it forget the login. */
function besideLogin(world: TestHost, act: () => void): void {
  assertEquals(world.run(world.login({ targetName: TARGET, isPersistent: true, key: testKey(9) })).status, 0);
  act();
  assertEquals(world.run(world.host.api.removeIScsiPersistentTarget(HBA, ALL, TARGET, undefined)), 0);
}

/** The first adapter goes while something is set for all, and comes back. */
function whileAway(world: TestHost, act: () => void): void {
  world.adapter.powerOff();
  // The driver finds out that it is gone.
  world.askForKey();
  world.pass(20 * world.kernel.frequencyHz);
  act();
  world.adapter.powerOn();
  world.pass(5 * world.kernel.frequencyHz);
}

/** Who might take the room of a key that a leftover has displaced: what happens before it is set, and after it is displaced. */
const RIVALS: Readonly<Record<string, { before?: (world: TestHost) => void; after?: (world: TestHost) => void }>> = {
  "an older one that waits": {
    before: (world) =>
      besideLogin(world, () => assertEquals(setForAll(world, 3, "rival"), IsdscStatus.OPERATION_NOT_ALL_SUCCESS)),
  },
  "one for all that has come meanwhile": {
    after: (world) => whileAway(world, () => assertEquals(setForAll(world, 3, "rival"), 0)),
  },
  "one that is set meanwhile": {
    after: (world) =>
      assertEquals(world.run(world.setKey(testKey(3), named("rival"))), IsdscStatus.HBA_SECURITY_CACHE_FULL),
  },
};

for (const [who, { before, after }] of Object.entries(RIVALS)) {
  for (const storage of before === undefined ? ["nvram", "ram"] as const : ["nvram"] as const) {
    for (const failures of [1, 2, 5, Infinity]) {
      Deno.test(`A key that another tool's displaces while ClearCache fails has its room again, not ${who}, storage ${storage}, after ${failures}`, () => {
        const world = new TestHost({ adapters: [{ storage, capacity: 2 }, { storage: "nvram" }] }).boot();
        assertEquals(world.run(world.setKey(testKey(1), named("first"))), 0);
        before?.(world);
        assertEquals(world.run(world.setKey(testKey(2), named("displaced"))), 0);
        world.run(world.host.stopService());
        clearByAnother(world);
        setByAnother(world, "foreign");
        failClears(world, failures);
        world.run(world.host.startService());
        world.run(world.host.untilReady());
        assertEquals(present(world, "first", "displaced", "rival", "foreign"), ["first", "foreign"], "control");
        after?.(world);
        world.adapter.forcedStatus.clear();
        for (let call = 0; call < 4; call++) {
          world.pass(5 * world.kernel.frequencyHz);
          world.askForKey(named("first"));
        }
        for (let run = 0; run < 2; run++) {
          assertEquals(present(world, "first", "displaced", "rival"), ["first", "displaced"]);
          for (const name of ["first", "displaced"]) assertEquals(world.askForKey(named(name)).status, 0);
          world.reboot();
        }
      });
    }
  }
}

Deno.test("While ClearCache fails no new key is acknowledged in room that an older one finds after it", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1), named("first"))), 0);
  besideLogin(world, () => {
    whileAway(world, () => {
      assertEquals(setForAll(world, 2, "older"), 0);
      failClears(world, Infinity);
    });
    // Until it is left alone for a time.
    for (let call = 0; call < 4; call++) world.askForKey(named("first"));
  });
  const status = world.run(world.setKey(testKey(3), named("younger")));
  assertEquals([status, ...present(world, "younger")], [IsdscStatus.HBA_SECURITY_CACHE_FULL]);
  assertEquals(world.run(world.setKey(testKey(4), named("first"))), 0, "what is there can be set");
  world.adapter.forcedStatus.clear();
  world.pass(20 * world.kernel.frequencyHz);
  assertEquals(world.askForKey(named("older")).status, 0);
  assertEquals(present(world, "first", "older", "younger"), ["first", "older"]);
});

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

/** Another tool sets a key of its own. */
function setByAnother(world: TestHost, name: string): void {
  const input = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: ALL,
    SecurityFlags: FLAGS,
    IdType: named(name).idType,
    Id: named(name).id,
    Key: testKey(7),
  });
  const methodId = SecurityMethod.setPresharedKeyForId;
  world.run(world.host.wmi.executeMethod(HBA, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4));
}
