/**
 * Setting keys and addresses, for one adapter or for all.
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
 * Nothing is acknowledged that has only found room in a cache which somebody has
 * emptied: what is filled in again would take that room.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { SETTINGS_AT_ONCE, STORE_FAILED_STATUS } from "../design_choices.ts";
import { NtStatus } from "../status.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { type CallOutcome, isFallback, isLastingRefusal, isLost, isSuccess, statusOf } from "./request_outcome.ts";
import { bears, nameCache } from "./cache_naming.ts";
import { isWhole } from "./cache_witness.ts";
import { type Waiting, waitingAfter } from "./claims.ts";
import { NO_ROOM, takesRoomOfDisplaced } from "./displaced.ts";
import type { HeldRecords, Vouch } from "./held_records.ts";
import type { StoreChange } from "./key_store.ts";
import { isLate, keeps } from "./kept_rows.ts";
import { loginKeyStatus } from "./login_keys.ts";
import type { SecurityRecord } from "./security_record.ts";
import { nextGeneration, seriesOf } from "./next_generation.ts";
import { notedKey } from "./row_note.ts";
import { commit, type ServiceContext } from "./service_context.ts";
import { ensureSynchrony, synchronize } from "./synchronization.ts";

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

/** An adapter before a setting. */
interface Begun {
  readonly link: AdapterLink;
  /** Of one whose cache can have a generation. */
  readonly before: Before | undefined;
  /** Whether all that is held is in its cache, as far as it has taken it: what it takes then has room beside that. */
  readonly isKnown: boolean;
  readonly departures: number;
  /** What the store forgets before it, and notes. */
  readonly forgets: readonly StoreChange[];
}

/** How one adapter took a setting. */
interface Taken extends Begun {
  readonly outcome: CallOutcome;
  /** What it means for the caller: success also if the adapter keeps no such records and logins can bring the key. */
  readonly status: number;
}

