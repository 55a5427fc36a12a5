/**
 * Scenario files in folders.
 *
 * @module
 */

import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { grouped } from "../../kernel/grouped.ts";
import { caseOperand } from "./case_names.ts";
import { askSystem } from "./system_error.ts";

/**
 * The files that are given, or cases of them, and those in the folders that are given, at any depth, in the order of their names; each once,
 * by the first of its names.
 *
 * @throws {InputError} Something is not there, or cannot be read.
 */
export function scenarioFiles(given: readonly string[]): string[] {
  const files = given.map((operand) => caseOperand(operand).file).flatMap((path) =>
    askSystem(`cannot read ${quoted(path)}`, () => statSync(path).isDirectory() ? filesIn(path) : [path])
  );
  const byPath = grouped(files, (file) => resolve(file));
  return [...byPath.values()].flatMap(([first]) => first ?? []).sort();
}

/** The cases that are named, by the paths of their files; a file that is given as a whole, too, is meant as a whole. */
export function namedCases(given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const cases = given.map(caseOperand).flatMap(({ file, name }) => name === undefined ? [] : [{ file, name }]);
  if (cases.length === 0) return new Map();
  const wholes = scenarioFiles(given.filter((operand) => caseOperand(operand).name === undefined));
  const named = new Map([...grouped(cases, ({ file }) => resolve(file))].map((
    [path, each],
  ) => [path, each.map(({ name }) => name)]));
  for (const file of wholes) named.delete(resolve(file));
  return named;
}

/** What ends in `.yaml` or `.yml`, in any letters. */
const SCENARIO_NAME = /\.ya?ml$/i;

/**
 * The files in a folder and below it. A link to a file counts as that file does, and one that leads nowhere is told when
 * it is read: nobody should believe that a test has run. Links to folders are not followed, since they may lead in a
 * circle. What begins with a dot is hidden, by the custom of shells: it is left out unless it is named.
 */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith(".")).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return SCENARIO_NAME.test(entry.name) && !leadsToFolder(path) ? [path] : [];
  });
}

function leadsToFolder(path: string): boolean {
  const status = askSystem(`cannot read ${quoted(path)}`, () => statSync(path, { throwIfNoEntry: false }));
  return status?.isDirectory() === true;
}
