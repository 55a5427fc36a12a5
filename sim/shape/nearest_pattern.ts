/**
 * What somebody probably meant who has mistyped a pattern with `*`.
 *
 * @module
 */

import { distance } from "fastest-levenshtein";
import { nearestWord } from "./nearest_word.ts";

/** By so many letters what was meant may be longer or shorter. */
const SLACK = 3;

/** The pattern with its longest piece as one of some texts has it: the one that is fewest changes away, if those are few. */
export function nearestPattern(pattern: string, texts: readonly string[]): string | undefined {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return nearestWord(pattern, texts);
  const longest = pieces.reduce((best, { length }, index) => length > (pieces[best]?.length ?? 0) ? index : best, 0);
  const piece = pieces[longest] ?? "";
  const ends = { begins: longest === 0, ends: longest === pieces.length - 1 };
  const wanted = piece.toLowerCase();
  const most = Math.floor(piece.length / 3);
  let [nearest, fewest] = [undefined as string | undefined, Infinity];
  for (const text of new Set(texts)) {
    for (const part of partsOf(text, piece.length, ends)) {
      if (part === piece || (part.trim() !== part && piece.trim() === piece)) continue;
      const changes = distance(wanted, part.toLowerCase());
      // Of two as near the one of the same length.
      const away = changes + Math.abs(part.length - piece.length) / (SLACK + 1);
      if (changes <= most && away < fewest) [nearest, fewest] = [part, away];
    }
  }
  return nearest === undefined ? undefined : pieces.with(longest, nearest).join("*");
}

/** Parts of a text of about a length, whole words of it, at its beginning or end if they must be there. */
function* partsOf(
  text: string,
  length: number,
  { begins, ends }: { readonly begins: boolean; readonly ends: boolean },
): Generator<string> {
  for (const from of begins ? [0] : bordersOf(text)) {
    for (const to of ends ? [text.length] : bordersOf(text)) {
      if (Math.abs(to - from - length) <= SLACK) yield text.slice(from, to);
    }
  }
}

/** Where words begin and end, those of a name in camel case, too. */
function bordersOf(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\b|(?<=[a-z])(?=[A-Z])/g)].map(({ index }) => index), text.length];
}
