/**
 * What can be seen of settings in a world: what the service holds, what an
 * adapter's key table has, what is on its flash.
 *
 * @module
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { KeyIdentity } from "../../../../firmware/cache/key_table.ts";
import { readKeyRecord } from "../../../../firmware/cache/security_records.ts";
import { ALL_PORTS } from "../../../../firmware/manual/interface.ts";
import { isLeftBehind } from "../../../../host/initiator_service/left_tunnels.ts";
import type { SecurityRecord } from "../../../../host/initiator_service/security_record.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";
import type { Value } from "./last_writer.ts";

/** The name of the group key, as oracles have it. */
export const GROUP_KEY = "the group key";

/** Settings by their names: a key in hex, the address of a gateway in hex. */
export type Settings = ReadonlyMap<string, Value>;

/** What an oracle calls the key of an identifier. */
export function keyName({ portNumber, idType, id }: KeyIdentity): string {
  const whom = idType === 1 && id.length === 4 ? id.join(".") : `type ${idType}, ${bytesToHex(id)}`;
  return `the key of ${whom} at ${portNumber === ALL_PORTS ? "all ports" : `port ${portNumber}`}`;
}

/** Whether a name is that of an identifier's key. */
export function isKeyName(name: string): boolean {
  return name.startsWith("the key of ");
}

/** What the service holds for an adapter; `undefined` if it does not run. */
export function heldSettings({ host }: World, adapter: string): Settings | undefined {
  const held = host.service.run?.context.held;
  if (held === undefined) return undefined;
  const settings = new Map<string, Value>();
  for (const row of held.effective(adapter)) {
    const record = isLeftBehind(row) ? undefined : held.open(row);
    if (record !== undefined) settings.set(...settingOf(record));
  }
  return settings;
}

/** Whether a setting is a key. */
export function isKey(name: string): boolean {
  return name === GROUP_KEY || isKeyName(name);
}

/** A record as a setting. */
export function settingOf(record: SecurityRecord): [name: string, value: string] {
  switch (record.kind) {
    case "preshared-key":
      return [keyName(record), taken(record.key)];
    case "group-key":
      return [GROUP_KEY, taken(record.key)];
    case "tunnel-address":
      return [tunnelName(record.portNumber, record.destination.bytes), bytesToHex(record.outerAddress.bytes)];
    default:
      return record satisfies never;
  }
}

/** What an oracle calls the gateway for a destination. */
export function tunnelName(portNumber: number, destination: Uint8Array): string {
  const port = portNumber === ALL_PORTS ? "all ports" : `port ${portNumber}`;
  return `the gateway for ${bytesToHex(destination)} at ${port}`;
}

/** The keys in an adapter's key table; `undefined` while it has none. */
export function tableKeys({ adapter }: AdapterUnit): Settings | undefined {
  const table = adapter.cache?.keyTable;
  if (table === undefined) return undefined;
  const keys = new Map<string, Value>();
  for (const entry of table.entries()) {
    const key = table.copyKey(entry);
    if (key !== undefined) keys.set(keyName(entry), taken(key));
  }
  const group = table.copyGroupKey();
  if (group !== undefined) keys.set(GROUP_KEY, taken(group));
  return keys;
}

/** The keys that a boot would find on an adapter's flash; `undefined` if it has none that can be looked at. */
export function flashKeys(unit: AdapterUnit): Settings | undefined {
  const contents = unit.contents();
  if (contents === undefined) return undefined;
  const keys = new Map<string, Value>();
  for (const record of contents.records) {
    if (record.class === "group-key") keys.set(GROUP_KEY, bytesToHex(record.value));
    else if (record.class === "preshared-key") {
      const { entry, key } = readKeyRecord(record);
      keys.set(keyName(entry), taken(key));
    }
    record.value.fill(0);
  }
  return keys;
}

/** The names under which two looks differ, in words that tell no key. */
export function differences(one: Settings, other: Settings): readonly string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name)).map((name) => {
    return one.has(name)
      ? other.has(name) ? `${name} is another` : `${name} is missing`
      : `${name} should not be there`;
  });
}

/** A value as reports have it: a fingerprint tells keys apart. */
export function tell(value: Value): string {
  return value === undefined ? "nothing" : fingerprint(hexToBytes(value));
}

/** A copy of a key in hex; the copy that was made of it is filled with zeros. */
function taken(key: Uint8Array): string {
  const hex = bytesToHex(key);
  key.fill(0);
  return hex;
}
