/**
 * What a command runs again and again: a bundle, or one case of a scenario
 * file, read and checked before anything runs.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { isBundle } from "../explore/tape/bundle.ts";
import type { ScenarioSource, Subject } from "../explore/tape/subject.ts";
import { fewOf } from "../scenario/open_scenario.ts";
import { readBundle } from "./bundle_file.ts";
import { caseId, caseOperand } from "./case_names.ts";
import { readBytes, textOf } from "./input_files.ts";
import { readScenarios, type SourceCase } from "./scenario_files.ts";
import { refuseSeed } from "./seed_option.ts";

/**
 * Reads it.
 *
 * @param operand A file, or a case of one.
 * @param given What is other than the file says.
 * @throws {InputError} It cannot be read or run, or has several cases of which none is named.
 */
export function readSubject(
  operand: string,
  { seed, set = {} }: { readonly seed?: string | undefined; readonly set?: Readonly<Record<string, string>> } = {},
): Subject {
  const { file } = caseOperand(operand);
  const content = readBytes(file);
  if (isBundle(content)) {
    if (seed === undefined && Object.keys(set).length === 0) return readBundle(file, content).subject;
    throw new InputError("a bundle has its seed and its parameters: expected it without --seed and --set");
  }
  const scenario = onlyCase(file, readScenarios([operand], set, () => textOf(file, content)));
  refuseSeed(seed, scenario.case ?? "");
  return { scenario: { ...scenario, ...(seed === undefined ? {} : { seed }) } };
}

/**
 * The one case that was read; what it has nothing of is left out.
 *
 * @throws {InputError} They are several: none is named.
 */
export function onlyCase(file: string, cases: readonly SourceCase[]): ScenarioSource {
  const [first] = cases;
  if (first === undefined || cases.length > 1) {
    const names = cases.map(({ name }) => name);
    const example = quoted(caseId(file, names[0] ?? "NAME"));
    throw new InputError(
      `${quoted(file)} has ${names.length} cases; expected the name of one, as ${example}: ${fewOf(names)}`,
    );
  }
  const { source, name, set, opened: { files } } = first;
  return {
    file,
    source,
    ...(name === "" ? {} : { case: name }),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(Object.keys(files).length === 0 ? {} : { files }),
  };
}
