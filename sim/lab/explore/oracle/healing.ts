/**
 * The steps between which all is whole. A story of several rounds has several of each; the names of steps are all
 * different, so that later ones have a number: "healing 2".
 *
 * @module
 */

/** The step from whose end on all must be well: what it heals, nobody breaks any more. */
export const HEALING = "healing";

/** The step from whose end on a healed world is one in which things go wrong again, until it is healed once more. */
export const CHAOS = "chaos";

/** Whether a step has a name, maybe with a number. */
export function isCalled(name: unknown, what: typeof HEALING | typeof CHAOS): boolean {
  return name === what || (typeof name === "string" && name.startsWith(`${what} `));
}
