/**
 * Scenario files in folders.
 *
 * @module
 */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { systemError } from "./system_error.ts";

/**
 * The files that are given, and those in the folders that are given, at any depth, in the order of their names.
 *
 * @throws {InputError} Something is not there, or cannot be read.
 */
export function scenarioFiles(given: readonly string[]): string[] {
  const files = new Set(given.flatMap((path) => {
    try {
      return statSync(path).isDirectory() ? filesIn(path) : [path];
    } catch (error) {
      throw new InputError(`cannot read ${quoted(path)}: ${systemError(error)}`);
    }
  }));
  return [...files].sort();
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
