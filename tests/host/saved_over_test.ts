/**
 * A login that was saved and acknowledged, and is saved once more - with the
 * same key, a longer or a shorter one, for another port or for any - while the
 * service dies, the host reboots or the disk is full. Afterwards the adapter
 * logs in with the old key or the new one, and never not at all.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand, MailboxStatus } from "../../firmware/manual/interface.ts";
import { exportKeyStore, importKeyStore } from "../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import { hex, keyName } from "./adapter_model.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, ID, TestHost, testKey } from "./test_host.ts";

type World = HostOf<RealAdapter>;

const ANY = 0xffff_ffff;
const TARGET = "iqn.2002-01.com.example:saved";
const PORTAL = "198.51.100.7";
const MOMENTS = 16;
const SECOND = 250_000_000;
const NOTHING = { request: new Uint8Array(0), responseBytes: 0 };

interface Login {
  readonly port: number;
  readonly key: Uint8Array;
}

const long = (fill: number): Uint8Array => new Uint8Array(200).fill(fill);

/** The login that was acknowledged, and the one that is saved then. */
const SAVES: Readonly<Record<string, readonly [Login, Login]>> = {
  "with the same key": [{ port: ANY, key: testKey(7) }, { port: ANY, key: testKey(7) }],
  "with a longer key": [{ port: 0, key: testKey(7) }, { port: 0, key: long(0x41) }],
  "with a shorter key": [{ port: 1, key: long(0x42) }, { port: 1, key: testKey(8) }],
  "for another port": [{ port: 0, key: testKey(7) }, { port: 1, key: testKey(8) }],
  "for any port after one": [{ port: 0, key: testKey(7) }, { port: ANY, key: testKey(8) }],
  "for one port after any": [{ port: ANY, key: testKey(7) }, { port: 1, key: testKey(8) }],
};

const ACCIDENTS: Readonly<Record<string, (world: World) => void>> = {
  "the service is killed": ({ host }) => host.killService(),
  "the host reboots": (world) => {
    world.powerOff();
    world.powerOn();
  },
  "the disk is full, and the service killed later": (world) => {
    world.memoryStore.setFailing(true);
    world.pass(2 * SECOND);
    world.memoryStore.setFailing(false);
    world.host.killService();
  },
  "the service is killed, and another tool clears the cache": (world) => {
    world.host.killService();
    world.run(world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
  },
};

function* save({ host }: World | TestHost, { port, key }: Login) {
  const { status } = yield* host.api.loginIScsiTarget({
    targetName: TARGET,
    initiatorInstance: HBA,
    initiatorPortNumber: port,
    targetPortal: { address: PORTAL },
    key,
    isPersistent: true,
  });
  return status;
}

function listed(world: World | TestHost): readonly number[] {
  const { status, persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
  assertEquals(status, 0);
  return persistentLogins.map(({ initiatorPortNumber }) => initiatorPortNumber);
}

/** Saved logins beside a key, and one that does not outlive the service. */
function prepared(login: Login): World {
  const world = new HostOf({ adapters: [{ storage: "nvram" }] }, (options) => new RealAdapter(options)).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  const name = { idType: 2, id: new TextEncoder().encode("b.example") };
  assertEquals(world.run(world.setKey(testKey(2), { ...name, persist: false })), 0);
  assertEquals(world.run(save(world, login)), 0);
  return world;
}

/** The keys with which the adapter logs in by itself after its power has come back. */
function keysAfterPowerCycle(world: World): readonly string[] {
  world.powerOff();
  const before = world.adapter.logins.length;
  world.boot();
  listed(world);
  return world.adapter.logins.slice(before).map(({ key }) => key).sort();
}

for (const [how, [old, next]] of Object.entries(SAVES)) {
  Deno.test(`An acknowledged login is there, old or new, while it is saved ${how}`, () => {
    const whole = prepared(old);
    const begun = whole.kernel.now;
    assertEquals(whole.run(save(whole, next)), 0);
    const duration = whole.kernel.now - begun;
    let interrupted = 0;
    for (const [accident, happen] of Object.entries(ACCIDENTS)) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        const world = prepared(old);
        const call = world.kernel.spawn("save", save(world, next));
        world.kernel.runUntil(call, world.kernel.now + Math.ceil(duration * moment / MOMENTS));
        happen(world);
        world.pass(2 * SECOND);
        const isAcknowledged = call.state === "finished" && call.result === 0;
        if (!isAcknowledged) interrupted++;
        world.run(world.host.startService());
        world.run(world.host.untilReady());
        const [oldKey, newKey] = [hex(old.key), hex(next.key)];
        const allowed = old.port === next.port
          ? [...(isAcknowledged ? [] : [[oldKey]]), [newKey]]
          : [...(isAcknowledged ? [] : [[oldKey]]), [oldKey, newKey].sort()];
        for (const boot of ["first", "second"]) {
          const found = keysAfterPowerCycle(world);
          const where = `${accident} at moment ${moment}, ${boot} boot: ${found.length} logins`;
          assert(allowed.some((keys) => keys.join() === found.join()), where);
          assertEquals(world.adapter.content()?.keys.size, 1, where);
        }
      }
    }
    assert(interrupted > 0, "the accidents hit the call");
  });
}

