/**
 * Which cases `hbasim test --filter` means: those whose name holds a text, or
 * those with certain values, `cut=5ms` or `replace.yaml[cut=5ms]`.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import { caseNames, isSamePart } from "../scenario/open_scenario.ts";
import { caseId } from "./case_names.ts";
import { readText } from "./input_files.ts";

/** Which cases are meant. */
export interface CaseFilter {
  /** What the name holds: of the file, if there are parts, else of the case. */
  readonly text: string;
  /** What the case must have, of what varies: rows, and values with their names. */
  readonly parts: readonly string[];
}

/**
 * Reads what was given for `--filter`.
 *
 * @throws {InputError} A value has no name, or a name no value.
 */
export function readFilter(given: string): CaseFilter {
  const [, text = "", inside] = /^([^[\]]*)\[([^[\]]*)\]?$/.exec(given) ?? /^()([A-Za-z][\w-]*=.*)$/s.exec(given) ?? [];
  if (inside === undefined) return { text: given, parts: [] };
  const parts = inside.split(",");
  const wrong = parts.find((part) => /^=|=$|^$/.test(part));
  if (wrong === undefined) return { text, parts };
  throw new InputError(
    `--filter ${quoted(given)}: expected what varies, such as cut=5ms or a row, instead of ${quoted(wrong)}`,
  );
}

/** Whether a case is meant. */
export function isMeant({ text, parts }: CaseFilter, file: string, name: string): boolean {
  if (parts.length === 0) return caseId(file, name).includes(text);
  const own = name.split(",");
  return file.includes(text) && parts.every((part) => own.some((each) => isSamePart(each, part)));
}

/** Whether a file may be meant of which nobody knows the cases. */
export function mayBeMeant({ text, parts }: CaseFilter, file: string): boolean {
  return parts.length === 0 ? file.includes(text) : text !== "" && file.includes(text);
}

/** Why no case is meant, as far as what varies in the files says it: ` (cut is none of 0us, 60us, …)`. */
export function whyNone({ text, parts }: CaseFilter, files: readonly string[]): string {
  const varying = files.filter((file) => file.includes(text)).flatMap(partsOf);
  const names = [...new Set(varying.map((each) => nameOf(each)))];
  const [reason] = parts.flatMap((part) => {
    if (varying.some((each) => isSamePart(each, part))) return [];
    const name = nameOf(part);
    const values = [...new Set(varying.filter((each) => nameOf(each) === name))];
    if (part !== name && values.length > 0) return [`there is ${few(values)}`];
    const nearest = nearestWord(name, names);
    return [
      `nothing called ${quoted(name)} varies${nearest === undefined ? "" : `; did you mean ${nearest}?`} (${
        few(names)
      })`,
    ];
  });
  return reason === undefined ? "" : `: ${reason}`;
}

/** The parts of the names of a file's cases; of one that is not understood none. */
function partsOf(file: string): readonly string[] {
  try {
    return caseNames(readText(file), file).filter((name) => name !== "").flatMap((name) => name.split(","));
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function nameOf(part: string): string {
  return part.replace(/=.*$/s, "");
}

const MOST_NAMED = 5;

function few(words: readonly string[]): string {
  if (words.length === 0) return "nothing does";
  return words.length <= MOST_NAMED ? words.join(", ") : `${words.slice(0, MOST_NAMED).join(", ")}, …`;
}
