/**
 * What a campaign has not seen, in words.
 *
 * @module
 */

import type { NotSeen } from "../explore/certify/not_seen.ts";

/** So many of what was never seen are told; all of them are in the JSON. */
const MOST_TOLD = 8;

/** Tells what was not seen, a line each. */
export function notSeenLines({ unseenCells, neverSeen, excludedOneIn, next }: NotSeen): readonly string[] {
  const rest = neverSeen.length - MOST_TOLD;
  const told = [...neverSeen.slice(0, MOST_TOLD), ...(rest > 0 ? [`${rest} more (--json)`] : [])];
  return [
    `not seen: ${unseenCells} cells${told.length === 0 ? "" : `, among them all with ${told.join("; ")}`}`,
    ...(next === undefined ? [] : [
      `the next ${next.seeds} seeds will show about ${Math.round(next.expected)} new cells ` +
      `(${next.least} to ${next.most} in 9 of 10 campaigns)`,
    ]),
    excludedOneIn === 1
      ? "too few seeds exclude any bug with 95 %"
      : `with 95 % there is no further bug that shows in 1 of ${excludedOneIn} seeds, or more often`,
  ];
}
