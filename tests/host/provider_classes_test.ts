/**
 * The other classes of an iSCSI provider on real firmware: portals, sessions with several connections, capabilities
 * and statistics.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { logoutFromTarget, queryPortals, removeConnectionFromSession } from "../../host/wmi/adapter_client.ts";
import { SECURITY_CAPABILITIES, SECURITY_CAPABILITIES_GUID } from "../../host/wmi/adapter_information.ts";
import {
  ADAPTER_EVENT_GUID,
  INSTANCE_FAILURE_EVENT_GUID,
  NODE_FAILURE_EVENT_GUID,
} from "../../host/wmi/adapter_events.ts";
import { PERSISTENT_LOGINS_GUID } from "../../host/wmi/persistent_logins.ts";
import { PORTAL_INFO_GUID } from "../../host/wmi/portal_info.ts";
import { INITIATOR_SESSION_INFO_GUID } from "../../host/wmi/session_info.ts";
import {
  LOGIN_STATISTICS,
  LOGIN_STATISTICS_GUID,
  MAIN_MODE_STATISTICS,
  MAIN_MODE_STATISTICS_GUID,
} from "../../host/wmi/statistics.ts";
import { NtStatus } from "../../host/status.ts";
import { parseSuite } from "../../firmware/ike/mod.ts";
import {
  addConnection,
  bootProvider,
  client,
  logIn,
  loginIn,
  pass,
  queried,
  save,
  sessions,
  statusOf,
} from "./provider_world.ts";
import { loginToTarget } from "../../host/wmi/adapter_client.ts";
import { ADAPTER, PORT, reboot, TARGET, text } from "./world_support.ts";
import type { World } from "../../sim/lab/world/world.ts";

const SECOND_PORT = new Uint8Array(16).fill(0x20, 0, 1).fill(1, 15);

function instance(world: World, guid: Uint8Array): Uint8Array {
  const { ntStatus, data } = world.run(world.host.wmi.queryInstance(ADAPTER, guid, 8));
  assertEquals(ntStatus, NtStatus.success);
  return data;
}

Deno.test("PortalInfoClass: a portal for each port, whose Index is the PortNumber of a login", () => {
  const world = bootProvider({ adapters: [{ name: ADAPTER, ports: [PORT, SECOND_PORT] }] });
  const portals = queried(world, queryPortals(client(world)));
  assertEquals(
    portals.map(({ Index, PortalType, Protocol, Port, PortalTag }) => [Index, PortalType, Protocol, Port, PortalTag]),
    [[0, 0, 6, 0, 0], [1, 0, 6, 1, 0]],
  );
  assertEquals([portals[0]?.IPAddr.Type, portals[0]?.IPAddr.IpV4Address], [1, PORT]);
  assertEquals([portals[1]?.IPAddr.Type, portals[1]?.IPAddr.IpV6Address], [2, SECOND_PORT]);
  assertEquals(instance(world, PORTAL_INFO_GUID).length, 4 + 2 * 564);
  assertEquals(
    statusOf(world, loginToTarget(client(world), loginIn({ PersistentLogin: false, PortNumber: 2 }))),
    IsdscStatus.INVALID_PORT_NUMBER,
  );
});

Deno.test("InitiatorSessionInfo: a session as the login asked for it, until it is logged out", () => {
  const world = bootProvider();
  assertEquals(instance(world, INITIATOR_SESSION_INFO_GUID).length, 16);
  const id = logIn(world, { SessionType: 1 });
  const [session, ...more] = sessions(world);
  assert(session !== undefined && more.length === 0);
  assertEquals([session.UniqueSessionId, session.Type, session.TargetiSCSIName], [id, 1, "iqn.2026-11.example:disk"]);
  assertEquals(session.ISID, Uint8Array.of(0x40, 0x00, 0x01, 0x37, 0x01, 0x02));
  const [connection] = session.ConnectionsList;
  assertEquals(
    [connection?.UniqueConnectionId, connection?.CID, connection?.State, connection?.Protocol, connection?.RemotePort],
    [id, 1, 1, 6, 3260],
  );
  assertEquals([connection?.LocalAddr.IpV4Address, connection?.RemoteAddr.IpV4Address], [PORT, TARGET]);
  assertEquals(statusOf(world, logoutFromTarget(client(world), id)), IsdscStatus.SUCCESS);
  assertEquals(sessions(world), []);
});

Deno.test("AddConnectionToSession runs a phase 1 of its own, with its own key", () => {
  const world = bootProvider();
  const id = logIn(world);
  const added = addConnection(world, id);
  assertEquals(added.status, IsdscStatus.SUCCESS);
  const [session] = sessions(world);
  assertEquals(
    session?.ConnectionsList.map((
      { UniqueConnectionId, CID, State, RemotePort },
    ) => [UniqueConnectionId, CID, State, RemotePort]),
    [
      [id, 1, 1, 3260],
      [added.connectionId, 2, 1, 3261],
    ],
  );
  assertEquals([world.targets.get("disk")?.exchangeCount, world.targets.get("tape")?.exchangeCount], [1, 1]);
  // Control: with the key of the first portal the second one is not reached.
  const refused = addConnection(world, id, { Key: text("the key of a persistent login") });
  assertEquals(refused, { status: IsdscStatus.AUTHENTICATION_FAILURE, connectionId: undefined });
  assertEquals(sessions(world)[0]?.ConnectionsList.length, 2, "and the session is as it was");
  const remove = (connection: bigint) => statusOf(world, removeConnectionFromSession(client(world), id, connection));
  assertEquals([remove(99n), remove(id), remove(id)], [IsdscStatus.NOT_FOUND, 0, IsdscStatus.NOT_FOUND]);
  assertEquals(remove(added.connectionId ?? 0n), IsdscStatus.CANT_REMOVE_LAST_CONNECTION);
  assertEquals(
    sessions(world).map(({ UniqueSessionId, ConnectionsList }) => [UniqueSessionId, ConnectionsList.length]),
    [[id, 1]],
  );
  assertEquals(statusOf(world, logoutFromTarget(client(world), id)), IsdscStatus.SUCCESS);
  // The half-open exchange of the refused connection is given up by the target after 30 s.
  pass(world, 40);
  assertEquals([world.targets.get("disk")?.exchangeCount, world.targets.get("tape")?.exchangeCount], [0, 0]);
});

Deno.test("AddConnectionToSession: unknown sessions, another adapter, more connections than the login or the adapter allow", () => {
  const world = bootProvider();
  assertEquals(addConnection(world, 1n).status, IsdscStatus.INVALID_SESSION_ID);
  assertEquals(addConnection(world, 0x1_0000_0001n).status, IsdscStatus.INVALID_SESSION_ID);
  const two = { ...loginIn().LoginOptions, InformationSpecified: 4, MaximumConnections: 2 };
  const id = logIn(world, { LoginOptions: two });
  assertEquals(sessions(world)[0]?.MaxConnections, 2);
  assertEquals(addConnection(world, id, { UniqueAdapterId: 9n }).status, IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND);
  assertEquals(addConnection(world, id).status, IsdscStatus.SUCCESS);
  assertEquals(addConnection(world, id).status, IsdscStatus.TOO_MANY_CONNECTIONS);
  const other = logIn(world);
  for (let count = 1; count < 8; count++) assertEquals(addConnection(world, other).status, 0, `connection ${count}`);
  assertEquals(addConnection(world, other).status, IsdscStatus.TOO_MANY_CONNECTIONS);
});

Deno.test("AddConnectionToSession: the session of a saved login has the limit that it was saved with, whoever asks first", () => {
  const world = bootProvider();
  const two = { ...loginIn().LoginOptions, InformationSpecified: 4, MaximumConnections: 2 };
  assertEquals(save(world, { LoginOptions: two }), IsdscStatus.SUCCESS);
  reboot(world);
  pass(world, 2);
  const id = 0x8000_0001n;
  assertEquals(addConnection(world, id).status, IsdscStatus.SUCCESS);
  assertEquals(addConnection(world, id).status, IsdscStatus.TOO_MANY_CONNECTIONS);
  assertEquals(sessions(world)[0]?.ConnectionsList.length, 2);
  // Another one saved in its place says nothing of the session that is open.
  assertEquals(save(world, { LoginOptions: { ...two, MaximumConnections: 3 } }), IsdscStatus.SUCCESS);
  assertEquals(addConnection(world, id).status, IsdscStatus.TOO_MANY_CONNECTIONS);
  assertEquals(addConnection(world, 0x8000_0002n).status, IsdscStatus.INVALID_SESSION_ID);
});

Deno.test("SecurityCapabilities follow the adapter's policy", () => {
  const capabilities = (...suites: string[]) => {
    const phase1 = { suites: suites.map(parseSuite) };
    const world = bootProvider({ adapters: [{ name: ADAPTER, ports: [PORT], phase1 }] });
    const value = SECURITY_CAPABILITIES.decode(instance(world, SECURITY_CAPABILITIES_GUID));
    return [value.ProtectiScsiTraffic, ...value.EncryptionAvailable];
  };
  assertEquals(capabilities("aes256-sha256-modp2048", "3des-sha1-modp1024"), [true, 0, 1, 2]);
  assertEquals(capabilities("3des-sha1-modp1024"), [true, 0, 1]);
  assertEquals(capabilities("aes128-sha1-modp1024"), [true, 0, 2]);
  assertEquals(capabilities("des-sha1-modp1024"), [false, 0]);
});

Deno.test("InitiatorLoginStatistics and MMIPSECStats count what has happened", () => {
  const world = bootProvider();
  const logins = () => {
    const value = LOGIN_STATISTICS.decode(instance(world, LOGIN_STATISTICS_GUID));
    assertEquals(value.UniqueAdapterId, 1n);
    return [value.LoginAcceptRsps, value.LoginFailures, value.LogoutNormals, value.LoginAuthFailRsps];
  };
  const mainMode = () => {
    const value = MAIN_MODE_STATISTICS.decode(instance(world, MAIN_MODE_STATISTICS_GUID));
    return [
      value.OakleyMainMode,
      value.NegotiationFailures,
      value.AuthenticationFailures,
      value.AcquireFailures,
      value.ActiveAcquire,
      value.InvalidCookiesReceived,
      value.InvalidPackets,
    ].map(Number);
  };
  assertEquals([logins(), mainMode()], [[0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]);
  const id = logIn(world);
  assertEquals([logins(), mainMode()], [[1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]]);
  const wrong = loginIn({ PersistentLogin: false, Key: text("another key") });
  assertEquals(statusOf(world, loginToTarget(client(world), wrong)), IsdscStatus.AUTHENTICATION_FAILURE);
  // The wrong key fails before any login PDU: a failure of the login, and of phase 1.
  assertEquals([logins(), mainMode()], [[1, 1, 0, 0], [1, 1, 1, 1, 0, 0, 0]]);
  assertEquals(statusOf(world, logoutFromTarget(client(world), id)), 0);
  assertEquals(logins(), [1, 1, 1, 0]);
  const none = loginIn({ PersistentLogin: false, Key: new Uint8Array(0) });
  assertEquals(statusOf(world, loginToTarget(client(world), none)), IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE);
  assertEquals([logins(), mainMode()], [[1, 2, 1, 0], [1, 1, 1, 1, 0, 0, 0]], "no negotiation began");
  // Cookies of nobody, a header that ends too early, a length that lies.
  const source = { address: TARGET, port: 500 };
  const destination = { address: PORT, port: 500 };
  const strange = new Uint8Array(28).fill(7);
  strange.set([0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 28], 16);
  for (const payload of [strange, new Uint8Array(27), new Uint8Array(28).fill(0xff)]) {
    world.network.send({ source, destination, payload });
  }
  pass(world, 1);
  assertEquals(mainMode(), [1, 1, 1, 1, 0, 1, 2]);
  const nowhere = { ...loginIn().TargetPortal.Address, IpV4Address: Uint8Array.of(192, 0, 2, 99) };
  save(world, { TargetPortal: { ...loginIn().TargetPortal, Address: nowhere } });
  reboot(world);
  pass(world, 2);
  assertEquals(mainMode(), [0, 0, 0, 0, 1, 0, 0], "a negotiation is under way; the firmware began anew");
});

Deno.test("Every class of data is answered by a query for all data as by one for its instance; those of events by neither", () => {
  const world = bootProvider();
  save(world, { LUNList: [{ TargetLUN: 1n, OSLUN: 2, Reserved: 0 }] });
  logIn(world);
  const classes = [
    SECURITY_CAPABILITIES_GUID,
    PERSISTENT_LOGINS_GUID,
    PORTAL_INFO_GUID,
    INITIATOR_SESSION_INFO_GUID,
    LOGIN_STATISTICS_GUID,
    MAIN_MODE_STATISTICS_GUID,
  ];
  for (const guid of classes) {
    const single = instance(world, guid);
    const all = world.run(world.host.wmi.queryAllData(ADAPTER, guid, 8));
    assertEquals(all, { ntStatus: NtStatus.success, instances: [single] });
    // With exactly the room, and with one byte less: the driver says how much it needs, and the query comes again.
    for (const room of [single.length, single.length - 1]) {
      assertEquals(world.run(world.host.wmi.queryInstance(ADAPTER, guid, room)).data, single);
    }
  }
  for (const guid of [ADAPTER_EVENT_GUID, INSTANCE_FAILURE_EVENT_GUID, NODE_FAILURE_EVENT_GUID]) {
    const single = world.run(world.host.wmi.queryInstance(ADAPTER, guid, 64));
    const all = world.run(world.host.wmi.queryAllData(ADAPTER, guid, 64));
    const method = world.run(world.host.wmi.executeMethod(ADAPTER, { guid, methodId: 1, input: new Uint8Array(4) }, 4));
    assertEquals([single.ntStatus, all.ntStatus, method.ntStatus], Array(3).fill(NtStatus.wmiGuidNotFound));
  }
});

Deno.test("MMIPSECStats is 168 bytes, and 232 with the WNODE for all data", () => {
  const world = bootProvider();
  const buffer = new Uint8Array(512);
  const view = new DataView(buffer.buffer);
  view.setUint32(0, 512, true);
  buffer.set(MAIN_MODE_STATISTICS_GUID, 24);
  view.setUint32(44, 0x0001_0081, true);
  const { wnode } = world.run(world.host.wmi.send(ADAPTER, 0, buffer));
  const hex = (from: number, to: number) => wnode.slice(from, to).toHex();
  assertEquals([wnode.length, hex(0, 4), hex(0x2c, 0x40)], [
    232,
    "e8000000",
    "91000100400000000100000000000000a8000000",
  ]);
});