Deno.test("A save that fails because the disk is full leaves what was saved before, and nothing new", () => {
  for (const isSaved of [true, false]) {
    const failed = new Set<string>();
    for (let moment = 0, isOver = false; !isOver; moment++) {
      const world = new HostOf({ adapters: [{ storage: "nvram" }] }, (options) => new RealAdapter(options)).boot();
      if (isSaved) assertEquals(world.run(save(world, { port: 0, key: testKey(7) })), 0);
      const call = world.kernel.spawn("save", save(world, { port: 0, key: testKey(8) }));
      world.pass(1 + moment * 200_000);
      isOver = call.over;
      world.memoryStore.setFailing(true);
      world.pass(2 * SECOND);
      world.memoryStore.setFailing(false);
      const status = call.state === "finished" ? call.result : undefined;
      if (isOver) break;
      const where = `moment ${moment}, saved before ${isSaved}`;
      assertEquals(status, IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA, where);
      const found = keysAfterPowerCycle(world);
      failed.add(found.join());
      assertEquals(listed(world).length, isSaved ? 1 : 0, where);
    }
    assert(failed.size > 0, "no save failed");
  }
});

/** A cache that is full with a key and a login for port 0, and keeps what is cleared under a save for any port. */
Deno.test("A login for any port that has no room is forgotten alone: those of single ports stay", () => {
  let cleared = 0;
  for (const ends of ["the service lives", "the service dies"] as const) {
    for (let after = 1, isOver = false; !isOver; after += 40_009) {
      const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }] }).boot();
      assertEquals(world.run(world.setKey(testKey(1))), 0);
      assertEquals(world.run(save(world, { port: 0, key: testKey(7) })), 0);
      const call = world.kernel.spawn("save", save(world, { port: ANY, key: testKey(8) }));
      world.pass(after);
      isOver = call.over;
      world.kernel.spawn("tool", world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
      if (ends === "the service dies") world.kernel.schedule(60_000, () => world.host.killService());
      world.pass(2 * SECOND);
      world.run(world.host.startService());
      world.run(world.host.untilReady());
      world.askForKey();
      const status = call.state === "finished" ? call.result : undefined;
      const where = `${ends}, ${after} cycles: ${status?.toString(16)}`;
      assert(status !== 0, where);
      if (status === IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA) cleared++;
      assertEquals(listed(world), [0], where);
      assert(world.adapter.content()?.keys.has(keyName({ portNumber: ANY, idType: 1, id: ID })), where);
    }
  }
  assert(cleared > 0);
});

/** Real memory with nothing to spare: a saved login, and as many long keys as there is room for. */
const FULL = (() => {
  const world = fullWorld(new MemoryKeyStore()).boot();
  assertEquals(world.run(save(world, { port: 0, key: testKey(7) })), 0);
  let keys = 0;
  while (world.run(world.setKey(long(keys), { idType: 2, id: long(0x61 + keys) })) === 0) keys++;
  world.powerOff();
  return { keys, store: exportKeyStore(world.store), adapter: world.adapter.image() };
})();

function restored(): World {
  const store = new MemoryKeyStore();
  importKeyStore(store, FULL.store);
  const world = fullWorld(store);
  world.adapter.restore(FULL.adapter);
  return world.boot();
}

