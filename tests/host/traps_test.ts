/**
 * The 34 ways in which a simulator of this driver stack goes wrong, each as a
 * test. Those that are the firmware's own run against the real firmware in
 * `firmware_traps_test.ts`; the numbers are common to both files.
 */
import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../firmware/manual/interface.ts";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_GROUP_PRESHARED_KEY_IN,
} from "../../host/wmi/security_config_operations.ts";
import { METHOD_DATA_OFFSET, MinorFunction, writeMethodCall } from "../../host/wmi/wnode.ts";
import { hex } from "./adapter_model.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

import { ALL, execute, holds, operations, outStatus, S, setKeyIn } from "./trap_support.ts";

Deno.test("trap 1: offsets, not sizeof, are the least that IN must have", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const one = Uint8Array.of(0x41);
  const set = setKeyIn(one, { id: one, idType: 2 });
  assertEquals(set.length, 30);
  assertEquals(outStatus(execute(world, 1, set).data), S.SUCCESS);
  assertEquals(execute(world, 1, set.slice(0, 29)).srbStatus, SrbStatus.error);
  const get = GET_PRESHARED_KEY_FOR_ID_IN.encode({ PortNumber: ALL, IdType: 2, Id: one });
  assertEquals(get.length, 13);
  assertEquals(outStatus(execute(world, 2, get).data), S.SUCCESS);
  const group = SET_GROUP_PRESHARED_KEY_IN.encode({ Key: one });
  assertEquals(group.length, 5);
  assertEquals(outStatus(execute(world, 3, group).data), S.SUCCESS);
});

Deno.test("trap 2: lengths whose sum wraps at 32 bits are refused", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const input = setKeyIn(testKey(1));
  const view = new DataView(input.buffer);
  view.setUint32(20, 0xffff_fff0, true);
  view.setUint32(24, 0x20, true);
  assertEquals((28 + 0xffff_fff0 + 0x20) % 2 ** 32, 44);
  assertEquals(execute(world, 1, input).srbStatus, SrbStatus.error);
  assertEquals(world.adapter.volatile.keys.size, 0);
});

Deno.test("trap 3: IN is read before OUT is written over it, also when the request is sent twice", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(outStatus(execute(world, 1, setKeyIn(testKey(1), { flags: 0xfedc_ba98_7654_3200n })).data), S.SUCCESS);
  world.adapter.busyAnswers = 2;
  const query = GET_PRESHARED_KEY_FOR_ID_IN.encode({ PortNumber: ALL, IdType: 1, Id: ID });
  // IN has 16 bytes and OUT 16 in the same place: SecurityFlags lie over IdSize and Id.
  assertEquals(GET_PRESHARED_KEY_FOR_ID_OUT.decode(execute(world, 2, query).data), {
    Status: S.SUCCESS,
    SecurityFlags: 0xfedc_ba98_7654_3200n,
  });
});

Deno.test("trap 4: neither the answer nor system or DMA memory holds key bytes after the call", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const key = testKey(5);
  const buffers: Uint8Array[] = [];
  world.adapter.onCommand = () => buffers.push(...world.dmaMemory.buffers().map(({ bytes }) => bytes));
  const input = setKeyIn(key);
  const buffer = new Uint8Array(METHOD_DATA_OFFSET + input.length);
  writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 1, input }, buffer);
  const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, buffer));
  assertEquals(answer.wnode.length, 76);
  assertEquals(new DataView(answer.wnode.buffer).getUint32(64, true), 4);
  assert(!holds(answer.wnode, key.slice(4)));
  assert(buffers.some((bytes) => bytes.length === 24 + 4 + 16), "the request went through DMA memory");
  for (const memory of [...buffers, ...world.host.wmi.buffers.memory()]) {
    assert(memory.every((byte) => byte === 0), "memory is not zero after the call");
  }
});

Deno.test("trap 5: an ISDSC error travels in OUT.Status while the SRB succeeds", () => {
  const world = new TestHost({ adapters: [{ storage: "none" }] }).boot();
  const answer = execute(world, 1, setKeyIn(testKey(1)));
  assertEquals([answer.srbStatus, answer.ntStatus], [SrbStatus.success, NtStatus.success]);
  assertEquals(outStatus(answer.data), S.HBA_SECURITY_CACHE_NOT_SUPPORTED);
});

Deno.test("trap 6: a class of methods alone answers the query, which comes before the method", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const query = world.run(world.host.wmi.queryInstance(HBA, SECURITY_CONFIG_OPERATIONS_GUID, 8));
  assertEquals([query.ntStatus, query.data.length], [NtStatus.success, 4]);
  const before = operations(world, "wmi", "call").length;
  execute(world, 1, setKeyIn(testKey(1)));
  assertEquals(operations(world, "wmi", "call").slice(before), [
    "IRP_MN_QUERY_SINGLE_INSTANCE",
    "IRP_MN_EXECUTE_METHOD",
  ]);
});

Deno.test("trap 7: nothing happens before the room for OUT is known to suffice", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const before = world.adapter.commands.length;
  // ClearCache has no IN: the first attempt has room for 2 bytes, the second for what was asked for.
  const answer = execute(world, SecurityMethod.clearCache, new Uint8Array(0), 2);
  assertEquals(outStatus(answer.data), S.SUCCESS);
  assertEquals(world.adapter.commands.slice(before), [MailboxCommand.clearCache]);
  assertEquals(operations(world, "wmi", "call").filter((name) => name === "IRP_MN_EXECUTE_METHOD").length >= 2, true);
});

