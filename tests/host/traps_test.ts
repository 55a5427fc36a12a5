/**
 * The 34 ways in which a simulator of this driver stack goes wrong, each as a
 * test. Those that are the firmware's own run against the real firmware in
 * `firmware_traps_test.ts`; the numbers are common to both files.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { AsynchronousEvent, IsdscStatus, MailboxCommand } from "../../firmware/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { DEFAULT_HOST_COSTS, defaultHostTimeouts } from "../../host/costs.ts";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { Miniport } from "../../host/miniport/miniport.ts";
import { WmiSrb } from "../../host/srb.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import { METHOD_DATA_OFFSET, MinorFunction, writeMethodCall } from "../../host/wmi/wnode.ts";
import { hex } from "./fake_adapter.ts";
import { FLAGS, HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const S = IsdscStatus;

function setKeyIn(key: Uint8Array, options: { port?: number; id?: Uint8Array; idType?: number; flags?: bigint } = {}) {
  return SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: options.port ?? ALL,
    SecurityFlags: options.flags ?? FLAGS,
    IdType: options.idType ?? 1,
    Id: options.id ?? ID,
    Key: key,
  });
}

function execute(world: TestHost, methodId: number, input: Uint8Array, capacityBytes = 16) {
  return world.run(
    world.host.wmi.executeMethod(HBA, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, capacityBytes),
  );
}

function outStatus(data: Uint8Array): number {
  return STATUS_OUT.decode(data).Status;
}

function operations(world: TestHost, component: string, kind: string): string[] {
  return [...world.recorder.events()]
    .filter((event) => event.component === component && event.kind === kind)
    .map((event) => String(event.fields["operation"]));
}

function holds(memory: Uint8Array, needle: Uint8Array): boolean {
  return hex(memory).includes(hex(needle));
}

/** Starts a task and leaves it running. */
function start<T>(world: TestHost, task: Task<T>) {
  return world.kernel.spawn("background", task);
}

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
  const world = new TestHost({ adapters: [{ storage: "none" }] }).boot();
  const get = (port: number) => world.run(world.host.api.getIScsiIKEInfo(HBA, port, { idType: 1, id: ID }));
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
    assertEquals(world.run(world.host.api.getIScsiIKEInfo(HBA, ALL, { idType: 1, id: ID })), {
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
  // Another management application has changed something: the whole cache is made anew, and stamped at the end.
  world.adapter.nonvolatile.guid = new Uint8Array(16).fill(1);
  world.reboot();
  const changing = world.adapter.commands.filter((code) =>
    code >= MailboxCommand.setPresharedKeyForId && code <= MailboxCommand.setGenerationalGuid
  );
  assertEquals(changing.slice(-4), [
    MailboxCommand.clearCache,
    MailboxCommand.setGroupPresharedKey,
    MailboxCommand.setPresharedKeyForId,
    MailboxCommand.setGenerationalGuid,
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

Deno.test("trap 21: strings in instances are counted, and identifiers of names have no terminator", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const { data } = world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152));
  const value = HBA_INFORMATION.decode(data);
  assertEquals([value.VendorID, value.VendorModel, value.FirmwareVersion], ["hbasim", HBA, "1.2.3"]);
  assertEquals(new DataView(data.buffer).getUint16(50, true), 12);
  const name = new TextEncoder().encode("host.example.com");
  assertEquals(world.run(world.setKey(testKey(1), { idType: 2, id: name })), 0);
  const stored = [...world.adapter.nonvolatile.keys.values()][0];
  assertEquals(stored?.id, name);
});

Deno.test("trap 22: a wrong type is refused as a type, whatever its size", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  for (const idType of [4, 6, 7, 8, 9, 10, 11]) {
    for (const id of [new Uint8Array(0), ID, new Uint8Array(300)]) {
      assertEquals(world.run(world.setKey(testKey(1), { idType, id })), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);
    }
  }
});

Deno.test("trap 23: a partial success is a warning with its exact value", () => {
  assertEquals(S.OPERATION_NOT_ALL_SUCCESS, 0xafff_002e);
  assertEquals(S.OPERATION_REQUIRES_REBOOT, 0xafff_003b);
  assertEquals(S.SHORT_CHAP_SECRET, 0xafff_0048);
  assertEquals([S.PORTAL_NOT_FOUND, S.INITIATOR_NOT_FOUND], [0xefff_0043, 0xefff_0044]);
  // OPERATION_REQUIRES_REBOOT of an adapter goes through as it is.
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.forcedStatus.set(MailboxCommand.setPresharedKeyForId, S.OPERATION_REQUIRES_REBOOT);
  assertEquals(world.run(world.setKey(testKey(1))), S.OPERATION_REQUIRES_REBOOT);
});

