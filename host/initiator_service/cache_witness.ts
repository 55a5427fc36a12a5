/**
 * How the service learns that nobody has cleared an adapter's cache where no
 * name tells it. ClearCache takes all keys at once, so keys that must have been
 * there all the time bear witness for all others: those of two identifiers,
 * because another tool may clear the cache and set a key of one of them again,
 * with bytes of its own.
 *
 * Not every key can: a group key cannot be asked for, and a question for one
 * port may be answered by the key for all ports, or the other way round
 * (GetPresharedKeyForId). And a key that has been set since says nothing of
 * what was there before. What no two witnesses speak for is set again, the last
 * key excepted if it can be told from all others: a ClearCache in between either
 * takes a key that is asked for afterwards, or leaves all that was set again.
 *
 * Witnesses are heard before anything is set again, unless a name has told
 * already. What is found missing is left to a synchronisation, which begins with
 * a ClearCache: set again one by one the keys would all be there, but behind
 * those that were not lost, and of several names an adapter presents the one
 * that was set on it first.
 *
 * Keys are given to an adapter, and set again, in an order in which the first
 * ones can be told from all behind them: those for all ports, then those of
 * single ports, last the group key, and each of these by age. A key for all
 * ports is hidden by what comes behind it only if every port has a key of its
 * own for that identifier; then no login uses it. An adapter chooses among the
 * keys of a port, or among those for all ports, so only their ages count.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { ALL_PORTS, decodeKeyName, type PresharedKeyQuery } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { isSuccess } from "./request_outcome.ts";
import type { HeldRecords, HeldRow } from "./held_records.ts";
import { recordName, type SecurityRecord, wipeRecord } from "./security_record.ts";

/** A key in an adapter's cache. */
interface CachedKey {
  /** Whom it is for; `undefined` for the group key, which cannot be asked for. */
  readonly owner: PresharedKeyQuery | undefined;
  /** Whether it is the one that was set last. */
  readonly isRecent: boolean;
  /** Gives it to the adapter once more. */
  set(): Task<boolean>;
}

/** A key, and a question that speaks for it. */
interface Witness {
  readonly key: CachedKey;
  /** What this key answers, and none of those from which it had to be told. */
  readonly question: PresharedKeyQuery;
}

/** Another tool may have set one key again, for an identifier of the service's; its answer is no proof then. */
const ENOUGH_WITNESSES = 2;

/**
 * Whether an adapter has lost nothing: neither of what it had, nor a record that
 * it has just taken. What it takes to know that may be set again.
 *
 * @param recent The record that was set last, if one was.
 */
export function* isWhole(held: HeldRecords, link: AdapterLink, recent?: SecurityRecord): Task<boolean> {
  const all = cachedKeys(held, link, recent);
  const before = all.filter(({ isRecent }) => !isRecent);
  const last = all.filter(({ isRecent }) => isRecent);
  const found = witnessesOf(before, () => last, link);
  const witnesses = ofSeveral(found, found.toReversed());
  // A key that is alone has no other to lose.
  const isEnough = witnesses.length >= Math.min(all.length, ENOUGH_WITNESSES);
  // A name has told already whether the cache was cleared before the last key was set.
  const isNamed = link.generation(held.revision) !== undefined;
  if ((isEnough || !isNamed) && !(yield* areThere(link, witnesses))) return false;
  if (isEnough) return true;
  const lastWitnesses = witnessesOf(last, () => before, link);
  const isLastTold = lastWitnesses.length > 0;
  if (!(yield* setAgain(isLastTold ? before : all))) return false;
  return yield* areThere(link, isLastTold ? [...witnesses, ...lastWitnesses] : toldFromLater(all, link).slice(0, 1));
}

/** Whether nobody has cleared the cache of an adapter while all records were given to it, in the order of replay. */
export function* isFilled(held: HeldRecords, link: AdapterLink): Task<boolean> {
  const all = cachedKeys(held, link);
  const found = toldFromLater(all, link);
  const witnesses = ofSeveral(found, found);
  const [first, second] = witnesses;
  if (first === undefined || second === undefined) {
    const isAlone = first !== undefined && all.length === 1;
    return (isAlone || (yield* setAgain(all))) && (yield* areThere(link, witnesses));
  }
  // Another tool may have put a key of its own in the first one's place, before the second was set.
  const unproven = all.slice(0, all.indexOf(second.key)).filter((key) => isOfIdentifier(key, first.question));
  return yield* isUndisturbed(link, { witnesses, again: unproven });
}

/** The order in which records are given to an adapter. */
export function inOrderOfReplay(rows: readonly HeldRow[]): readonly HeldRow[] {
  return inOrder(rows, ownerOf);
}

