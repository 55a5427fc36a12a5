/**
 * Sessions, connections and saved logins through the API, in a whole world:
 * real firmware, drivers, network and a target.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { INITIATOR_NODE_NAME } from "../../host/design_choices.ts";
import { LoginFlag, type LoginParameters, type UniqueSessionId } from "../../host/iscsidsc/structures.ts";
import { Win32Error } from "../../host/status.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  ADAPTER,
  ALL_PORTS,
  bootWorld,
  contains,
  MAIN,
  OTHER_PORT,
  PORT,
  reboot,
  text,
  unit,
} from "./world_support.ts";

const S = IsdscStatus;
const KEY = "the key of the target's portals";
const NAME = "iqn.2026-01.example:disk";
const PORTAL = { address: "192.0.2.20", socket: 3260 } as const;
const OTHER_PORTAL = { address: "192.0.2.21", socket: 3261 } as const;
const TO_OTHER_PORTAL = { targetPortal: OTHER_PORTAL, securityFlags: MAIN, key: text(KEY) } as const;
const FIVE_SECONDS = 5;

/** Two adapters without keys, and a target with two portals. */
function boot(keyStorage: "nvram" | "ram" | "none" = "nvram"): World {
  const keys = [{ id: "any", key: text(KEY) }] as const;
  return bootWorld({
    adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }, { name: "hba1", keyStorage, ports: [OTHER_PORT] }],
    targets: [
      { name: "disk", address: Uint8Array.of(192, 0, 2, 20), keys },
      { name: "disk's other portal", address: Uint8Array.of(192, 0, 2, 21), keys },
    ],
  });
}

function logIn(world: World, change: Partial<LoginParameters> = {}) {
  return world.run(world.host.api.loginIScsiTarget({
    targetName: NAME,
    initiatorInstance: ADAPTER,
    targetPortal: PORTAL,
    securityFlags: MAIN,
    key: text(KEY),
    ...change,
  }));
}

const MULTIPATH = { loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled } } as const;

function sessions(world: World) {
  const { status, sessions } = world.run(world.host.api.getIScsiSessionList());
  assertEquals(status, 0);
  return sessions;
}

