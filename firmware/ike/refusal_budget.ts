/**
 * How often strangers are told that their messages are refused: whoever sends
 * a first message that leads to nothing has proved nothing, not even its
 * address, and many of them must not make this end talk without measure.
 *
 * @module
 */

/** How often the peer of one exchange is told, unprotected, that its messages are refused. */
export const MAX_REFUSALS_SENT = 3;

/** How many refusals a second. */
const REFUSALS_A_SECOND = 10;

/** How long a budget lasts, in milliseconds. */
export const REFUSAL_PERIOD_MILLISECONDS = 1000;

/** Counts the refusals of a period. Knows no clock: whoever has one tells it that the period is over. */
export class RefusalBudget {
  #spent = 0;

  /** Whether nothing of it is spent, so that no period runs. */
  get isWhole(): boolean {
    return this.#spent === 0;
  }

  /** Takes one refusal out; false if there is none left in this period. */
  spend(): boolean {
    if (this.#spent === REFUSALS_A_SECOND) return false;
    this.#spent++;
    return true;
  }

  /** The period is over. */
  refill(): void {
    this.#spent = 0;
  }
}
