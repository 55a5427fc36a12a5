/**
 * A whole world - real firmware, network and targets - as the tests of the
 * host drive it, and its API with what most calls have in common.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LoginFlag } from "../../host/iscsidsc/structures.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { World } from "../../sim/lab/world/world.ts";
import type { AdapterUnit } from "../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../sim/lab/world/world_options.ts";

/** The port of the first adapter, and its identifier in most tests. */
export const PORT = Uint8Array.of(192, 0, 2, 10);
/** The port of the second adapter. */
export const OTHER_PORT = Uint8Array.of(192, 0, 2, 11);
/** The target. */
export const TARGET = Uint8Array.of(192, 0, 2, 20);
/** The adapter of worlds with one. */
export const ADAPTER = "hba0";
/** All ports of an adapter. */
export const ALL_PORTS = 0xffff_ffff;
/** SecurityFlags VALID, IKE, MAIN, TRANSPORT. */
export const MAIN = 0x27n;
/** SecurityFlags VALID, IKE, AGGRESSIVE, TRANSPORT. */
export const AGGRESSIVE = 0x2bn;

/** The bytes of a text. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Whether memory holds a sequence of bytes; fast enough to be asked after every step of a simulation. */
export function contains(memory: Uint8Array, needle: Uint8Array): boolean {
  const [first = 0] = needle;
  for (let at = memory.indexOf(first); at >= 0; at = memory.indexOf(first, at + 1)) {
    if (needle.every((byte, index) => memory[at + index] === byte)) return true;
  }
  return false;
}

/** A target at {@linkcode TARGET} that has one key, whoever calls. */
export function targetWithKey(key: string) {
  return { name: "disk", address: TARGET, keys: [{ id: "any", key: text(key) }] } as const;
}

/** A world with power whose adapters are ready and whose service has synchronised them. */
export function bootWorld(options: WorldOptions): World {
  const world = new World(options);
  world.powerOn();
  world.settle();
  return world;
}

/** Power off and on, and everything up again. */
export function reboot(world: World): void {
  world.powerOff();
  world.powerOn();
  world.settle();
}

/** An adapter of a world. */
export function unit(world: World, name: string = ADAPTER): AdapterUnit {
  const found = world.adapters.get(name);
  assert(found !== undefined, `no adapter ${name}`);
  return found;
}

/** Whose key a call is about. */
export interface KeyOptions {
  readonly adapter?: string;
  /** An address, or the bytes of a name; {@linkcode PORT} by default. */
  readonly id?: Uint8Array;
  /** 1 (address) by default. */
  readonly idType?: number;
  readonly flags?: bigint;
  readonly persist?: boolean;
  /** {@linkcode ALL_PORTS} by default. */
  readonly portNumber?: number;
}

/** SetIScsiIKEInfo, for all ports by default, as a task. */
export function keySetting(world: World, key: string, options: KeyOptions = {}) {
  const { adapter = ADAPTER, id = PORT, idType = 1, flags = MAIN, persist = true, portNumber = ALL_PORTS } = options;
  const information = { authMethod: 1, securityFlags: flags, idType, id, key: text(key) };
  return world.host.api.setIScsiIKEInfo(adapter, portNumber, information, persist);
}

/** SetIScsiIKEInfo, for all ports by default. */
export function setKey(world: World, key: string, options: KeyOptions = {}): number {
  return world.run(keySetting(world, key, options));
}

/** The status of GetIScsiIKEInfo for all ports. */
export function getKey(world: World, { adapter = ADAPTER, id = PORT, idType = 1 }: KeyOptions = {}): number {
  return world.run(world.host.api.getIScsiIKEInfo(adapter, ALL_PORTS, undefined, { authMethod: 1, idType, id })).status;
}

/** LoginIScsiTarget, as a task; `adapter` undefined for any. */
export function loginCall(
  world: World,
  options: { readonly adapter?: string | undefined; readonly flags?: bigint; readonly key?: string } = {},
) {
  const adapter = "adapter" in options ? options.adapter : ADAPTER;
  return world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    targetPortal: { address: formatInternetAddress(TARGET) },
    // Most tests log in to the same target again and again.
    loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
    ...(adapter === undefined ? {} : { initiatorInstance: adapter }),
    ...(options.flags === undefined ? {} : { securityFlags: options.flags }),
    ...(options.key === undefined ? {} : { key: text(options.key) }),
  });
}

/** The status of LoginIScsiTarget. */
export function login(world: World, options: Parameters<typeof loginCall>[1] = {}): number {
  return world.run(loginCall(world, options)).status;
}

/** Seconds of simulated time that something took. */
export function secondsOf(world: World, action: () => void): number {
  const begun = world.now;
  action();
  return (world.now - begun) / world.kernel.frequencyHz;
}

/** Runs a scenario; all its expectations must hold. */
export function assertHolds(scenario: string): void {
  const { verdicts } = runScenarioText(scenario, "scenario.yaml");
  assert(verdicts.length > 0, "the scenario expects nothing");
  assertEquals(verdicts.filter(({ holds }) => !holds), []);
}
