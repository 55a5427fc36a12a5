/**
 * Synchronisation of an adapter's cache with what the service holds: at the
 * start of the service, at the arrival of an adapter, after each reset, and
 * whenever somebody else has changed it.
 *
 * | What the adapter bears | What is done |
 * |---|---|
 * | the generation that the store vouches for, or that this run has left | nothing |
 * | another generation of the service: older, interrupted, or with volatile settings | cleared and filled again |
 * | no valid generation | cleared and filled again |
 * | whatever it bears, if it says that it could not clear all | filled, and cleared again when that is due |
 * | whatever it bears, if something has no room that did not lack it before | cleared and filled once more |
 * | a generation that the service has not named | kept, own settings set over it (or cleared, by option) |
 * | such a one, over volatile settings of an earlier run that nothing replaces | cleared and filled again: no method removes one key |
 *
 * A generation gets its name last, because the name is the commit record: a
 * cache that is interrupted on the way counts for nothing. Only one that holds
 * volatile settings is named before them, by a name that the store does not
 * vouch for, so that whoever finds it knows that it is not to be believed. A
 * ClearCache takes a name away: a cache that still bears its own has lost
 * nothing since it got it.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { AdapterStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { stateEvent } from "../../sim/trace/events.ts";
import type { AdapterLink, Synchrony } from "./adapter_link.ts";
import { type CallOutcome, isFallback, isSuccess } from "./request_outcome.ts";
import { bears, nameCache } from "./cache_naming.ts";
import { isFilled, isWhole } from "./cache_witness.ts";
import {
  byClaim,
  displace,
  isReplayedByClaim,
  lacksRoomAnew,
  learnWaiting,
  mayLackClaimed,
  noteWaiting,
  rowsFor,
} from "./claims.ts";
import { takesDisplaced } from "./displaced.ts";
import { isOfSeries } from "./generation.ts";
import { nextGeneration, seriesOf } from "./next_generation.ts";
import type { HeldRow } from "./held_records.ts";
import type { StoreChange } from "./key_store.ts";
import { notedKey } from "./row_note.ts";
import { dropSavings, forgetUnproven, takesRoom } from "./saving_notes.ts";
import { vouched, vouchers, vouchFor } from "./vouching.ts";
import { commit, type ForeignCachePolicy, type ServiceContext } from "./service_context.ts";
import { replay, type Replayed, takesNothingMore } from "./replay.ts";

/** Whether the keys of a foreign cache stay. */
const KEEPS: Readonly<Record<ForeignCachePolicy, boolean>> = { keep: true, clear: false };

/** What a cache is taken for that bears a name which is vouched for. */
export type Trust =
  /** For what the service holds. */
  | "by name"
  /** For one that has to be filled again: what should be there was not. */
  | "none";

/** Whether a name says what a cache holds. */
const BELIEVES: Readonly<Record<Trust, boolean>> = { "by name": true, none: false };

/** Synchronises an adapter as far as it goes, and settles the link. The caller holds the link's lock. */
export function* synchronize(context: ServiceContext, link: AdapterLink, trust: Trust = "by name"): Task {
  for (;;) {
    const { departures } = link;
    const { revision } = context.held;
    const synchrony = yield* attempt(context, link, revision, trust);
    // A setting for all adapters may have come meanwhile, which this one has missed; or a reset has undone it all.
    if (revision !== context.held.revision || departures !== link.departures) continue;
    link.settle(synchrony);
    return;
  }
}

/**
 * Makes sure that an adapter's cache is what the service holds, as far as it
 * goes: somebody else may have cleared it. The caller holds the link's lock.
 */
export function* ensureSynchrony(context: ServiceContext, link: AdapterLink): Task {
  const isInSynchrony = link.inSynchrony(context.held.revision) && !link.refills.isClearDue;
  if (isInSynchrony && (yield* isUnchanged(context, link))) {
    yield* restoreDisplaced(context, link);
    return;
  }
  if (link.inSynchrony(context.held.revision)) link.isOffered = false;
  yield* synchronize(context, link);
}

