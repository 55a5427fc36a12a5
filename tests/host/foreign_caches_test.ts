/**
 * Caches that the service finds: its own of any age, and those that an option
 * ROM or another system has filled and named.
 */

import { assert, assertEquals } from "@std/assert";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import type { ForeignCachePolicy } from "../../host/initiator_service/service_context.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { WorldImage } from "../../sim/lab/world/world_options.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  bootWorld,
  getKey,
  keySetting,
  login,
  PORT,
  reboot,
  setKey,
  targetWithKey,
  text,
  unit,
} from "./world_support.ts";

const ADAPTERS = [{ name: ADAPTER, ports: [PORT] }];
const TARGETS = [targetWithKey("the key of the port")];
const FOREIGN = { id: text("rom.example"), idType: 2, flags: AGGRESSIVE };
const OWN = { id: text("own.example"), idType: 2, flags: AGGRESSIVE };

/** What an option ROM leaves: a key, and a generation that it has named. */
function romImage(): WorldImage {
  const world = bootWorld({ adapters: ADAPTERS, host: { serviceStartsAutomatically: false } });
  const execute = (methodId: number, input: Uint8Array) =>
    world.run(world.host.wmi.executeMethod(ADAPTER, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4));
  const id = FOREIGN.id;
  const input = new Uint8Array(28 + id.length + 8).fill(0x61);
  const view = new DataView(input.buffer);
  view.setUint32(0, 0xffff_ffff, true);
  view.setBigUint64(8, FOREIGN.flags, true);
  input[16] = FOREIGN.idType;
  view.setUint32(20, id.length, true);
  view.setUint32(24, 8, true);
  input.set(id, 28);
  assertEquals([...execute(SecurityMethod.setPresharedKeyForId, input).data], [0, 0, 0, 0]);
  assertEquals([...execute(SecurityMethod.setGenerationalGuid, new Uint8Array(16).fill(7)).data], [0, 0, 0, 0]);
  world.powerOff();
  return world.image();
}

function worldAfterRom(foreignCaches?: ForeignCachePolicy): World {
  const host = foreignCaches === undefined ? {} : { host: { foreignCaches } };
  return bootWorld({ adapters: ADAPTERS, targets: TARGETS, image: romImage(), ...host });
}

function states(world: World): string[] {
  return [...world.recorder.events()]
    .filter(({ component, kind }) => component === "initiator service" && kind === "state")
    .map(({ fields }) => `${fields["state"]}: ${fields["detail"]}`);
}

Deno.test("A cache that somebody else has filled and named is kept, own keys are set over it, and the trace says so", () => {
  const world = worldAfterRom();
  assertEquals(getKey(world, FOREIGN), 0);
  assertEquals(states(world).filter((state) => state.includes("foreign")), [
    "hba0 bears a foreign cache: policy: keep",
  ]);
  assertEquals(setKey(world, "the key of the port"), 0);
  reboot(world);
  assertEquals([getKey(world, FOREIGN), login(world, { flags: 0x27n })], [0, 0]);
});

Deno.test("With the option that clears them, a foreign cache is cleared", () => {
  const world = worldAfterRom("clear");
  assertEquals(getKey(world, FOREIGN) === 0, false);
  assertEquals(states(world).filter((state) => state.includes("foreign")), [
    "hba0 bears a foreign cache: policy: clear",
  ]);
});

Deno.test("A cache without a valid generation is cleared, whoever has filled it", () => {
  const world = worldAfterRom();
  const clear = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setGenerationalGuid };
  world.run(world.host.wmi.executeMethod(ADAPTER, { ...clear, input: new Uint8Array(16) }, 4));
  reboot(world);
  assertEquals(getKey(world, FOREIGN) === 0, false);
});

Deno.test("A key that was never acknowledged does not pass for another tool's that names the cache afterwards", () => {
  let left = 0;
  for (let microseconds = 4800; microseconds < 12_000; microseconds += 300) {
    const world = bootWorld({ adapters: ADAPTERS, targets: [targetWithKey("never acknowledged")] });
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text("the group key"), true)), 0);
    const process = world.kernel.spawn("application", keySetting(world, "never acknowledged"));
    world.advance(world.cycles(microseconds * 1000));
    const { over } = process;
    world.host.killService();
    world.advance(world.cycles(1e8));
    if (unit(world).adapter.cache?.keyTable.size === 1) left++;
    const name = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setGenerationalGuid };
    world.run(world.host.wmi.executeMethod(ADAPTER, { ...name, input: new Uint8Array(16).fill(9) }, 4));
    world.run(world.host.startService());
    world.settle();
    const isStored = world.image().serviceStore.rows.some(({ kind }) => kind === "preshared-key");
    assert(isStored || !over, "what was acknowledged is stored");
    assertEquals([getKey(world) === 0, login(world) === 0], [isStored, isStored], `killed after ${microseconds} µs`);
  }
  assert(left > 3, "the setting was to be killed while the adapter has its key");
});

Deno.test("The service knows its own generations of any age, and clears what only they held", () => {
  const keyStore = new MemoryKeyStore();
  const first = bootWorld({ adapters: ADAPTERS, keyStore });
  assertEquals(setKey(first, "a volatile key", { ...OWN, persist: false }), 0);
  first.powerOff();
  let { flash } = first.image();
  const volatileFlash = flash;
  for (let count = 0; count < 5; count++) {
    const world = bootWorld({ adapters: ADAPTERS, keyStore, image: { ...first.image(), flash, worlds: count + 1 } });
    assertEquals(getKey(world, OWN) === 0, false, `world ${count}`);
    assertEquals(setKey(world, `key ${count}`), 0);
    world.powerOff();
    ({ flash } = world.image());
  }
  const world = bootWorld({
    adapters: ADAPTERS,
    targets: TARGETS,
    keyStore,
    image: { ...first.image(), flash: volatileFlash },
  });
  assertEquals(getKey(world, OWN) === 0, false);
});

Deno.test("No generation vouches for a cache that holds a volatile setting", () => {
  for (const kind of ["preshared", "group"] as const) {
    const world = bootWorld({ adapters: ADAPTERS });
    const stored = () => world.image().serviceStore.rows.filter((row) => row.kind === "generational-guid").length;
    assertEquals(setKey(world, "a lasting key"), 0);
    assertEquals(stored(), 1);
    const volatile = kind === "group"
      ? world.run(world.host.api.setIScsiGroupPresharedKey(text("only for today"), false))
      : setKey(world, "only for today", { persist: false });
    assertEquals([volatile, stored()], [0, 0], kind);
    const durable = kind === "group"
      ? world.run(world.host.api.setIScsiGroupPresharedKey(text("for good"), true))
      : setKey(world, "for good");
    assertEquals([durable, stored()], [0, 1], `${kind}, when all is durable again`);
  }
});
