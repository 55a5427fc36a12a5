import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { Win32Error } from "../../host/status.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex } from "./adapter_model.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const S = IsdscStatus;

function recordKinds(world: TestHost): string[] {
  return exportKeyStore(world.store).rows.map(({ adapter, kind }) => `${adapter}/${kind}`);
}

function usedKey(world: TestHost, index = 0): string | undefined {
  const login = world.run(world.login({ adapter: `hba ${index}` }));
  return login.status === S.SUCCESS ? world.adapters[index]?.logins.at(-1)?.key : undefined;
}

Deno.test("InitiatorService: calls while it is stopped, starting, hanging or killed", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }], serviceStartsAutomatically: false }).boot();
  assertEquals(world.host.service.state, "stopped");
  assertEquals(world.run(world.setKey(testKey(1))), S.SERVICE_NOT_RUNNING);
  const start = world.kernel.spawn("start", world.host.startService());
  world.pass(1000);
  assertEquals(world.host.service.state, "starting");
  assertEquals(world.run(world.login()).status, S.SERVICE_NOT_RUNNING);
  world.kernel.runUntil(start);
  assertEquals(world.host.service.state, "running");
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);

  world.host.service.setHanging(true);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true)), S.SERVICE_DID_NOT_RESPOND);
  world.host.service.setHanging(false);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true)), S.SUCCESS);

  const killed = world.kernel.spawn("call", world.setKey(testKey(3)));
  world.pass(20_000);
  world.host.killService();
  world.kernel.runUntil(killed);
  assertEquals(killed.result, Win32Error.rpcCallFailed);
  assertEquals(
    world.askForKey().status,
    S.SERVICE_NOT_RUNNING,
  );
});

Deno.test("InitiatorService: stopping lets calls under way end, and refuses new ones", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const call = world.kernel.spawn("call", world.setKey(testKey(1)));
  world.pass(20_000);
  const stop = world.kernel.spawn("stop", world.host.stopService());
  world.pass(1);
  assertEquals(world.host.service.state, "stopping");
  assertEquals(world.run(world.setKey(testKey(2))), S.SERVICE_NOT_RUNNING);
  world.kernel.runUntil(stop);
  assertEquals(call.result, S.SUCCESS);
  assertEquals(world.host.service.state, "stopped");
  world.run(world.host.startService());
  world.run(world.host.untilReady());
  assertEquals(usedKey(world), hex(testKey(1)));
});

Deno.test("InitiatorService: a hanging call does not keep it from stopping for more than its time", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.hanging = true;
  const call = world.kernel.spawn("call", world.setKey(testKey(1)));
  world.pass(2_000_000);
  const begun = world.kernel.now;
  world.run(world.host.stopService());
  assertEquals(world.kernel.now - begun, 20 * 250_000_000);
  world.kernel.runUntil(call);
  assertEquals(call.result, Win32Error.rpcCallFailed);
});

Deno.test("InitiatorService: who waits for it to stop is done when it is killed, by a call or a synchronisation under way", () => {
  for (const under of ["a call", "a synchronisation"]) {
    const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
    world.adapter.hanging = true;
    if (under === "a call") world.kernel.spawn("call", world.setKey(testKey(1)));
    else world.run(restarted(world));
    world.pass(2_000_000);
    const stop = world.kernel.spawn("stop", world.host.stopService());
    world.pass(2_000_000);
    assertEquals(stop.state, "waiting", under);
    world.host.killService();
    world.pass(1);
    assertEquals([stop.state, world.host.service.state], ["finished", "stopped"], under);
  }
});

function* restarted({ host }: TestHost): Task {
  host.killService();
  yield* host.startService();
}

