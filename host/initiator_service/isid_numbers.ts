/**
 * The numbers that make ISIDs differ (UniqueIdForISID): two sessions of one
 * initiator name to one target with the same ISID are one, and the second login
 * would end the first session (RFC 7143 §6.3.5).
 *
 * | Number | For |
 * |---|---|
 * | 1 to 0x7FFF | sessions, one after the other |
 * | 0x8000 to 0xFFFF | saved logins: the lowest that no saved login has |
 *
 * The last number of a session outlives the service and not the machine's
 * power, as a volatile key of the registry does, and as sessions do.
 *
 * @module
 */

const LAST_OF_SESSIONS = 0x7fff;
const LAST_OF_SAVED_LOGINS = 0xffff;

/** Gives the numbers of sessions. */
export class IsidNumbers {
  #last = 0;

  /** The next number. */
  next(): number {
    this.#last = this.#last % LAST_OF_SESSIONS + 1;
    return this.#last;
  }
}

/** The number of a login that is to be saved; `undefined` if there is none left. */
export function numberOfSavedLogin(taken: ReadonlySet<number>): number | undefined {
  for (let number = LAST_OF_SESSIONS + 1; number <= LAST_OF_SAVED_LOGINS; number++) {
    if (!taken.has(number)) return number;
  }
  return undefined;
}
