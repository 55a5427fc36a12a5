/**
 * An adapter that is not there any more: its registers read as all ones. Its
 * driver says so at once (SRB_STATUS_NO_HBA, never BUSY: that is a promise to
 * accept later), and nobody else waits for it.
 */

import { assert, assertEquals } from "@std/assert";
import { LoginFlag, type LoginParameters } from "../../host/iscsidsc/structures.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import { DmaMemory, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  ADAPTER,
  ALL_PORTS,
  bootWorld,
  contains,
  keySetting,
  login,
  loginCall,
  OTHER_PORT,
  PORT,
  secondsOf,
  TARGET,
  targetWithKey,
  text,
  unit,
} from "./world_support.ts";

const SECOND_NS = 1e9;
const KEY = "a key for all";
const OPERATION_NOT_ALL_SUCCESS = 0xafff_002e;
/** STATUS_WMI_GUID_DISCONNECTED (`ntstatus.h`): the provider is gone. */
const GUID_DISCONNECTED = 0xc000_0301;

/** Two adapters with a key for all. */
function worldOfTwo(): World {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)), 0);
  return world;
}

/** The first of the two has just lost its power. */
function worldAfterRemoval(): World {
  const world = worldOfTwo();
  unit(world).adapter.powerOff();
  return world;
}

Deno.test(
  "A request to an adapter that is gone ends at once, as NO_HBA or because its classes are withdrawn",
  () => {
    const world = worldAfterRemoval();
    for (const moment of ["in the cycle of the removal", "later"]) {
      const seconds = secondsOf(world, () => {
        const answer = world.run(world.host.wmi.queryInstance(ADAPTER, HBA_INFORMATION_GUID, 4152));
        const withdrawn = [NtStatus.wmiGuidNotFound, NtStatus.wmiInstanceNotFound, GUID_DISCONNECTED];
        assert(
          answer.srbStatus === SrbStatus.noHba || withdrawn.includes(answer.ntStatus),
          `${moment}: SRB 0x${answer.srbStatus.toString(16)}, NTSTATUS 0x${answer.ntStatus.toString(16)}`,
        );
      });
      assert(seconds < 1, `${moment}: ${seconds} s`);
      world.advance(world.cycles(10 * SECOND_NS));
    }
  },
);

Deno.test("The driver of an adapter that is gone is absent after the first request", () => {
  const world = worldAfterRemoval();
  world.run(world.host.wmi.queryInstance(ADAPTER, HBA_INFORMATION_GUID, 4152));
  assertEquals([world.host.adapterState(ADAPTER), world.host.adapterState("hba1")], ["absent", "ready"]);
});

Deno.test(
  "A setting for all adapters does not wait for one that is gone, and neither does a login elsewhere",
  () => {
    const world = worldAfterRemoval();
    const statuses: number[] = [];
    const seconds = secondsOf(world, () => {
      const setting = world.kernel.spawn("group key", world.host.api.setIScsiGroupPresharedKey(text(KEY), true));
      world.advance(world.cycles(SECOND_NS / 1000));
      statuses.push(login(world, { adapter: "hba1" }));
      world.kernel.runUntil(setting, world.now + world.cycles(60 * SECOND_NS));
      statuses.push(setting.result);
    });
    assertEquals(statuses[0], 0, "the login on the healthy adapter");
    assert([0, OPERATION_NOT_ALL_SUCCESS].includes(statuses[1] ?? -1), `the group key's status is ${statuses[1]}`);
    assert(seconds < 2, `both took ${seconds} s`);
  },
);

Deno.test("No later setting waits for an adapter that is gone", () => {
  const world = worldAfterRemoval();
  world.advance(world.cycles(10 * SECOND_NS));
  const information = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: PORT, key: text("another key") };
  const calls = [
    () => world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)),
    () => world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)),
    () => world.run(world.host.api.setIScsiIKEInfo(undefined, ALL_PORTS, information, true)),
  ];
  for (const [index, call] of calls.entries()) {
    const seconds = secondsOf(world, () => {
      const status = call();
      assert([0, OPERATION_NOT_ALL_SUCCESS].includes(status), `call ${index}: ${status}`);
    });
    assert(seconds < 2, `call ${index} took ${seconds} s`);
  }
});

Deno.test("A login that leaves the adapter to the service takes the next one when the first is gone", () => {
  const world = worldAfterRemoval();
  world.advance(world.cycles(2 * SECOND_NS));
  assertEquals(login(world, { adapter: undefined }), 0);
});

