/**
 * What applications ask the host for, by the names of histories.
 *
 * @module
 */

import type { Task } from "../../../sim/kernel/task.ts";
import type { TestHost } from "../test_host.ts";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import type { SavedName } from "./expectation.ts";
import type { KeyName, SettingName } from "./history.ts";
import { adapterName, DESTINATION, ownerOf, portOf, portOfSaved, savedName } from "./named.ts";

/** A setting as it is asked for. */
export interface AskedSetting {
  readonly scope: number | "all";
  readonly name: SettingName;
  readonly value: Uint8Array;
  readonly persist: boolean;
}

/** Sets a key or the address of a gateway. */
export function settingCall(world: TestHost, { scope, name, value, persist }: AskedSetting): Task<number> {
  const { api } = world.host;
  const adapter = scope === "all" ? undefined : adapterName(scope);
  switch (name) {
    case "group key":
      return api.setIScsiGroupPresharedKey(value, persist);
    case "tunnel":
    case "tunnel, port 0":
      return api.setIScsiTunnelModeOuterAddress(
        adapter,
        portOf(name),
        DESTINATION.join("."),
        value.join("."),
        persist,
      );
    case "own address":
    case "own address, port 0":
    case "other address":
    case "other address, port 0":
    case "second address, port 1":
    case "one.example":
    case "one.example, port 0":
    case "two.example": {
      const { portNumber: port, idType, id } = ownerOf(name);
      return world.setKey(value, { adapter, port, idType, id, persist });
    }
    default:
      return name satisfies never;
  }
}

/** Asks for a key's flags. */
export function queryCall(world: TestHost, adapter: number, name: KeyName) {
  const { portNumber, idType, id } = ownerOf(name);
  const question = { authMethod: 1, idType, id };
  return world.host.api.getIScsiIKEInfo(adapterName(adapter), portNumber, undefined, question);
}

/** Has an adapter save a login. */
export function savingCall(world: TestHost, { adapter, target, port }: SavedName, key: Uint8Array) {
  const named = { adapter: adapterName(adapter), targetName: savedName(target), port: portOfSaved(port) };
  return world.login({ ...named, key, isPersistent: true });
}

/** Has an adapter forget the logins to a target, of all ports. */
export function forgettingCall({ host }: TestHost, adapter: number, target: number): Task<number> {
  return host.api.removeIScsiPersistentTarget(adapterName(adapter), ALL_PORTS, savedName(target), undefined);
}
