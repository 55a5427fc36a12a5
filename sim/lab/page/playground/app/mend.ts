/**
 * The word that a mistake is about, and the change that puts the one in its
 * place that was probably meant.
 *
 * @module
 */

import type { Problem, Replacement } from "../core/requests.ts";

/** The word of YAML with which a text begins; empty if it begins with none. */
export function firstWord(text: string): string {
  return /^[^\s:,{}[\]]+/.exec(text)?.[0] ?? "";
}

/** The change that mends a text; `undefined` if nobody knows one. */
export function mendOf(source: string, { line, column, meant }: Problem): Replacement | undefined {
  const lines = source.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  const word = firstWord((lines[line - 1] ?? "").slice(column - 1));
  if (meant === undefined || word === "" || /\s/.test(meant)) return undefined;
  return { from, to: from + word.length, insert: meant };
}
