/**
 * The words of a command: those of the command line, and a line of
 * `iscsicli`'s command line mode as words. Bytes that are no text are refused,
 * because a key would silently be another one.
 *
 * @module
 */

import { firstWrongByte, STANDARD_STREAM, utf8Text } from "../input_files.ts";
import { IscsicliError } from "./verb.ts";
import { verbNamed } from "./verbs.ts";

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

/**
 * The text of a line of standard input.
 *
 * @param number The line's, from 1.
 * @throws {IscsicliError} It is not UTF-8.
 */
export function lineText(bytes: Uint8Array, number: number): string {
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  const place = `${STANDARD_STREAM}:${number}:${firstWrongByte(bytes).column}`;
  throw new IscsicliError(place, "a byte that is not UTF-8", "a text in UTF-8");
}

/**
 * Refuses words in which bytes are lost: what is not UTF-8 on a command line, or typed, comes as U+FFFD.
 *
 * @param words The verb and its arguments.
 * @throws {IscsicliError} Says which word it is, without the word, which may be a key.
 */
export function requireWholeWords(words: readonly string[]): void {
  const index = words.findIndex((word) => word.includes(REPLACEMENT));
  if (index < 0) return;
  const verb = verbNamed(words[0] ?? "");
  const place = index === 0 ? "verb" : `${verb === undefined ? "" : `${verb}, `}argument ${index}`;
  const given = `${
    words[index]?.length
  } characters, not shown, one of them U+FFFD, which stands for bytes that are lost`;
  throw new IscsicliError(place, given, "a text in UTF-8; bytes of a key that are none go in hex after 0x");
}

const REPLACEMENT = "\ufffd";
