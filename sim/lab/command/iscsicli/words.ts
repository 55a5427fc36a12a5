/**
 * A line of `iscsicli`'s command line mode as words.
 *
 * @module
 */

import { IscsicliError } from "./verb.ts";

/**
 * Splits a line at blanks; what stands in quotes, single or double, is one word with them.
 *
 * @throws {IscsicliError} A quote is not closed.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  const rest = line.trim().replace(/((?:"[^"]*"|'[^']*'|[^\s"'])+)(?:\s+|$)/gy, (_, word: string) => {
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ""));
    return "";
  });
  if (rest !== "") throw new IscsicliError("line", "a quote without an end", "quotes in pairs");
  return words;
}
