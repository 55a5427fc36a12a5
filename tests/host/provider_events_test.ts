/**
 * Events: the envelope (`wmistr.h`, `scsiwmi.h`), enabling and disabling (WDK, IRP_MN_ENABLE_EVENTS), the 128 bytes of
 * StorPortNotification, and when the miniport fires which.
 */

import { assert, assertEquals, fail } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { loginToTarget, logoutFromTarget } from "../../host/wmi/adapter_client.ts";
import {
  ADAPTER_EVENT,
  ADAPTER_EVENT_GUID,
  INSTANCE_FAILURE_EVENT,
  INSTANCE_FAILURE_EVENT_GUID,
  NODE_FAILURE_EVENT,
  NODE_FAILURE_EVENT_GUID,
} from "../../host/wmi/adapter_events.ts";
import type { WmiEvent } from "../../host/wmi/event_consumers.ts";
import { PERSISTENT_LOGINS_GUID } from "../../host/wmi/persistent_logins.ts";
import { MinorFunction, writeEventControl } from "../../host/wmi/wnode.ts";
import { fireAdapterEvent, type WmiEventNotification } from "../../host/scsiwmi.ts";
import { DEFAULT_HOST_COSTS, defaultHostTimeouts } from "../../host/costs.ts";
import { PortDriver } from "../../host/port_driver.ts";
import { NtStatus } from "../../host/status.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  addConnection,
  bootProvider,
  client,
  logIn,
  loginIn,
  pass,
  save,
  statusOf,
  TARGET_NAME,
} from "./provider_world.ts";
import { ADAPTER, PORT, reboot, TARGET, text } from "./world_support.ts";

/** What is noted or called in the trace, as texts; answers are left out. */
function trace(world: World, since = 0): readonly string[] {
  return Array.from({ length: world.recorder.length - since }, (_, index) => {
    const { kind, fields } = world.recorder.at(since + index);
    return kind === "return" ? "" : `${fields.operation ?? ""}${fields.text ?? ""}`;
  });
}

function count(world: World, what: string): number {
  return trace(world).filter((each) => each === what).length;
}

function subscribe(world: World, guid: Uint8Array) {
  const events: WmiEvent[] = [];
  const subscription = { deviceName: ADAPTER, guid, onEvent: (event: WmiEvent) => void events.push(event) };
  return { events, subscription, status: world.run(world.host.wmi.subscribe(subscription)) };
}

/** A world whose port driver passes on what Storport drops. */
function bootUnbound(): World {
  const deadPeerDetection = { idleMilliseconds: 1000, retryMilliseconds: 1000, attempts: 2 };
  return bootProvider({
    adapters: [{ name: ADAPTER, ports: [PORT], eventLimitBytes: 2048, phase1: { deadPeerDetection } }],
  });
}

Deno.test("An AdapterEvent is 76 bytes: the WNODE in the 64 bytes of room, then UniqueAdapterId and the code", () => {
  const buffer = new Uint8Array(0x40 + 12).fill(0xcc);
  buffer.set(ADAPTER_EVENT.encode({ UniqueAdapterId: 0x1122_3344_5566_7788n, EventCode: 3 }).subarray(0, 12), 0x40);
  let wnode = new Uint8Array(0);
  fireAdapterEvent((event) => wnode = event.wnode.slice(), ADAPTER_EVENT_GUID, 0x42n, buffer, 12);
  assertEquals(wnode.length, 76);
  const at = (from: number, lengthBytes: number) => wnode.slice(from, from + lengthBytes).toHex();
  assertEquals(at(0x00, 4), "4c000000");
  assertEquals(at(0x10, 8), "4200000000000000");
  assertEquals(at(0x18, 16), "c022b14667376940" + "916e3a43702f05ce");
  assertEquals(at(0x2c, 20), "8a00010000000000" + "00000000" + "40000000" + "0c000000");
  assertEquals(at(0x40, 12), "8877665544332211" + "03000000");
});

Deno.test("A driver hears of the first consumer of a class and of the last one, never twice in a row", () => {
  const world = bootProvider();
  const first = subscribe(world, ADAPTER_EVENT_GUID);
  const second = subscribe(world, ADAPTER_EVENT_GUID);
  assertEquals([first.status, second.status], [0, 0]);
  const enables = () => [count(world, "IRP_MN_ENABLE_EVENTS"), count(world, "IRP_MN_DISABLE_EVENTS")];
  // Each IRP is called by WMI and by the port driver.
  assertEquals(enables(), [2, 0]);
  assertEquals(world.run(world.host.wmi.unsubscribe(first.subscription)), 0);
  assertEquals(enables(), [2, 0]);
  logIn(world);
  assertEquals([first.events.length, second.events.length], [0, 1]);
  assertEquals(world.run(world.host.wmi.unsubscribe(second.subscription)), 0);
  assertEquals(world.run(world.host.wmi.unsubscribe(second.subscription)), 0, "once more does nothing");
  assertEquals(enables(), [2, 2]);
});