function fullWorld(keyStore: MemoryKeyStore): World {
  return new HostOf({ adapters: [{ storage: "nvram", capacity: 200 }], keyStore }, (each) => new RealAdapter(each));
}

for (const [how, key, mayGo] of [["as long a key", testKey(8), false], ["a longer key", long(0x42), true]] as const) {
  Deno.test(`In a full memory that is cleared under a save with ${how} ${mayGo ? "only" : "not even"} the login gives way`, () => {
    let gone = 0;
    for (const accident of ["nothing else happens", "the service is killed", "the host reboots"]) {
      for (let after = 1_000_000, isOver = false; !isOver; after += 200_007) {
        const world = restored();
        const call = world.kernel.spawn("save", save(world, { port: 0, key }));
        world.pass(after);
        isOver = call.over;
        world.kernel.spawn("tool", world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
        world.pass(1_500_000);
        if (accident === "the service is killed") world.host.killService();
        if (accident === "the host reboots") {
          world.powerOff();
          world.powerOn();
        }
        world.pass(2 * SECOND);
        world.run(world.host.startService());
        world.run(world.host.untilReady());
        const status = call.state === "finished" ? call.result : undefined;
        const found = keysAfterPowerCycle(world);
        const where = `${accident} after ${after} cycles: ${status?.toString(16)}, ${found}`;
        assertEquals(world.adapter.content()?.keys.size, FULL.keys, where);
        if (found.length === 0) gone++;
        const isThere = found.join() === hex(key) || status !== 0 && found.join() === hex(testKey(7));
        assert(isThere || mayGo && status !== 0 && found.length === 0, where);
      }
    }
    assert(gone > 0 === mayGo);
  });
}

for (const when of ["before the save", "while the adapter is away after it"] as const) {
  Deno.test(`A setting for all that has no room takes none of a login that was saved over, made ${when}`, () => {
    let interrupted = 0;
    for (let after = 1, isOver = false; !isOver; after += 60_013) {
      const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
      const name = { idType: 2, id: new TextEncoder().encode("a.example") };
      const setForAll = () => world.run(world.setKey(testKey(3), { adapter: undefined, ...name }));
      assertEquals(world.run(world.setKey(testKey(1))), 0);
      assertEquals(world.run(save(world, { port: 0, key: testKey(7) })), 0);
      if (when === "before the save") assertEquals(setForAll(), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
      // What is volatile has the next run fill the cache.
      assertEquals(world.run(world.setKey(testKey(2), { persist: false })), 0);
      const call = world.kernel.spawn("save", save(world, { port: 0, key: testKey(8) }));
      world.pass(after);
      isOver = call.over;
      world.host.killService();
      if (!isOver) interrupted++;
      if (when !== "before the save") {
        world.adapter.powerOff();
        world.run(world.host.startService());
        world.pass(2 * SECOND);
        assertEquals(setForAll(), 0);
        world.adapter.powerOn();
      }
      world.pass(2 * SECOND);
      world.run(world.host.startService());
      world.run(world.host.untilReady());
      world.askForKey();
      assertEquals(listed(world), [0], `killed after ${after} cycles`);
      assertEquals(world.adapter.content()?.keys.size, 1);
      world.reboot();
      assertEquals(listed(world), [0], `killed after ${after} cycles, and rebooted`);
    }
    assert(interrupted > 3);
  });
}

Deno.test("What had no room when a login was saved over takes none of a later key in the next run", () => {
  const named = (name: string) => ({ idType: 2, id: new TextEncoder().encode(name) });
  let interrupted = 0;
  for (let after = 1, isOver = false; !isOver; after += 60_013) {
    const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 3 }, { storage: "nvram" }] }).boot();
    assertEquals(world.run(world.setKey(testKey(1))), 0);
    assertEquals(world.run(world.setKey(testKey(2), { persist: false })), 0);
    for (const port of [0, 1]) assertEquals(world.run(save(world, { port, key: testKey(7) })), 0);
    const forAll = world.setKey(testKey(3), { adapter: undefined, ...named("a.example") });
    assertEquals(world.run(forAll), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
    assertEquals(world.run(world.host.api.removeIScsiPersistentTarget(HBA, 1, TARGET, undefined)), 0);
    assertEquals(world.run(world.setKey(testKey(4), named("b.example"))), 0);
    const call = world.kernel.spawn("save", save(world, { port: 0, key: testKey(8) }));
    world.pass(after);
    isOver = call.over;
    if (!isOver) interrupted++;
    world.host.killService();
    world.pass(2 * SECOND);
    world.run(world.host.startService());
    world.run(world.host.untilReady());
    assertEquals(listed(world), [0], `killed after ${after} cycles`);
  }
  assert(interrupted > 3);
});

