/**
 * Histories run in processes of their own, in the project or in a copy in which
 * a fault is planted.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { projectFolder, runProgram, withPlantedFaults } from "../../support/planted_copy.ts";
import { FOUND_AT } from "./found_at.ts";
import { historyOf } from "./numbered.ts";
import { PLANTED_FAULTS } from "./planted_faults.ts";
import { runHistory } from "./runner.ts";

const PROCESSES = 2;
const PROGRAM = "tests/host/histories/explore.ts";

/** Within so many histories each planted fault must be found. */
export const PATIENCE = 500;

/** How many histories were run, and what was found. */
interface Exploration {
  readonly histories: number;
  readonly found?: { readonly number: number; readonly what: string };
}

/** Runs histories of a tree, by their numbers, until one finds something. */
async function explore(folder: string, first: number, count: number): Promise<Exploration> {
  return JSON.parse(await runProgram(folder, `${folder}/${PROGRAM}`, [`${first}`, `${count}`]));
}

/** Fails if one of so many histories finds something. */
export async function assertHold(first: number, count: number): Promise<void> {
  const share = count / PROCESSES;
  const shares = Array.from(
    { length: PROCESSES },
    (_, index) => explore(projectFolder(), first + index * share, share),
  );
  const explorations = await Promise.all(shares);
  const histories = explorations.reduce((sum, each) => sum + each.histories, 0);
  const found = explorations.flatMap((each) => each.found ?? []);
  console.log(`histories: ${histories}, violations: ${found.length}`);
  assertEquals(found, []);
  assertEquals(histories, count);
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
