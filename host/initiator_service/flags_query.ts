/**
 * Asking for a key's flags. An adapter answers for what it keeps, the service for what logins bring.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { GET_PRESHARED_KEY_FOR_ID_OUT } from "../wmi/security_config_operations.ts";
import type { AdapterLink } from "./adapter_link.ts";
import type { HeldRecords, HeldRow } from "./held_records.ts";
import { loginKeyStatus } from "./login_keys.ts";
import { isFallback, statusOf } from "./request_outcome.ts";
import { type KeyRecord, wipeRecord } from "./security_record.ts";
import type { ServiceContext } from "./service_context.ts";
import { ensureSynchrony, synchronize } from "./synchronization.ts";

/** What an identifier's key is used for. */
export interface FlagsAnswer {
  /** The status. */
  readonly status: number;
  /** SecurityFlags as they were set; 0 unless the status is success. */
  readonly securityFlags: bigint;
}

/**
 * Asks an adapter for the flags of an identifier's key; the service answers for what the adapter does not keep. A key
 * that the adapter should have and has not got is set again, and all with it, before it is asked for once more:
 * somebody has cleared the cache, or it was reset, since it was looked at.
 */
export function* queryFlags(
  context: ServiceContext,
  link: AdapterLink,
  query: Pick<KeyRecord, "portNumber" | "idType" | "id">,
): Task<FlagsAnswer> {
  // Not in the middle of a synchronisation, when the cache is cleared and not filled yet.
  yield* link.lock.acquire();
  try {
    yield* ensureSynchrony(context, link);
    const answer = yield* queryLocked(context, link, query);
    const isAbsent = answer.status === IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
    const lost = isAbsent ? findHeld(context.held, link, query, "adapter") : undefined;
    if (lost === undefined || !link.refills.areDueFor(lost.key)) return answer;
    yield* synchronize(context, link, "none");
    const second = yield* queryLocked(context, link, query);
    if (second.status === IsdscStatus.SUCCESS) link.refills.succeededFor(lost.key);
    else link.refills.failedFor(lost.key);
    return second;
  } finally {
    link.lock.release();
  }
}

function* queryLocked(
  context: ServiceContext,
  link: AdapterLink,
  query: Pick<KeyRecord, "portNumber" | "idType" | "id">,
): Task<FlagsAnswer> {
  const outcome = yield* link.getFlags(query.portNumber, query.idType, query.id);
  if (outcome.type === "answered" && outcome.status === IsdscStatus.SUCCESS) {
    const { SecurityFlags } = GET_PRESHARED_KEY_FOR_ID_OUT.decode(outcome.data);
    return { status: IsdscStatus.SUCCESS, securityFlags: SecurityFlags };
  }
  const unavailable = outcome.type === "answered" && outcome.status === IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
  if (!unavailable && !isFallback(outcome)) return { status: statusOf(outcome), securityFlags: 0n };
  const found = findHeld(context.held, link, query, "service");
  if (found !== undefined) return { status: IsdscStatus.SUCCESS, securityFlags: found.securityFlags };
  // A driver that cannot be asked may have a key that this service has never seen.
  const status = outcome.type === "failed"
    ? IsdscStatus.REQUEST_NOT_SUPPORTED
    : IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
  return { status, securityFlags: 0n };
}

/** Who keeps a key: an adapter that has taken it, or the service, which hands it over with each login. */
type Keeper = "adapter" | "service";

function keeperOf(link: AdapterLink, { key }: HeldRow): Keeper {
  return link.notKept.has(key) ? "service" : "adapter";
}

/** A key that the service holds. */
interface HeldKey {
  /** The key of its row. */
  readonly key: string;
  readonly portNumber: number;
  readonly securityFlags: bigint;
}

/** Explicit keys only, as the adapter would: exact port, then all ports; asked for all ports, any port, the lowest first. */
function findHeld(
  held: HeldRecords,
  link: AdapterLink,
  query: Pick<KeyRecord, "portNumber" | "idType" | "id">,
  keeper: Keeper,
): HeldKey | undefined {
  const matches: HeldKey[] = [];
  for (const row of held.effective(link.name)) {
    if (keeperOf(link, row) !== keeper) continue;
    const record = held.open(row);
    if (record === undefined) continue;
    // What the service keeps counts as far as a login can bring it: it may be for all adapters, and not for this one.
    const isUsable = keeper === "adapter" || loginKeyStatus(record, link) === IsdscStatus.SUCCESS;
    if (isUsable && record.kind === "preshared-key" && hasIdentity(record, query)) {
      matches.push({ key: row.key, portNumber: record.portNumber, securityFlags: record.securityFlags });
    }
    wipeRecord(record);
  }
  const exact = matches.find(({ portNumber }) => portNumber === query.portNumber);
  const everywhere = matches.find(({ portNumber }) => portNumber === ALL_PORTS);
  const lowest = query.portNumber === ALL_PORTS
    ? matches.reduce<typeof exact>((a, b) => a === undefined || b.portNumber < a.portNumber ? b : a, undefined)
    : undefined;
  return exact ?? everywhere ?? lowest;
}

function hasIdentity(record: KeyRecord, { idType, id }: Pick<KeyRecord, "idType" | "id">): boolean {
  return record.idType === idType && record.id.length === id.length &&
    record.id.every((byte, index) => byte === id[index]);
}
