import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  AsynchronousEvent,
  Control,
  FirmwareState,
  IsdscStatus,
  MailboxCommand,
  MailboxStatus,
  Register,
} from "../../firmware/manual/interface.ts";
import { NtStatus, SrbStatus, Win32Error } from "../../host/status.ts";
import {
  HBA_INFORMATION,
  HBA_INFORMATION_GUID,
  SECURITY_CAPABILITIES,
  SECURITY_CAPABILITIES_GUID,
} from "../../host/wmi/adapter_information.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, STATUS_OUT } from "../../host/wmi/security_config_operations.ts";
import { UnknownAdapterError } from "../../host/windows_host.ts";
import { hex } from "./adapter_model.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const SECOND = 250_000_000;
const S = IsdscStatus;

function information(world: TestHost) {
  const answer = world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, HBA_INFORMATION.sizeof));
  assertEquals(answer.ntStatus, NtStatus.success);
  return HBA_INFORMATION.decode(answer.data);
}

function clearCache(world: TestHost) {
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 5, input: new Uint8Array(0) };
  return world.host.wmi.executeMethod(HBA, call, 4);
}

function states(world: TestHost): string[] {
  return [...world.recorder.events()]
    .filter((event) => event.component === "miniport hba 0" && event.kind === "state")
    .map((event) => String(event.fields["state"]));
}

Deno.test("Miniport: an adapter whose firmware does not start is reset twice more, given up, and reported as failed", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] });
  world.adapter.badImage = true;
  world.boot();
  assertEquals(world.host.adapterState(HBA), "failed");
  // Power-on, and three resets by the driver.
  assertEquals(world.adapter.boots, 4);
  const value = information(world);
  assertEquals([value.Status, value.CacheValid, value.NumberOfPorts], [3, false, 0]);
  const answer = world.run(clearCache(world));
  assertEquals([answer.ntStatus, answer.srbStatus], [NtStatus.noSuchDevice, SrbStatus.noHba]);
  assertEquals(world.run(world.setKey(testKey(1))), Win32Error.fileNotFound);
  assertEquals(world.run(world.login()).status, Win32Error.fileNotFound);
  // Its line stays asserted; that must not keep the driver busy.
  const before = world.kernel.dispatched;
  world.pass(10 * SECOND);
  assertLess(world.kernel.dispatched - before, 10);
  // A good image and a power cycle of the adapter alone bring it back.
  world.adapter.badImage = false;
  world.adapter.powerOff();
  world.adapter.powerOn();
  world.pass(SECOND);
  world.run(world.host.untilReady());
  assertEquals(world.host.adapterState(HBA), "ready");
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
});

Deno.test("Miniport: an adapter that is not there is absent, and is brought up when it comes", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] });
  world.host.powerOn();
  world.run(world.host.untilReady());
  assertEquals(world.host.adapterState(HBA), "absent");
  assertEquals(world.run(world.setKey(testKey(1))), S.INITIATOR_NOT_FOUND);
  world.adapter.powerOn();
  world.pass(SECOND);
  world.run(world.host.untilReady());
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
});

Deno.test("Miniport: an adapter that loses power and gets it back is noticed without any command", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.adapter.powerOff();
  world.pass(SECOND);
  assertEquals(world.run(world.setKey(testKey(2))), Win32Error.fileNotFound, "no power, no adapter");
  world.adapter.powerOn();
  world.pass(SECOND);
  assertEquals(world.host.adapterState(HBA), "ready");
  assertEquals([...world.adapter.volatile.keys.values()].map(({ key }) => hex(key)), [hex(testKey(1))]);
});

Deno.test("Miniport: a system error and a fatal error lead to a reset, other events do not", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  for (const code of [AsynchronousEvent.linkDown, AsynchronousEvent.nvramInvalid, 0x8019, 0x8022, 0x8fff]) {
    world.adapter.event(code, 1);
  }
  world.pass(SECOND);
  assertEquals(world.adapter.boots, 1);
  world.adapter.event(AsynchronousEvent.systemError, FirmwareState.failed);
  world.pass(5 * SECOND);
  assertEquals([world.adapter.boots, world.host.adapterState(HBA)], [2, "ready"]);
  world.adapter.registers.raiseFatalError();
  world.pass(5 * SECOND);
  assertEquals([world.adapter.boots, world.host.adapterState(HBA)], [3, "ready"]);
  assertEquals(states(world).filter((state) => state === "ready").length, 3);
});

Deno.test("Miniport: requests queue for the mailbox and come out in order, one command at a time", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  let atOnce = 0;
  let most = 0;
  const first = world.adapter.commands.length;
  world.adapter.onCommand = () => most = Math.max(most, ++atOnce);
  world.adapter.onStep = () => {};
  const keys = Array.from({ length: 20 }, (_, index) => testKey(index));
  const calls = keys.map((key, index) => {
    const request = new Uint8Array(4 + key.length);
    request[0] = key.length;
    request.set(key, 4);
    return world.kernel.spawn(
      `call ${index}`,
      world.host.mailbox(HBA, { command: MailboxCommand.setGroupPresharedKey, request, responseBytes: 0 }),
    );
  });
  for (const call of calls) {
    world.kernel.runUntil(call);
    atOnce--;
    const { result } = call;
    assert(result.type === "completed");
    assertEquals(result.registers[0], MailboxStatus.commandComplete);
  }
  assertEquals(most, 1);
  assertEquals(world.adapter.commands.length - first, 20);
  assertEquals(world.adapter.volatile.groupKey, keys[19]);
});

