/**
 * Keys that go with a login because the adapter does not keep them, and what
 * such a key must be: LoginToTarget has a field for the key, and none for an
 * identifier that is a name.
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
import { type SecurityRecord, wipeRecord } from "./security_record.ts";

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
 * Whether a record that the adapter does not keep can be used at logins: the
 * ISDSC status, success if it can; `undefined` if it is not for logins at all.
 * Checks are those of an adapter, in its order.
 *
 * @param numberOfPorts Of the adapter; 0 if it is not known.
 */
export function loginKeyStatus(record: SecurityRecord, numberOfPorts: number): number | undefined {
  switch (record.kind) {
    case "tunnel-address":
      return undefined;
    case "group-key":
      return keyStatus(record.key);
    case "preshared-key": {
      const { portNumber, idType, id, key } = record;
      if (portNumber !== ALL_PORTS && numberOfPorts > 0 && portNumber >= numberOfPorts) {
        return IsdscStatus.INVALID_PORT_NUMBER;
      }
      if (NAME_TYPES.includes(idType)) return IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED;
      const addressBytes = ADDRESS_BYTES.get(idType);
      if (addressBytes === undefined) return IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED;
      return id.length === addressBytes ? keyStatus(key) : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    }
    default:
      return record satisfies never;
  }
}

/**
 * The best key for a login, if it is one that the adapter does not keep: exact
 * port, then all ports, then group.
 *
 * @param portAddresses The addresses of the adapter's ports; without them a key for any address counts as the port's own.
 */
export function keyToHandOver(
  held: HeldRecords,
  link: AdapterLink,
  request: Pick<PortalRequest, "portNumber">,
  portAddresses: readonly Uint8Array[],
): HandedOverKey | undefined {
  const portNumber = request.portNumber === ALL_PORTS ? 0 : request.portNumber;
  const address = portAddresses[portNumber];
  let best: { readonly rank: number; readonly row: HeldRow } | undefined;
  for (const row of held.effective(link.name)) {
    const rank = rankOf(held, row, portNumber, address);
    if (rank !== undefined && (best === undefined || rank < best.rank)) best = { rank, row };
  }
  if (best === undefined || !link.notKept.has(best.row.key)) return undefined;
  const record = held.open(best.row);
  if (record === undefined || record.kind === "tunnel-address") return undefined;
  const securityFlags = record.kind === "preshared-key" ? record.securityFlags : undefined;
  return { key: record.key, securityFlags, because: held.writerOf(best.row) };
}

/** How well a record fits the login; lower is better, `undefined` does not fit. */
function rankOf(
  held: HeldRecords,
  row: HeldRow,
  portNumber: number,
  address: Uint8Array | undefined,
): number | undefined {
  const record = held.open(row);
  if (record === undefined) return undefined;
  wipeRecord(record);
  switch (record.kind) {
    case "group-key":
      return 2;
    case "tunnel-address":
      return undefined;
    case "preshared-key": {
      if (!isAddressIdentification(record.idType)) return undefined;
      if (address !== undefined && !equalBytes(record.id, address)) return undefined;
      if (record.portNumber === portNumber) return 0;
      return record.portNumber === ALL_PORTS ? 1 : undefined;
    }
    default:
      return record satisfies never;
  }
}

function keyStatus({ length }: Uint8Array): number {
  return length > 0 && length <= MAX_KEY_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.INVALID_PARAMETER;
}
