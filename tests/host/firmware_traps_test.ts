/**
 * Those of the 34 traps of `traps_test.ts` that are the firmware's, through
 * the whole stack down to the flash; the numbers are common to both files.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { CacheDamage } from "../../firmware/cache/cache_damage.ts";
import { selectKey } from "../../firmware/session/key_selection.ts";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import { setKeyIn } from "./bad_inputs.ts";
import { RealAdapter } from "./real_adapter.ts";
import { FLAGS, HBA, HostOf, ID, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const S = IsdscStatus;

function boot(storage: TestStorage, capacity = 32): HostOf<RealAdapter> {
  return new HostOf({ adapters: [{ storage, capacity }] }, (options) => new RealAdapter(options)).boot();
}

function used(world: HostOf<RealAdapter>): string | undefined {
  return world.run(world.login()).status === S.SUCCESS ? world.adapter.logins.at(-1)?.key : undefined;
}

function clearCache(world: HostOf<RealAdapter>): number {
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache, input: new Uint8Array(0) };
  return STATUS_OUT.decode(world.run(world.host.wmi.executeMethod(HBA, call, 4)).data).Status;
}

function information(world: HostOf<RealAdapter>) {
  return HBA_INFORMATION.decode(world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152)).data);
}

function holds(memory: Uint8Array, needle: Uint8Array): boolean {
  return hex(memory).includes(hex(needle));
}

Deno.test("trap 9: 0xFFFFFFFF is one entry of its own, and an entry of a port comes before it", () => {
  const world = boot("nvram");
  assertEquals(world.run(world.setKey(testKey(1), { port: ALL })), S.SUCCESS);
  assertEquals(world.adapter.content()?.keys.size, 1);
  assertEquals(world.run(world.setKey(testKey(2), { port: 0 })), S.SUCCESS);
  assertEquals(used(world), hex(testKey(2)));
  // A later change of the entry for all ports leaves the port's own alone.
  assertEquals(world.run(world.setKey(testKey(3), { port: ALL })), S.SUCCESS);
  assertEquals(used(world), hex(testKey(2)));
  assertEquals(world.adapter.content()?.keys.size, 2);
});

Deno.test("trap 13: an explicit key comes before a group key set later, and ClearCache drops both", () => {
  for (const storage of ["nvram", "ram"] as const) {
    const world = boot(storage);
    world.run(world.setKey(testKey(1)));
    world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true));
    assertEquals(used(world), hex(testKey(1)));
    assertEquals(clearCache(world), S.SUCCESS);
    const content = world.adapter.content();
    assertEquals([content?.keys.size, content?.groupKey], [0, undefined]);
    assertEquals(used(world), hex(testKey(1)), "the service brings back what another tool has cleared");
  }
});

Deno.test("trap 14: ClearCache leaves tunnel addresses, also over a power cycle", () => {
  const world = boot("nvram");
  const gateway = Uint8Array.of(203, 0, 113, 1);
  world.run(world.setKey(testKey(1)));
  assertEquals(
    world.run(world.host.api.setIScsiTunnelModeOuterAddress(HBA, ALL, "203.0.113.9", "203.0.113.1", true)),
    S.SUCCESS,
  );
  assertEquals(clearCache(world), S.SUCCESS);
  assertEquals(world.adapter.content()?.tunnels, [hex(gateway)]);
  world.host.killService();
  world.reboot();
  assertEquals(world.adapter.content()?.tunnels, [hex(gateway)]);
});

Deno.test("trap 15: the adapter only stores the generational GUID: no swapping, no renewal at boot", () => {
  const world = boot("nvram");
  world.run(world.setKey(testKey(1)));
  const stored = exportKeyStore(world.store).rows.find(({ kind }) => kind === "generational-guid")?.value;
  assert(stored !== undefined);
  assertEquals(information(world).GenerationalGuid, stored);
  world.powerOff();
  world.adapter.powerOn();
  world.pass(250_000_000);
  assertEquals(world.adapter.content()?.guid, hex(stored));
});

Deno.test("trap 16: CacheValid over boots, ClearCache and without a cache", () => {
  const world = boot("nvram");
  assertEquals(information(world).CacheValid, true);
  world.reboot();
  assertEquals(information(world).CacheValid, true);
  clearCache(world);
  assertEquals(information(world).CacheValid, false);
  assertEquals(hex(information(world).GenerationalGuid), "00".repeat(16));
  for (const storage of ["ram", "none"] as const) assertEquals(information(boot(storage)).CacheValid, false);
});

Deno.test("trap 17: without nonvolatile memory keys are taken into RAM and bit 0x01 is not claimed", () => {
  const world = boot("ram");
  assertEquals(information(world).FunctionalitySupported & 1, 0);
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
  assertEquals(world.adapter.content()?.keys.size, 1);
  world.adapter.reset();
  world.pass(1);
  assertEquals(world.adapter.content(), undefined);
  world.pass(250_000_000);
  world.run(world.host.untilReady());
  assertEquals(used(world), hex(testKey(1)));
});

Deno.test("trap 18: flash, then RAM, then the completion, at every step at which the power can go", () => {
  // A set through the mailbox alone: no service that could repair anything.
  const steps: number[] = [];
  const prepare = () => {
    const world = new HostOf(
      { adapters: [{ storage: "nvram" }], serviceStartsAutomatically: false },
      (options) => new RealAdapter(options),
    ).boot();
    const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 1 };
    const set = (key: Uint8Array) =>
      world.host.wmi.executeMethod(HBA, { ...call, input: setKeyIn({ id: ID, key }) }, 4);
    world.run(set(testKey(1)));
    return { world, set };
  };
  const first = prepare();
  const begin = first.world.kernel.now;
  const mark = () => steps.push(first.world.kernel.now - begin);
  first.world.adapter.onStep = mark;
  const length = first.world.recorder.length;
  first.world.run(first.set(testKey(2)));
  for (let sequence = length; sequence < first.world.recorder.length; sequence++) {
    steps.push(first.world.recorder.at(sequence).cycle - begin);
  }
  let outcomes = "";
  const moments = new Set(steps.flatMap((step) => [step - 1, step]).filter((step) => step >= 0));
  for (const step of [...moments].sort((a, b) => a - b)) {
    const { world, set } = prepare();
    const call = world.kernel.spawn("set", set(testKey(2)));
    world.kernel.runUntil(call, world.kernel.now + step);
    const acknowledged = call.state === "finished" && STATUS_OUT.decode(call.result.data).Status === S.SUCCESS;
    world.powerOff();
    world.boot();
    const found = world.adapter.content()?.keys.get(keyName({ portNumber: ALL, idType: 1, id: ID }));
    const accepted = acknowledged ? [hex(testKey(2))] : [hex(testKey(1)), hex(testKey(2))];
    assert(accepted.includes(found ?? ""), `power cut at +${step}: ${found}`);
    outcomes += found === hex(testKey(1)) ? "o" : "n";
  }
  assert(/^o+n+$/.test(outcomes), `old until a point, new from there on: ${outcomes}`);
});

Deno.test("trap 19: ClearCache leaves no key, sealed or not, in flash, RAM, DMA and WMI memory", () => {
  const world = boot("nvram");
  const blank = world.adapter.part.image();
  const buffers: Uint8Array[] = [];
  world.adapter.onStep = () => buffers.push(...world.dmaMemory.buffers().map(({ bytes }) => bytes));
  world.run(world.setKey(testKey(1)));
  const after = world.adapter.part.image();
  const sealed = after.slice(
    after.findIndex((byte, index) => byte !== blank[index]) + 20,
    after.findIndex((byte, index) => byte !== blank[index]) + 44,
  );
  assert(!holds(after, testKey(1).slice(0, 6)), "the key is sealed on flash");
  assert(holds(after, sealed));
  assertEquals(clearCache(world), S.SUCCESS);
  const image = world.adapter.part.image();
  assert(!holds(image, sealed), "the sealed key is still in the flash image");
  for (let start = 0; start + 6 <= 16; start++) {
    const part = testKey(1).subarray(start, start + 6);
    assert(!holds(world.adapter.ram.bytes, part), "in RAM");
    assert(!holds(image, part), "in flash");
    for (const memory of [...buffers, ...world.host.wmi.buffers.memory()]) {
      assert(!holds(memory, part), "in host memory");
    }
  }
});

Deno.test("trap 20: a negotiation keeps the key that it began with", () => {
  const world = boot("ram");
  world.run(world.setKey(testKey(1)));
  const { cache } = world.adapter;
  assert(cache !== undefined);
  const selection = selectKey({
    request: {
      securityFlags: 0n,
      idType: 0,
      id: new Uint8Array(0),
      key: new Uint8Array(0),
    },
    portNumber: 0,
    portAddresses: [ID],
    keyTable: cache.keyTable,
    damage: new CacheDamage(undefined),
  });
  assert(selection.type === "selected");
  assertEquals(world.run(world.setKey(testKey(2))), S.SUCCESS);
  assertEquals(clearCache(world), S.SUCCESS);
  assertEquals(hex(selection.key), hex(testKey(1)));
});

Deno.test("trap 29: a set whose adapter loses power after storing it is sent again, and a full table takes it", () => {
  const world = boot("nvram", 1);
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
  let programs = 0;
  world.adapter.onStep = () => {
    // The second program of the call is the end of the key's record.
    if (++programs !== 2) return;
    world.kernel.schedule(10, () => world.adapter.powerOff());
    world.kernel.schedule(1_000_000, () => world.adapter.powerOn());
  };
  assertEquals(world.run(world.setKey(testKey(2))), S.SUCCESS);
  assertGreaterOrEqual(programs, 2);
  world.run(world.host.untilReady());
  assertEquals([...world.adapter.content()?.keys.values() ?? []], [hex(testKey(2))]);
});

Deno.test("trap 32: after a reset the RAM table is filled from flash before the host may log in", () => {
  const world = boot("nvram");
  world.run(world.setKey(testKey(1)));
  world.run(world.host.stopService());
  world.adapter.reset();
  world.pass(250_000_000);
  assertEquals(world.host.adapterState(HBA), "ready");
  assertEquals([...world.adapter.content()?.keys.values() ?? []], [hex(testKey(1))]);
});

Deno.test("trap 34: a name with main mode only is accepted when it is set, and refused by nobody before phase 1", () => {
  const world = boot("nvram");
  const name = new TextEncoder().encode("initiator.example.com");
  assertEquals(world.run(world.setKey(testKey(1), { idType: 2, id: name, flags: FLAGS })), S.SUCCESS);
  assertEquals(world.adapter.content()?.keys.size, 1);
  assertEquals(world.askForKey({ idType: 2, id: name }), {
    status: S.SUCCESS,
    securityFlags: FLAGS,
  });
  assertEquals(used(world), hex(testKey(1)), "phase 1 is begun with it; its failing there is the exchange's affair");
});

Deno.test("the adapter answers mailbox commands of a firmware test as those of the driver", () => {
  const world = boot("nvram");
  const about = world.run(
    world.host.mailbox(HBA, { command: MailboxCommand.aboutFirmware, request: new Uint8Array(0), responseBytes: 0 }),
  );
  assert(about.type === "completed");
  assertEquals([...about.registers.slice(0, 4)], [0x4000, 1, 0, 0]);
  const unknown = world.run(world.host.mailbox(HBA, { command: 0xff, request: new Uint8Array(0), responseBytes: 0 }));
  assert(unknown.type === "completed");
  assertEquals(unknown.registers[0], 0x4001);
});
