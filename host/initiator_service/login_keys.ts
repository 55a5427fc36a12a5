/**
 * Which key counts for a login, and what a key must be that goes with it
 * because the adapter does not keep it: LoginToTarget has a field for the key,
 * and none for an identifier, so the port presents its own address.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import {
  ALL_PORTS,
  IdentificationType,
  isAddressIdentification,
  IsdscStatus,
  MAX_KEY_BYTES,
} from "../../firmware/manual/interface.ts";
import type { AdapterLink } from "./adapter_link.ts";
import type { HeldRecords, HeldRow } from "./held_records.ts";
import type { PortalRequest } from "./login_request.ts";
import { type KeyRecord, type SecurityRecord, wipeRecord } from "./security_record.ts";

/** A key that goes with a login, and the flags that were set with it. */
export interface HandedOverKey {
  /** The key: a copy, for the caller to wipe. */
  readonly key: Uint8Array;
  /** SecurityFlags; `undefined` for the group key. */
  readonly securityFlags: bigint | undefined;
  /** The event that wrote its row, or -1. */
  readonly because: number;
}

/** Lengths of addresses (RFC 2407 §4.6.2). */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [IdentificationType.ID_IPV4_ADDR, 4],
  [IdentificationType.ID_IPV6_ADDR, 16],
]);

const NAME_TYPES: readonly number[] = [IdentificationType.ID_FQDN, IdentificationType.ID_USER_FQDN];

/**
 * What a key can do for a login of a port: the lower, the better. The order is
 * the adapter's (`firmware/session/key_selection.ts`).
 */
const KeyUse = {
  /** For the port's address, of exactly this port. */
  ownOfPort: 0,
  /** For the port's address, of all ports. */
  ownOfAll: 1,
  /** For a name or another address, of exactly this port. */
  otherOfPort: 2,
  /** For a name, of all ports. */
  nameOfAll: 3,
  /** For everybody. */
  group: 4,
  /** For an address that is no port's, of all ports. */
  addressOfAll: 5,
} as const;

/** What a key is good for with which the port presents its own address. */
const HANDED_OVER: readonly number[] = [KeyUse.ownOfPort, KeyUse.ownOfAll, KeyUse.group];

/**
 * Whether a record that the adapter does not keep can be used at logins: the
 * ISDSC status, success if it can; `undefined` if it is not for logins at all.
 * Checks are those of an adapter, in its order.
 */
export function loginKeyStatus(
  record: SecurityRecord,
  { information, portAddresses }: AdapterLink,
): number | undefined {
  switch (record.kind) {
    case "tunnel-address":
      return undefined;
    case "group-key":
      return keyStatus(record.key);
    case "preshared-key": {
      const { portNumber, idType, id, key } = record;
      const numberOfPorts = information?.NumberOfPorts ?? 0;
      if (portNumber !== ALL_PORTS && numberOfPorts > 0 && portNumber >= numberOfPorts) {
        return IsdscStatus.INVALID_PORT_NUMBER;
      }
      if (NAME_TYPES.includes(idType)) return IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED;
      const addressBytes = ADDRESS_BYTES.get(idType);
      if (addressBytes === undefined) return IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED;
      if (id.length !== addressBytes) return IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
      return isPresented(record, portAddresses) ? keyStatus(key) : IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED;
    }
    default:
      return record satisfies never;
  }
}

/** Whether a port presents an address by itself. Without the addresses of the ports any may be its own. */
function isPresented({ portNumber, id }: KeyRecord, portAddresses: readonly Uint8Array[]): boolean {
  return portAddresses.length === 0 ||
    portAddresses.some((address, port) => (portNumber === ALL_PORTS || portNumber === port) && equalBytes(address, id));
}

/** The row of the best key for a login, whoever keeps it; `undefined` if none will do. */
export function keyForLogin(
  held: HeldRecords,
  link: AdapterLink,
  request: Pick<PortalRequest, "portNumber">,
): HeldRow | undefined {
  return bestFor(held, link, request)?.row;
}

/** Whether the best key for a login is one that the adapter would have if it had reached it, and that nobody can hand over. */
export function isBestKeyLost(
  held: HeldRecords,
  link: AdapterLink,
  request: Pick<PortalRequest, "portNumber">,
): boolean {
  if (link.lost.size === 0) return false;
  const best = bestFor(held, link, request);
  return best !== undefined && link.lost.has(best.row.key) && !HANDED_OVER.includes(best.use);
}

function bestFor(
  held: HeldRecords,
  link: AdapterLink,
  request: Pick<PortalRequest, "portNumber">,
): { readonly use: number; readonly row: HeldRow } | undefined {
  const portNumber = request.portNumber === ALL_PORTS ? 0 : request.portNumber;
  let best: { readonly use: number; readonly row: HeldRow } | undefined;
  for (const row of held.effective(link.name)) {
    const use = useOf(held, row, portNumber, link.portAddresses);
    if (use === undefined) continue;
    // What the adapter has refused does not count; what was lost on the way does, and no login can go with it.
    if (link.notKept.has(row.key) && !link.lost.has(row.key) && !HANDED_OVER.includes(use)) continue;
    if (best === undefined || use < best.use) best = { use, row };
  }
  return best;
}

/** The best key for a login, if it is one that the adapter does not keep. */
export function keyToHandOver(
  held: HeldRecords,
  link: AdapterLink,
  request: Pick<PortalRequest, "portNumber">,
): HandedOverKey | undefined {
  const best = keyForLogin(held, link, request);
  if (best === undefined || !link.notKept.has(best.key)) return undefined;
  const record = held.open(best);
  if (record === undefined || record.kind === "tunnel-address") return undefined;
  const securityFlags = record.kind === "preshared-key" ? record.securityFlags : undefined;
  return { key: record.key, securityFlags, because: held.writerOf(best) };
}

/** What a row can do for a login; `undefined` for nothing, or if it is damaged. */
function useOf(
  held: HeldRecords,
  row: HeldRow,
  portNumber: number,
  portAddresses: readonly Uint8Array[],
): number | undefined {
  const record = held.open(row);
  if (record === undefined) return undefined;
  wipeRecord(record);
  if (record.kind !== "preshared-key") return record.kind === "group-key" ? KeyUse.group : undefined;
  const isOfPort = record.portNumber === portNumber;
  if (!isOfPort && record.portNumber !== ALL_PORTS) return undefined;
  const isAddress = isAddressIdentification(record.idType);
  const address = portAddresses[portNumber];
  if (isAddress && (address === undefined || equalBytes(record.id, address))) {
    return isOfPort ? KeyUse.ownOfPort : KeyUse.ownOfAll;
  }
  if (isOfPort) return KeyUse.otherOfPort;
  if (!isAddress) return KeyUse.nameOfAll;
  return portAddresses.some((each) => equalBytes(each, record.id)) ? undefined : KeyUse.addressOfAll;
}

function keyStatus({ length }: Uint8Array): number {
  return length > 0 && length <= MAX_KEY_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.INVALID_PARAMETER;
}