Deno.test("InitiatorService: Persist false lasts as long as the service, and hides a persistent key only so long", () => {
  for (const storage of ["ram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    assertEquals(world.run(world.setKey(testKey(1), { persist: true })), S.SUCCESS);
    const before = exportKeyStore(world.store);
    assertEquals(world.run(world.setKey(testKey(2), { persist: false })), S.SUCCESS);
    assertEquals(exportKeyStore(world.store), before, "nothing is stored");
    assertEquals(usedKey(world), hex(testKey(2)));
    world.host.resetAdapter(HBA);
    world.run(world.kernel.sleep(1));
    world.run(world.host.untilReady());
    assertEquals(usedKey(world), hex(testKey(2)), "replayed after a reset");
    world.reboot();
    assertEquals(usedKey(world), hex(testKey(1)), "the persistent key counts again");
    // Stored after all: the volatile key must not hide it any more.
    world.run(world.setKey(testKey(3), { persist: false }));
    world.run(world.setKey(testKey(4), { persist: true }));
    world.host.resetAdapter(HBA);
    world.run(world.kernel.sleep(1));
    world.run(world.host.untilReady());
    assertEquals(usedKey(world), hex(testKey(4)));
  }
});

Deno.test("InitiatorService: a volatile setting for all adapters gives way to a stored one of a single adapter", () => {
  const world = new TestHost({ adapters: [{ storage: "none" }, { storage: "none" }] }).boot();
  world.run(world.setKey(testKey(1), { adapter: undefined, persist: false }));
  world.run(world.setKey(testKey(2), { adapter: "hba 0", persist: true }));
  assertEquals([usedKey(world, 0), usedKey(world, 1)], [hex(testKey(2)), hex(testKey(1))]);
  world.run(world.setKey(testKey(3), { adapter: undefined, persist: true }));
  assertEquals([usedKey(world, 0), usedKey(world, 1)], [hex(testKey(3)), hex(testKey(3))]);
  assertEquals(recordKinds(world), ["/preshared-key"], "one row for all replaces those of single adapters");
});

Deno.test("InitiatorService: a group key for all reaches an adapter that was away", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "ram" }] });
  world.adapters[0]?.powerOn();
  world.host.powerOn();
  world.run(world.host.untilReady());
  assertEquals(world.host.adapterState("hba 1"), "absent");
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true)), S.SUCCESS);
  world.adapters[1]?.powerOn();
  world.pass(10_000_000);
  world.run(world.host.untilReady());
  assertEquals(world.host.adapterState("hba 1"), "ready");
  assertEquals(usedKey(world, 1), hex(testKey(1)));
});

Deno.test("InitiatorService: an adapter that fails to synchronise is not stamped, and is tried again", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.powerOff();
  world.adapter.nonvolatile.guid = new Uint8Array(16);
  world.adapter.forcedStatus.set(MailboxCommand.setPresharedKeyForId, S.OUT_OF_RESOURCES);
  world.boot();
  assertEquals(hex(world.adapter.nonvolatile.guid), "00".repeat(16), "no GUID without all keys");
  assertEquals(usedKey(world), hex(testKey(1)), "the service hands the key over meanwhile");
  assertEquals(world.adapter.logins.at(-1)?.source, "login");
  world.adapter.forcedStatus.clear();
  // The next setting finds the adapter out of synchrony and synchronises it first.
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true)), S.SUCCESS);
  assert(world.adapter.cacheValid);
  assertEquals(usedKey(world), hex(testKey(1)));
  assertEquals(world.adapter.logins.at(-1)?.source, "explicit");
});

Deno.test("InitiatorService: a refused setting changes neither store nor generation", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 1 }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), S.SUCCESS);
  const store = exportKeyStore(world.store);
  const adapter = world.adapter.snapshot();
  assertEquals(
    world.run(world.setKey(testKey(2), { id: Uint8Array.of(10, 0, 0, 1) })),
    S.HBA_SECURITY_CACHE_FULL,
    "a full cache is no reason to fall back",
  );
  assertEquals(world.run(world.setKey(testKey(2), { idType: 4 })), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);
  assertEquals(world.run(world.setKey(testKey(2), { port: 2 })), S.INVALID_PORT_NUMBER);
  assertEquals(world.run(world.setKey(new Uint8Array(0))), S.INVALID_PARAMETER);
  assertEquals(exportKeyStore(world.store), store);
  assertEquals(world.adapter.snapshot(), adapter);
});

