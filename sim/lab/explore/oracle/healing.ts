/**
 * The step after which all is whole again.
 *
 * @module
 */

/** The step from whose end on all must be well: what it heals, nobody breaks any more. */
export const HEALING = "healing";
