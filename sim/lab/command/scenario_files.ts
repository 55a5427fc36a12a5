/**
 * Scenario files, read before anything runs: all mistakes of all files are
 * told at once.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { type CaseChoice, caseNames, checkScenario, isSameCase, openScenario } from "../scenario/open_scenario.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { caseOperand } from "./case_names.ts";
import { identity } from "./file_identity.ts";
import { filesBeside, readText } from "./input_files.ts";
import { MistakesError } from "./mistakes_error.ts";
import { told } from "./told_mistakes.ts";

/** A case of a scenario file that can be run. */
export interface SourceCase {
  readonly file: string;
  /** The file's text. */
  readonly source: string;
  /** The case, read. */
  readonly opened: ScenarioFile;
  /** Which case; empty if the file has one only. */
  readonly name: string;
  /** Parameters with other values than the file's. */
  readonly set: Readonly<Record<string, string>>;
}

/** What reading scenario files has come to. */
export interface ReadFiles {
  readonly cases: readonly SourceCase[];
  /** What is wrong, file by file. */
  readonly wrong: readonly { readonly file: string; readonly error: InputError }[];
}

/**
 * Reads files, builds the worlds of their cases, and looks whether their steps can be taken.
 *
 * @param operands Files, or cases of them.
 * @param set Parameters with other values than the files'.
 * @param read Gives their texts; whoever has read one already, as from a pipe, cannot read it again.
 * @throws {InputError} One is given twice.
 */
export function readFiles(
  operands: readonly string[],
  set: Readonly<Record<string, string>>,
  read: (file: string) => string = readText,
): ReadFiles {
  refuseTwice(operands);
  const cases: SourceCase[] = [];
  const wrong: { readonly file: string; readonly error: InputError }[] = [];
  for (const { file, name } of operands.map(caseOperand)) {
    try {
      const source = read(file);
      const only = name === undefined ? {} : { only: (each: string) => isSameCase(each, name) };
      const readFile = filesBeside(file);
      const found = checkScenario(source, file, { set, readFile, ...only });
      if (found.length === 0) refuseNoCase(source, file, { set, readFile, name });
      cases.push(...found.map((opened) => ({ file, source, opened, name: opened.case, set })));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push({ file, error });
    }
  }
  return { cases, wrong };
}

/** @throws {InputError} One is given twice, by whatever name. */
function refuseTwice(operands: readonly string[]): void {
  const given = new Map<string, string>();
  for (const operand of operands) {
    const { file, name } = caseOperand(operand);
    const what = JSON.stringify([nameless(file), name]);
    const before = given.get(what);
    if (before === operand) throw new InputError(`${quoted(operand)} is given twice; expected each file once`);
    if (before !== undefined) {
      throw new InputError(`${quoted(before)} and ${quoted(operand)} are one file; expected each file once`);
    }
    given.set(what, operand);
  }
}

/** What a file is under each of its names; of one that cannot be looked at, whoever reads it says why. */
function nameless(file: string): string {
  try {
    return identity(file);
  } catch {
    return file;
  }
}

/**
 * Tells whoever names a case that there is not which there are.
 *
 * @throws {InputError} It always does.
 */
export function refuseNoCase(
  source: string,
  file: string,
  { name, ...choice }: Pick<CaseChoice, "set" | "readFile"> & { readonly name: string | undefined },
): void {
  if (name !== undefined && caseNames(source, file).join() === "") {
    throw new InputError(
      `${quoted(file)} has one case, which has no name: expected ${quoted(file)} without ${quoted(`[${name}]`)}`,
    );
  }
  openScenario(source, file, { ...choice, ...(name === undefined ? {} : { name }) });
}

/**
 * The cases of files that are all right.
 *
 * @param operands Files, or cases of them.
 * @param set Parameters with other values than the files'.
 * @param read Gives their texts, as {@linkcode readFiles} takes it.
 * @throws {InputError} Something is wrong in one or more; the message tells all of it, a line for each mistake first.
 */
export function readScenarios(
  operands: readonly string[],
  set: Readonly<Record<string, string>> = {},
  read: (file: string) => string = readText,
): readonly SourceCase[] {
  const { cases, wrong } = readFiles(operands, set, read);
  const [only] = wrong;
  if (only === undefined) return cases;
  if (operands.length === 1) throw only.error;
  const count = wrong.reduce((sum, { error }) => sum + (error instanceof ScenarioError ? error.mistakes.length : 1), 0);
  const messages = wrong.map(({ error }) => told(error));
  throw new MistakesError(
    [...messages, `${operands.length} files, ${count} mistakes; nothing was run`].join("\n"),
  );
}