Deno.test("InitiatorService: a store that cannot be written fails the call, and the old key comes back", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  world.memoryStore.setFailing(true);
  assertEquals(world.run(world.setKey(testKey(2))), S.OUT_OF_RESOURCES);
  world.memoryStore.setFailing(false);
  world.reboot();
  assertEquals(usedKey(world), hex(testKey(1)));

  const ram = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  ram.run(ram.setKey(testKey(1)));
  ram.memoryStore.setFailing(true);
  assertEquals(ram.run(ram.setKey(testKey(2))), S.OUT_OF_RESOURCES);
  ram.memoryStore.setFailing(false);
  ram.reboot();
  assertEquals(usedKey(ram), hex(testKey(1)));
});

Deno.test("InitiatorService: a damaged row is not replayed, and the adapter is not stamped over it", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  const row = exportKeyStore(world.store).rows.find(({ kind }) => kind === "preshared-key");
  assert(row !== undefined);
  row.value[20] = (row.value[20] ?? 0) ^ 1;
  world.store.commit([{ type: "put", row }]);
  world.powerOff();
  world.adapter.nonvolatile.guid = new Uint8Array(16);
  world.boot();
  assertEquals(hex(world.adapter.nonvolatile.guid), "00".repeat(16));
  assertEquals(usedKey(world), undefined);
});

Deno.test("InitiatorService: the key of a login goes with it and is not kept", () => {
  for (const storage of ["nvram", "ram", "none"] as const) {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    world.run(world.setKey(testKey(1)));
    const store = exportKeyStore(world.store);
    assertEquals(world.run(world.login({ key: testKey(2) })).status, S.SUCCESS);
    assertEquals(world.adapter.logins.at(-1), { source: "login", key: hex(testKey(2)), securityFlags: 0n });
    assertEquals(exportKeyStore(world.store), store);
    assertEquals(usedKey(world), hex(testKey(1)));
  }
});

Deno.test("InitiatorService: the key handed over is the exact port's, then all ports', then the group's", () => {
  const world = new TestHost({ adapters: [{ storage: "none" }] }).boot();
  assertEquals(world.run(world.login()).status, S.TARGET_PRESHAREDKEY_UNAVAILABLE);
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true));
  assertEquals(usedKey(world), hex(testKey(1)));
  world.run(world.setKey(testKey(9), { id: Uint8Array.of(10, 9, 9, 9) }));
  world.run(world.setKey(testKey(8), { idType: 2, id: new TextEncoder().encode("a.example") }));
  assertEquals(usedKey(world), hex(testKey(1)), "keys of other identifiers do not count");
  world.run(world.setKey(testKey(2), { port: ALL, flags: 0x2bn }));
  assertEquals(usedKey(world), hex(testKey(2)));
  assertEquals(world.adapter.logins.at(-1)?.securityFlags, 0x2bn, "the entry's flags go with its key");
  assertEquals(world.run(world.login({ flags: 0x07n })).status, S.SUCCESS);
  assertEquals(world.adapter.logins.at(-1)?.securityFlags, 0x07n, "unless the login says VALID");
  world.run(world.setKey(testKey(3), { port: 0 }));
  assertEquals(usedKey(world), hex(testKey(3)));
});

Deno.test("Iscsidsc: names, ports and parameters that are refused before any adapter is asked", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const { api } = world.host;
  const commands = world.adapter.commands.length;
  assertEquals(world.run(world.setKey(testKey(1), { adapter: "hba 9" })), S.INITIATOR_NOT_FOUND);
  const information = { authMethod: 2, securityFlags: 0n, idType: 1, id: ID, key: testKey(1) };
  assertEquals(world.run(api.setIScsiIKEInfo(HBA, ALL, information, true)), Win32Error.invalidParameter);
  for (const wrong of [{ idType: 256 }, { idType: -1 }, { securityFlags: 1n << 64n }, { securityFlags: -1n }]) {
    assertEquals(
      world.run(api.setIScsiIKEInfo(HBA, ALL, { ...information, authMethod: 1, ...wrong }, true)),
      Win32Error.invalidParameter,
    );
  }
  for (const port of [-1, 0.5, 2 ** 32, NaN]) {
    assertEquals(world.run(world.setKey(testKey(1), { port })), Win32Error.invalidParameter);
    assertEquals(world.askForKey({ port }).status, Win32Error.invalidParameter);
  }
  for (const name of ["gateway", "203.0.113", "203.0.113.256", "::1::"]) {
    assertEquals(
      world.run(api.setIScsiTunnelModeOuterAddress(HBA, ALL, name, "192.0.2.10", true)),
      S.DNS_NAME_UNRESOLVED,
    );
  }
  const portal = { address: "198.51.100.7" };
  assertEquals(
    world.run(api.loginIScsiTarget({ targetName: "x".repeat(224), targetPortal: portal })).status,
    Win32Error.invalidParameter,
  );
  assertEquals(
    world.run(api.loginIScsiTarget({ targetName: "iqn.x", targetPortal: portal, initiatorInstance: "nobody" })).status,
    S.INITIATOR_NOT_FOUND,
  );
  assertEquals(
    world.run(api.loginIScsiTarget({ targetName: "iqn.x", targetPortal: portal, initiatorPortNumber: 5 })).status,
    Win32Error.invalidParameter,
  );
  assertEquals(world.run(api.logoutIScsiTarget({ adapterUnique: 99n, adapterSpecific: 1n })), S.INVALID_SESSION_ID);
  assertEquals(world.adapter.commands.slice(commands), []);
  // Whether a target is known at all, adapters with saved logins can tell.
  assertEquals(world.run(api.loginIScsiTarget({ targetName: "iqn.x" })).status, S.TARGET_NOT_FOUND);
});