/** What was displaced comes back as soon as there is room: with all others, in their order. */
function* restoreDisplaced(context: ServiceContext, link: AdapterLink): Task {
  const { displaced, refills } = link;
  if (!(yield* takesDisplaced(context, link))) return;
  yield* synchronize(context, link, "none");
  for (const key of displaced) {
    if (link.displaced.has(key)) refills.failedFor(key);
    else refills.succeededFor(key);
  }
}

/** Whether the cache is still what it was. A named one says so by its name; a partial provider has no ClearCache. */
export function* isUnchanged(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const generation = link.generation(context.held.revision);
  if (generation === undefined) return link.isPartial || (yield* isWhole(context.held, link));
  return yield* bears(link, generation);
}

function* attempt(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  trust: Trust,
): Task<Synchrony | undefined> {
  const { held } = context;
  const information = yield* link.queryInformation();
  if (information === undefined || information.Status === AdapterStatus.failed) {
    note(context, link, "not synchronised", "the adapter does not answer");
    return undefined;
  }
  const found = information.CacheValid ? information.GenerationalGuid : undefined;
  const isBelieved = BELIEVES[trust] && found !== undefined &&
    vouchers(held, link).some((guid) => equalBytes(guid, found));
  // What an earlier run has noted as refused is offered once more: the adapter may have got another port since.
  if (isBelieved && (link.generation(revision) !== undefined || (yield* takesNothingMore(held, link)))) {
    note(context, link, "synchronised", "generational GUID matches", held.generationWriter(link.name));
    // Nobody has emptied the cache since: what was being saved has taken no room of a key.
    yield* dropSavings(context, link);
    return yield* vouched(context, link, revision, found);
  }
  if (!link.refills.areDue(revision)) {
    note(context, link, "not synchronised", "left alone for a time after attempts in vain");
    return undefined;
  }
  link.beginSynchronization();
  const series = held.series(link.name);
  const isForeign = found !== undefined && !(series !== undefined && isOfSeries(found, series));
  if (isForeign) note(context, link, "bears a foreign cache", `policy: ${context.foreignCaches}`);
  const hasLeftOver = held.hasLeftOver(link.name);
  if (isForeign && hasLeftOver) {
    note(context, link, "bears a foreign cache", "over volatile settings of an earlier run");
  }
  const kept = isForeign && KEEPS[context.foreignCaches] && !hasLeftOver ? found : undefined;
  if (kept === undefined) return yield* clearAndFill(context, link, revision);
  link.refills.cleared();
  return link.isNonvolatile
    ? yield* fillNamed(context, link, revision, { kept, without: NOTHING })
    : yield* fillUnnamed(context, link, revision, NOTHING);
}

/** @param without What is known to have no room in the adapter. */
function* clearAndFill(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  without: ReadonlySet<string> = NOTHING,
): Task<Synchrony | undefined> {
  const cleared = yield* clear(context, link);
  if (cleared === undefined) return undefined;
  link.isPartial = isFallback(cleared);
  if (!isSuccess(cleared) && !link.isPartial) return yield* fillUncleared(context, link, revision);
  link.refills.cleared();
  return isSuccess(cleared) && link.isNonvolatile
    ? yield* fillNamed(context, link, revision, { without })
    : yield* fillUnnamed(context, link, revision, without);
}

const NOTHING: ReadonlySet<string> = new Set();

/** What an adapter has said to ClearCache; `undefined` if the cache could not be cleared. */
function* clear(context: ServiceContext, link: AdapterLink): Task<CallOutcome | undefined> {
  const cleared = yield* link.clearCache();
  if (cleared.type === "answered" || isFallback(cleared)) return cleared;
  note(context, link, "not synchronised", "the cache could not be cleared");
  return undefined;
}

/**
 * The cache has no room for all: those with the best claim must have it. Which ones they are is learnt by giving them
 * all to the adapter by claim; then it is filled in the order of replay without the others.
 */
