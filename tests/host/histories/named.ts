/**
 * What the names of histories stand for at the host: ports, addresses, values.
 *
 * @module
 */

import type { SecurityRecord } from "../../../host/initiator_service/security_record.ts";
import { hex } from "../adapter_model.ts";
import { ID } from "../test_host.ts";
import { KEY_NAMES, OF_NO_PORT, type SettingName } from "./history.ts";

const ALL = 0xffff_ffff;
const OTHER_ID = Uint8Array.of(192, 0, 2, 77);

/** The name of an adapter by its number. */
export function adapterName(index: number): string {
  return `hba ${index}`;
}

/** The address that a name stands for. */
export function idOf(name: SettingName): Uint8Array {
  return OF_NO_PORT.includes(name) ? OTHER_ID : ID;
}

/** The port that a name is for, all of them by default. */
export function portOf(name: SettingName): number {
  return name.endsWith(", port 0") ? 0 : ALL;
}

/** The name of a record in histories. */
export function nameOf(record: SecurityRecord): SettingName | undefined {
  if (record.kind === "group-key") return "group key";
  const of = (each: SettingName) => portOf(each) === record.portNumber;
  if (record.kind === "tunnel-address") return (["tunnel", "tunnel, port 0"] as const).find(of);
  return KEY_NAMES.find((each) => of(each) && hex(record.id) === hex(idOf(each)));
}

/** A key of 16 bytes, or the address of a gateway. */
export function uniqueValue(name: SettingName, number: number): Uint8Array {
  if (name === "tunnel" || name === "tunnel, port 0") return Uint8Array.of(203, 0, 113, number);
  const key = new Uint8Array(16).fill(0xa5);
  new DataView(key.buffer).setUint32(0, number);
  return key;
}
