/**
 * Scenario files in folders.
 *
 * @module
 */

import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { grouped } from "../../kernel/grouped.ts";
import { askSystem } from "./system_error.ts";

/**
 * The files that are given, and those in the folders that are given, at any depth, in the order of their names; each once,
 * by the first of its names.
 *
 * @throws {InputError} Something is not there, or cannot be read.
 */
export function scenarioFiles(given: readonly string[]): string[] {
  const files = given.flatMap((path) =>
    askSystem(`cannot read ${quoted(path)}`, () => statSync(path).isDirectory() ? filesIn(path) : [path])
  );
  const byPath = grouped(files, (file) => resolve(file));
  return [...byPath.values()].flatMap(([first]) => first ?? []).sort();
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