Deno.test("A login that leaves the adapter to the service takes the first one", () => {
  const world = worldOfTwo();
  const { status, session } = world.run(loginCall(world, { adapter: undefined }));
  assertEquals([status, session?.adapterUnique], [0, 1n]);
});

Deno.test("An adapter that comes back has the group key that was set while it was away", () => {
  const world = worldAfterRemoval();
  world.run(world.host.api.setIScsiGroupPresharedKey(text("the key of before"), true));
  world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true));
  unit(world).adapter.powerOn();
  world.settle();
  assertEquals([world.host.adapterState(ADAPTER), login(world)], ["ready", 0]);
});

/** ERROR_FILE_NOT_FOUND: what SRB_STATUS_NO_HBA becomes for applications. */
const NO_SUCH_DEVICE = 2;
/** The registers of a command under way are looked at each 10 ms; a request that only waits for the network, each second. */
const COMMAND_SECONDS = 0.02;
const TIMER_SECONDS = 1.01;

/** What is answered if the adapter has said so just before; a list leaves out an adapter that is gone. */
const ANSWERS: Readonly<Record<string, number>> = {
  "a question": IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
  "a logout": IsdscStatus.INVALID_SESSION_ID,
  "a list": IsdscStatus.SUCCESS,
};

/** What may be under way when the adapter goes; the login's target is silent, so that its phase 1 lasts. */
const UNDER_WAY: Readonly<Record<string, (world: World) => Task<number | { readonly status: number }>>> = {
  "a login": (world) => silentLogin(world, false),
  "a login that is saved": (world) => silentLogin(world, true),
  "a key": (world) => keySetting(world, "a key on its way"),
  "a volatile key": (world) => keySetting(world, "a key on its way", { persist: false }),
  "a question": (world) =>
    world.host.api.getIScsiIKEInfo(ADAPTER, ALL_PORTS, undefined, { authMethod: 1, idType: 1, id: PORT }),
  "a gateway": (world) =>
    world.host.api.setIScsiTunnelModeOuterAddress(ADAPTER, ALL_PORTS, TARGET.join("."), "203.0.113.1", true),
  "a login that requires IPsec": (world) =>
    elsewhere(world, { initiatorInstance: ADAPTER, loginOptions: { version: 0, loginFlags: LoginFlag.requireIpsec } }),
  "a logout": (world) => world.host.api.logoutIScsiTarget({ adapterUnique: 1n, adapterSpecific: 1n }),
  "a list": (world) => world.host.api.getIScsiSessionList(),
};

function silentLogin(world: World, isPersistent: boolean) {
  return world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:silent",
    initiatorInstance: ADAPTER,
    targetPortal: { address: "192.0.2.77" },
    key: text("a key on its way"),
    isPersistent,
  });
}

/** The process ends within a time. */
function endsWithin(world: World, process: { readonly over: boolean }, seconds: number, what: string): void {
  const limit = world.now + seconds * world.kernel.frequencyHz;
  while (!process.over && world.now < limit) world.advance(world.cycles(SECOND_NS / 1000));
  assert(process.over, `${what} is still waited for after ${seconds} s`);
}

for (const [what, call] of Object.entries(UNDER_WAY)) {
  Deno.test(`Whenever an adapter goes during ${what}, that ends as NO_HBA, and a healthy adapter's caller hardly waits`, () => {
    for (const microseconds of [1, 20, 32, 36, 40, 50, 60, 70, 75, 80, 90, 110, 2000, 5045, 5070, 5100, 5110, 5200]) {
      const world = worldOfTwo();
      const held = world.kernel.spawn("held", call(world));
      world.advance(world.cycles(microseconds * 1000));
      const at = `${what}, ${microseconds} µs`;
      if (held.over) break;
      unit(world).adapter.powerOff();
      const group = world.kernel.spawn("group key", world.host.api.setIScsiGroupPresharedKey(text(KEY), true));
      const other = world.kernel.spawn("login elsewhere", elsewhere(world));
      endsWithin(world, other, COMMAND_SECONDS + 0.1, `${at}: the login elsewhere`);
      endsWithin(world, held, 0.001, at);
      endsWithin(world, group, COMMAND_SECONDS + 0.1, `${at}: the group key`);
      const { result } = held;
      const status = typeof result === "number" ? result : result.status;
      assert(status === NO_SUCH_DEVICE || status === ANSWERS[what], `${at}: ${status}`);
      assertEquals(other.result.status, 0, at);
      assertEquals(world.host.adapterState(ADAPTER), "absent", at);
    }
  });
}

