/**
 * Why something cannot happen in a world.
 *
 * @module
 */

/** What is wrong, and what would not be. */
export interface Impossible {
  /** The field that is wrong, as a path in it; empty if it is the whole. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;
}
