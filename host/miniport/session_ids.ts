/**
 * The identifiers of sessions and connections that the host sees: the number
 * that the firmware gives in the lower half, and in the upper one how many lives
 * of the adapter this driver has seen before.
 *
 * A firmware numbers its sessions from 1 in each life. Whoever still names one
 * of an earlier life must not meet another's that has its number now.
 *
 * @module
 */

/** Makes identifiers of one life. */
export type IdOf = (number: number) => bigint;

/** The identifiers of one adapter. */
export class SessionIds {
  /** -1 before the first. */
  #life = -1;

  /** The adapter takes commands from now on. */
  lifeBegins(): void {
    this.#life++;
  }

  /** For what is made in the life that the adapter is in now, also when that is over meanwhile. */
  get present(): IdOf {
    const half = BigInt(this.#life) << NUMBER_BITS;
    return (number) => half | BigInt(number);
  }

  /** The firmware's number; 0, which it gives to none, for what is none of the present life's. */
  numberOf(id: bigint): number {
    return id >> NUMBER_BITS === BigInt(this.#life) ? sessionNumber(id) : 0;
  }
}

/** The firmware's number, in whatever life it was given. */
export function sessionNumber(id: bigint): number {
  return Number(id & 0xffff_ffffn);
}

const NUMBER_BITS = 32n;
