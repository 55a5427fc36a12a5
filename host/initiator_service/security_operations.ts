/**
 * Setting and asking for keys and addresses, for one adapter or for all.
 *
 * A change of an adapter whose cache has a generation is framed by two
 * transactions of the store: the first forgets the generation, the second
 * stores the record and the new generation together. In between the adapter
 * takes the record and, last, the new generation's name. Interrupted anywhere,
 * store and adapter disagree about the name, and the next synchronisation makes
 * the record what it was before.
 *
 * Before the first volatile record the adapter is given a name that the store
 * never vouches for; it keeps that one until all that it holds is durable. Each
 * record is noted in the first transaction, because somebody else may give the
 * cache another name: what is volatile, or was never acknowledged, must be known
 * again then.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { STORE_FAILED_STATUS } from "../design_choices.ts";
import { NtStatus } from "../status.ts";
import { GET_PRESHARED_KEY_FOR_ID_OUT } from "../wmi/security_config_operations.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { type CallOutcome, isFallback, isLastingRefusal, isSuccess, statusOf } from "./request_outcome.ts";
import { isWhole } from "./cache_witness.ts";
import type { HeldRecords, HeldRow, Vouch } from "./held_records.ts";
import type { StoreChange } from "./key_store.ts";
import { isLeftBehind } from "./left_tunnels.ts";
import { loginKeyStatus } from "./login_keys.ts";
import { type KeyRecord, type SecurityRecord, wipeRecord } from "./security_record.ts";
import { nextGeneration, seriesOf } from "./next_generation.ts";
import { notedKey } from "./row_note.ts";
import { commit, ensureSynchrony, nameCache, type ServiceContext, synchronize } from "./synchronization.ts";

/** Whom a setting is for. */
export interface SettingScope {
  /** The adapters that take part, in order. */
  readonly links: readonly AdapterLink[];
  /** The adapter whose setting it is, or `ALL_ADAPTERS`. */
  readonly adapter: string;
}

/** A setting. */
export interface Setting {
  /** What is set. */
  readonly record: SecurityRecord;
  /** Whether it outlives the run of the service. */
  readonly persist: boolean;
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
  /** What it means for the caller: success also if the adapter keeps no such records and logins can bring the key. */
  readonly status: number;
}

/** What an adapter whose cache can have a generation was before a setting. */
interface Before {
  /** The generation that its cache bears; `undefined` if the cache is not what the service holds. */
  readonly generation: Uint8Array | undefined;
  /** The one that the store vouches for; `undefined` if the cache holds what is volatile. */
  readonly stored: Uint8Array | undefined;
  /** The series of its generations. */
  readonly series: Uint8Array;
}

/** One setting as it is made: what does not change on the way. */
interface Change extends Setting {
  readonly scope: SettingScope;
  /** {@linkcode HeldRecords.revision} when it began. */
  readonly revision: number;
  /** The adapters whose caches can have generations. */
  readonly before: ReadonlyMap<AdapterLink, Before>;
}

/**
 * Makes a setting on all adapters of the scope, and stores it if it shall
 * persist and at least one of them took it.
 *
 * @returns The status; with several adapters OPERATION_NOT_ALL_SUCCESS if only some took it.
 */
