/**
 * Requests that outlive the run of the service that sent them: one that was
 * busy is submitted again, and must not land on what a later run has
 * acknowledged.
 */

import { assert, assertEquals } from "@std/assert";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, contains, keySetting, login, MAIN, PORT } from "./world_support.ts";
import { reboot, setKey, targetWithKey, text, unit } from "./world_support.ts";

const MILLISECOND_NS = 1e6;
const SECOND_NS = 1e9;
/** As long as a request can outlive its caller: the system gives a cancelled IRP five minutes. */
const LONGEST_SERVICE_START_NS = 330 * SECOND_NS;

function bootWithKey(keyStorage: "nvram" | "ram", targetsKey: string): World {
  return bootWorld({ adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }], targets: [targetWithKey(targetsKey)] });
}

/** Sets a key, and resets the adapter while the request is on its way to the driver. The service dies under it. */
function orphanSetting(world: World, key: string): void {
  const bytes = text(key);
  world.kernel.spawn("older", keySetting(world, key));
  const atTheDriver = () => world.host.wmi.buffers.memory().some((memory) => contains(memory, bytes));
  const limit = world.now + world.cycles(SECOND_NS);
  while (!atTheDriver() && world.now < limit) world.advance(500);
  assert(atTheDriver(), "the request never came to the driver");
  world.host.resetAdapter(ADAPTER);
  world.advance(50_000);
  world.host.killService();
}

/** Sets a key again and again until the service runs and acknowledges it. */
function setUntilAcknowledged(world: World, key: string): void {
  const limit = world.now + world.cycles(LONGEST_SERVICE_START_NS);
  while (setKey(world, key) !== 0) {
    assert(world.now < limit, "the key was never acknowledged");
    world.advance(world.cycles(20 * MILLISECOND_NS));
  }
}

/** Statuses of logins with the newer key: as soon as it is acknowledged, when all old requests are over, after a reboot. */
function loginsWithNewerKey(keyStorage: "nvram" | "ram", restartMilliseconds: number): number[] {
  const world = bootWithKey(keyStorage, "the newer key");
  assertEquals(setKey(world, "the first key"), 0);
  orphanSetting(world, "the older key");
  world.advance(world.cycles(restartMilliseconds * MILLISECOND_NS));
  world.kernel.spawn("start", world.host.startService());
  setUntilAcknowledged(world, "the newer key");
  const statuses = [login(world)];
  world.advance(world.cycles(25 * SECOND_NS));
  statuses.push(login(world));
  reboot(world);
  statuses.push(login(world));
  return statuses;
}

for (const keyStorage of ["nvram", "ram"] as const) {
  Deno.test(`A set of a service that died never replaces an acknowledged newer key, storage ${keyStorage}`, () => {
    for (let restart = 0; restart <= 960; restart += 120) {
      assertEquals(loginsWithNewerKey(keyStorage, restart), [0, 0, 0], `restarted after ${restart} ms`);
    }
  });
}

const KEYS = 60;

/** Another tool has changed the generation, so that the next run of the service synchronises the adapter. */
function changeGeneration(world: World): void {
  const method = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setGenerationalGuid };
  const input = new Uint8Array(16).fill(5);
  assertEquals(world.run(world.host.wmi.executeMethod(ADAPTER, { ...method, input }, 4)).ntStatus, 0);
}

Deno.test(
  "No acknowledged key is lost when the service stops in a synchronisation under which the adapter was reset",
  () => {
    for (let restart = 700; restart < 860; restart += 20) {
      const world = bootWithKey("nvram", "the key of the port");
      assertEquals(setKey(world, "the key of the port"), 0);
      for (let index = 0; index < KEYS; index++) {
        assertEquals(setKey(world, `key ${index}`, { id: text(`host${index}.example`), idType: 2, flags: 0x2bn }), 0);
      }
      changeGeneration(world);
      world.run(world.host.stopService());
      world.kernel.spawn("start", world.host.startService());
      // The service needs 500 ms to start; it is at the adapter's cache then.
      world.advance(world.cycles(501 * MILLISECOND_NS));
      world.host.resetAdapter(ADAPTER);
      world.advance(50_000);
      world.run(world.host.stopService());
      world.advance(world.cycles(restart * MILLISECOND_NS));
      world.kernel.spawn("start", world.host.startService());
      world.advance(world.cycles(30 * SECOND_NS));
      world.settle();
      const place = `started again after ${restart} ms`;
      assertEquals(unit(world).adapter.cache?.keyTable.size, KEYS + 1, `keys in the adapter, ${place}`);
      assertEquals(login(world, { flags: MAIN }), 0, place);
      reboot(world);
      assertEquals(login(world, { flags: MAIN }), 0, `${place}, after a reboot`);
    }
  },
);
