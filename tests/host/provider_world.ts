/**
 * A world with two targets, and the classes of its adapter as a client sees
 * them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { StructureValue } from "../../sim/layout/structure.ts";
import type { Task } from "../../sim/kernel/task.ts";
import {
  type AdapterClient,
  addConnectionToSession,
  loginToTarget,
  type MethodOutcome,
  queryInitiatorSessions,
  type QueryOutcome,
  queryPersistentLogins,
  removePersistentLogin,
} from "../../host/wmi/adapter_client.ts";
import type { ADD_CONNECTION_IN_FIELDS, LOGIN_IN_FIELDS } from "../../host/wmi/adapter_operations.ts";
import { ipAddressValue } from "../../host/wmi/ip_address.ts";
import type { PersistentLogin } from "../../host/wmi/persistent_logins.ts";
import type { SessionInfo } from "../../host/wmi/session_info.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../sim/lab/world/world_options.ts";
import { ADAPTER, bootWorld, MAIN, PORT, TARGET, text } from "./world_support.ts";

/** The key that the first target knows, and the adapter does not. */
export const KEY = "the key of a persistent login";
/** The address of the second target. */
const OTHER_TARGET = Uint8Array.of(192, 0, 2, 21);
/** The key that the second target knows. */
const OTHER_KEY = "the key of another portal";
/** The name of the first target. */
export const TARGET_NAME = "iqn.2026-11.example:disk";

/** A world in which the adapter has no key at all, whatever it logs in to. */
export function bootProvider(options: Partial<WorldOptions> = {}): World {
  return bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }],
    targets: [
      { name: "disk", address: TARGET, keys: [{ id: "any", key: text(KEY) }] },
      { name: "tape", address: OTHER_TARGET, keys: [{ id: "any", key: text(OTHER_KEY) }] },
    ],
    ...options,
  });
}

/** The client of an adapter, the first by default. */
export function client(world: World, deviceName = ADAPTER): AdapterClient {
  return { wmi: world.host.wmi, deviceName };
}

/** An address as a structure has it. */
function addressValue(address: Uint8Array) {
  const bytes = new Uint8Array(16);
  bytes.set(address);
  return ipAddressValue({ type: address.length === 0 ? 3 : address.length === 4 ? 1 : 2, bytes });
}

const NO_OPTIONS = {
  InformationSpecified: 0,
  HeaderDigest: 0,
  DataDigest: 0,
  MaximumConnections: 0,
  DefaultTime2Wait: 0,
  DefaultTime2Retain: 0,
  LoginFlags: 0,
  AuthType: 0,
};

/** LoginToTarget_IN of a persistent login to the first target, with its key. */
export function loginIn(
  options: Partial<StructureValue<typeof LOGIN_IN_FIELDS>> = {},
): StructureValue<typeof LOGIN_IN_FIELDS> {
  return {
    PortNumber: 0,
    LoginOptions: NO_OPTIONS,
    SessionType: 2,
    SecurityFlags: MAIN,
    TargetPortal: { Address: addressValue(TARGET), Reserved: 0, Socket: 3260 },
    UniqueIdForISID: 0x0102,
    PersistentLogin: true,
    InitiatorNode: "iqn.2026-11.example:host",
    InitiatorAlias: "",
    TargetName: TARGET_NAME,
    MappingsPadding: 0,
    OSBus: 0xffff_ffff,
    OSTarget: 0xffff_ffff,
    UniqueSessionId: 0n,
    MappingsTargetName: "",
    FromPersistentLogin: false,
    Reserved: 0n,
    LUNList: [],
    Key: text(KEY),
    Username: new Uint8Array(0),
    Password: new Uint8Array(0),
    ...options,
  };
}

/** AddConnectionToSession_IN for the second target, with its key. */
export function connectionIn(
  UniqueSessionId: bigint,
  options: Partial<StructureValue<typeof ADD_CONNECTION_IN_FIELDS>> = {},
): StructureValue<typeof ADD_CONNECTION_IN_FIELDS> {
  return {
    UniqueAdapterId: 1n,
    UniqueSessionId,
    SecurityFlags: MAIN,
    PortNumber: 0,
    LoginOptions: NO_OPTIONS,
    TargetPortal: { Address: addressValue(OTHER_TARGET), Reserved: 0, Socket: 3261 },
    Key: text(OTHER_KEY),
    Username: new Uint8Array(0),
    Password: new Uint8Array(0),
    ...options,
  };
}

/** What a query gave, which must have succeeded. */
export function queried<T>(world: World, query: Task<QueryOutcome<T>>): T {
  const outcome = world.run(query);
  assert(outcome.type === "answered", `${outcome.type}`);
  return outcome.value;
}

/** OUT.Status of a method, which the driver stack must have carried out. */
export function statusOf<T>(world: World, call: Task<MethodOutcome<T>>): number {
  const outcome = world.run(call);
  assert(outcome.type === "answered", `${outcome.type}`);
  return outcome.status;
}

/** Saves a persistent login. */
export function save(world: World, options: Parameters<typeof loginIn>[0] = {}): number {
  return statusOf(world, loginToTarget(client(world), loginIn(options)));
}

/** Logs in for now, with the key of the first target. */
export function logIn(world: World, options: Parameters<typeof loginIn>[0] = {}): bigint {
  const outcome = world.run(loginToTarget(client(world), loginIn({ PersistentLogin: false, ...options })));
  assert(outcome.type === "answered");
  assertEquals(outcome.status.toString(16), "0");
  return outcome.value?.sessionId ?? 0n;
}

/** Adds the connection to the second target. */
export function addConnection(world: World, session: bigint, options: Parameters<typeof connectionIn>[1] = {}) {
  const outcome = world.run(addConnectionToSession(client(world), connectionIn(session, options)));
  assert(outcome.type === "answered");
  return { status: outcome.status, connectionId: outcome.value?.connectionId };
}

/** Removes the persistent login to the first target. */
export function remove(
  world: World,
  options: { readonly port?: number; readonly address?: Uint8Array; readonly name?: string } = {},
): number {
  const { port = 0, address = TARGET, name = TARGET_NAME } = options;
  const portal = { Address: addressValue(address), Reserved: 0, Socket: 3260 };
  const input = { PortNumber: port, TargetName: name, TargetPortal: portal };
  return statusOf(world, removePersistentLogin(client(world), input));
}

/** What the adapter logs in to by itself. */
export function persistentLogins(world: World): readonly PersistentLogin[] {
  return queried(world, queryPersistentLogins(client(world)));
}

/** The adapter's sessions. */
export function sessions(world: World, adapter = ADAPTER): readonly SessionInfo[] {
  return queried(world, queryInitiatorSessions(client(world, adapter))).sessions;
}

/** Lets seconds pass. */
export function pass(world: World, seconds: number): void {
  world.advance(world.cycles(seconds * 1e9));
}