export function* applySetting(context: ServiceContext, scope: SettingScope, setting: Setting): Task<number> {
  if (scope.links.length === 0) return IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND;
  for (const link of scope.links) yield* link.lock.acquire();
  try {
    // A new name says that all keys are there. So the old one must still hold when the change begins: somebody else
    // may have cleared the cache meanwhile.
    for (const link of scope.links) yield* ensureSynchrony(context, link);
    return yield* applyLocked(context, scope, setting);
  } finally {
    for (const link of scope.links) link.lock.release();
  }
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

function* applyLocked(context: ServiceContext, scope: SettingScope, setting: Setting): Task<number> {
  const { held } = context;
  const change: Change = { ...setting, scope, revision: held.revision, before: statesBefore(context, scope) };
  const forgets = forgetChanges(held, change);
  if (forgets.length > 0 && (yield* commit(context, "forget generations", () => forgets)).type === "failed") {
    return STORE_FAILED_STATUS;
  }
  const taken: Taken[] = [];
  for (const link of scope.links) taken.push(yield* setOn(context, link, change));
  const isHeld = taken.some(isTaken);
  const vouching = new Map<string, Vouch>();
  for (const each of taken) {
    const generation = yield* nameAfter(context, each, change, isHeld);
    if (generation === undefined) continue;
    vouching.set(each.link.name, { generation, refused: notKeptAfter(each, held.keyOf(setting.record), isHeld) });
  }
  const unnoted = taken.flatMap((each) => unnoteChanges(held, each, setting, { isHeld, made: forgets }));
  const changes = () => [...changesOf(held, change, isHeld, vouching), ...unnoted];
  const hasChanges = (setting.persist && isHeld) || vouching.size > 0 || unnoted.length > 0;
  if (hasChanges && (yield* commit(context, `${setting.record.kind}`, changes)).type === "failed") {
    for (const link of scope.links) link.loseSynchrony();
    return STORE_FAILED_STATUS;
  }
  if (isHeld) remember(held, change, taken);
  return aggregate(taken);
}

function statesBefore(context: ServiceContext, { links }: SettingScope): ReadonlyMap<AdapterLink, Before> {
  const { held } = context;
  const states = new Map<AdapterLink, Before>();
  for (const link of links) {
    if (!link.isNonvolatile || link.isPartial) continue;
    const generation = link.inSynchrony(held.revision) ? link.generation(held.revision) : undefined;
    states.set(link, { generation, stored: held.generation(link.name), series: seriesOf(context, link) });
  }
  return states;
}

/** The store vouches for none of the caches while they change, and knows what they may hold that is not durable. */
function forgetChanges(held: HeldRecords, { before, record, scope }: Change): readonly StoreChange[] {
  const vouched = [...before].flatMap(([{ name }, { stored, series }]) => [
    ...(held.series(name) === undefined ? [held.seriesChange(name, series)] : []),
    ...(stored === undefined ? [] : held.generationChanges(name, undefined)),
  ]);
  // What an adapter has refused before, it does not hold; the record itself it may take.
  const mayHold = ({ notKept }: AdapterLink, key: string) => key === held.keyOf(record) || !notKept.has(key);
  const notes = scope.links.flatMap((link) =>
    held.noteChanges(link.name, before.has(link), record).filter(({ row }) => mayHold(link, notedKey(row)))
  );
  return [...vouched, ...notes];
}

/** The notes of a setting go where the record becomes durable, and, if it was this setting that made them, where it was refused. */
function unnoteChanges(
  held: HeldRecords,
  { link: { name }, outcome }: Taken,
  { record, persist }: Setting,
  { isHeld, made }: { readonly isHeld: boolean; readonly made: readonly StoreChange[] },
): readonly StoreChange[] {
  if (outcome.type === "failed") return [];
  if (persist && isHeld) return held.unnoteChanges(name, record);
  const notes = made.filter(({ row }) => row.kind === "volatile-note" && row.adapter === name);
  return isSuccess(outcome) ? [] : notes.map(({ row }) => ({ type: "delete", row }));
}

/** Gives a record to an adapter. What is volatile goes only into a cache whose name the store does not vouch for. */
function* setOn(context: ServiceContext, link: AdapterLink, change: Change): Task<Taken> {
  const { record, persist, revision } = change;
  const before = change.before.get(link);
  const isVolatileAlready = before?.generation !== undefined && before.stored === undefined;
  if (!persist && before !== undefined && !isVolatileAlready) {
    const generation = nextGeneration(context, link, before.series, record);
    const named = yield* nameCache(link, { borne: before.generation, generation }, isWhole(context.held, link));
    if (!isSuccess(named)) link.loseSynchrony();
    else if (link.inSynchrony(revision)) link.follow({ revision, generation });
    if (!isSuccess(named) && !isFallback(named)) return { link, outcome: named, status: statusOf(named) };
  }
  const outcome = yield* link.set(record);
  if (isSuccess(outcome)) {
    const status = yield* setFollowers(context, link, record);
    if (status !== IsdscStatus.SUCCESS) return { link, outcome: HALF_DONE, status };
  }
  const status = isFallback(outcome) ? loginKeyStatus(record, link) ?? statusOf(outcome) : statusOf(outcome);
  return { link, outcome, status };
}

/** What has come of a record that only some ports follow: nobody can rely on what the adapter holds. */
const HALF_DONE: CallOutcome = { type: "failed", ntStatus: NtStatus.ioDeviceError };

/** Gives an adapter what has to go by a record that it has taken. What it refuses for good it has not got. */
function* setFollowers({ held }: ServiceContext, link: AdapterLink, record: SecurityRecord): Task<number> {
  for (const follower of held.followers(link.name, record)) {
    const outcome = yield* link.set(follower);
    if (!isSuccess(outcome) && !isLastingRefusal(outcome)) return statusOf(outcome);
  }
  return IsdscStatus.SUCCESS;
}

/**
 * The generation that vouches for an adapter's cache after a setting: a new one
 * if it took the setting and all that it holds is durable, the old one if it
 * said no and changed nothing. None if it is not known what it did, or if it
 * lacks what it may take another time.
 */
function* nameAfter(
  context: ServiceContext,
  { link, outcome }: Taken,
  { record, persist, scope, revision, before }: Change,
  isHeld: boolean,
): Task<Uint8Array | undefined> {
  const { held } = context;
  const isUnknown = outcome.type === "failed" && !isFallback(outcome);
  // What is held by others, and may be taken here another time, is missing; so is a key whose predecessor is there still.
  const lacks = isHeld && !isSuccess(outcome) && (!isLastingRefusal(outcome) || keeps(held, link, record));
  if (isUnknown || lacks || (isSuccess(outcome) && isLate(held, link, record))) link.loseSynchrony();
  const state = before.get(link);
  if (link.inSynchrony(revision) && link.generation(revision) === undefined && isSuccess(outcome) && !link.isPartial) {
    if (!(yield* isWhole(held, link, record))) link.loseSynchrony();
  }
  if (state?.generation === undefined || link.generation(revision) === undefined) return undefined;
  if (!isSuccess(outcome)) {
    return link.generation(revision) === state.generation ? state.stored : undefined;
  }
  if (!persist || held.hasVolatile(link.name, { record, adapter: scope.adapter })) return undefined;
  const generation = nextGeneration(context, link, state.series, record);
  const borne = link.generation(revision);
  if (!isSuccess(yield* nameCache(link, { borne, generation }, isWhole(held, link, record)))) {
    link.loseSynchrony();
    return undefined;
  }
  link.follow({ revision, generation });
  return generation;
}

/** Whether an adapter has what is held under a record's name. */
function keeps(held: HeldRecords, link: AdapterLink, record: SecurityRecord): boolean {
  const key = held.keyOf(record);
  return !link.notKept.has(key) && held.effective(link.name).some((each) => each.key === key && !isLeftBehind(each));
}

/** Whether an adapter has taken a key at last that is older than one that it had taken before. */
function isLate(held: HeldRecords, link: AdapterLink, record: SecurityRecord): boolean {
  const key = held.keyOf(record);
  if (record.kind !== "preshared-key" || !link.notKept.has(key)) return false;
  const keys = held.effective(link.name).filter(({ row }) => row.kind === "preshared-key");
  return keys.slice(keys.findIndex((each) => each.key === key) + 1).some((each) => !link.notKept.has(each.key));
}

/** What an adapter does not keep when a setting is over. */
function notKeptAfter({ link, outcome }: Taken, key: string, isHeld: boolean): ReadonlySet<string> {
  const others = [...link.notKept].filter((each) => each !== key);
  const isMissing = isHeld ? !isSuccess(outcome) : link.notKept.has(key);
  return new Set(isMissing ? [...others, key] : others);
}

/** What is stored in the end. A setting for all adapters that has come meanwhile is one that these caches lack. */
function changesOf(
  held: HeldRecords,
  { record, persist, scope, revision }: Change,
  isHeld: boolean,
  vouching: ReadonlyMap<string, Vouch>,
): readonly StoreChange[] {
  const named = revision === held.revision ? vouching : new Map<string, Vouch>();
  return persist && isHeld
    ? held.recordChanges(record, scope.adapter, named)
    : [...named].flatMap(([name, vouch]) => held.generationChanges(name, vouch));
}

function remember(held: HeldRecords, { record, persist, scope, revision }: Change, taken: readonly Taken[]): void {
  const isCurrent = revision === held.revision;
  const key = held.keyOf(record);
  if (persist) held.uncover(record, scope.adapter);
  else held.holdVolatile(record, scope.adapter);
  for (const { link, outcome } of taken) {
    if (isCurrent) link.keepUp(revision, held.revision);
    if (isSuccess(outcome)) link.notKept.delete(key);
    else link.notKept.add(key);
  }
}

function isTaken({ status }: Taken): boolean {
  return status === IsdscStatus.SUCCESS;
}

function aggregate(taken: readonly Taken[]): number {
  const failed = taken.filter((each) => !isTaken(each));
  const [first] = failed;
  if (first === undefined) return IsdscStatus.SUCCESS;
  return failed.length < taken.length ? IsdscStatus.OPERATION_NOT_ALL_SUCCESS : first.status;
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