function* fillByClaim(context: ServiceContext, link: AdapterLink, revision: number): Task<Synchrony | undefined> {
  note(context, link, "is filled by age", "it has no room for all settings");
  const cleared = yield* clear(context, link);
  if (cleared === undefined) return undefined;
  if (!isSuccess(cleared)) return yield* fillUncleared(context, link, revision);
  const { hadNoRoom } = yield* replayTo(context, link, byClaim(context.held, link));
  if (lacksRoomAnew(link, hadNoRoom)) return yield* fillAgain(context, link, revision, fillByClaim);
  return yield* clearAndFill(context, link, revision, hadNoRoom);
}

/**
 * Somebody has no room who had not lacked it before: another tool may have set a key during the fill, which the next
 * ClearCache takes away. Only who lacks room twice is taken for displaced.
 *
 * @param fill What is done once more, if it may be at once.
 */
function* fillAgain(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  fill: typeof fillByClaim,
): Task<Synchrony | undefined> {
  link.refills.failed(revision);
  if (link.refills.areDue(revision)) return yield* fill(context, link, revision);
  note(context, link, "not synchronised", "no fill has had room for the same settings");
  return undefined;
}

/**
 * A login that was being saved when the cache was emptied has the room of a setting: it is forgotten, and all is set
 * again.
 */
function* fillWithoutSavings(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
): Task<Synchrony | undefined> {
  if (yield* forgetUnproven(context, link)) return yield* clearAndFill(context, link, revision);
  link.refills.failed(revision);
  note(context, link, "not synchronised", "a login that it may have saved could not be forgotten");
  return undefined;
}

function* fillUnnamed(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  without: ReadonlySet<string>,
): Task<Synchrony | undefined> {
  const notes = context.held.noteChanges(link.name, link.isNonvolatile && !link.isPartial);
  if (notes.length > 0) {
    const noted = yield* commit(context, `notes of ${link.name}`, () => notes);
    if (noted.type === "failed") return undefined;
  }
  const replayed = yield* replayTo(context, link, rowsFor(context.held, link), without);
  yield* dropNotes(context, link, notes, replayed);
  if (mayLackClaimed(context.held, link, replayed.hadNoRoom)) return yield* fillByClaim(context, link, revision);
  const hadNoRoom = new Set([...without, ...replayed.hadNoRoom]);
  if (takesRoom(context, link, hadNoRoom)) return yield* fillWithoutSavings(context, link, revision);
  if (lacksRoomAnew(link, hadNoRoom)) return yield* fillAgain(context, link, revision, clearAndFill);
  const isFull = replayed.complete && (link.isPartial || (yield* isFilled(context.held, link)));
  if (isFull) {
    learnWaiting(link, { hadNoRoom, barred: replayed.barred });
    yield* noteWaiting(context, link);
  } else link.refills.failed(revision);
  note(context, link, isFull ? "synchronised" : "not synchronised", "records replayed to a cache without name");
  return isFull ? { revision, generation: undefined } : undefined;
}

/**
 * An adapter that says that it could not clear its cache gets every setting nevertheless, and no name. What it held
 * before may be in force beside them, so it is cleared again when that is due; and may have their room, so who finds
 * none keeps its claim, and nothing new takes room before it.
 */
function* fillUncleared(context: ServiceContext, link: AdapterLink, revision: number): Task<Synchrony | undefined> {
  const { held } = context;
  link.refills.notCleared();
  const isVouchedFor = held.generation(link.name) !== undefined;
  const changes = [
    // It still bears its name, and may get what is volatile.
    ...(isVouchedFor ? held.generationChanges(link.name, undefined) : []),
    ...held.noteChanges(link.name, link.isNonvolatile),
  ];
  if (changes.length > 0) {
    const noted = yield* commit(context, `notes of ${link.name}`, () => changes);
    if (noted.type === "failed") return undefined;
  }
  // What takes room here keeps it until then: by claim. Witnesses speak for what is given in the order of replay.
  let replayed = yield* replayTo(context, link, byClaim(held, link));
  if (!isReplayedByClaim(held, link)) replayed = yield* replayTo(context, link, rowsFor(held, link));
  const isFull = replayed.complete && (yield* isFilled(held, link));
  if (!isFull) link.refills.failed(revision);
  note(context, link, isFull ? "synchronised" : "not synchronised", "records replayed to a cache that was not cleared");
  return isFull ? { revision, generation: undefined } : undefined;
}

