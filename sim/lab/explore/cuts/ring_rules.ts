/**
 * What the campaign asks of the ring store beyond what every store must keep:
 * another store can be let off each of it, and attacked all the same.
 *
 * @module
 */

/** A rule that a store may be let off. */
export type RingRule =
  /** A mount that erases nothing reads each byte of the region once. */
  | "reads once"
  /** Erases of sectors differ by one at the most, and one more for each cut. */
  | "wears evenly"
  /** No program asks for a bit to turn from 0 to 1. */
  | "programs zeros only"
  /** One bad sector, or one bad place, is no reason to stop. */
  | "goes on with a bad sector";

/** All of them. */
export const RING_RULES: readonly RingRule[] = Object.keys(
  {
    "reads once": true,
    "wears evenly": true,
    "programs zeros only": true,
    "goes on with a bad sector": true,
  } satisfies Record<RingRule, true>,
) as RingRule[];
