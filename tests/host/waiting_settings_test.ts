/**
 * A setting for all adapters that a full one refuses waits for room behind
 * whatever that one takes from then on, and so it does for every later run of the
 * service: be a name vouching for the cache or, while something volatile is in
 * force, none; and be the cache cleared in between, or not to be cleared.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand, MailboxStatus } from "../../firmware/manual/interface.ts";
import { type AdapterModel, keyName } from "./adapter_model.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const TARGET = "iqn.2002-01.com.example:saved";
const SECOND = 250_000_000;
const PARTLY = IsdscStatus.OPERATION_NOT_ALL_SUCCESS;

type World = HostOf<AdapterModel>;

function named(name: string) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

/** Which of some names an adapter has a key for. */
function present({ adapter }: World, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => adapter.content()?.keys.has(keyName({ portNumber: ALL, ...named(name) })));
}

function saving(world: World, key: Uint8Array, port = ALL) {
  return world.login({ targetName: TARGET, isPersistent: true, key, port });
}

function forgetting({ host }: World, port = ALL) {
  return host.api.removeIScsiPersistentTarget(HBA, port, TARGET, undefined);
}

function clear(world: World): void {
  const command = MailboxCommand.clearCache;
  world.run(world.host.mailbox(HBA, { command, request: new Uint8Array(0), responseBytes: 0 }));
}

function start(world: World): void {
  world.run(world.host.startService());
  world.run(world.host.untilReady());
}

/** What has no name vouch for the cache. */
const VOLATILE: Readonly<Record<string, (world: World) => number>> = {
  "nothing": () => 0,
  "a key": (world) => world.run(world.setKey(testKey(2), { persist: false })),
  "a group key": (world) => world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), false)),
  "a tunnel address": (world) =>
    world.run(world.host.api.setIScsiTunnelModeOuterAddress(HBA, ALL, "192.0.2.20", "192.0.2.9", false)),
};

/** What has the next run fill the cache. */
const ENDS: Readonly<Record<string, (world: World) => void>> = {
  "is stopped": (world) => {
    world.run(world.host.stopService());
    start(world);
  },
  "is killed": (world) => {
    world.host.killService();
    start(world);
  },
  "is killed, and another tool clears the cache": (world) => {
    world.host.killService();
    clear(world);
    start(world);
  },
  "goes with the machine's power": (world) => world.reboot(),
};

for (const [what, setVolatile] of Object.entries(VOLATILE)) {
  for (const [how, end] of Object.entries(ENDS)) {
    Deno.test(`What had no room takes none of a later key; in force is ${what} that is volatile, and the service ${how}`, () => {
      const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
      assertEquals(world.run(world.setKey(testKey(1))), 0);
      assertEquals(setVolatile(world), 0);
      assertEquals(world.run(saving(world, testKey(9))).status, 0);
      assertEquals(world.run(world.setKey(testKey(3), { adapter: undefined, ...named("waits") })), PARTLY);
      assertEquals(world.run(forgetting(world)), 0);
      assertEquals(world.run(world.setKey(testKey(4), named("later"))), 0);
      end(world);
      assertEquals(world.askForKey(named("later")).status, 0);
      assertEquals(present(world, "waits", "later"), ["later"]);
      // Once it has found room it waits no more: the next one does.
      assertEquals(world.run(world.setKey(testKey(5), { adapter: undefined, ...named("waits too") })), PARTLY);
      end(world);
      assertEquals(present(world, "waits", "later", "waits too"), ["later"]);
    });
  }
}

Deno.test("A key that has waited and was set again for the adapter stays before one that waits since", () => {
  for (const end of Object.values(ENDS)) {
    const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
    assertEquals(world.run(world.setKey(testKey(1))), 0);
    assertEquals(world.run(saving(world, testKey(9))).status, 0);
    const forAll = (value: number, name: string) =>
      world.run(world.setKey(testKey(value), { adapter: undefined, ...named(name) }));
    assertEquals(forAll(3, "again"), PARTLY);
    assertEquals(VOLATILE["a key"]?.(world), 0);
    assertEquals(world.run(forgetting(world)), 0);
    assertEquals(world.run(world.setKey(testKey(4), named("again"))), 0);
    assertEquals(forAll(5, "waits"), PARTLY);
    end(world);
    assertEquals(world.askForKey(named("again")).status, 0);
    assertEquals(present(world, "again", "waits"), ["again"]);
  }
});

Deno.test("On the firmware, too, what had no room beside a volatile key takes none of a later key", () => {
  const long = (name: string) => named(name.padEnd(200, "."));
  const key = (value: number) => new Uint8Array(200).fill(value);
  const adapters = [{ storage: "nvram", capacity: 200 }, { storage: "nvram", capacity: 200 }] as const;
  const world = new HostOf({ adapters }, (options) => new RealAdapter(options)).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  assertEquals(world.run(world.setKey(testKey(2), { persist: false })), 0);
  for (const port of [0, 1]) assertEquals(world.run(saving(world, key(9), port)).status, 0);
  assertEquals(world.run(world.setKey(key(3), { adapter: undefined, ...long("waits") })), PARTLY);
  assertEquals(world.run(forgetting(world)), 0);
  const later: string[] = [];
  for (let value = 10; world.run(world.setKey(key(value), long(`${value}`))) === 0; value++) later.push(`${value}`);
  assert(later.length > 0, "there is room for some");
  world.run(world.host.stopService());
  start(world);
  for (const name of later) assertEquals(world.askForKey(long(name)).status, 0, name);
});

