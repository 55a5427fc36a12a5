/**
 * What the names of histories stand for at the host: ports, addresses, values.
 *
 * @module
 */

import type { SecurityRecord } from "../../../host/initiator_service/security_record.ts";
import { hex } from "../adapter_model.ts";
import { ID, SECOND_ID } from "../test_host.ts";
import {
  type HistoryAdapter,
  KEY_NAMES,
  type KeyName,
  OF_NO_ADDRESS,
  type SavedPort,
  type SettingName,
} from "./history.ts";

const ALL = 0xffff_ffff;

/** Where tunnels lead. */
export const DESTINATION = Uint8Array.of(198, 51, 100, 1);

/** Whom keys are for: the type of an identifier and its bytes. */
const IDENTITIES: Readonly<Record<KeyName, { readonly idType: number; readonly id: Uint8Array }>> = {
  "own address": { idType: 1, id: ID },
  "own address, port 0": { idType: 1, id: ID },
  "other address": { idType: 1, id: Uint8Array.of(192, 0, 2, 77) },
  "other address, port 0": { idType: 1, id: Uint8Array.of(192, 0, 2, 77) },
  "second address, port 1": { idType: 1, id: SECOND_ID },
  "one.example": fqdn("one.example"),
  "one.example, port 0": fqdn("one.example"),
  "two.example": fqdn("two.example"),
};

function fqdn(name: string) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

/** The name of an adapter by its number. */
export function adapterName(index: number): string {
  return `hba ${index}`;
}

/** Whom a key is for: port, type of the identifier, identifier. */
export function ownerOf(
  name: KeyName,
): { readonly portNumber: number; readonly idType: number; readonly id: Uint8Array } {
  return { portNumber: portOf(name), ...IDENTITIES[name] };
}

/** The port that a name is for, all of them by default. */
export function portOf(name: SettingName): number {
  return Number(/, port (\d)$/.exec(name)?.[1] ?? ALL);
}

/** The number of the port for which a login is saved. */
export function portOfSaved(port: SavedPort): number {
  return port === "any" ? ALL : port;
}

/** Whether an adapter can have what a name says: it has that port, and keeps keys, or logins can bring the key. */
export function canHave({ storage, numberOfPorts }: HistoryAdapter, name: SettingName): boolean {
  const port = portOf(name);
  return (port === ALL || port < numberOfPorts) && (storage !== "none" || !OF_NO_ADDRESS.includes(name));
}

/** The name of a record in histories. */
export function nameOf(record: SecurityRecord): SettingName | undefined {
  if (record.kind === "group-key") return "group key";
  if (record.kind === "tunnel-address") {
    return (["tunnel", "tunnel, port 0"] as const).find((each) => portOf(each) === record.portNumber);
  }
  return KEY_NAMES.find((each) => {
    const { portNumber, idType, id } = ownerOf(each);
    return portNumber === record.portNumber && idType === record.idType && hex(id) === hex(record.id);
  });
}

/** A key of 16 bytes, or the address of a gateway. */
export function uniqueValue(name: SettingName, number: number): Uint8Array {
  if (name === "tunnel" || name === "tunnel, port 0") return Uint8Array.of(203, 0, 113, number);
  const key = new Uint8Array(16).fill(0xa5);
  new DataView(key.buffer).setUint32(0, number);
  return key;
}

/** No login can bring it, or needs to. */
export function isOfNoLogin(name: SettingName): boolean {
  return OF_NO_ADDRESS.includes(name) || name === "tunnel" || name === "tunnel, port 0";
}

/** The target to which a login is saved, by its number. */
export function savedName(target: number): string {
  return `iqn.2026-01.com.example:saved-${target}`;
}
