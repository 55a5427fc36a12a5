/**
 * Logging in and out: which key goes with a login, and through which adapter.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { ALL_PORTS, isAddressIdentification, IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { LOGIN_TO_TARGET_OUT } from "../wmi/adapter_operations.ts";
import {
  type AdapterLink,
  type CallOutcome,
  type LoginRequest,
  type SessionIdentity,
  statusOf,
} from "./adapter_link.ts";
import type { HeldRecords, HeldRow } from "./held_records.ts";
import { wipeRecord } from "./security_record.ts";
import type { ServiceContext } from "./synchronization.ts";

/** How a login ended. */
export type LoginOutcome =
  /** Phase 1 is established. */
  | { readonly type: "established"; readonly session: SessionIdentity }
  /** It is not, and why. */
  | { readonly type: "failed"; readonly status: number };

/** A key that goes with a login, and the flags that were set with it. */
interface HandedOverKey {
  readonly key: Uint8Array;
  readonly securityFlags: bigint | undefined;
}

/**
 * Logs in through an adapter.
 *
 * @param request With the key of the call, if it brings one.
 * @param portAddresses The addresses of the adapter's ports; without them a key for any address counts as the port's own.
 */
export function* login(
  context: ServiceContext,
  link: AdapterLink,
  request: LoginRequest,
  portAddresses: readonly Uint8Array[],
): Task<LoginOutcome> {
  const handedOver = request.key.length > 0 ? undefined : keyToHandOver(context.held, link, request, portAddresses);
  const outcome = yield* link.login(withKey(request, handedOver));
  handedOver?.key.fill(0);
  return readLogin(outcome);
}

/**
 * Logs out.
 *
 * @returns The status.
 */
export function* logout(link: AdapterLink, sessionId: bigint): Task<number> {
  return statusOf(yield* link.logout(sessionId));
}

function withKey(request: LoginRequest, handedOver: HandedOverKey | undefined): LoginRequest {
  if (handedOver === undefined) return request;
  const { key, securityFlags } = handedOver;
  const said = (request.securityFlags & SecurityFlag.valid) !== 0n;
  return { ...request, key, securityFlags: said ? request.securityFlags : securityFlags ?? request.securityFlags };
}

/** The best key for the login, if it is one that the adapter does not keep: exact port, then all ports, then group. */
function keyToHandOver(
  held: HeldRecords,
  link: AdapterLink,
  request: LoginRequest,
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
  return { key: record.key, securityFlags: record.kind === "preshared-key" ? record.securityFlags : undefined };
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

function readLogin(outcome: CallOutcome): LoginOutcome {
  if (outcome.type === "failed" || outcome.status !== IsdscStatus.SUCCESS) {
    return { type: "failed", status: statusOf(outcome) };
  }
  const { UniqueSessionId, UniqueConnectionId } = LOGIN_TO_TARGET_OUT.decode(outcome.data);
  return { type: "established", session: { sessionId: UniqueSessionId, connectionId: UniqueConnectionId } };
}
