/**
 * Scenario files, read before anything runs: all mistakes of all files are
 * told at once.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { checkScenario } from "../scenario/runner.ts";
import { readText } from "./input_files.ts";
import { MistakesError } from "./mistakes_error.ts";

/** A scenario file that can be run. */
export interface SourceFile {
  readonly file: string;
  readonly source: string;
}

/**
 * Reads files, builds their worlds, and looks whether their steps can be taken.
 *
 * @throws {InputError} Something is wrong in one or more; the message tells all of it, a line for each mistake first.
 */
export function readScenarios(files: readonly string[]): SourceFile[] {
  const [twice] = files.filter((file, index) => files.indexOf(file) < index);
  if (twice !== undefined) throw new InputError(`${quoted(twice)} is given twice; expected each file once`);
  const read: SourceFile[] = [];
  const wrong: InputError[] = [];
  for (const file of files) {
    try {
      const source = readText(file);
      checkScenario(source, file);
      read.push({ file, source });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push(error);
    }
  }
  const [only] = wrong;
  if (only === undefined) return read;
  if (files.length === 1) throw only;
  const count = wrong.reduce((sum, each) => sum + (each instanceof ScenarioError ? each.mistakes.length : 1), 0);
  throw new MistakesError(
    [...wrong.map(({ message }) => message), `${files.length} files, ${count} mistakes; nothing was run`].join("\n"),
  );
}
