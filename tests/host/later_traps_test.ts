/** The traps of `traps_test.ts` from 21 on. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { AsynchronousEvent, MailboxCommand } from "../../firmware/manual/interface.ts";
import { DEFAULT_HOST_COSTS, defaultHostTimeouts } from "../../host/costs.ts";
import { Miniport } from "../../host/miniport/miniport.ts";
import { WmiSrb } from "../../host/srb.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SET_GROUP_PRESHARED_KEY_IN,
} from "../../host/wmi/security_config_operations.ts";
import { writeMethodCall } from "../../host/wmi/wnode.ts";
import { hex } from "./adapter_model.ts";
import { FLAGS, HBA, ID, TestHost, testKey } from "./test_host.ts";

import { ALL, execute, operations, outStatus, S, setKeyIn, start } from "./trap_support.ts";

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
    assertEquals(world.askForKey().securityFlags, 0x2an);
    world.reboot();
    assertEquals(world.askForKey().securityFlags, 0x2an);
  }
});

Deno.test("trap 25: undefined flags above bit 32 survive the whole path, store and replay", () => {
  const flags = 0x8000_0001_0000_0027n;
  for (const storage of ["nvram", "ram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    world.run(world.setKey(testKey(1), { flags }));
    world.reboot();
    assertEquals(world.askForKey().securityFlags, flags);
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
  const requests = () => operations(port, "miniport hba 0", "return").filter((name) => name.startsWith("IRP")).length;
  const before = requests();
  port.pass(20 * second);
  assertEquals(requests(), before, "something was completed twice");
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
        "203.0.113.9",
        "203.0.113.1",
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
    sample.askForKey().status,
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