Deno.test("Minor functions 4 to 7: of unknown classes refused, of all others carried out, without output", () => {
  const world = bootProvider();
  const { enableEvents, disableEvents, enableCollection, disableCollection } = MinorFunction;
  const send = (minorFunction: number, guid: Uint8Array, lengthBytes = 48) => {
    const buffer = new Uint8Array(lengthBytes);
    if (lengthBytes >= 48) writeEventControl(guid, buffer);
    const answer = world.run(world.host.wmi.send(ADAPTER, minorFunction, buffer));
    return [answer.ntStatus, answer.wnode.length];
  };
  for (const minorFunction of [enableEvents, disableEvents, enableCollection, disableCollection]) {
    assertEquals(send(minorFunction, ADAPTER_EVENT_GUID), [NtStatus.success, 0]);
    assertEquals(send(minorFunction, PERSISTENT_LOGINS_GUID), [NtStatus.success, 0]);
    assertEquals(send(minorFunction, new Uint8Array(16).fill(9)), [NtStatus.wmiGuidNotFound, 0]);
    assertEquals(send(minorFunction, ADAPTER_EVENT_GUID, 47), [NtStatus.invalidParameter, 0]);
  }
  assertEquals(subscribe(world, new Uint8Array(16).fill(9)).status, NtStatus.wmiGuidNotFound);
});

Deno.test("AdapterEvent tells that a session has come or gone, and is fired only while it is enabled", () => {
  const world = bootProvider();
  const silent = logIn(world);
  assertEquals(count(world, "IoWMIWriteEvent"), 0);
  const { events, subscription } = subscribe(world, ADAPTER_EVENT_GUID);
  const id = logIn(world);
  assertEquals(events.map(({ guid, data, deviceName }) => [deviceName, guid, data.length]), [[
    ADAPTER,
    ADAPTER_EVENT_GUID,
    12,
  ]]);
  assertEquals(events[0]?.data.toHex(), "010000000000000003000000");
  assertEquals(statusOf(world, logoutFromTarget(client(world), id)), 0);
  assertEquals(events.length, 2);
  assertEquals(
    statusOf(world, loginToTarget(client(world), loginIn({ PersistentLogin: false, Key: new Uint8Array(0) }))),
    IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
  );
  assertEquals(events.length, 2, "a login that fails changes nothing");
  world.host.resetAdapter(ADAPTER);
  world.settle();
  assertEquals(events.length, 3, `the reset has ended session ${silent}`);
  save(world);
  world.host.resetAdapter(ADAPTER);
  world.settle();
  pass(world, 2);
  assertEquals(events.length, 4, "the adapter has logged in by itself");
  world.run(world.host.wmi.unsubscribe(subscription));
  logIn(world);
  assertEquals(events.length, 4);
  // After a reboot nobody has enabled anything.
  reboot(world);
  pass(world, 2);
  assertEquals([events.length, count(world, "IoWMIWriteEvent")], [4, 4]);
});

Deno.test("The port driver drops an event of more than 128 bytes, and the trace says so", () => {
  const world = bootProvider();
  const { events, status } = subscribe(world, NODE_FAILURE_EVENT_GUID);
  assertEquals(status, 0);
  const wrong = loginIn({ PersistentLogin: false, Key: text("another key") });
  assertEquals(statusOf(world, loginToTarget(client(world), wrong)), IsdscStatus.AUTHENTICATION_FAILURE);
  assertEquals(events, []);
  const notes = trace(world).filter((each) => each.includes("dropped: 1072 bytes, at most 128 are passed on"));
  assertEquals(notes, [
    `MSiSCSI_InitiatorNodeFailureEvent of ${ADAPTER} dropped: 1072 bytes, at most 128 are passed on`,
  ]);
});

Deno.test("The port driver passes on an event of 128 bytes and drops one of 129", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  let notify = (_event: WmiEventNotification): void => fail("nobody is connected");
  const miniport = {
    name: ADAPTER,
    startIo: () => {},
    resetBus: () => {},
    connect: (to: typeof notify) => void (notify = to),
    timeoutCycles: () => 1,
  };
  const group = new TaskGroup(kernel, "drivers");
  const driver = new PortDriver({
    kernel,
    recorder,
    group,
    miniport,
    costs: DEFAULT_HOST_COSTS,
    timeouts: defaultHostTimeouts(kernel.frequencyHz),
  });
  const delivered: number[] = [];
  driver.deliverEvents(({ wnode }) => void delivered.push(wnode.length));
  // The miniport's, as the driver has connected it.
  for (const bytes of [127, 128, 129, 128]) notify({ guid: ADAPTER_EVENT_GUID, wnode: new Uint8Array(bytes) });
  assertEquals(delivered, [127, 128, 128]);
});