Deno.test("trap 8: the size asked for is the size needed, and with it the call succeeds", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  for (const methodId of [1, 2, 3, 4, 5, 6]) {
    const needed = methodId === 2 ? 16 : 4;
    const buffer = new Uint8Array(METHOD_DATA_OFFSET + needed - 1);
    const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input: new Uint8Array(0) };
    writeMethodCall(call, buffer);
    const short = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, buffer));
    const asked = new DataView(short.wnode.buffer).getUint32(48, true);
    assertEquals(asked, METHOD_DATA_OFFSET + needed);
    const enough = new Uint8Array(asked);
    writeMethodCall(call, enough);
    const again = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, enough));
    assert(again.wnode.length !== 56, `method ${methodId} asks twice`);
  }
  // The instance of MSiSCSI_HBAInformation is asked for with too little room by the service itself.
  const information = world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 1));
  assertEquals([information.ntStatus, information.data.length], [NtStatus.success, HBA_INFORMATION.sizeof]);
});

Deno.test("trap 10: asked for all ports, Get finds the entry for all ports, then the lowest port", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  const get = (port: number) => world.askForKey({ port });
  world.run(world.setKey(testKey(1), { port: 1, flags: 0x11n }));
  assertEquals(get(ALL), { status: S.SUCCESS, securityFlags: 0x11n });
  world.run(world.setKey(testKey(2), { port: 0, flags: 0x21n }));
  assertEquals(get(ALL), { status: S.SUCCESS, securityFlags: 0x21n });
  world.run(world.setKey(testKey(3), { port: ALL, flags: 0x31n }));
  assertEquals(get(ALL), { status: S.SUCCESS, securityFlags: 0x31n });
  assertEquals(get(1), { status: S.SUCCESS, securityFlags: 0x11n });
});

Deno.test("trap 11: Persist does not reach the adapter", () => {
  const requests: string[] = [];
  for (const persist of [true, false]) {
    const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
    world.adapter.onCommand = (code) => {
      if (code !== MailboxCommand.setPresharedKeyForId) return;
      requests.push(world.dmaMemory.buffers().map(({ bytes }) => hex(bytes)).join());
    };
    assertEquals(world.run(world.setKey(testKey(1), { persist })), 0);
  }
  assertEquals(requests.length, 2);
  assertEquals(requests[0], requests[1]);
});

Deno.test("trap 12: the group key does not make an identifier configured", () => {
  for (const storage of ["nvram", "ram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true)), 0);
    assertEquals(world.askForKey(), {
      status: S.TARGET_PRESHAREDKEY_UNAVAILABLE,
      securityFlags: 0n,
    });
  }
});

Deno.test("trap 13: a group key set later does not hide an explicit key that the service hands over", () => {
  const world = new TestHost({ adapters: [{ storage: "none" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true));
  assertEquals(world.run(world.login()).status, 0);
  assertEquals(world.adapter.logins.at(-1)?.key, hex(testKey(1)));
});

Deno.test("trap 15: the generational GUID is written last, as it is, and only the service makes one", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true));
  const stored = exportKeyStore(world.store).rows.find(({ kind }) => kind === "generational-guid")?.value;
  assert(stored !== undefined);
  assertEquals(world.adapter.nonvolatile.guid, stored);
  // Another generation of the service's own: the whole cache is made anew, in the order of the settings, and named at the end.
  world.adapter.nonvolatile.guid = Uint8Array.of(...stored.subarray(0, 15), (stored[15] ?? 0) ^ 1);
  world.reboot();
  const changing = world.adapter.commands.filter((code) =>
    code >= MailboxCommand.setPresharedKeyForId && code <= MailboxCommand.setGenerationalGuid &&
    code !== MailboxCommand.getPresharedKeyForId
  );
  assertEquals(changing.slice(-6), [
    MailboxCommand.clearCache,
    MailboxCommand.setPresharedKeyForId,
    MailboxCommand.setGroupPresharedKey,
    MailboxCommand.setGenerationalGuid,
    // All was there already. One key alone does not prove that nobody has cleared the cache right before the naming.
    MailboxCommand.setPresharedKeyForId,
    MailboxCommand.setGroupPresharedKey,
  ]);
  const renewed = exportKeyStore(world.store).rows.find(({ kind }) => kind === "generational-guid")?.value;
  assertEquals(world.adapter.nonvolatile.guid, renewed);
  assert(hex(stored) !== hex(renewed ?? stored), "a new generation has a new name");
});

Deno.test("trap 16: CacheValid is false without a cache and true after a good load", () => {
  const cacheValid = (world: TestHost) =>
    HBA_INFORMATION.decode(world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152)).data).CacheValid;
  const nvram = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(cacheValid(nvram), true);
  nvram.reboot();
  assertEquals(cacheValid(nvram), true);
  assertEquals(cacheValid(new TestHost({ adapters: [{ storage: "ram" }] }).boot()), false);
  assertEquals(cacheValid(new TestHost({ adapters: [{ storage: "none" }] }).boot()), false);
});

Deno.test("trap 17: an adapter without nonvolatile memory takes keys, and the service replays them after a reset", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  world.host.resetAdapter(HBA);
  world.run(world.kernel.sleep(1));
  world.run(world.host.untilReady());
  assertEquals(world.adapter.boots, 2);
  assertEquals([...world.adapter.volatile.keys.values()].map(({ key }) => hex(key)), [hex(testKey(1))]);
});
