/**
 * What somebody probably meant who has mistyped a word.
 *
 * @module
 */

import { distance } from "fastest-levenshtein";

/** The known word that is fewest changes away, if those are at most half of what was given. */
export function nearestWord(given: string, known: readonly string[]): string | undefined {
  const text = given.toLowerCase();
  let [nearest, fewest] = [undefined as string | undefined, Math.max(1, Math.floor(given.length / 2)) + 1];
  for (const word of known) {
    const changes = distance(text, word.toLowerCase());
    if (changes < fewest && changes < word.length) [nearest, fewest] = [word, changes];
  }
  return nearest;
}
