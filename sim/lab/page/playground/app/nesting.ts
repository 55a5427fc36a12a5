/**
 * How deep a text nests, as far as it can be seen in it without reading it.
 *
 * @module
 */

/** More levels no scenario may have; whoever goes into each with a function of its own runs out of stack far above. */
const MOST_LEVELS = 200;

/** Whether a text nests deeper than any scenario: brackets in brackets, or lists in lists on one line. */
export function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "[" || character === "{") depth++;
    else if ((character === "]" || character === "}") && depth > 0) depth--;
    if (depth > MOST_LEVELS) return true;
  }
  return /(?:[-?] +){200}/.test(text);
}