Deno.test("NodeFailureEvent: type 2 when the peer's hash is wrong, else 0; with name, address and time", () => {
  const world = bootUnbound();
  const { events } = subscribe(world, NODE_FAILURE_EVENT_GUID);
  for (const key of [text("another key"), new Uint8Array(0)]) {
    world.run(loginToTarget(client(world), loginIn({ PersistentLogin: false, Key: key })));
  }
  const values = events.map(({ data }) => NODE_FAILURE_EVENT.decode(data));
  assertEquals(values.map(({ FailureType }) => FailureType), [2, 0]);
  for (const { TargetFailureName, TargetFailureAddr, FailureTime } of values) {
    assertEquals([TargetFailureName, TargetFailureAddr.IpV4Address], [TARGET_NAME, TARGET]);
    assert(FailureTime > 0n);
  }
  // A login that the adapter makes by itself: the driver asks it for the name.
  save(world, { Key: text("another key") });
  world.host.resetAdapter(ADAPTER);
  world.settle();
  pass(world, 30);
  assert(events.length > 2, "the persistent login's failures");
  const value = NODE_FAILURE_EVENT.decode(events.at(-1)?.data ?? new Uint8Array(0));
  assertEquals([value.FailureType, value.TargetFailureName], [2, TARGET_NAME]);
});

Deno.test("NodeFailureEvent of a further connection names the target of its session, also one that the adapter has opened itself", () => {
  const world = bootUnbound();
  save(world);
  reboot(world);
  pass(world, 2);
  const { events } = subscribe(world, NODE_FAILURE_EVENT_GUID);
  for (const session of [0x8000_0001n, logIn(world)]) {
    assertEquals(
      addConnection(world, session, { Key: text("another key") }).status,
      IsdscStatus.AUTHENTICATION_FAILURE,
    );
  }
  const names = events.map(({ data }) => NODE_FAILURE_EVENT.decode(data).TargetFailureName);
  assertEquals(names, [TARGET_NAME, TARGET_NAME]);
});

Deno.test("InstanceFailureEvent tells of an established session whose connection was lost, not of a logout", () => {
  const world = bootUnbound();
  const { events } = subscribe(world, INSTANCE_FAILURE_EVENT_GUID);
  const id = logIn(world);
  statusOf(world, logoutFromTarget(client(world), id));
  assertEquals(events, []);
  logIn(world);
  world.network.block(PORT, TARGET);
  pass(world, 10);
  const values = events.map(({ data }) => INSTANCE_FAILURE_EVENT.decode(data));
  assertEquals(values, [{ FailureType: 1, RemoteNodeName: TARGET_NAME }]);
  assertEquals(events[0]?.data.length, 450);
});

/** The adapter loses its power, and the driver notices with the next command. */
function removeAdapter(world: World): () => void {
  const adapter = world.adapters.get(ADAPTER)?.adapter;
  adapter?.powerOff();
  world.run(world.host.wmi.queryInstance(ADAPTER, PERSISTENT_LOGINS_GUID, 8));
  assertEquals(world.host.adapterState(ADAPTER), "absent");
  return () => {
    adapter?.powerOn();
    world.settle();
  };
}

Deno.test("Consumers outlive the removal of their adapter: WMI enables the events again when it comes back", () => {
  const world = bootProvider();
  const { events, subscription } = subscribe(world, ADAPTER_EVENT_GUID);
  logIn(world);
  removeAdapter(world)();
  const before = events.length;
  logIn(world);
  assertEquals(events.length, before + 1);
  // The driver is told again, and of the last one's end.
  assertEquals(count(world, "IRP_MN_ENABLE_EVENTS"), 4);
  assertEquals(world.run(world.host.wmi.unsubscribe(subscription)), 0);
  assertEquals(count(world, "IRP_MN_DISABLE_EVENTS"), 2);
  logIn(world);
  assertEquals(events.length, before + 1);
});

Deno.test("A consumer that leaves while its adapter is away leaves nothing enabled behind, whenever the adapter went", () => {
  for (const isInReset of [false, true]) {
    const world = bootProvider();
    const { events, subscription } = subscribe(world, ADAPTER_EVENT_GUID);
    if (isInReset) {
      world.host.resetAdapter(ADAPTER);
      world.advance(250_000);
    }
    const comeBack = removeAdapter(world);
    assertEquals(world.run(world.host.wmi.unsubscribe(subscription)), 0);
    comeBack();
    const fired = count(world, "IoWMIWriteEvent");
    logIn(world);
    assertEquals([events.length, count(world, "IoWMIWriteEvent") - fired], [0, 0], `${isInReset}`);
  }
});

Deno.test("Nobody can subscribe to an adapter that is away, and a consumer of before is the only one afterwards", () => {
  const world = bootProvider();
  const first = subscribe(world, ADAPTER_EVENT_GUID);
  const comeBack = removeAdapter(world);
  const second = subscribe(world, ADAPTER_EVENT_GUID);
  comeBack();
  logIn(world);
  assertEquals([second.status, first.events.length, second.events.length], [NtStatus.wmiInstanceNotFound, 1, 0]);
});
