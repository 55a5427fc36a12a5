/**
 * Scenario files, read before anything runs: all mistakes of all files are
 * told at once.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { openScenario } from "../scenario/open_scenario.ts";
import { checkScenario } from "../scenario/runner.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { readText } from "./input_files.ts";
import { MistakesError } from "./mistakes_error.ts";

/** A case of a scenario file that can be run. */
export interface SourceCase {
  readonly file: string;
  /** The case, read. */
  readonly opened: ScenarioFile;
  /** Which case; empty if the file has one only. */
  readonly name: string;
  /** Parameters with other values than the file's. */
  readonly set: Readonly<Record<string, string>>;
}

/** What a command is given: a file, or one case of it. */
export interface CaseOperand {
  readonly file: string;
  /** The case; all of the file if `undefined`. */
  readonly name: string | undefined;
}

/** The option `--set`. */
export const SET_OPTION = {
  value: "NAME=VALUE",
  about: "another value for a parameter of the file; may stand more than once",
  repeats: true,
} as const;

/** Reads `replace.yaml[cut=5100us]`: a file and one of its cases. */
export function caseOperand(operand: string): CaseOperand {
  const [, file, name] = /^(.+\.ya?ml|-)\[(.*)\]$/s.exec(operand) ?? [];
  return file === undefined ? { file: operand, name: undefined } : { file, name };
}

/** What a case is called: its file, and what varies. */
export function caseId(file: string, name: string): string {
  return name === "" ? file : `${file}[${name}]`;
}

/**
 * What was given for {@linkcode SET_OPTION}.
 *
 * @throws {InputError} It is no name and value, or names one twice.
 */
export function parametersOf(given: readonly string[] = []): Readonly<Record<string, string>> {
  const set: Record<string, string> = {};
  for (const each of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    if (name === undefined || value === undefined) throw new InputError("--set takes NAME=VALUE");
    if (Object.hasOwn(set, name)) throw new InputError(`--set ${quoted(name)} is given twice; expected each name once`);
    set[name] = value;
  }
  return set;
}

/**
 * Reads files, builds the worlds of their cases, and looks whether their steps can be taken.
 *
 * @param operands Files, or cases of them.
 * @param set Parameters with other values than the files'.
 * @throws {InputError} Something is wrong in one or more; the message tells all of it, a line for each mistake first.
 */
export function readScenarios(operands: readonly string[], set: Readonly<Record<string, string>> = {}): SourceCase[] {
  const [twice] = operands.filter((operand, index) => operands.indexOf(operand) < index);
  if (twice !== undefined) throw new InputError(`${quoted(twice)} is given twice; expected each file once`);
  const read: SourceCase[] = [];
  const wrong: InputError[] = [];
  for (const { file, name } of operands.map(caseOperand)) {
    try {
      const source = readText(file);
      const only = name === undefined ? {} : { only: (each: string) => each === name };
      const cases = checkScenario(source, file, { set, ...only });
      // Whoever names a case that there is not is told which there are.
      if (cases.length === 0) openScenario(source, file, { set, ...(name === undefined ? {} : { name }) });
      read.push(...cases.map((opened) => ({ file, opened, name: opened.case, set })));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push(error);
    }
  }
  const [only] = wrong;
  if (only === undefined) return read;
  if (operands.length === 1) throw only;
  const count = wrong.reduce((sum, each) => sum + (each instanceof ScenarioError ? each.mistakes.length : 1), 0);
  throw new MistakesError(
    [...wrong.map(({ message }) => message), `${operands.length} files, ${count} mistakes; nothing was run`].join("\n"),
  );
}