Deno.test("trap 24: flags without VALID are kept as they were set", () => {
  for (const storage of ["nvram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    world.run(world.setKey(testKey(1), { flags: 0x2an }));
    assertEquals(world.run(world.host.api.getIScsiIKEInfo(HBA, ALL, { idType: 1, id: ID })).securityFlags, 0x2an);
    world.reboot();
    assertEquals(world.run(world.host.api.getIScsiIKEInfo(HBA, ALL, { idType: 1, id: ID })).securityFlags, 0x2an);
  }
});

Deno.test("trap 25: undefined flags above bit 32 survive the whole path, store and replay", () => {
  const flags = 0x8000_0001_0000_0027n;
  for (const storage of ["nvram", "ram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    world.run(world.setKey(testKey(1), { flags }));
    world.reboot();
    assertEquals(world.run(world.host.api.getIScsiIKEInfo(HBA, ALL, { idType: 1, id: ID })).securityFlags, flags);
  }
});

Deno.test("trap 26: garbage in padding makes no second entry", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 1 }] }).boot();
  for (const garbage of [0x00, 0xaa, 0xff]) {
    const input = setKeyIn(testKey(garbage & 7));
    input.fill(garbage, 4, 8);
    input.fill(garbage, 17, 20);
    assertEquals(outStatus(execute(world, 1, input).data), S.SUCCESS);
  }
  assertEquals(world.adapter.nonvolatile.keys.size, 1);
});

Deno.test("trap 27: queries and events flow while a command is outstanding", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.commandCycles = 250_000_000;
  const slow = start(
    world,
    world.host.wmi.executeMethod(HBA, {
      guid: SECURITY_CONFIG_OPERATIONS_GUID,
      methodId: 3,
      input: SET_GROUP_PRESHARED_KEY_IN.encode({ Key: testKey(1) }),
    }, 4),
  );
  world.pass(1_000_000);
  const begun = world.kernel.now;
  assertEquals(world.run(world.host.wmi.queryInstance(HBA, SECURITY_CONFIG_OPERATIONS_GUID, 8)).ntStatus, 0);
  world.adapter.event(AsynchronousEvent.linkDown, 0);
  world.pass(1_000_000);
  assertLess(world.kernel.now - begun, 10_000_000);
  assert(!slow.over, "the command is still outstanding");
  assert(
    [...world.recorder.events()].some((event) => String(event.fields["text"]).includes("0x8011")),
    "the event was taken",
  );
  world.kernel.runUntil(slow, world.kernel.now + 1_000_000_000);
  assertEquals(outStatus(slow.result.data), S.SUCCESS);
});

Deno.test("trap 28: a completed request belongs to the port driver: nothing touches it any more", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }], serviceStartsAutomatically: false });
  const { kernel, recorder, dmaMemory } = world;
  const group = new TaskGroup(kernel, "drivers");
  const miniport = new Miniport({
    name: "hba",
    uniqueAdapterId: 1n,
    registers: world.adapter.registers,
    provider: "complete",
    kernel,
    recorder,
    group,
    dmaMemory,
    costs: DEFAULT_HOST_COSTS,
    timeouts: defaultHostTimeouts(kernel.frequencyHz),
    onStateChange: () => {},
  });
  world.adapter.powerOn();
  miniport.start();
  world.pass(50_000_000);
  assertEquals(miniport.state, "ready");
  // Synchronous (a refused method, a query of a class without data) and pending completion alike.
  for (const [methodId, minorFunction] of [[99, 9], [5, 9], [1, 9], [0, 1]] as const) {
    const buffer = new Uint8Array(160);
    writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input: setKeyIn(testKey(1)) }, buffer);
    let completions = 0;
    const srb: WmiSrb = new WmiSrb({
      minorFunction,
      dataPath: SECURITY_CONFIG_OPERATIONS_GUID,
      dataBuffer: buffer,
      onComplete: () => {
        completions++;
        buffer.fill(0x5a);
        srb.dataTransferLength = 4711;
      },
    });
    miniport.startIo(srb);
    world.pass(50_000_000);
    assertEquals(completions, 1);
    assert(buffer.every((byte) => byte === 0x5a), `method ${methodId}: the buffer was touched`);
    assertEquals(srb.dataTransferLength, 4711);
  }
  group.kill();
});

Deno.test("trap 29: a set that is sent again after busy or a reset changes one entry once", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 1 }] }).boot();
  world.adapter.busyAnswers = 3;
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  assertEquals(world.adapter.nonvolatile.keys.size, 1);
  // The adapter is reset after it has stored the key and before it could say so; its table is full then.
  const pending = start(world, world.setKey(testKey(2)));
  let resets = 0;
  world.adapter.onCommand = (code) => {
    if (code !== MailboxCommand.setPresharedKeyForId || resets++ > 0) return;
    world.kernel.schedule(world.adapter.commandCycles / 2 + 10, () => world.adapter.reset());
  };
  world.kernel.runUntil(pending, world.kernel.now + 10_000_000_000);
  assertEquals(pending.result, 0);
  assertEquals(world.adapter.boots, 2);
  assertEquals([...world.adapter.nonvolatile.keys.values()].map(({ key }) => hex(key)), [hex(testKey(2))]);
});