Deno.test("A save into a memory with room for one login, which is cleared under it, says whether it is there", () => {
  const statuses = new Set<number>();
  for (let after = 1_000_000, isOver = false; !isOver; after += 100_003) {
    const world = restored();
    assertEquals(world.run(world.host.api.removeIScsiPersistentTarget(HBA, 0, TARGET, undefined)), 0);
    const call = world.kernel.spawn("save", save(world, { port: 0, key: testKey(8) }));
    world.pass(after);
    isOver = call.over;
    world.kernel.spawn("tool", world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
    world.pass(2 * SECOND);
    assert(call.state === "finished");
    statuses.add(call.result);
    const where = `cleared after ${after} cycles: ${call.result.toString(16)}`;
    assertEquals(listed(world).length, call.result === 0 ? 1 : 0, where);
    assertEquals(keysAfterPowerCycle(world).length, call.result === 0 ? 1 : 0, where);
  }
  assert(statuses.has(0));
});

Deno.test("RemoveIScsiPersistentTarget of all ports forgets a login of each port and of any; of one port, that alone", () => {
  const world = new HostOf({ adapters: [{ storage: "nvram" }] }, (options) => new RealAdapter(options)).boot();
  const { api } = world.host;
  const saveAll = () => {
    for (const port of [0, 1, ANY]) assertEquals(world.run(save(world, { port, key: testKey(7) })), 0);
    assertEquals(listed(world), [0, 1, ANY]);
  };
  saveAll();
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, 1, TARGET, { address: PORTAL, socket: 3260 })), 0);
  assertEquals(listed(world), [0, ANY]);
  const elsewhere = { address: "198.51.100.8", socket: 3260 };
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, ANY, TARGET, elsewhere)), IsdscStatus.NOT_FOUND);
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, ANY, TARGET, { address: PORTAL, socket: 3260 })), 0);
  assertEquals(listed(world), []);
  saveAll();
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, ANY, TARGET.toUpperCase(), undefined)), 0);
  assertEquals(listed(world), []);
});

Deno.test("RemoveIScsiPersistentTarget of all ports forgets damaged logins, too, which no adapter tells of", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const { savedLogins } = world.adapter;
  for (const port of [0, 1, ANY]) assertEquals(world.run(save(world, { port, key: testKey(7) })), 0);
  savedLogins.next = () => [MailboxStatus.commandComplete, 0, 0];
  assertEquals(listed(world), []);
  const { api } = world.host;
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, ANY, TARGET, undefined)), 0);
  assertEquals(savedLogins.saved, []);
  assertEquals(world.run(api.removeIScsiPersistentTarget(HBA, ANY, TARGET, undefined)), IsdscStatus.NOT_FOUND);
});

Deno.test("No login is saved into a cache that cannot be filled: it might have to go, and the one before it with it", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const keys = () => world.adapter.savedLogins.saved.map(({ key }) => key);
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  assertEquals(world.run(save(world, { port: 0, key: testKey(7) })), 0);
  world.adapter.forcedStatus.set(MailboxCommand.setPresharedKeyForId, IsdscStatus.CACHE_CORRUPTED);
  world.run(world.host.mailbox(HBA, { command: MailboxCommand.clearCache, ...NOTHING }));
  for (const port of [0, 1]) {
    const { COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA } = IsdscStatus;
    assertEquals(world.run(save(world, { port, key: testKey(8) })), COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA);
    assertEquals(keys(), [hex(testKey(7))]);
  }
  world.adapter.forcedStatus.clear();
  world.pass(10 * SECOND);
  assertEquals(world.run(save(world, { port: 0, key: testKey(8) })), 0);
  assertEquals(keys(), [hex(testKey(8))]);
});