Deno.test("Iscsidsc: a host without adapters has nobody to ask", () => {
  const world = new TestHost({ adapters: [] }).boot();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true)), S.INITIATOR_INSTANCE_NOT_FOUND);
});

Deno.test("InitiatorService: as long as an adapter says nothing nobody knows that a session is not its own", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  const { session } = world.run(world.login());
  assert(session !== undefined);
  world.host.killService();
  world.adapter.hanging = true;
  world.run(world.host.startService());
  assertEquals(world.run(world.host.api.logoutIScsiTarget(session)), Win32Error.timeout);
  const other = { ...session, adapterUnique: 99n };
  assertEquals(world.run(world.host.api.removeIScsiConnection(other, other)), Win32Error.timeout);
  world.adapter.hanging = false;
  world.pass(250_000_000 * 120);
  assertEquals(world.run(world.host.api.removeIScsiConnection(other, other)), S.INVALID_SESSION_ID);
});

Deno.test("Iscsidsc: login and logout of a session", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.run(world.setKey(testKey(1)));
  const first = world.run(world.login());
  const second = world.run(world.login());
  assert(first.session !== undefined && second.session !== undefined);
  assertEquals(first.session, { adapterUnique: 1n, adapterSpecific: 1n });
  assertEquals(second.session.adapterSpecific, 2n);
  assertEquals(world.run(world.host.api.logoutIScsiTarget(first.session)), S.SUCCESS);
  assertEquals(
    world.run(world.host.api.logoutIScsiTarget({ ...first.session, adapterSpecific: 1n << 40n })),
    S.INVALID_SESSION_ID,
  );
  world.adapter.loginStatus = S.AUTHENTICATION_FAILURE;
  assertEquals(world.run(world.login()), { status: S.AUTHENTICATION_FAILURE });
});

Deno.test("Iscsidsc: tunnel addresses survive ClearCache and are replayed to an adapter without memory", () => {
  const world = new TestHost({ adapters: [{ storage: "ram" }] }).boot();
  const gateway = Uint8Array.of(203, 0, 113, 1);
  const status = world.run(
    world.host.api.setIScsiTunnelModeOuterAddress(HBA, ALL, "203.0.113.9", "203.0.113.1", true),
  );
  assertEquals(status, S.SUCCESS);
  world.reboot();
  const [address] = [...world.adapter.volatile.tunnels.values()];
  assertEquals(address?.subarray(0, 4), gateway);
});

Deno.test("the same seed gives the same trace, another seed another one", () => {
  const trace = (seed: string) => {
    const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "ram" }], seed }).boot();
    world.run(world.setKey(testKey(1)));
    world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true));
    world.reboot();
    world.run(world.login());
    return JSON.stringify([...world.recorder.events()]) +
      JSON.stringify(exportKeyStore(world.store).rows.map(({ value }) => hex(value)));
  };
  assertEquals(trace("a"), trace("a"));
  assert(trace("a") !== trace("b"), "generational GUIDs come from the seed");
});
