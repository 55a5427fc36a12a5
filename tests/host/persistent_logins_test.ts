/**
 * Persistent logins on real firmware: saved with their own key, made at the next driver load, and left alone by
 * ClearCache. The adapter has no other key: a session can only have been opened with the login's own.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { sessionNumber } from "../../host/miniport/session_ids.ts";
import { logoutFromTarget } from "../../host/wmi/adapter_client.ts";
import { PERSISTENT_LOGINS_GUID } from "../../host/wmi/persistent_logins.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  bootProvider,
  client,
  KEY,
  logIn,
  loginIn,
  pass,
  persistentLogins,
  remove,
  save,
  sessions,
  statusOf,
  TARGET_NAME,
} from "./provider_world.ts";
import { ADAPTER, contains, PORT, reboot, setKey, TARGET, text, unit } from "./world_support.ts";

const ALL_PORTS = 0xffff_ffff;

function clearCache(world: World): void {
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache, input: new Uint8Array(0) };
  const { data } = world.run(world.host.wmi.executeMethod(ADAPTER, call, 4));
  assertEquals(data, new Uint8Array(4));
}

/** The targets of the sessions that have a connection. */
function connected(world: World): readonly string[] {
  return sessions(world).filter(({ ConnectionsList }) => ConnectionsList[0]?.State === 1)
    .map(({ TargetiSCSIName }) => TargetiSCSIName);
}

Deno.test("A persistent login is saved and not made; the next driver load makes it, with its own key", () => {
  const world = bootProvider();
  assertEquals(save(world), IsdscStatus.SUCCESS);
  pass(world, 20);
  assertEquals([sessions(world), connected(world)], [[], []]);
  for (const accident of ["power cycle", "firmware reset"]) {
    if (accident === "power cycle") reboot(world);
    else world.host.resetAdapter(ADAPTER);
    world.settle();
    pass(world, 2);
    assertEquals(connected(world), [TARGET_NAME], accident);
    const [session] = sessions(world);
    assertEquals(sessionNumber(session?.UniqueSessionId ?? 0n), 0x8000_0001, "the same number each time");
    assertEquals(session?.InitiatoriSCSIName, "iqn.2026-11.example:host");
  }
});

Deno.test("ClearCache leaves persistent logins: the key cache is empty, and the next load logs in all the same", () => {
  const world = bootProvider();
  assertEquals(save(world), IsdscStatus.SUCCESS);
  assertEquals(setKey(world, "a key of the cache"), IsdscStatus.SUCCESS);
  const image = () => unit(world).flash?.image() ?? new Uint8Array(0);
  assert(image().length > 0);
  clearCache(world);
  assertEquals(unit(world).adapter.cache?.keyTable.size, 0);
  assertEquals(persistentLogins(world).length, 1);
  world.powerOff();
  world.powerOn();
  world.settle();
  pass(world, 2);
  assertEquals(connected(world), [TARGET_NAME]);
  // Control: the same world without the persistent login has nobody to log in with.
  const control = bootProvider();
  clearCache(control);
  reboot(control);
  pass(control, 2);
  assertEquals(sessions(control), []);
});

Deno.test("What PersistentLogins reports is what was saved, without key and password", () => {
  const world = bootProvider();
  const options = { ...loginIn().LoginOptions, InformationSpecified: 0xe0, AuthType: 1, LoginFlags: 2 };
  const secret = text("a password of sixteen bytes");
  const status = save(world, {
    LoginOptions: options,
    SessionType: 1,
    OSBus: 1,
    OSTarget: 5,
    LUNList: [{ TargetLUN: 7n, OSLUN: 3, Reserved: 0 }],
    Username: text("user"),
    Password: secret,
  });
  assertEquals(status, IsdscStatus.SUCCESS);
  reboot(world);
  const [login, ...more] = persistentLogins(world);
  assert(login !== undefined && more.length === 0);
  assertEquals(
    [login.TargetName, login.SecurityFlags, login.InitiatorPortNumber, login.IsInformationalSession],
    [TARGET_NAME, 0x27n, 0, true],
  );
  assertEquals([login.UniqueIdForISID, login.OSBus, login.OSTarget], [0x0102, 1, 5]);
  assertEquals([login.TargetPortal.Address.IpV4Address, login.TargetPortal.Socket], [TARGET, 3260]);
  assertEquals([login.LoginOptions, login.LUNList], [options, [{ TargetLUN: 7n, OSLUN: 3, Reserved: 0 }]]);
  assertEquals(login.Username, text("user"));
  const raw = world.run(world.host.wmi.queryInstance(ADAPTER, PERSISTENT_LOGINS_GUID, 4096)).data;
  assert(contains(raw, text("user")));
  for (const hidden of [text(KEY), secret]) assert(!contains(raw, hidden), "a secret is reported");
});