function savedLogins(world: World) {
  const { status, persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
  assertEquals(status, 0);
  return persistentLogins;
}

/** Where a secret is found that must be nowhere: lists, traces, memory that requests have used. */
function placesOf(world: World, secret: string): readonly string[] {
  const bytes = text(secret);
  const lists = new TextEncoder().encode(
    JSON.stringify([sessions(world), savedLogins(world)], (_, value) => typeof value === "bigint" ? `${value}` : value),
  );
  const numbers = new TextEncoder().encode(`,${bytes.join(",")},`);
  const { texts, values } = world.recorder.columns();
  return [
    ...(contains(lists, bytes) || contains(lists, numbers.subarray(1, -1)) ? ["a list"] : []),
    ...texts.filter((each) => each.includes(secret)),
    ...(contains(Uint8Array.from(values, (value) => value & 0xff), bytes) ? ["numbers of the trace"] : []),
    ...(world.host.wmi.buffers.memory().some((memory) => contains(memory, bytes)) ? ["a system buffer"] : []),
  ];
}

function logOut(world: World, session: UniqueSessionId | undefined): number {
  return session === undefined ? -1 : world.run(world.host.api.logoutIScsiTarget(session));
}

/** Lets simulated seconds pass. */
function pass(world: World, seconds: number): void {
  world.run(world.kernel.sleep(seconds * world.kernel.frequencyHz));
}

Deno.test("GetIScsiSessionList tells of each session what its login gave", () => {
  const world = boot();
  assertEquals(sessions(world), []);
  const first = logIn(world);
  const second = logIn(world, { ...MULTIPATH, initiatorInstance: "hba1" });
  assertEquals([first.status, second.status], [0, 0]);
  const list = sessions(world);
  assertEquals(list.map(({ sessionId }) => sessionId), [first.session, second.session]);
  assertEquals(list.map(({ connections }) => connections[0]?.connectionId), [first.connection, second.connection]);
  const [session] = list;
  assertEquals(session?.initiatorName, INITIATOR_NODE_NAME);
  assertEquals(session?.targetName, NAME);
  assertEquals(session?.tsid.length, 2);
  const [connection] = session?.connections ?? [];
  assertEquals(connection?.initiatorAddress, "192.0.2.10");
  assertEquals([connection?.targetAddress, connection?.targetSocket], ["192.0.2.20", 3260]);
  assertEquals(connection?.cid, Uint8Array.of(1, 0));
  // One initiator name, one target: the ISIDs must differ (RFC 7143 §6.3.5).
  assertNotEquals(list[0]?.isid, list[1]?.isid);
  assertEquals(logOut(world, first.session), 0);
  assertEquals(sessions(world).map(({ sessionId }) => sessionId), [second.session]);
});

Deno.test("names of adapters compare without case, and what is set under one is found under the other", () => {
  const world = boot();
  assertEquals(logIn(world, { ...MULTIPATH, initiatorInstance: "HBA1" }).status, 0);
  const { api } = world.host;
  const id = { idType: 2, id: text("host.example") };
  const information = { authMethod: 1, securityFlags: 0x27n, ...id, key: text("a key of some length") };
  assertEquals(world.run(api.setIScsiIKEInfo("Hba0", 0xffff_ffff, information, true)), 0);
  assertEquals(world.run(api.getIScsiIKEInfo("hbA0", 0xffff_ffff, undefined, information)).status, 0);
  assertEquals(world.adapters.get("hba0")?.adapter.cache?.keyTable.size, 1);
});

Deno.test("a list is given whole or not at all: 122 and the size for a smaller buffer", () => {
  const world = boot();
  logIn(world);
  logIn(world, { isPersistent: true });
  const { api } = world.host;
  for (
    const ask of [
      (size?: number) => world.run(api.reportIScsiInitiatorList(size)),
      (size?: number) => world.run(api.getIScsiSessionList(size)),
      (size?: number) => world.run(api.reportIScsiPersistentLogins(size)),
    ]
  ) {
    const whole = ask();
    assertEquals(whole.status, 0);
    assert(whole.bufferSize > 1);
    assertEquals(ask(whole.bufferSize), whole);
    for (const size of [0, whole.bufferSize - 1]) {
      const { status, bufferSize, ...list } = ask(size);
      assertEquals([status, bufferSize], [Win32Error.insufficientBuffer, whole.bufferSize]);
      assertEquals(Object.values(list), [[]]);
    }
  }
  // "hba0", "hba1", and a NUL behind each and at the end.
  assertEquals(world.run(api.reportIScsiInitiatorList()).bufferSize, 11);
});

Deno.test("a list of saved logins needs 2080 bytes for each, sizeof(PERSISTENT_ISCSI_LOGIN_INFOW) on x64", () => {
  const world = boot();
  const size = () => world.run(world.host.api.reportIScsiPersistentLogins()).bufferSize;
  assertEquals(size(), 0);
  for (const [index, targetName] of [NAME, `${NAME}.2`].entries()) {
    assertEquals(logIn(world, { isPersistent: true, targetName }).status, 0);
    assertEquals(size(), 2080 * (index + 1));
  }
  // ISCSI_TARGET_MAPPINGW of 1520 bytes, a SCSI_LUN_LIST of 16, and the name of the user.
  const loginOptions = { version: 0, informationSpecified: 0x20, username: text("someone") };
  const mappings = { osBusNumber: 0, osTargetNumber: 3, lunList: [{ osLun: 1, targetLun: 2n << 48n }] };
  assertEquals(logIn(world, { isPersistent: true, targetName: `${NAME}.3`, loginOptions, mappings }).status, 0);
  assertEquals(size(), 2080 * 3 + 1520 + 16 + 7);
});

Deno.test("a second session to a target needs MULTIPATH_ENABLED, through whichever adapter", () => {
  const world = boot();
  const { session } = logIn(world);
  assertEquals(logIn(world).status, S.TARGET_ALREADY_LOGGED_IN);
  assertEquals(
    logIn(world, { initiatorInstance: "hba1", targetName: NAME.toUpperCase() }).status,
    S.TARGET_ALREADY_LOGGED_IN,
  );
  assertEquals(logIn(world, { targetName: `${NAME}.2` }).status, 0);
  assertEquals(logIn(world, MULTIPATH).status, 0);
  assertEquals(sessions(world).length, 3);
  assertEquals(logOut(world, session), 0);
});

Deno.test("a saved login that is only tried has no session yet: no TSID, and another login is not a second one", () => {
  const world = boot();
  assertEquals(logIn(world, { isPersistent: true, targetPortal: { address: "192.0.2.99" } }).status, 0);
  reboot(world);
  pass(world, FIVE_SECONDS);
  const [tried] = sessions(world);
  assertEquals([tried?.connections, tried?.tsid], [[], Uint8Array.of(0, 0)]);
  const { status, session } = logIn(world);
  assertEquals(status, 0);
  const made = sessions(world).find(({ sessionId }) => sessionId.adapterSpecific === session?.adapterSpecific);
  assertNotEquals(made?.tsid, Uint8Array.of(0, 0));
  assertEquals(logIn(world).status, S.TARGET_ALREADY_LOGGED_IN);
});

Deno.test("a session is found by a service that has just started and has not asked its adapter yet", () => {
  const world = boot();
  const authInfo = { authMethod: 1, securityFlags: MAIN, idType: 2, key: text(KEY) };
  for (let index = 0; index < 20; index++) {
    const id = text(`host${index}.example`);
    assertEquals(world.run(world.host.api.setIScsiIKEInfo(ADAPTER, ALL_PORTS, { ...authInfo, id }, true)), 0);
  }
  const { session } = logIn(world);
  assert(session !== undefined);
  const { api } = world.host;
  const unknown = { ...session, adapterUnique: 99n };
  const calls = {
    AddIScsiConnection: () =>
      world.run(api.addIScsiConnection({ uniqueSessionId: session, ...TO_OTHER_PORTAL })).status,
    "LogoutIScsiTarget, no such adapter": () => world.run(api.logoutIScsiTarget(unknown)),
    LogoutIScsiTarget: () => world.run(api.logoutIScsiTarget(session)),
  };
  const statuses = Object.values(calls).map((call) => {
    world.host.killService();
    const start = world.kernel.spawn("start", world.host.startService());
    world.kernel.runUntil(start, world.now + 60 * world.kernel.frequencyHz);
    assertEquals([world.host.service.state, world.host.service.settled], ["running", false]);
    return call();
  });
  assertEquals(statuses, [0, S.INVALID_SESSION_ID, 0]);
});

Deno.test("of two logins to a target at once one opens the session", () => {
  const world = boot();
  const call = (initiatorInstance: string) =>
    world.kernel.spawn(
      `login through ${initiatorInstance}`,
      world.host.api.loginIScsiTarget({
        targetName: NAME,
        initiatorInstance,
        targetPortal: PORTAL,
        securityFlags: MAIN,
        key: text(KEY),
      }),
    );
  const processes = [call(ADAPTER), call("hba1")];
  pass(world, FIVE_SECONDS);
  const statuses = processes.map((process) => process.over ? process.result.status : undefined);
  assertEquals(statuses, [0, S.TARGET_ALREADY_LOGGED_IN]);
  assertEquals(sessions(world).length, 1);
});

Deno.test("a persistent login is saved first, and logs in at each start with its own key until it is removed", () => {
  const world = boot();
  const options = { version: 0, informationSpecified: 0x24, maximumConnections: 3, username: text("someone") };
  const mappings = { osBusNumber: 0, osTargetNumber: 3, lunList: [{ osLun: 1, targetLun: 2n << 48n }] };
  assertEquals(logIn(world, { isPersistent: true, loginOptions: options, mappings }), { status: 0 });
  assertEquals(sessions(world), [], "nobody logs in before the next start");
  const [saved, ...others] = savedLogins(world);
  assertEquals(others, []);
  assertEquals([saved?.targetName, saved?.initiatorInstance, saved?.targetPortal], [NAME, ADAPTER, { ...PORTAL }]);
  assertEquals([saved?.initiatorPortNumber, saved?.securityFlags, saved?.isInformationalSession], [
    ALL_PORTS,
    MAIN,
    false,
  ]);
  assertEquals(saved?.mappings, mappings);
  assertEquals(saved?.loginOptions.maximumConnections, 3);
  assertEquals(saved?.loginOptions.username, text("someone"));
  assertEquals(saved?.loginOptions.password, undefined);
  for (let start = 1; start <= 2; start++) {
    reboot(world);
    pass(world, FIVE_SECONDS);
    const [session] = sessions(world);
    assertEquals([session?.targetName, session?.connections.length], [NAME, 1], `start ${start}`);
  }
  const { api } = world.host;
  const remove = (port: number, portal?: { address: string; socket: number }) =>
    world.run(api.removeIScsiPersistentTarget(ADAPTER, port, NAME, portal));
  assertEquals(remove(ALL_PORTS, OTHER_PORTAL), S.NOT_FOUND);
  assertEquals(world.run(api.removeIScsiPersistentTarget("hba1", ALL_PORTS, NAME, undefined)), S.NOT_FOUND);
  assertEquals(savedLogins(world).length, 1);
  assertEquals(remove(ALL_PORTS), 0);
  assertEquals(savedLogins(world), []);
  assertEquals(sessions(world).length, 1, "its session stays");
  reboot(world);
  pass(world, FIVE_SECONDS);
  assertEquals(sessions(world), []);
});

const LOGIN_CHANGES: Readonly<Record<string, (world: World) => number>> = {
  "it is saved again": (world) => logIn(world, { isPersistent: true }).status,
  "it is removed": (world) =>
    world.run(world.host.api.removeIScsiPersistentTarget(ADAPTER, ALL_PORTS, NAME, undefined)),
};

for (const [change, make] of Object.entries(LOGIN_CHANGES)) {
  Deno.test(`a session has the name and ISID of the login that has opened it, also when ${change}`, () => {
    const world = boot();
    assertEquals(logIn(world, { isPersistent: true }).status, 0);
    world.host.powerOff();
    world.host.powerOn();
    world.settle();
    pass(world, FIVE_SECONDS);
    const before = sessions(world);
    assertEquals(before.map(({ targetName, isid }) => [targetName, isid[4]]), [[NAME, 0x80]]);
    assertEquals(make(world), 0);
    assertEquals(sessions(world), before);
    assertEquals(logIn(world).status, S.TARGET_ALREADY_LOGGED_IN);
  });
}

Deno.test("a saved login makes its target known: a login that names no portal goes there", () => {
  const world = boot();
  assertEquals(logIn(world, { targetPortal: undefined }).status, S.TARGET_NOT_FOUND);
  assertEquals(logIn(world, { isPersistent: true, targetPortal: OTHER_PORTAL }).status, 0);
  assertEquals(logIn(world, { targetPortal: undefined }).status, 0);
  const [connection] = sessions(world)[0]?.connections ?? [];
  assertEquals([connection?.targetAddress, connection?.targetSocket], [OTHER_PORTAL.address, OTHER_PORTAL.socket]);
});

for (const keyStorage of ["nvram", "none"] as const) {
  Deno.test(`connections are added to a session, and taken out but for the last, storage ${keyStorage}`, () => {
    const world = boot(keyStorage);
    const { api } = world.host;
    const { session, connection } = logIn(world);
    assert(session !== undefined && connection !== undefined);
    const add = (uniqueSessionId: UniqueSessionId, key: string) =>
      world.run(api.addIScsiConnection({
        uniqueSessionId,
        targetPortal: OTHER_PORTAL,
        securityFlags: MAIN,
        ...(key === "" ? {} : { key: text(key) }),
      }));
    assertEquals(add({ ...session, adapterSpecific: 99n }, KEY).status, S.INVALID_SESSION_ID);
    assertEquals(add(session, "").status, S.TARGET_PRESHAREDKEY_UNAVAILABLE);
    assertEquals(add(session, "another key").status, S.AUTHENTICATION_FAILURE);
    assertEquals(sessions(world)[0]?.connections.length, 1);
    // The key of the service goes with a connection as with a login.
    const authInfo = { authMethod: 1, securityFlags: MAIN, idType: 1, id: PORT, key: text(KEY) };
    assertEquals(world.run(api.setIScsiIKEInfo(ADAPTER, ALL_PORTS, authInfo, true)), 0);
    const added = add(session, "");
    assertEquals(added.status, 0);
    assert(added.connection !== undefined);
    assertEquals(sessions(world)[0]?.connections.map(({ targetSocket }) => targetSocket), [3260, 3261]);
    assertEquals(world.run(api.removeIScsiConnection(session, added.connection)), 0);
    assertEquals(world.run(api.removeIScsiConnection(session, connection)), S.CANT_REMOVE_LAST_CONNECTION);
    assertEquals(sessions(world)[0]?.connections.map(({ connectionId }) => connectionId), [connection]);
  });
}

Deno.test("neither key nor password of a login, a connection or a saved login is told or left anywhere", () => {
  const world = boot();
  const password = "the password of a login";
  const chap = {
    version: 0,
    informationSpecified: 0xe0,
    authType: 1,
    username: text("someone"),
    password: text(password),
  };
  const { session } = logIn(world, { loginOptions: chap });
  assert(session !== undefined);
  assertEquals(logIn(world, { loginOptions: chap, isPersistent: true }).status, 0);
  const connection = { uniqueSessionId: session, targetPortal: OTHER_PORTAL, securityFlags: MAIN, loginOptions: chap };
  assertEquals(world.run(world.host.api.addIScsiConnection({ ...connection, key: text(KEY) })).status, 0);
  assertEquals(savedLogins(world)[0]?.loginOptions.username, text("someone"), "what is no secret is told");
  for (const secret of [KEY, password]) assertEquals(placesOf(world, secret), []);
  assertEquals(placesOf(world, NAME).includes("a list"), true, "the search finds what is there");
});

Deno.test("ClearCache leaves a saved login its key", () => {
  const world = boot();
  const { host } = world;
  assertEquals(logIn(world, { isPersistent: true }).status, 0);
  const request = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
  assertEquals(world.run(host.mailbox(ADAPTER, request)).type, "completed");
  reboot(world);
  pass(world, FIVE_SECONDS);
  assertEquals(sessions(world).map(({ connections }) => connections.length), [1]);
  assertEquals(logIn(world).status, S.TARGET_ALREADY_LOGGED_IN, "a session that the adapter has opened counts, too");
});

Deno.test("adapters that are away list nothing, and the others all", () => {
  const world = boot();
  logIn(world, MULTIPATH);
  const { session } = logIn(world, { ...MULTIPATH, initiatorInstance: "hba1" });
  unit(world).adapter.powerOff();
  assertEquals(sessions(world).map(({ sessionId }) => sessionId), [session]);
});
