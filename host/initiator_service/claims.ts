/**
 * Claims to an adapter's room, when it has none for all: what it has taken comes
 * before all that it had refused by then, and of those with the same claim the
 * oldest comes first. What another tool's key or login, or a key that a failed
 * ClearCache has left, keeps out has its claim still (`displaced.ts`): only a
 * refusal that the application was told of makes a setting wait.
 *
 * Who waits is a fact of the adapter, and of no cache, name or run of the
 * service. So it is stored with each setting that is stored, and whenever a fill
 * has found out who waits: what is acknowledged then has its claim for good.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { inOrderOfReplay } from "./cache_witness.ts";
import type { HeldRecords } from "./held_records.ts";
import { type CallOutcome, isFallback, isLastingRefusal, isSuccess } from "./request_outcome.ts";
import type { HeldRow } from "./row_index.ts";
import { savingsDropped } from "./saving_notes.ts";
import { commit, type ServiceContext } from "./service_context.ts";

/** The order in which an adapter is given what is held for it. By claim if it has no ClearCache: nothing is found out then. */
export function rowsFor(held: HeldRecords, link: AdapterLink): readonly HeldRow[] {
  return link.isPartial ? byClaim(held, link) : inOrderOfReplay(held.effective(link.name));
}

/** The order in which records have a claim to room: by age what it has had room for, then what it has not. */
export function byClaim(held: HeldRecords, link: AdapterLink): readonly HeldRow[] {
  const rows = held.effective(link.name);
  const waits = ({ key }: HeldRow) => link.waiting.has(key);
  return [...rows.filter((row) => !waits(row)), ...rows.filter(waits)];
}

/** Whether an adapter may have refused a record with a better claim than one that it took. */
export function mayLackClaimed(held: HeldRecords, link: AdapterLink, hadNoRoom: ReadonlySet<string>): boolean {
  return hadNoRoom.size > 0 && !isReplayedByClaim(held, link);
}

/** Whether records are given to an adapter in the order of their claims. */
export function isReplayedByClaim(held: HeldRecords, link: AdapterLink): boolean {
  const claims = byClaim(held, link);
  return rowsFor(held, link).every(({ key }, index) => key === claims[index]?.key);
}

/**
 * Whether somebody has had no room in a cleared cache who has a claim, and had room in the fill before, or was not in it.
 * Remembers who had none. Never of an adapter without ClearCache: another fill finds nothing else there.
 */
export function lacksRoomAnew(link: AdapterLink, hadNoRoom: ReadonlySet<string>): boolean {
  const before = link.lackedRoom;
  link.lackedRoom = new Set([...hadNoRoom].filter((key) => !link.waiting.has(key)));
  return !link.isPartial && [...link.lackedRoom].some((key) => !before.has(key));
}

/**
 * A full cache shows who waits for room no more: whoever has found some beside all that have a claim. While one of them
 * has none, another tool may give it back at any time, and what waits has found it in that one's place. What the adapter
 * cannot have waits from now on: others get the room that it would have.
 */
export function learnWaiting(link: AdapterLink, { hadNoRoom, barred }: Unplaced): void {
  const waiting = [...link.waiting].filter((key) => hadNoRoom.has(key) || lacksDisplaced(link));
  link.waiting = new Set([...waiting, ...barred]);
}

/** What an adapter has refused for good in a fill. */
export interface Unplaced {
  /** For want of room. */
  readonly hadNoRoom: ReadonlySet<string>;
  /** Whatever room it has. */
  readonly barred: ReadonlySet<string>;
}

/**
 * Later runs have to know as well who waits for room. That all who had their room have it still is the end of what is
 * noted of saved logins.
 */
export function* noteWaiting(context: ServiceContext, link: AdapterLink): Task {
  const { held } = context;
  const changes = [
    ...savingsDropped(context, link),
    // A generation vouches for no cache without saying what that lacks.
    ...(held.generation(link.name) === undefined ? held.refusalChanges(link.name, link.waiting) : []),
  ];
  if (changes.length > 0) yield* commit(context, `who waits for room of ${link.name}`, () => changes);
}

/** Rows have found no room, when they were given to an adapter last: those of them that do not wait have a claim to it. */
export function displace(link: AdapterLink, hadNoRoom: ReadonlySet<string>): void {
  link.displaced = new Set([...hadNoRoom].filter((key) => !link.waiting.has(key)));
}

/** Whether an adapter lacks a row that has a claim to its room. */
export function lacksDisplaced({ displaced, notKept }: AdapterLink): boolean {
  return [...displaced].some((key) => notKept.has(key));
}

/** Who waits for room of each adapter. */
export type Waiting = ReadonlyMap<AdapterLink, ReadonlySet<string>>;

/** How an adapter has answered a setting. */
export interface AnsweredSetting {
  /** The adapter. */
  readonly link: AdapterLink;
  /** Its answer. */
  readonly outcome: CallOutcome;
  /** Whether all that is held was in its cache before, as far as it has taken it. */
  readonly isKnown: boolean;
}

/**
 * Who waits when an adapter has answered a setting that is held from now on. A name that has had room keeps its claim
 * if it is refused by a cache of which nothing is known, where what it had may be lost, and others have its room; or by
 * one in which something else has displaced it. What the adapter cannot have, as for want of a port, waits too: it may
 * have that port one day, and what it has taken by then has its room.
 */
export function waitingAfter(
  held: HeldRecords,
  key: string,
  { link: { name, waiting, displaced }, outcome, isKnown }: AnsweredSetting,
): ReadonlySet<string> {
  if (isSuccess(outcome)) return new Set([...waiting].filter((each) => each !== key));
  if (!isOutOfRoom(outcome) && !isBarred(outcome)) return waiting;
  const mayHaveHad = isOutOfRoom(outcome) && (!isKnown || displaced.has(key));
  const hasClaim = mayHaveHad && held.effective(name).some((each) => each.key === key);
  return hasClaim ? waiting : new Set([...waiting, key]);
}

/** True when an adapter cannot have what it was given, whatever room it has: it lacks the port, say. */
export function isBarred(outcome: CallOutcome): boolean {
  return isLastingRefusal(outcome) && !isFallback(outcome) && !isOutOfRoom(outcome);
}

/** True when an adapter has no room for what it was given. */
export function isOutOfRoom(outcome: CallOutcome): boolean {
  return outcome.type === "answered" && outcome.status === IsdscStatus.HBA_SECURITY_CACHE_FULL;
}