Deno.test("The key of a persistent login lies in flash only sealed, and in no buffer of the host when the call is over", () => {
  const world = bootProvider();
  assertEquals(save(world), IsdscStatus.SUCCESS);
  const key = text(KEY);
  assert(!contains(unit(world).flash?.image() ?? new Uint8Array(0), key), "it lies in flash in the open");
  reboot(world);
  pass(world, 2);
  assertEquals(connected(world), [TARGET_NAME]);
  persistentLogins(world);
  for (const memory of world.host.wmi.buffers.memory()) assert(!contains(memory, key), "a system buffer");
  assert(!contains(unit(world).adapter.ram.bytes, key), "the adapter's RAM");
});

Deno.test("A persistent login that fails is tried again every 5 s, and its session is listed without connections", () => {
  const world = bootProvider();
  // Nobody is there.
  const nowhere = Uint8Array.of(192, 0, 2, 99);
  const address = { ...loginIn().TargetPortal.Address, IpV4Address: nowhere };
  assertEquals(
    save(world, { TargetPortal: { ...loginIn().TargetPortal, Address: address }, Key: new Uint8Array(0) }),
    0,
  );
  reboot(world);
  pass(world, 1);
  const [session] = sessions(world);
  assertEquals([session?.UniqueSessionId, session?.ConnectionsList.length], [0x8000_0001n, 0]);
  const attempts = () => {
    let count = 0;
    for (let sequence = 0; sequence < world.recorder.length; sequence++) {
      if (`${world.recorder.at(sequence).fields.text ?? ""}`.startsWith("session refused")) count++;
    }
    return count;
  };
  const before = attempts();
  pass(world, 20);
  assertEquals(attempts() - before, 4);
  // The service gives the adapter its key: the next attempts get as far as the network, and no further.
  assertEquals(setKey(world, KEY, { id: PORT }), 0);
  const sent = world.network.captures.length;
  for (let second = 0; second < 12; second++) {
    pass(world, 1);
    assertEquals(sessions(world)[0]?.ConnectionsList.length, 0, `after ${second} s`);
  }
  assert(world.network.captures.length > sent, "no attempt has got to the network");
});

Deno.test("A session that is lost comes back by itself under its number", () => {
  const deadPeerDetection = { idleMilliseconds: 1000, retryMilliseconds: 1000, attempts: 2 };
  const world = bootProvider({ adapters: [{ name: ADAPTER, ports: [PORT], phase1: { deadPeerDetection } }] });
  save(world);
  reboot(world);
  pass(world, 2);
  assertEquals(connected(world), [TARGET_NAME]);
  world.network.block(PORT, TARGET);
  pass(world, 6);
  assertEquals(connected(world), []);
  assertEquals(sessions(world).map(({ UniqueSessionId }) => UniqueSessionId), [0x8000_0001n], "it is not given up");
  world.network.unblock(PORT, TARGET);
  pass(world, 30);
  assertEquals(connected(world), [TARGET_NAME]);
  assertEquals(sessions(world).map(({ UniqueSessionId }) => UniqueSessionId), [0x8000_0001n]);
});

Deno.test("A persistent login whose session was logged out is made again at the next driver load only", () => {
  const world = bootProvider();
  save(world);
  reboot(world);
  pass(world, 2);
  assertEquals(statusOf(world, logoutFromTarget(client(world), 0x8000_0001n)), IsdscStatus.SUCCESS);
  assertEquals(statusOf(world, logoutFromTarget(client(world), 0x8000_0001n)), IsdscStatus.INVALID_SESSION_ID);
  pass(world, 20);
  assertEquals([sessions(world), persistentLogins(world).length], [[], 1]);
  world.host.resetAdapter(ADAPTER);
  world.settle();
  pass(world, 2);
  assertEquals(connected(world), [TARGET_NAME]);
});

Deno.test("RemovePersistentLogin: the very port, one portal or all; a session that is open stays", () => {
  const world = bootProvider();
  save(world);
  reboot(world);
  pass(world, 2);
  assertEquals(remove(world, { port: 1 }), IsdscStatus.NOT_FOUND);
  assertEquals(remove(world, { address: PORT }), IsdscStatus.NOT_FOUND);
  assertEquals(remove(world, { port: ALL_PORTS }), IsdscStatus.NOT_FOUND, "it was not saved for any port");
  assertEquals(remove(world, { address: new Uint8Array(0) }), IsdscStatus.SUCCESS);
  assertEquals([persistentLogins(world), connected(world).length], [[], 1]);
  assertEquals(remove(world), IsdscStatus.NOT_FOUND);
  reboot(world);
  pass(world, 10);
  assertEquals(sessions(world), []);
});

Deno.test("Without nonvolatile memory nothing can be saved: ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA", () => {
  for (const keyStorage of ["ram", "none"] as const) {
    const world = bootProvider({ adapters: [{ name: ADAPTER, ports: [PORT], keyStorage }] });
    assertEquals(save(world), IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA, keyStorage);
    assertEquals([persistentLogins(world), remove(world)], [[], IsdscStatus.NOT_FOUND]);
    // A login that is not persistent goes on as ever.
    assert(logIn(world) > 0n);
  }
});

