/**
 * Keys that an adapter has taken and has not got any more, without its name or
 * the witnesses telling it: a login that lacks one has all set again, as a
 * question has, before it is refused.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { SET_GROUP_PRESHARED_KEY_IN, SET_PRESHARED_KEY_FOR_ID_IN } from "../../host/wmi/security_config_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { hex, keyName } from "./adapter_model.ts";
import type { FakeAdapter } from "./fake_adapter.ts";
import { ID, TestHost, testKey } from "./test_host.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  ALL_PORTS,
  bootWorld,
  login,
  PORT,
  setKey,
  targetWithKey,
  text,
} from "./world_support.ts";

const S = IsdscStatus;
const OTHERS = [Uint8Array.of(192, 0, 2, 77), Uint8Array.of(192, 0, 2, 78)] as const;

/** The key of the port, set between two others: those bear witness for it. */
function hostWithThreeKeys(storage: "nvram" | "ram"): TestHost {
  const world = new TestHost({ adapters: [{ storage }] }).boot();
  const [first, last] = OTHERS;
  assertEquals(world.run(world.setKey(testKey(1), { id: first })), 0);
  assertEquals(world.run(world.setKey(testKey(2))), 0);
  assertEquals(world.run(world.setKey(testKey(3), { id: last })), 0);
  return world;
}

function lose({ nonvolatile, volatile }: FakeAdapter, id: Uint8Array): void {
  for (const { keys } of [nonvolatile, volatile]) {
    assert(keys.delete(keyName({ portNumber: ALL_PORTS, idType: 1, id })) || keys.size === 0);
  }
}

function clears({ commands }: FakeAdapter): number {
  return commands.filter((code) => code === MailboxCommand.clearCache).length;
}

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`A login whose key the adapter has lost has it set again, and succeeds, storage ${storage}`, () => {
    const world = hostWithThreeKeys(storage);
    for (const id of [ID, ...OTHERS]) lose(world.adapter, id);
    // What remains must not be another key that would do.
    const { status } = world.run(world.login());
    assertEquals([status, world.adapter.logins.at(-1)?.key], [0, hex(testKey(2))]);
    assertEquals(world.adapter.content()?.keys.size, 3);
  });

  Deno.test(`A login whose key was lost, and which another key of the adapter could have, gets its own, storage ${storage}`, () => {
    const world = hostWithThreeKeys(storage);
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(4), true)), 0);
    lose(world.adapter, ID);
    // The target knows the port's own key only.
    world.adapter.onCommand = (code) => {
      if (code !== MailboxCommand.openSession) return;
      const has = world.adapter.content()?.keys.has(keyName({ portNumber: ALL_PORTS, idType: 1, id: ID }));
      world.adapter.loginStatus = has ? S.SUCCESS : S.AUTHENTICATION_FAILURE;
    };
    const { status } = world.run(world.login());
    assertEquals([status, world.adapter.logins.at(-1)?.key], [0, hex(testKey(2))]);
  });

  Deno.test(`A login that lacks nothing, or a key that nobody has set, changes nothing, storage ${storage}`, () => {
    const world = hostWithThreeKeys(storage);
    const before = [clears(world.adapter), world.adapter.snapshot()];
    world.adapter.loginStatus = S.AUTHENTICATION_FAILURE;
    assertEquals(world.run(world.login()).status, S.AUTHENTICATION_FAILURE);
    assertEquals(world.run(world.login({ key: testKey(9) })).status, S.AUTHENTICATION_FAILURE);
    assertEquals([clears(world.adapter), world.adapter.snapshot()], before);
    const empty = new TestHost({ adapters: [{ storage }] }).boot();
    const clearsBefore = clears(empty.adapter);
    assertEquals(empty.run(empty.login()).status, S.TARGET_PRESHAREDKEY_UNAVAILABLE);
    assertEquals(clears(empty.adapter), clearsBefore);
  });
}

Deno.test("A damaged key that the adapter says is damaged is set again by the login that needs it", () => {
  const world = hostWithThreeKeys("nvram");
  world.adapter.forcedStatus.set(MailboxCommand.openSession, S.CACHE_CORRUPTED);
  world.adapter.onCommand = (code) => {
    if (code === MailboxCommand.clearCache) world.adapter.forcedStatus.clear();
  };
  assertEquals(world.run(world.login()).status, 0);
});

Deno.test("Real firmware: another tool clears the cache, sets keys for both witnesses and the group: the next login has its own key", () => {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, keyStorage: "ram", ports: [PORT] }],
    targets: [targetWithKey("the key of the port")],
  });
  const names = [text("first.example"), text("last.example")] as const;
  assertEquals(setKey(world, "key of the first", { id: names[0], idType: 2, flags: AGGRESSIVE }), 0);
  assertEquals(setKey(world, "the key of the port"), 0);
  assertEquals(setKey(world, "key of the last", { id: names[1], idType: 2, flags: AGGRESSIVE }), 0);
  foreign(world, SecurityMethod.clearCache, new Uint8Array(0));
  for (const Id of names) {
    const fields = { PortNumber: ALL_PORTS, SecurityFlags: AGGRESSIVE, IdType: 2, Id, Key: text("another tool's") };
    foreign(world, SecurityMethod.setPresharedKeyForId, SET_PRESHARED_KEY_FOR_ID_IN.encode(fields));
  }
  foreign(
    world,
    SecurityMethod.setGroupPresharedKey,
    SET_GROUP_PRESHARED_KEY_IN.encode({ Key: text("another tool's") }),
  );
  assertEquals(login(world), 0);
});

function foreign(world: World, methodId: number, input: Uint8Array): void {
  const { data } = world.run(
    world.host.wmi.executeMethod(ADAPTER, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4),
  );
  assertEquals([...data], [0, 0, 0, 0]);
}