/** How a cache is filled that gets a name. */
interface Filling {
  /** The name of the foreign cache whose keys stay, if they do. */
  readonly kept?: Uint8Array;
  /** What is known to have no room. */
  readonly without: ReadonlySet<string>;
}

function* fillNamed(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  { kept, without }: Filling,
): Task<Synchrony | undefined> {
  const { held } = context;
  const series = seriesOf(context, link);
  const generation = nextGeneration(context, link, series);
  const isVolatile = held.hasVolatile(link.name);
  const firsts = [
    ...(held.series(link.name) === undefined ? [held.seriesChange(link.name, series)] : []),
    // An adapter that was away when it was set has a stored name yet, which vouches for nothing that is volatile.
    ...(isVolatile && held.generation(link.name) !== undefined ? held.generationChanges(link.name, undefined) : []),
    ...held.noteChanges(link.name, true),
  ];
  if (firsts.length > 0) {
    // Before the adapter bears a name of the series, or holds what is volatile: both must be known again whatever happens.
    const stored = yield* commit(context, `series of ${link.name}`, () => firsts);
    if (stored.type === "failed") return undefined;
  }
  if (isVolatile && !isSuccess(yield* link.setGenerationalGuid(generation))) {
    link.refills.failed(revision);
    return undefined;
  }
  const replayed = yield* replayTo(context, link, rowsFor(held, link), without);
  yield* dropNotes(context, link, firsts, replayed);
  if (kept !== undefined && replayed.hadNoRoom.size > 0) {
    note(context, link, "clears the foreign cache", "it leaves no room for the settings");
    return yield* clearAndFill(context, link, revision);
  }
  if (mayLackClaimed(held, link, replayed.hadNoRoom)) return yield* fillByClaim(context, link, revision);
  const hadNoRoom = new Set([...without, ...replayed.hadNoRoom]);
  // Before the cache gets a name: by that a later run would believe that all have their room.
  if (takesRoom(context, link, hadNoRoom)) return yield* fillWithoutSavings(context, link, revision);
  if (lacksRoomAnew(link, hadNoRoom)) return yield* fillAgain(context, link, revision, clearAndFill);
  const isFull = replayed.complete &&
    (isVolatile
      ? yield* bears(link, generation)
      : isSuccess(yield* nameCache(link, { borne: kept, generation }, isFilled(held, link))));
  if (isFull) {
    learnWaiting(link, { hadNoRoom, barred: replayed.barred });
    if (!isVolatile) yield* vouchFor(context, link, generation, revision);
    yield* noteWaiting(context, link);
  } else link.refills.failed(revision);
  note(context, link, isFull ? "synchronised" : "not synchronised", "records replayed");
  return isFull ? { revision, generation } : undefined;
}

/** Drops those of the notes just made that are of what the adapter has refused: it does not hold that. */
function* dropNotes(
  context: ServiceContext,
  link: AdapterLink,
  made: readonly StoreChange[],
  { refused }: Replayed,
): Task {
  const dropped = made.filter(({ row }) => refused.has(notedKey(row)));
  if (dropped.length === 0) return;
  yield* commit(context, `notes of ${link.name}`, () => dropped.map(({ row }) => ({ type: "delete", row })));
}

function* replayTo(
  context: ServiceContext,
  link: AdapterLink,
  rows: readonly HeldRow[],
  without: ReadonlySet<string> = NOTHING,
): Task<Replayed> {
  link.notKept.clear();
  link.lost.clear();
  for (const key of without) link.notKept.add(key);
  const given = rows.filter(({ key }) => !without.has(key));
  const replayed = yield* replay(context.held, link, given, (kind) => note(context, link, "damaged record", kind));
  link.isOffered = replayed.offered;
  displace(link, new Set([...without, ...replayed.hadNoRoom]));
  return replayed;
}

function note(
  { recorder, component }: ServiceContext,
  link: AdapterLink,
  state: string,
  detail: string,
  because?: number,
): void {
  recorder.record(component, stateEvent, { state: `${link.name} ${state}`, detail }, because);
}