Deno.test("trap 30: the shorter of port and mailbox timer wins, and a late completion completes nothing", () => {
  const second = 250_000_000;
  // The port timer is shorter: the request fails, the adapter is not reset, and its late answer is nobody's.
  const port = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  port.adapter.commandCycles = 45 * second;
  const late = execute(port, 3, SET_GROUP_PRESHARED_KEY_IN.encode({ Key: testKey(1) }));
  assertEquals([late.ntStatus, late.srbStatus], [NtStatus.ioTimeout, SrbStatus.timeout]);
  port.adapter.commandCycles = 20_000;
  const before = operations(port, "miniport hba 0", "return").length;
  port.pass(20 * second);
  assertEquals(operations(port, "miniport hba 0", "return").length, before, "something was completed twice");
  assertEquals([port.adapter.boots, port.host.adapterState(HBA)], [1, "ready"]);
  assertEquals(outStatus(execute(port, 5, new Uint8Array(0)).data), S.SUCCESS);

  // The mailbox timer is shorter: the adapter is reset and takes commands again.
  const mailbox = new TestHost({
    adapters: [{ storage: "nvram" }],
    timeouts: { requestCycles: 200 * second },
  }).boot();
  mailbox.adapter.hanging = true;
  const hung = start(
    mailbox,
    mailbox.host.wmi.executeMethod(HBA, {
      guid: SECURITY_CONFIG_OPERATIONS_GUID,
      methodId: 5,
      input: new Uint8Array(0),
    }, 4),
  );
  mailbox.pass(61 * second);
  mailbox.adapter.hanging = false;
  mailbox.kernel.runUntil(hung, mailbox.kernel.now + 10 * second);
  assertEquals([hung.result.ntStatus, hung.result.srbStatus], [NtStatus.ioTimeout, SrbStatus.timeout]);
  mailbox.run(mailbox.host.untilReady());
  assertEquals(mailbox.adapter.boots, 2);
  assertEquals(outStatus(execute(mailbox, 5, new Uint8Array(0)).data), S.SUCCESS);
});

Deno.test("trap 31: settings for all adapters that only some take give a warning, not the first error", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "ram" }, { storage: "none" }] }).boot();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true)), S.SUCCESS);
  world.adapters[1]?.forcedStatus.set(MailboxCommand.setGroupPresharedKey, S.CACHE_CORRUPTED);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true)), S.OPERATION_NOT_ALL_SUCCESS);
  const tunnel = () =>
    world.run(
      world.host.api.setIScsiTunnelModeOuterAddress(
        undefined,
        ALL,
        Uint8Array.of(203, 0, 113, 9),
        Uint8Array.of(203, 0, 113, 1),
        true,
      ),
    );
  assertEquals(tunnel(), S.OPERATION_NOT_ALL_SUCCESS);
  for (const adapter of world.adapters) {
    adapter.forcedStatus.set(MailboxCommand.setTunnelModeOuterAddress, S.CACHE_CORRUPTED);
  }
  assertEquals(tunnel(), S.CACHE_CORRUPTED);
});

Deno.test("trap 32: a login during a reset waits until the keys are back", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.host.resetAdapter(HBA);
  world.run(world.kernel.sleep(1000));
  assertEquals(world.host.adapterState(HBA), "initializing");
  assertEquals(world.run(world.login()).status, S.SUCCESS);
  assertEquals(world.adapter.logins.map(({ source, key }) => [source, key]), [["explicit", hex(testKey(1))]]);
});

Deno.test("trap 33: a provider with methods 1, 3 and 4 only, or without the class, is worked with", () => {
  const sample = new TestHost({ adapters: [{ storage: "nvram", provider: "sample" }] }).boot();
  assertEquals(sample.run(sample.setKey(testKey(1))), 0);
  assertEquals(
    sample.run(sample.host.api.getIScsiIKEInfo(HBA, ALL, { idType: 1, id: ID })).status,
    S.REQUEST_NOT_SUPPORTED,
  );
  sample.reboot();
  assertEquals(sample.run(sample.login()).status, 0);
  assertEquals(sample.adapter.logins.at(-1)?.source, "explicit");

  const absent = new TestHost({ adapters: [{ storage: "nvram", provider: "absent" }] }).boot();
  assertEquals(execute(absent, 1, setKeyIn(testKey(1))).ntStatus, NtStatus.wmiGuidNotFound);
  assertEquals(absent.run(absent.setKey(testKey(1))), 0);
  absent.reboot();
  assertEquals(absent.run(absent.login()).status, 0);
  assertEquals(absent.adapter.logins.at(-1), { source: "login", key: hex(testKey(1)), securityFlags: FLAGS });
});