Deno.test("Whenever the first adapter goes during a login that leaves the choice to the service, the next one is taken", () => {
  for (const loginFlags of [0, LoginFlag.multipathEnabled]) {
    for (const microseconds of [1, 20, 32, 36, 40, 50, 54, 70, 80]) {
      const world = worldOfTwo();
      const held = world.kernel.spawn("held", elsewhere(world, { loginOptions: { version: 0, loginFlags } }));
      world.advance(world.cycles(microseconds * 1000));
      unit(world).adapter.powerOff();
      const at = `flags ${loginFlags}, ${microseconds} µs`;
      endsWithin(world, held, COMMAND_SECONDS + 0.1, at);
      assertEquals([held.result.status, held.result.session?.adapterUnique], [0, 2n], at);
    }
  }
});

/** A login that first asks all adapters for their sessions, unless it says otherwise. */
function elsewhere(world: World, change: Partial<LoginParameters> = { initiatorInstance: "hba1" }) {
  return world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    targetPortal: { address: TARGET.join(".") },
    ...change,
  });
}

Deno.test("The key of a login goes with its adapter: it is in no memory of the host 10 ms after the removal", () => {
  const dmaMemory = new DmaMemory();
  const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], host: { dmaMemory } });
  const held = world.kernel.spawn("held", silentLogin(world, false));
  const isThere = () =>
    [...world.host.wmi.buffers.memory(), ...dmaMemory.buffers().map(({ bytes }) => bytes)]
      .some((memory) => contains(memory, text("a key on its way")));
  while (!dmaMemory.buffers().some(({ bytes }) => contains(bytes, text("a key on its way")))) world.advance(250);
  unit(world).adapter.powerOff();
  assert(isThere());
  endsWithin(world, held, COMMAND_SECONDS, "the login");
  assertEquals(held.result.status, NO_SUCH_DEVICE);
  assert(!isThere(), "the key is still in host memory");
});

Deno.test("A login that waits for its peer, and nobody else asks the adapter: the driver's timer of a second sees that it is gone", () => {
  const world = worldOfTwo();
  const held = world.kernel.spawn("held", silentLogin(world, false));
  world.advance(world.cycles(SECOND_NS / 10));
  assert(!held.over);
  unit(world).adapter.powerOff();
  endsWithin(world, held, TIMER_SECONDS, "the login");
  // Not "connection failed", which would be the peer's doing: the request itself ends as NO_HBA.
  assertEquals(held.result.status, NO_SUCH_DEVICE);
  assertEquals(world.host.adapterState(ADAPTER), "absent");
});

Deno.test("An adapter that goes while its driver resets it is missed at once, and a healthy one's caller does not wait", () => {
  for (const milliseconds of [1, 100, 600, 1100]) {
    const world = worldOfTwo();
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(milliseconds * SECOND_NS / 1000));
    unit(world).adapter.powerOff();
    const query = world.kernel.spawn("query", world.host.wmi.queryInstance(ADAPTER, HBA_INFORMATION_GUID, 4152));
    const other = world.kernel.spawn("login elsewhere", elsewhere(world));
    endsWithin(world, other, COMMAND_SECONDS + 0.05, `${milliseconds} ms: the login elsewhere`);
    endsWithin(world, query, 0.001, `${milliseconds} ms: the query`);
    assertEquals([other.result.status, query.result.ntStatus === NtStatus.success], [0, false]);
  }
});

Deno.test("The first call after a removal that nobody has noticed ends as any that the adapter leaves, whatever it asks for", () => {
  const query = { authMethod: 1, idType: 1, id: PORT } as const;
  const calls: Readonly<Record<string, (world: World) => number>> = {
    "a key": (world) => world.run(keySetting(world, "another key")),
    "a question": (world) => world.run(world.host.api.getIScsiIKEInfo(ADAPTER, ALL_PORTS, undefined, query)).status,
    "a group key": (world) => world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)),
    "a gateway": (world) =>
      world.run(world.host.api.setIScsiTunnelModeOuterAddress(ADAPTER, ALL_PORTS, "192.0.2.20", "192.0.2.9", true)),
    "a login": (world) => login(world),
  };
  for (const [what, call] of Object.entries(calls)) {
    const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] });
    unit(world).adapter.powerOff();
    assertEquals(call(world), NO_SUCH_DEVICE, what);
  }
});