/** A setting that an adapter has taken, and holds beside all that came before; or that it has not taken. */
interface Settled extends Taken {
  /** The generation for which the store may vouch afterwards. */
  readonly generation?: Uint8Array | undefined;
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

function* applyLocked(context: ServiceContext, scope: SettingScope, setting: Setting): Task<number> {
  const { held } = context;
  const change: Change = { ...setting, scope, revision: held.revision };
  const begun = yield* begin(context, scope.links, change);
  if (begun === undefined) return STORE_FAILED_STATUS;
  const taken: Taken[] = [];
  for (const each of begun) taken.push(yield* setOn(context, each, change));
  const settled: Settled[] = [];
  for (const each of taken) settled.push(yield* settle(context, each, change));
  const isHeld = settled.some(isTaken);
  const key = held.keyOf(setting.record);
  const waiting: Waiting = new Map(isHeld ? settled.map((each) => [each.link, waitingAfter(held, key, each)]) : []);
  const vouching = new Map<string, Vouch>();
  for (const each of settled) {
    const generation = isSuccess(each.outcome)
      ? each.generation
      : generationAfterRefusal(context, each, change, isHeld);
    if (generation === undefined) continue;
    const { link } = each;
    const refused = notKeptAfter(each, key, isHeld);
    vouching.set(link.name, { generation, refused, waiting: waiting.get(link) ?? link.waiting });
  }
  const unnoted = settled.flatMap((each) => unnoteChanges(held, each, setting, isHeld));
  const changes = () => [...changesOf(held, change, waiting, vouching), ...unnoted];
  const hasChanges = (setting.persist && isHeld) || vouching.size > 0 || unnoted.length > 0;
  if (hasChanges && (yield* commit(context, `${setting.record.kind}`, changes)).type === "failed") {
    for (const link of scope.links) link.loseSynchrony();
    return STORE_FAILED_STATUS;
  }
  if (isHeld) remember(held, change, settled, waiting);
  return aggregate(settled);
}

/**
 * The store vouches for none of the caches while they change, and knows what they may hold that is not durable.
 *
 * @returns `undefined` if that could not be stored.
 */
function* begin(
  context: ServiceContext,
  links: readonly AdapterLink[],
  change: Change,
): Task<readonly Begun[] | undefined> {
  const { held } = context;
  const begun = links.map((link): Begun => {
    const before = stateBefore(context, link);
    const isKnown = link.inSynchrony(held.revision) || link.isOffered;
    return { link, before, isKnown, departures: link.departures, forgets: forgetChanges(held, link, before, change) };
  });
  const forgets = begun.flatMap((each) => each.forgets);
  if (forgets.length === 0) return begun;
  return (yield* commit(context, "forget generations", () => forgets)).type === "failed" ? undefined : begun;
}

function stateBefore(context: ServiceContext, link: AdapterLink): Before | undefined {
  const { held } = context;
  if (!link.isNonvolatile || link.isPartial) return undefined;
  const generation = link.inSynchrony(held.revision) ? link.generation(held.revision) : undefined;
  return { generation, stored: held.generation(link.name), series: seriesOf(context, link) };
}

function forgetChanges(
  held: HeldRecords,
  { name, notKept }: AdapterLink,
  before: Before | undefined,
  { record }: Change,
): readonly StoreChange[] {
  const vouched = before === undefined ? [] : [
    ...(held.series(name) === undefined ? [held.seriesChange(name, before.series)] : []),
    ...(before.stored === undefined ? [] : held.generationChanges(name, undefined)),
  ];
  // What an adapter has refused before, it does not hold; the record itself it may take.
  const mayHold = (key: string) => key === held.keyOf(record) || !notKept.has(key);
  const notes = held.noteChanges(name, before !== undefined, record).filter(({ row }) => mayHold(notedKey(row)));
  return [...vouched, ...notes];
}

/** The notes of a setting go where the record becomes durable, and, if it was this setting that made them, where it was refused. */
function unnoteChanges(
  held: HeldRecords,
  { link: { name }, outcome, forgets }: Taken,
  { record, persist }: Setting,
  isHeld: boolean,
): readonly StoreChange[] {
  if (outcome.type === "failed") return [];
  if (persist && isHeld) return held.unnoteChanges(name, record);
  const notes = forgets.filter(({ row }) => row.kind === "volatile-note");
  return isSuccess(outcome) ? [] : notes.map(({ row }) => ({ type: "delete", row }));
}

/** Gives a record to an adapter. What is volatile goes only into a cache whose name the store does not vouch for. */
function* setOn(context: ServiceContext, begun: Begun, change: Change): Task<Taken> {
  const { link, before } = begun;
  const { record, persist, revision } = change;
  const isVolatileAlready = before?.generation !== undefined && before.stored === undefined;
  if (!persist && before !== undefined && !isVolatileAlready) {
    const generation = nextGeneration(context, link, before.series, record);
    const named = yield* nameCache(link, { borne: before.generation, generation }, isWhole(context.held, link));
    if (!isSuccess(named)) link.loseSynchrony();
    // What was not cleared has to be: no name says of that cache what it holds.
    else if (link.inSynchrony(revision) && !link.refills.isClearOwed) link.follow({ revision, generation });
    if (!isSuccess(named) && !isFallback(named)) return { ...begun, outcome: named, status: statusOf(named) };
  }
  const outcome = takesRoomOfDisplaced(context.held, link, record) ? NO_ROOM : yield* link.set(record);
  if (isSuccess(outcome)) {
    const status = yield* setFollowers(context, link, record);
    if (status !== IsdscStatus.SUCCESS) return { ...begun, outcome: HALF_DONE, status };
  }
  const status = isFallback(outcome) ? loginKeyStatus(record, link) ?? statusOf(outcome) : statusOf(outcome);
  return { ...begun, outcome, status };
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
 * Finds out whether what an adapter has taken stands beside all that came before. If the cache was cleared or reset
 * meanwhile it is filled again first, and the record is set over that: a full cache says so then, as it would have done.
 */
function* settle(context: ServiceContext, first: Taken, change: Change): Task<Settled> {
  const { link } = first;
  let taken = first;
  for (let attempt = 1; isSuccess(taken.outcome); attempt++) {
    const proof = yield* prove(context, taken, change);
    if (proof !== undefined) return { ...taken, ...proof };
    link.loseSynchrony();
    link.isOffered = false;
    if (attempt === SETTINGS_AT_ONCE) return { ...taken, outcome: HALF_DONE, status: statusOf(HALF_DONE) };
    yield* synchronize(context, link);
    const [begun] = (yield* begin(context, [link], change)) ?? [];
    if (begun === undefined) return { ...taken, outcome: HALF_DONE, status: STORE_FAILED_STATUS };
    taken = yield* setOn(context, begun, change);
  }
  return taken;
}

/** What proves that an adapter holds a record beside all others. */
interface Proof {
  /** A new name, if all that it holds is durable: none if it is not, or the cache has no name. */
  readonly generation?: Uint8Array;
}

/** Looks for the proof that nobody has emptied a cache since the setting began; `undefined` if there is none. */
function* prove(context: ServiceContext, taken: Taken, change: Change): Task<Proof | undefined> {
  const { held } = context;
  const { link, isKnown, departures } = taken;
  const { record, revision } = change;
  if (!isKnown) return undefined;
  const borne = link.generation(revision);
  const hasWitnesses = link.inSynchrony(revision) && !link.isPartial;
  if (borne !== undefined) {
    const proof = yield* proveByName(context, taken, change, borne);
    if (proof === undefined || !isLate(held, link, record)) return proof;
  } else if (hasWitnesses) {
    if (!(yield* isWhole(held, link, record))) return undefined;
  } else if (departures !== link.departures || !isInVain(link, revision)) return undefined;
  // All are there, and not in the order of their age: none vouches for that.
  if (isLate(held, link, record)) link.loseSynchrony();
  return {};
}

/**
 * Whether it cannot be had that an adapter's cache is known to be what is held: it has been filled in vain so often that
 * it is left alone. One that never tells of its keys, or takes no name, is believed what it says.
 */
function isInVain(link: AdapterLink, revision: number): boolean {
  return link.isPartial || !link.refills.areDue(revision);
}

function* proveByName(
  context: ServiceContext,
  { link, before }: Taken,
  { record, persist, scope, revision }: Change,
  borne: Uint8Array,
): Task<Proof | undefined> {
  const { held } = context;
  if (!persist || before === undefined || held.hasVolatile(link.name, { record, adapter: scope.adapter })) {
    return (yield* bears(link, borne)) ? {} : undefined;
  }
  const generation = nextGeneration(context, link, before.series, record);
  if (!isSuccess(yield* nameCache(link, { borne, generation }, isWhole(held, link, record)))) return undefined;
  link.follow({ revision, generation });
  return { generation };
}

/**
 * The generation that vouches for the cache of an adapter that has not taken a setting: the one before if it said no and
 * changed nothing. None if it is not known what it did, or if it lacks what it may take another time.
 */
function generationAfterRefusal(
  { held }: ServiceContext,
  { link, outcome, before }: Taken,
  { record, revision }: Change,
  isHeld: boolean,
): Uint8Array | undefined {
  // What is held by others, and may be taken here another time, is missing; so is a key whose predecessor is there still.
  const lacks = isHeld && (!isLastingRefusal(outcome) || keeps(held, link, record));
  if (isLost(outcome) || lacks) link.loseSynchrony();
  const borne = link.generation(revision);
  return before?.generation !== undefined && borne === before.generation ? before.stored : undefined;
}

/** What an adapter does not keep when a setting is over. */
function notKeptAfter({ link, outcome }: Taken, key: string, isHeld: boolean): ReadonlySet<string> {
  const others = [...link.notKept].filter((each) => each !== key);
  const isMissing = isHeld ? !isSuccess(outcome) : link.notKept.has(key);
  return new Set(isMissing ? [...others, key] : others);
}

/**
 * What is stored in the end. A setting for all adapters that has come meanwhile is one that these caches lack. With a
 * record goes who waits for room where it has found some, be that vouched for or not.
 *
 * @param waiting Of a setting that is not held nobody's.
 */
function changesOf(
  held: HeldRecords,
  { record, persist, scope, revision }: Change,
  waiting: Waiting,
  vouching: ReadonlyMap<string, Vouch>,
): readonly StoreChange[] {
  const named = revision === held.revision ? vouching : new Map<string, Vouch>();
  if (!persist || waiting.size === 0) {
    return [...named].flatMap(([name, vouch]) => held.generationChanges(name, vouch));
  }
  const unnamed = [...waiting].filter(([{ name }]) => !named.has(name));
  return [
    ...held.recordChanges(record, scope.adapter, named),
    ...unnamed.flatMap(([{ name }, refused]) => held.refusalChanges(name, refused)),
  ];
}

function remember(
  held: HeldRecords,
  { record, persist, scope, revision }: Change,
  taken: readonly Taken[],
  waiting: Waiting,
): void {
  const isCurrent = revision === held.revision;
  const key = held.keyOf(record);
  if (persist) held.uncover(record, scope.adapter);
  else held.holdVolatile(record, scope.adapter);
  for (const { link, outcome } of taken) {
    if (isCurrent) link.keepUp(revision, held.revision);
    if (isSuccess(outcome)) link.notKept.delete(key);
    else link.notKept.add(key);
    if (isLost(outcome)) link.lost.add(key);
    else link.lost.delete(key);
    link.waiting = waiting.get(link) ?? link.waiting;
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
