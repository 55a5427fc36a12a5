/**
 * Runs of one subject that are not the same twice: something that the user has
 * given depends on more than the world.
 *
 * @module
 */

import { firstDifference } from "../tape/event_hashes.ts";
import type { Trial } from "./trial.ts";

const NAME = "not deterministic: ";

/** How a run is told from the same run once more, as what it fails with; `undefined` if it is the same. */
export function differenceOf(first: Trial, again: Trial): string | undefined {
  if (first.outcome.hash !== again.outcome.hash) {
    const event = firstDifference(first.outcome.hashes, again.outcome.hashes);
    return `${NAME}the same run once more differs${event === undefined ? "" : ` from event ${event} on`}`;
  }
  const [one, other] = [first, again].map(({ outcome }) => JSON.stringify(outcome.verdicts));
  return one === other ? undefined : notDeterministic(first.signature, again.signature);
}

/** The same for a run of which only is known how it has failed. */
export function notDeterministic(first: string | undefined, again: string | undefined): string {
  const [one, other] = [first, again].map((each) => each === undefined ? "nothing" : `"${each}"`);
  if (one === other) return `${NAME}the same run has failed with ${one}, and once more elsewhere`;
  return `${NAME}the same run has failed with ${one}, and once more with ${other}`;
}

/** Whether it is this that a run fails with: there is nothing in it that could be made smaller. */
export function isNotDeterministic(signature: string): boolean {
  return signature.startsWith(NAME);
}