function inOrder<T>(all: readonly T[], owner: (each: T) => PresharedKeyQuery | undefined): readonly T[] {
  const isForAll = (each: T) => owner(each)?.portNumber === ALL_PORTS;
  const rows = [...all.filter(isForAll), ...all.filter((each) => !isForAll(each))];
  const isKey = (each: T) => owner(each) !== undefined;
  return [...rows.filter(isKey), ...rows.filter((row) => !isKey(row))];
}

function* isUndisturbed(
  link: AdapterLink,
  { witnesses, again }: { readonly witnesses: readonly Witness[]; readonly again: readonly CachedKey[] },
): Task<boolean> {
  return (yield* areThere(link, witnesses)) && (yield* setAgain(again));
}

function* setAgain(keys: readonly CachedKey[]): Task<boolean> {
  for (const key of keys) if (!(yield* key.set())) return false;
  return true;
}

function* areThere(link: AdapterLink, witnesses: readonly Witness[]): Task<boolean> {
  for (const { question: { portNumber, idType, id } } of witnesses) {
    if (!isSuccess(yield* link.getFlags(portNumber, idType, id))) return false;
  }
  return true;
}

/** The first witness, and of others the first that speaks for another identifier. */
function ofSeveral([first]: readonly Witness[], others: readonly Witness[]): readonly Witness[] {
  if (first === undefined) return [];
  const other = others.find(({ key }) => !isOfIdentifier(key, first.question));
  return other === undefined ? [first] : [first, other];
}

/** The keys that can be told from all behind them. */
function toldFromLater(all: readonly CachedKey[], link: AdapterLink): readonly Witness[] {
  return witnessesOf(all, (index) => all.slice(index + 1), link);
}

/** @param rivals From what each key must be told. */
function witnessesOf(
  keys: readonly CachedKey[],
  rivals: (index: number) => readonly CachedKey[],
  link: AdapterLink,
): readonly Witness[] {
  return keys.flatMap((key, index) => {
    const question = questionFor(key, rivals(index), link);
    return question === undefined ? [] : [{ key, question }];
  });
}

function isOfIdentifier({ owner }: CachedKey, { idType, id }: PresharedKeyQuery): boolean {
  return owner !== undefined && owner.idType === idType && equalBytes(owner.id, id);
}

/** A question that a key answers and none of its rivals does, if there is one. */
function questionFor(
  { owner }: CachedKey,
  rivals: readonly CachedKey[],
  { information }: AdapterLink,
): PresharedKeyQuery | undefined {
  if (owner === undefined) return undefined;
  const taken = rivals.filter((rival) => isOfIdentifier(rival, owner)).map((rival) => rival.owner?.portNumber);
  if (owner.portNumber !== ALL_PORTS) return taken.includes(ALL_PORTS) ? undefined : owner;
  if (taken.length === 0) return owner;
  const ports = Array.from({ length: information?.NumberOfPorts ?? 0 }, (_, port) => port);
  const portNumber = ports.find((port) => !taken.includes(port));
  return portNumber === undefined ? undefined : { ...owner, portNumber };
}

function ownerOf({ row }: HeldRow): PresharedKeyQuery | undefined {
  return row.kind === "preshared-key" ? decodeKeyName(row.name) : undefined;
}

/** What ClearCache would take of what the service holds, and of a record that comes to it, in the order of replay. */
function cachedKeys(held: HeldRecords, link: AdapterLink, recent?: SecurityRecord): readonly CachedKey[] {
  const keyOfRecent = recent === undefined ? undefined : held.keyOf(recent);
  const rows = held.effective(link.name)
    .filter(({ key, row }) => row.kind !== "tunnel-address" && (key === keyOfRecent || !link.notKept.has(key)));
  const keys = rows.map((each) => cachedKey(held, link, each));
  if (recent !== undefined && recent.kind !== "tunnel-address") {
    // A name that was set before keeps its age, and its place.
    const index = rows.findIndex(({ key }) => key === keyOfRecent);
    keys.splice(index < 0 ? keys.length : index, 1, recentKey(link, recent));
  }
  return inOrder(keys, ({ owner }) => owner);
}

function cachedKey(held: HeldRecords, link: AdapterLink, each: HeldRow): CachedKey {
  return {
    owner: ownerOf(each),
    isRecent: false,
    *set() {
      const record = held.open(each);
      if (record === undefined) return false;
      const outcome = yield* link.set(record, held.writerOf(each));
      wipeRecord(record);
      return isSuccess(outcome);
    },
  };
}

function recentKey(link: AdapterLink, record: SecurityRecord): CachedKey {
  return {
    owner: record.kind === "preshared-key" ? decodeKeyName(recordName(record)) : undefined,
    isRecent: true,
    *set() {
      return isSuccess(yield* link.set(record));
    },
  };
}
