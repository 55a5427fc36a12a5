/**
 * Bundles as commands read them.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { type Bundle, decodeBundle } from "../explore/tape/bundle.ts";
import { tellDeviation, tellSplit } from "../explore/tape/sentence.ts";
import type { Subject } from "../explore/tape/subject.ts";
import { readBytes } from "./input_files.ts";
import { caseId } from "./case_names.ts";

/**
 * Reads a bundle.
 *
 * @param content The file's bytes, if they were read already.
 * @throws {InputError} It cannot be read, or is none; its name stands first.
 */
export function readBundle(file: string, content: Uint8Array = readBytes(file)): Bundle {
  try {
    return decodeBundle(content);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${quoted(file)}: ${error.message}`);
  }
}

/** What a run is, for people: its scenario, and what deviates from it. */
export function* tellSubject({ scenario, tape = [], recipe = [] }: Subject): Generator<string> {
  const seed = scenario.seed === undefined ? "" : `, seed ${scenario.seed}`;
  yield `${caseId(scenario.file, scenario.case ?? "")}${seed}`;
  const sentences = [...tape.map(tellDeviation), ...recipe.map(tellSplit)];
  if (sentences.length === 0) yield "all as by default";
  else yield "all as by default, but";
  for (const sentence of sentences) yield `  ${sentence}`;
}