Deno.test("Miniport: an event between a command and its completion is told from the completion", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.onCommand = () => {
    for (let count = 0; count < 5; count++) world.adapter.event(AsynchronousEvent.linkUp, count);
  };
  assertEquals(STATUS_OUT.decode(world.run(clearCache(world)).data).Status, S.SUCCESS);
});

Deno.test("Miniport: a completion without a command is dropped", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.event(MailboxStatus.commandComplete, 0);
  world.adapter.event(MailboxStatus.commandError, S.CACHE_CORRUPTED);
  world.pass(SECOND);
  const dropped = [...world.recorder.events()].filter(({ fields }) => String(fields["text"]).endsWith("dropped"));
  assertEquals(dropped.length, 2);
  assertEquals(STATUS_OUT.decode(world.run(clearCache(world)).data).Status, S.SUCCESS);
});

Deno.test("Miniport: the result of a session that comes before its acceptance was looked at is not lost", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.adapter.loginHangs = true;
  // Session 1 fails at once: the event stands in the mailbox before the completion does.
  world.adapter.onCommand = (code) => {
    if (code === MailboxCommand.openSession) {
      world.adapter.event(AsynchronousEvent.sessionStateChanged, 1, 6, S.AUTHENTICATION_FAILURE);
    }
  };
  assertEquals(world.run(world.login()).status, S.AUTHENTICATION_FAILURE);
});

Deno.test("Miniport: a login whose adapter is reset ends, and the next one works", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.adapter.loginHangs = true;
  const login = world.kernel.spawn("login", world.login());
  world.pass(SECOND);
  world.adapter.reset();
  world.kernel.runUntil(login);
  assertEquals(login.result.status, S.CONNECTION_FAILED);
  world.adapter.loginHangs = false;
  assertEquals(world.run(world.login()).status, S.SUCCESS);
});

Deno.test("Miniport: a session that is established after the login was given up is closed again", () => {
  const world = new TestHost({
    adapters: [{ storage: "nvram" }],
    timeouts: { loginCycles: 10 * SECOND },
  }).boot();
  world.run(world.setKey(testKey(1)));
  world.adapter.loginHangs = true;
  assertEquals(world.run(world.login()).status, 121);
  world.pass(SECOND);
  assertEquals(world.adapter.commands.at(-1), MailboxCommand.closeSession);
});

Deno.test("Miniport: a busy adapter is asked again, but not for ever", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.busyAnswers = 20;
  assertEquals(STATUS_OUT.decode(world.run(clearCache(world)).data).Status, S.SUCCESS);
  world.adapter.busyAnswers = 1000;
  const begun = world.kernel.now;
  const answer = world.run(clearCache(world));
  assertEquals([answer.ntStatus, answer.srbStatus], [NtStatus.ioDeviceError, SrbStatus.busy]);
  assertEquals(Math.round((world.kernel.now - begun) / SECOND), 5);
});

Deno.test("Miniport: the reset sequence ends in a forced reset when the soft one does not end", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const { registers } = world.adapter;
  const written: number[] = [];
  const write = registers.write.bind(registers);
  registers.write = (offset: number, value: number) => {
    if (offset === Register.controlStatus) written.push(value);
    // The soft reset is begun and never ends by itself.
    if (offset === Register.controlStatus && (value & Control.softReset) !== 0) registers.beginReset();
    else write(offset, value);
  };
  world.host.resetAdapter(HBA);
  world.pass(40 * SECOND);
  const forced = ((Control.forceSoftReset << 16) | Control.forceSoftReset) >>> 0;
  assert(written.includes(forced), "no forced reset");
  assertEquals(world.host.adapterState(HBA), "ready");
});

Deno.test("WindowsHost: a raw request that loses its host is told so, and nothing hangs", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.commandCycles = SECOND;
  const call = world.kernel.spawn("call", clearCache(world));
  const mailbox = world.kernel.spawn(
    "mailbox",
    world.host.mailbox(HBA, { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 }),
  );
  world.pass(100_000);
  world.powerOff();
  world.pass(1);
  assertEquals([call.result.ntStatus, mailbox.result.type], [NtStatus.noSuchDevice, "aborted"]);
  assertThrows(() => world.host.adapterState(HBA), UnknownAdapterError);
  world.adapter.commandCycles = 20_000;
  world.boot();
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
  assertThrows(() => world.host.adapterState("hba 7"), UnknownAdapterError, "hba 7");
});

Deno.test("WindowsHost: MSiSCSI_SecurityCapabilities and MSiSCSI_HBAInformation of a working adapter", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const capabilities = world.run(world.host.wmi.queryInstance(HBA, SECURITY_CAPABILITIES_GUID, 4));
  assertEquals(capabilities.data.length, 16);
  assertEquals(SECURITY_CAPABILITIES.decode(capabilities.data).EncryptionAvailable, [0, 1]);
  const value = information(world);
  assertEquals(value.FunctionalitySupported, 0x05);
  assertEquals([value.Status, value.NumberOfPorts, value.RequiresBinaryIpAddresses], [0, 2, true]);
  assertEquals(value.GenerationalGuid, world.adapter.volatile.guid);
});

Deno.test("WindowsHost: nothing runs on when nothing happens", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "ram" }, { storage: "none" }] }).boot();
  world.run(world.setKey(testKey(1), { id: ID }));
  const outcome = world.kernel.run(world.kernel.now + 1000 * SECOND);
  assertEquals(outcome.type, "idle");
  assertEquals(outcome.type === "idle" ? outcome.waiting : [], []);
});
