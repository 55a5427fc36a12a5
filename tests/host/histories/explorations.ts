/**
 * Histories run in processes of their own, in the project or in a copy in which
 * a fault is planted.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runProgram, withPlantedFaults } from "../../support/planted_copy.ts";
import { FOUND_AT } from "./found_at.ts";
import { historyOf } from "./numbered.ts";
import { PLANTED_FAULTS } from "./planted_faults.ts";
import { runHistory } from "./runner.ts";

const PROGRAM = "tests/host/histories/explore.ts";

/** Within so many histories each planted fault must be found. */
export const PATIENCE = 500;

/** How many histories were run, and what was found. */
export interface Exploration {
  readonly histories: number;
  readonly found?: { readonly number: number; readonly what: string };
}

/** Runs histories of a tree, by their numbers, until one finds something. */
export async function explore(folder: string, first: number, count: number): Promise<Exploration> {
  return JSON.parse(await runProgram(folder, `${folder}/${PROGRAM}`, [`${first}`, `${count}`]));
}

/** Fails if {@linkcode PATIENCE} histories do not find a planted fault, or one finds something that is not its doing. */
export async function assertFound(name: string): Promise<void> {
  const last = FOUND_AT[name];
  const { found } = await withPlantedFaults(PLANTED_FAULTS[name] ?? [], (folder) => exploreFrom(folder, last));
  assert(found !== undefined, "not found");
  assertEquals(runHistory(historyOf(found.number)), undefined, found.what);
  if (found.number !== last) console.log(`found by history ${found.number}; found_at.ts: ${last}`);
}

/** Looks first where it was found the last time; if it is not there, through all that there is patience for. */
async function exploreFrom(folder: string, last: number | undefined): Promise<Exploration> {
  const again = last === undefined || last >= PATIENCE ? undefined : await explore(folder, last, 1);
  return again?.found === undefined ? await explore(folder, 0, PATIENCE) : again;
}
