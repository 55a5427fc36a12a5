/**
 * Setting and asking for keys and addresses, for one adapter or for all.
 *
 * A change of an adapter with nonvolatile cache is framed by two transactions
 * of the store: the first forgets the generational GUID, the second stores the
 * record and the new GUID together. In between the adapter takes the record
 * and, last, the GUID. Interrupted anywhere, store and adapter disagree about
 * the GUID, and the next synchronisation makes the record what it was before.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { STORE_FAILED_STATUS } from "../design_choices.ts";
import { GET_PRESHARED_KEY_FOR_ID_OUT } from "../wmi/security_config_operations.ts";
import { type AdapterLink, type CallOutcome, isFallback, isSuccess, statusOf } from "./adapter_link.ts";
import type { HeldRecords } from "./held_records.ts";
import type { StoreChange } from "./key_store.ts";
import { type KeyRecord, type SecurityRecord, wipeRecord } from "./security_record.ts";
import { commit, newGenerationalGuid, type ServiceContext, synchronize } from "./synchronization.ts";

/** Whom a setting is for. */
export interface SettingScope {
  /** The adapters that take part, in order. */
  readonly links: readonly AdapterLink[];
  /** The adapter whose setting it is, or `ALL_ADAPTERS`. */
  readonly adapter: string;
}

/** What an identifier's key is used for. */
export interface FlagsAnswer {
  /** The status. */
  readonly status: number;
  /** SecurityFlags as they were set; 0 unless the status is success. */
  readonly securityFlags: bigint;
}

/** How one adapter took a setting. */
interface Taken {
  readonly link: AdapterLink;
  readonly outcome: CallOutcome;
  /** The adapter does not keep such records; the service does. */
  readonly fallback: boolean;
}

/**
 * Makes a setting on all adapters of the scope, and stores it if it shall
 * persist and at least one of them took it.
 *
 * @returns The status; with several adapters OPERATION_NOT_ALL_SUCCESS if only some took it.
 */
export function* applySetting(
  context: ServiceContext,
  scope: SettingScope,
  record: SecurityRecord,
  persist: boolean,
): Task<number> {
  if (scope.links.length === 0) return IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND;
  for (const link of scope.links) yield* link.lock.acquire();
  try {
    // A new GUID says that all keys are there. So the old one must still hold when the change begins: somebody else
    // may have cleared the cache meanwhile.
    for (const link of scope.links) {
      if (link.isStamped || !link.inSynchrony) yield* synchronize(context, link);
    }
    return yield* applyLocked(context, scope, record, persist);
  } finally {
    for (const link of scope.links) link.lock.release();
  }
}

