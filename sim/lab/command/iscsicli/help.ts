/**
 * Usage and help of `iscsicli`, made from its verbs.
 *
 * @module
 */

import { distance } from "fastest-levenshtein";
import type { Argument } from "./verb.ts";
import { VERB_NAMES, type VerbName, VERBS } from "./verbs.ts";

const WIDTH = 100;
const INDENT = "    ";

/** A verb with its arguments: `<required>`, `[<optional>]`, `...` behind what repeats. */
export function usageLines(name: VerbName): string[] {
  const { required, optional, repeated } = VERBS[name];
  const list = (some: readonly Argument<unknown>[]) => some.map((argument) => `<${argument.name}>`).join(" ");
  const words = [
    `iscsicli ${name}`,
    ...(required.length > 0 ? [list(required)] : []),
    ...(optional.length > 0 ? [`[${list(optional)}]`] : []),
    ...(repeated.length > 0 ? [`[${list(repeated)} ...]`] : []),
  ];
  return wrapped(words.join(" "), INDENT);
}

/** What a verb does, and what each of its arguments takes. */
export function helpOf(name: VerbName): string[] {
  const { doc, required, optional, repeated } = VERBS[name];
  const all = [...required, ...optional, ...repeated];
  const column = Math.max(0, ...all.map((argument) => argument.name.length)) + 2;
  const describe = (argument: Argument<unknown>) =>
    wrapped(`  ${argument.name.padEnd(column)}${argument.accepted}`, " ".repeat(column + 2));
  return [
    ...usageLines(name),
    "",
    ...wrapped(doc, ""),
    ...(all.length > 0 ? ["", ...all.flatMap(describe)] : []),
    ...(all.length > 0 ? ["", ...wrapped(RULES, "")] : []),
  ];
}

const RULES = "Numbers are decimal, or hex after 0x. Of * and of T only the first character counts. " +
  "Verbs have no case.";

/** All verbs, and what each does. */
export function overview(): string[] {
  return [
    ...VERB_NAMES.flatMap((name) => [...usageLines(name), ...wrapped(`${INDENT}${VERBS[name].doc}`, INDENT), ""]),
    ...wrapped(
      `${RULES} iscsicli help <Verb> tells what each argument takes; iscsicli without a verb reads commands.`,
      "",
    ),
  ];
}

/** The verb that is the fewest edits (Levenshtein) away from a word; a word may be the beginning of a verb. */
export function nearestVerb(word: string): VerbName {
  const lower = word.toLowerCase();
  const edits = (name: VerbName) => {
    const whole = name.toLowerCase();
    const beginnings = [lower.length, lower.length + 1].map((length) => whole.slice(0, length));
    return Math.min(...[whole, ...beginnings].map((text) => distance(lower, text)));
  };
  return VERB_NAMES.reduce((nearest, name) => edits(name) < edits(nearest) ? name : nearest);
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<=\S) /)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `${indent}${word}`);
  }
  return lines;
}
