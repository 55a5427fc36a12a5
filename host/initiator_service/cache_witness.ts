/**
 * How the service learns that nobody has cleared an adapter's cache where no
 * name tells it. ClearCache takes all keys at once, so keys that must have been
 * there all the time bear witness for all others: two of them, because another
 * tool may clear the cache and set one of them again, with bytes of its own.
 *
 * Not every key can: a group key cannot be asked for, and a question for one
 * port may be answered by the key for all ports, or the other way round
 * (GetPresharedKeyForId). And a key that has been set since says nothing of
 * what was there before. What no witness speaks for is set again *behind* a key
 * that can be asked for afterwards: a ClearCache before that key leaves what
 * was set again, and one after it takes the key. The same is done with all that
 * an adapter holds as long as there are not two witnesses: then nothing proves
 * anything, and everything is few.
 *
 * An identifier with a key for all ports and one for every single port has no
 * key that can be told from its rival. If there is nothing else, keys for all
 * ports are set again first, single ports' next, the group key last: a
 * ClearCache in between is either found, or takes only keys that no login uses
 * because every port has its own.
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
  /** Gives it to the adapter once more. */
  set(): Task<boolean>;
}

/** A key that can be told from all others. */
interface Witness {
  readonly key: CachedKey;
  /** What only this key answers. */
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
  const before = cachedKeys(held, link, recent === undefined ? undefined : held.keyOf(recent));
  const last = recent === undefined || recent.kind === "tunnel-address" ? [] : [recentKey(link, recent)];
  const all = [...before, ...last];
  const witnesses = witnessesOf(before, all, link);
  const [first] = witnesses;
  const latest = witnesses.at(-1);
  if (first !== undefined && latest !== undefined && witnesses.length >= ENOUGH_WITNESSES) {
    return yield* isUndisturbed(link, all, { witnesses: [first, latest], again: [] });
  }
  const lastWitnesses = witnessesOf(last, all, link);
  const known = keysOf(witnesses);
  const proven = [...known, ...keysOf(lastWitnesses)];
  const unproven = all.filter((key) => !proven.includes(key));
  // A key that is alone has no other to lose.
  const again = all.length > 1 ? [...known, ...unproven] : [];
  // They would be of other ages in a cache that was cleared: there they must not be set, but all in their order.
  if (!isInOrder(again, all) && !(yield* areThere(link, witnesses))) return false;
  return yield* isUndisturbed(link, all, { witnesses: [...witnesses, ...lastWitnesses], again });
}

/** Whether nobody has cleared the cache of an adapter while all records were given to it, in their order. */
export function* isFilled(held: HeldRecords, link: AdapterLink): Task<boolean> {
  const all = cachedKeys(held, link);
  const witnesses = witnessesOf(all, all, link).slice(0, ENOUGH_WITNESSES);
  const [first, second] = keysOf(witnesses);
  if (first === undefined || second === undefined) {
    return yield* isUndisturbed(link, all, { witnesses, again: all.length > 1 ? all : [] });
  }
  const unproven = all.slice(0, all.indexOf(second)).filter((key) => key !== first);
  if (!(yield* isUndisturbed(link, all, { witnesses, again: unproven }))) return false;
  // The second was set after the first: in between another tool may have put a key of its own in the first one's place.
  return yield* first.set();
}

/** The order in which records are given to an adapter: keys before the group key, which cannot bear witness for them. */
export function inOrderOfReplay(rows: readonly HeldRow[]): readonly HeldRow[] {
  const isKey = ({ row }: HeldRow) => row.kind === "preshared-key";
  return [...rows.filter(isKey), ...rows.filter((row) => !isKey(row))];
}

/** Sets again what the witnesses do not speak for, and then asks for them. */
function* isUndisturbed(
  link: AdapterLink,
  all: readonly CachedKey[],
  { witnesses, again }: { readonly witnesses: readonly Witness[]; readonly again: readonly CachedKey[] },
): Task<boolean> {
  const repeated = witnesses.length === 0 ? behindEachOther(all) : again;
  for (const key of repeated) if (!(yield* key.set())) return false;
  if (witnesses.length > 0) return yield* areThere(link, witnesses);
  const question =
    repeated.flatMap(({ owner }) => owner === undefined || owner.portNumber === ALL_PORTS ? [] : [owner])[0];
  return question === undefined || (yield* isThere(link, question));
}

function* areThere(link: AdapterLink, witnesses: readonly Witness[]): Task<boolean> {
  for (const { question } of witnesses) if (!(yield* isThere(link, question))) return false;
  return true;
}

function* isThere(link: AdapterLink, { portNumber, idType, id }: PresharedKeyQuery): Task<boolean> {
  return isSuccess(yield* link.getFlags(portNumber, idType, id));
}

/** Whether keys come in the order of all. */
function isInOrder(keys: readonly CachedKey[], all: readonly CachedKey[]): boolean {
  const places = keys.map((key) => all.indexOf(key));
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));
}

function witnessesOf(keys: readonly CachedKey[], all: readonly CachedKey[], link: AdapterLink): readonly Witness[] {
  return keys.flatMap((key) => {
    const question = questionFor(key, all, link);
    return question === undefined ? [] : [{ key, question }];
  });
}

function keysOf(witnesses: readonly Witness[]): readonly CachedKey[] {
  return witnesses.map(({ key }) => key);
}

/** The question that only this key of the cache answers, if there is one. */
function questionFor(
  { owner }: CachedKey,
  all: readonly CachedKey[],
  { information }: AdapterLink,
): PresharedKeyQuery | undefined {
  if (owner === undefined) return undefined;
  const rivals = all.flatMap((other) => other.owner === undefined || other.owner === owner ? [] : [other.owner])
    .filter(({ idType, id }) => idType === owner.idType && equalBytes(id, owner.id))
    .map(({ portNumber }) => portNumber);
  if (owner.portNumber !== ALL_PORTS) return rivals.includes(ALL_PORTS) ? undefined : owner;
  if (rivals.length === 0) return owner;
  const ports = Array.from({ length: information?.NumberOfPorts ?? 0 }, (_, port) => port);
  const portNumber = ports.find((port) => !rivals.includes(port));
  return portNumber === undefined ? undefined : { ...owner, portNumber };
}

function behindEachOther(all: readonly CachedKey[]): readonly CachedKey[] {
  const isForAll = ({ owner }: CachedKey) => owner?.portNumber === ALL_PORTS;
  const isForOne = (key: CachedKey) => key.owner !== undefined && !isForAll(key);
  return [...all.filter(isForAll), ...all.filter(isForOne), ...all.filter(({ owner }) => owner === undefined)];
}

/** What ClearCache would take of what the service holds, in the order of replay. */
function cachedKeys(held: HeldRecords, link: AdapterLink, except?: string): readonly CachedKey[] {
  return inOrderOfReplay(held.effective(link.name))
    .filter(({ key, row }) => row.kind !== "tunnel-address" && key !== except && !link.notKept.has(key))
    .map((each) => ({
      owner: each.row.kind === "preshared-key" ? decodeKeyName(each.row.name) : undefined,
      *set() {
        const record = held.open(each);
        if (record === undefined) return false;
        const outcome = yield* link.set(record, held.writerOf(each));
        wipeRecord(record);
        return isSuccess(outcome);
      },
    }));
}

function recentKey(link: AdapterLink, record: SecurityRecord): CachedKey {
  return {
    owner: record.kind === "preshared-key" ? decodeKeyName(recordName(record)) : undefined,
    *set() {
      return isSuccess(yield* link.set(record));
    },
  };
}
