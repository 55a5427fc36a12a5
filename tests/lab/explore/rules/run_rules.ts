/**
 * Runs the program that says which rules of the oracle are broken, here or in a copy of the project.
 *
 * @module
 */

import { runProgram } from "../../../support/planted_copy.ts";

/** Where the program lies. */
export const RULES_FOLDER = "tests/lab/explore/rules";

/** The stories that it runs if none is named. */
export const SEEDS = ["1", "100"];

/** The rules that are broken in a tree by stories of these seeds, or of this name. */
export async function brokenRules(folder: string, what: readonly string[] = SEEDS): Promise<readonly string[]> {
  return Object.keys(JSON.parse(await runProgram(folder, `${folder}/${RULES_FOLDER}/broken_rules.ts`, what)));
}