Deno.test("What persistent logins take of the flash is taken off the promised number of keys, and never a key's", () => {
  const world = bootProvider({ adapters: [{ name: ADAPTER, ports: [PORT], keyTableEntries: 500 }] });
  const capacity = () => unit(world).adapter.cache?.information().keyCapacity ?? 0;
  const without = capacity();
  const long = { Key: new Uint8Array(256).fill(0x4b), Username: new Uint8Array(200).fill(0x55) };
  let saved = 0;
  while (save(world, { ...long, TargetName: `${TARGET_NAME}${saved}` }) === IsdscStatus.SUCCESS) saved++;
  assertEquals(saved, 16);
  const promised = capacity();
  assert(promised < without - 16, `${promised} of ${without}`);
  // As many of the largest keys as were promised do fit, and so does one more login only when some are gone.
  const key = new Uint8Array(256).fill(0x6b);
  for (let index = 0; index < promised; index++) {
    const id = new Uint8Array(256).fill(0x41);
    new DataView(id.buffer).setUint32(0, index);
    const information = { authMethod: 1, securityFlags: 0x27n, idType: 2, id, key };
    assertEquals(world.run(world.host.api.setIScsiIKEInfo(ADAPTER, ALL_PORTS, information, true)), 0, `key ${index}`);
  }
  assertEquals(remove(world, { address: new Uint8Array(0) }), IsdscStatus.NOT_FOUND);
  reboot(world);
  assertEquals(persistentLogins(world).length, 16);
  assertEquals(unit(world).adapter.cache?.keyTable.size, promised);
});

Deno.test("A persistent login that is too long for the mailbox is refused", () => {
  const world = bootProvider();
  assertEquals(
    save(world, { Username: new Uint8Array(1000) }),
    IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA,
  );
  assertEquals(save(world, { Key: new Uint8Array(257) }), IsdscStatus.INVALID_PARAMETER);
  assertEquals(save(world, { PortNumber: 7 }), IsdscStatus.INVALID_PORT_NUMBER);
  assertEquals(persistentLogins(world), []);
});

Deno.test("Manual: the commands about persistent logins say how long their answers are, and 0 at the end", () => {
  const world = bootProvider();
  save(world);
  const lengthOf = (command: number, parameter: number) => {
    const result = world.run(world.host.mailbox(ADAPTER, {
      command,
      request: new Uint8Array(0),
      responseBytes: 1024,
      parameter,
    }));
    assert(result.type === "completed");
    return result.registers[2];
  };
  const { getPersistentLogin, getSessionLogin } = MailboxCommand;
  assertMatch(`${lengthOf(getPersistentLogin, 0)}`, /^[1-9]\d+$/);
  assertEquals(lengthOf(getPersistentLogin, 1), 0);
  assertEquals(lengthOf(getSessionLogin, 0x8000_0001), 0, "its session is opened at the next driver load");
  reboot(world);
  pass(world, 2);
  assertEquals(lengthOf(getSessionLogin, 0x8000_0001), lengthOf(getPersistentLogin, 0));
  assertEquals(lengthOf(getSessionLogin, 1), 0);
});

Deno.test("Names of targets are one whatever their case (RFC 3722): a login is replaced and removed under any spelling", () => {
  const world = bootProvider();
  assertEquals(save(world, { Key: text("a key that is replaced") }), IsdscStatus.SUCCESS);
  assertEquals(save(world, { TargetName: TARGET_NAME.toUpperCase() }), IsdscStatus.SUCCESS);
  assertEquals(persistentLogins(world).map(({ TargetName }) => TargetName), [TARGET_NAME], "as it was spelled first");
  reboot(world);
  pass(world, 2);
  assertEquals(connected(world), [TARGET_NAME], "with the later key");
  // Other ports, portals and names are others still.
  assertEquals(save(world, { PortNumber: ALL_PORTS, TargetName: TARGET_NAME.toUpperCase() }), IsdscStatus.SUCCESS);
  assertEquals(persistentLogins(world).length, 2);
  assertEquals(remove(world, { name: `${TARGET_NAME}.2` }), IsdscStatus.NOT_FOUND);
  assertEquals(remove(world, { port: ALL_PORTS, name: "IQN.2026-11.Example:DISK" }), IsdscStatus.SUCCESS);
  assertEquals(persistentLogins(world).map(({ InitiatorPortNumber }) => InitiatorPortNumber), [0]);
  assertEquals(remove(world, { name: "IQN.2026-11.Example:DISK" }), IsdscStatus.SUCCESS);
  assertEquals(persistentLogins(world), []);
  reboot(world);
  pass(world, 2);
  assertEquals(sessions(world), []);
});
