/**
 * What is accepted, as a sentence has it.
 *
 * @module
 */

/** Words of which one is meant: `a`, `a or b`, `a, b, or c`. */
export function alternatives(words: Iterable<unknown>): string {
  const all = Array.from(words, String);
  return all.length < 3 ? all.join(" or ") : `${all.slice(0, -1).join(", ")}, or ${all.at(-1)}`;
}