/** Asks an adapter for the flags of an identifier's key; the service answers for what the adapter does not keep. */
export function* queryFlags(
  context: ServiceContext,
  link: AdapterLink,
  query: Pick<KeyRecord, "portNumber" | "idType" | "id">,
): Task<FlagsAnswer> {
  // Not in the middle of a synchronisation, when the cache is cleared and not filled yet.
  yield* link.lock.acquire();
  try {
    return yield* queryLocked(context, link, query);
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
  const securityFlags = findHeldFlags(context.held, link, query);
  if (securityFlags !== undefined) return { status: IsdscStatus.SUCCESS, securityFlags };
  // A driver that cannot be asked may have a key that this service has never seen.
  const status = outcome.type === "failed"
    ? IsdscStatus.REQUEST_NOT_SUPPORTED
    : IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
  return { status, securityFlags: 0n };
}

function* applyLocked(
  context: ServiceContext,
  scope: SettingScope,
  record: SecurityRecord,
  persist: boolean,
): Task<number> {
  const { held } = context;
  const stamped = scope.links.filter((link) => link.inSynchrony && link.isStamped);
  const guids = new Map(stamped.map((link) => [link, held.generationalGuid(link.name)]));
  const forgotten = yield* commit(
    context,
    stamped.filter((link) => guids.get(link) !== undefined).map((link) => held.guidChange(link.name, undefined)),
  );
  if (forgotten.type === "failed") return STORE_FAILED_STATUS;

  const taken: Taken[] = [];
  for (const link of scope.links) {
    const outcome = yield* link.set(record);
    taken.push({ link, outcome, fallback: record.kind !== "tunnel-address" && isFallback(outcome) });
  }

  const changes: StoreChange[] = [];
  for (const { link, outcome } of taken) {
    if (!stamped.includes(link)) continue;
    const guid = yield* nextGuid(context, link, outcome, guids.get(link));
    if (guid !== undefined) changes.push(held.guidChange(link.name, guid));
    else link.loseSynchrony();
  }
  const successful = taken.filter(isTaken);
  if (persist && successful.length > 0) changes.push(...held.recordChanges(record, scope.adapter));
  const committed = yield* commit(context, changes);
  if (committed.type === "failed") {
    for (const link of stamped) link.loseSynchrony();
    return STORE_FAILED_STATUS;
  }
  remember(held, scope, record, persist, taken);
  return aggregate(taken);
}

/**
 * The GUID that names the adapter's cache after a setting: a new one if it took
 * the setting, the old one if it said no and so changed nothing, none if
 * nobody knows what it did.
 */
function* nextGuid(
  context: ServiceContext,
  link: AdapterLink,
  outcome: CallOutcome,
  previous: Uint8Array | undefined,
): Task<Uint8Array | undefined> {
  if (!link.inSynchrony || outcome.type === "failed") return undefined;
  if (outcome.status !== IsdscStatus.SUCCESS) return previous;
  const guid = newGenerationalGuid(context.random);
  return isSuccess(yield* link.setGenerationalGuid(guid)) ? guid : undefined;
}

function remember(
  held: HeldRecords,
  scope: SettingScope,
  record: SecurityRecord,
  persist: boolean,
  taken: readonly Taken[],
): void {
  if (!taken.some(isTaken)) return;
  if (persist) held.uncover(record, scope.adapter);
  else held.holdVolatile(record, scope.adapter);
  const key = held.keyOf(record);
  for (const { link, outcome } of taken) {
    if (isSuccess(outcome)) link.notKept.delete(key);
    else link.notKept.add(key);
  }
}

function isTaken({ outcome, fallback }: Taken): boolean {
  return fallback || isSuccess(outcome);
}

function aggregate(taken: readonly Taken[]): number {
  const failed = taken.filter((each) => !isTaken(each));
  const [first] = failed;
  if (first === undefined) return IsdscStatus.SUCCESS;
  return failed.length < taken.length ? IsdscStatus.OPERATION_NOT_ALL_SUCCESS : statusOf(first.outcome);
}

/** Explicit keys only, as the adapter would: exact port, then all ports; asked for all ports, any port, the lowest first. */
function findHeldFlags(
  held: HeldRecords,
  link: AdapterLink,
  query: Pick<KeyRecord, "portNumber" | "idType" | "id">,
): bigint | undefined {
  const matches: { readonly portNumber: number; readonly securityFlags: bigint }[] = [];
  for (const row of held.effective(link.name)) {
    if (!link.notKept.has(row.key)) continue;
    const record = held.open(row);
    if (record === undefined) continue;
    if (record.kind === "preshared-key" && hasIdentity(record, query)) matches.push(record);
    wipeRecord(record);
  }
  const exact = matches.find(({ portNumber }) => portNumber === query.portNumber);
  const everywhere = matches.find(({ portNumber }) => portNumber === ALL_PORTS);
  const lowest = query.portNumber === ALL_PORTS
    ? matches.reduce<typeof exact>((a, b) => a === undefined || b.portNumber < a.portNumber ? b : a, undefined)
    : undefined;
  return (exact ?? everywhere ?? lowest)?.securityFlags;
}

function hasIdentity(record: KeyRecord, { idType, id }: Pick<KeyRecord, "idType" | "id">): boolean {
  return record.idType === idType && record.id.length === id.length &&
    record.id.every((byte, index) => byte === id[index]);
}
