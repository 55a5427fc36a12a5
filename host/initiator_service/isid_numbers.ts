/**
 * The numbers that make ISIDs differ (UniqueIdForISID): two sessions of one
 * initiator name to one target with the same ISID are one, and the second login
 * would end the first session (RFC 7143 §6.3.5).
 *
 * | Number | For |
 * |---|---|
 * | 1 to 0x7FFF | sessions, one after the other |
 * | 0x8000 to 0xFFFF | saved logins, one after the other |
 *
 * That of a saved login is stored before the login is saved, and so given once:
 * adapters that save at the same time, or are away, need not be asked. Numbers
 * of saved logins that are seen are passed over: they may be another store's,
 * or come round again.
 *
 * When the numbers of sessions have come round, those of sessions that adapters
 * have, and of logins under way, are passed over.
 *
 * The last number of a session outlives the service and not the machine's
 * power, as a volatile key of the registry does, and as sessions do.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { ALL_ADAPTERS } from "./held_records.ts";
import type { KeyStore, StoreChange } from "./key_store.ts";
import { NO_NAME } from "./security_record.ts";
import { savingNote } from "./saving_notes.ts";
import { commit, type ServiceContext } from "./service_context.ts";

const LAST_OF_SESSIONS = 0x7fff;
const FIRST_OF_SAVED_LOGINS = LAST_OF_SESSIONS + 1;
const SAVED_LOGINS = 0x8000;

/** Gives the numbers of sessions. */
export class IsidNumbers {
  #last = 0;
  #hasComeRound = false;
  /** Those of logins that are not over: no adapter tells of them. */
  readonly #underWay = new Set<number>();

  /** Whether all were given: the next one may be that of an open session. */
  get hasComeRound(): boolean {
    return this.#hasComeRound;
  }

  /**
   * The next number, for a login that begins; `undefined` if there is none left.
   *
   * @param open Those of open sessions, which are passed over; none need be known before the numbers have come round.
   */
  next(open: ReadonlySet<number>): number | undefined {
    for (let step = 0; step < LAST_OF_SESSIONS; step++) {
      const number = (this.#last + step) % LAST_OF_SESSIONS + 1;
      if (open.has(number) || this.#underWay.has(number)) continue;
      this.#hasComeRound ||= number === LAST_OF_SESSIONS || number <= this.#last;
      this.#last = number;
      this.#underWay.add(number);
      return number;
    }
    return undefined;
  }

  /** The login with a number is over: it has opened a session, or none. */
  over(number: number): void {
    this.#underWay.delete(number);
  }
}

/** A number that was given for a login that is to be saved. */
export interface SavedLoginNumber {
  /** The number. */
  readonly number: number;
  /** The one that was given before it, 0 if none was. */
  readonly before: number;
}

/**
 * Gives the number of a login that an adapter is to save, and notes it as one whose
 * room is not proven; `undefined` if there is none left, or it could not be stored.
 *
 * @param taken Those of saved logins that are known.
 */
export function* giveSavedLoginNumber(
  context: ServiceContext,
  link: AdapterLink,
  taken: ReadonlySet<number>,
): Task<SavedLoginNumber | undefined> {
  let given: SavedLoginNumber | undefined;
  const { type } = yield* commit(context, "number of a saved login", () => {
    const before = storedNumber(context.store);
    const number = numberAfter(before, taken);
    given = number === undefined ? undefined : { number, before };
    if (number === undefined) return [];
    return [numberChange(number), { type: "put", row: savingNote(context.held, link, number) }];
  });
  return type === "committed" ? given : undefined;
}

/** A login was saved that takes no room of a key. False if that could not be stored. */
export function* savedLoginIsKept(
  context: ServiceContext,
  link: AdapterLink,
  { number }: SavedLoginNumber,
): Task<boolean> {
  const dropped = [noteDropped(context, link, number)];
  return (yield* commit(context, "a login is saved", () => dropped)).type === "committed";
}

/** Takes a number back that no login was saved with, unless another one was given since. */
export function* takeBackSavedLoginNumber(
  context: ServiceContext,
  link: AdapterLink,
  { number, before }: SavedLoginNumber,
): Task {
  const changes = () => [
    noteDropped(context, link, number),
    ...(storedNumber(context.store) === number ? [numberChange(before)] : []),
  ];
  yield* commit(context, "number of no saved login", changes);
}

function noteDropped({ held }: ServiceContext, link: AdapterLink, number: number): StoreChange {
  return { type: "delete", row: savingNote(held, link, number) };
}

const ROW = { adapter: ALL_ADAPTERS, kind: "saved-login-number", name: NO_NAME } as const;

function storedNumber(store: KeyStore): number {
  const [high = 0, low = 0] = store.rows().find(({ kind }) => kind === ROW.kind)?.value ?? [];
  return high << 8 | low;
}

function numberAfter(last: number, taken: ReadonlySet<number>): number | undefined {
  const first = last < FIRST_OF_SAVED_LOGINS ? 0 : last + 1 - FIRST_OF_SAVED_LOGINS;
  for (let step = 0; step < SAVED_LOGINS; step++) {
    const number = FIRST_OF_SAVED_LOGINS + (first + step) % SAVED_LOGINS;
    if (!taken.has(number)) return number;
  }
  return undefined;
}

function numberChange(number: number): StoreChange {
  if (number === 0) return { type: "delete", row: ROW };
  return { type: "put", row: { ...ROW, value: Uint8Array.of(number >>> 8, number & 0xff), ordinal: 0 } };
}