Deno.test("A cache that could not be cleared is filled by claim: a key for all ports takes no room of an older one", () => {
  for (const storage of ["nvram", "ram"] as const) {
    const world = new TestHost({ adapters: [{ storage, capacity: 2 }, { storage: "nvram" }] }).boot();
    for (const port of [0, 1]) assertEquals(world.run(world.setKey(testKey(1), { port, ...named("older") })), 0);
    const [adapter] = world.adapters;
    adapter?.powerOff();
    // The driver finds out that it is gone.
    world.askForKey();
    assertEquals(world.run(world.setKey(testKey(2), { adapter: undefined, ...named("younger") })), 0);
    adapter?.forcedStatus.set(MailboxCommand.clearCache, IsdscStatus.OUT_OF_RESOURCES);
    adapter?.powerOn();
    world.pass(2 * SECOND);
    world.run(world.host.untilReady());
    for (const isCleared of [false, true]) {
      if (isCleared) adapter?.forcedStatus.clear();
      world.pass(20 * SECOND);
      for (const port of [0, 1]) assertEquals(world.askForKey({ port, ...named("older") }).status, 0);
      assertEquals(present(world, "younger"), [], `${storage}, cleared: ${isCleared}`);
    }
  }
});

Deno.test("A key that has had its room keeps its claim when it is refused by a cache of which nothing is known", () => {
  const world = new TestHost({ adapters: [{ storage: "ram", capacity: 2 }, { storage: "nvram" }] }).boot();
  const [adapter] = world.adapters;
  const setForAll = (value: number, name: string) =>
    world.run(world.setKey(testKey(value), { adapter: undefined, ...named(name) }));
  for (const [value, name] of ["first", "second"].entries()) {
    assertEquals(world.run(world.setKey(testKey(value), named(name))), 0);
  }
  adapter?.forcedMailboxStatus.set(MailboxCommand.clearCache, MailboxStatus.hostInterfaceError);
  adapter?.reset();
  world.pass(3 * SECOND);
  world.run(world.host.untilReady());
  // Without ClearCache it is not filled: what nobody acknowledges takes the room.
  assertEquals(setForAll(4, "third"), PARTLY);
  assert(world.run(world.setKey(testKey(3), named("nobody's"))) !== 0);
  assertEquals(setForAll(5, "first"), PARTLY);
  adapter?.forcedMailboxStatus.clear();
  assertEquals(world.askForKey(named("first")).status, 0);
  assertEquals(present(world, "first", "second", "third"), ["first", "second"]);
});

Deno.test("A cache that could not be cleared is cleared later, although it has got a name for a volatile key", () => {
  for (const persistsAfter of [false, true]) {
    const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
    assertEquals(world.run(world.setKey(testKey(1), { persist: false, ...named("of the run before") })), 0);
    world.host.killService();
    world.adapter.forcedStatus.set(MailboxCommand.clearCache, IsdscStatus.OUT_OF_RESOURCES);
    start(world);
    assertEquals(world.run(world.setKey(testKey(2), { persist: false, ...named("of this run") })), 0);
    if (persistsAfter) assertEquals(world.run(world.setKey(testKey(3), named("of this run"))), 0);
    world.adapter.forcedStatus.clear();
    world.pass(20 * SECOND);
    assertEquals(world.askForKey(named("of this run")).status, 0);
    assertEquals(present(world, "of the run before", "of this run"), ["of this run"]);
  }
});

Deno.test("A login that is forgotten during a save stays forgotten: one of both comes first", () => {
  const outcomes = new Set<string>();
  for (let forgottenAfter = 1; forgottenAfter < 3_000_000; forgottenAfter += 250_000) {
    for (let fullAfter = 1; fullAfter < 1_500_000; fullAfter += 300_000) {
      const world = new HostOf({ adapters: [{ storage: "nvram" }] }, (options) => new RealAdapter(options)).boot();
      const saved = () => world.run(world.host.api.reportIScsiPersistentLogins()).persistentLogins.length;
      assertEquals(world.run(saving(world, testKey(7), 0)).status, 0);
      const save = world.kernel.spawn("save", saving(world, testKey(8), 0));
      world.pass(forgottenAfter);
      const removal = world.kernel.spawn("removal", forgetting(world, 0));
      world.pass(fullAfter);
      world.memoryStore.setFailing(true);
      world.pass(3 * SECOND);
      world.memoryStore.setFailing(false);
      const outcome = `saved ${save.result.status === 0}, forgotten ${removal.result === 0}: ${saved()}`;
      outcomes.add(outcome);
    }
  }
  assertEquals([...outcomes].sort(), ["saved false, forgotten true: 0", "saved true, forgotten true: 0"]);
});
