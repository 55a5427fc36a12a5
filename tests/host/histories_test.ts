/**
 * Random histories with an oracle of their own: nothing that was acknowledged
 * is lost, whatever overlaps; and faults of that kind are found.
 */

import { assert, assertEquals } from "@std/assert";
import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import { FOUND_AT } from "./histories/found_at.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";
import { historyOf } from "./histories/numbered.ts";
import { runHistory } from "./histories/runner.ts";

const HISTORIES = 5000;
const PROCESSES = 2;
const PROGRAM = "tests/host/histories/explore.ts";

/** Within so many histories each planted fault must be found. */
const PATIENCE = 500;

interface Exploration {
  readonly histories: number;
  readonly found?: { readonly number: number; readonly what: string };
}

async function explore(folder: string, first: number, count: number): Promise<Exploration> {
  return JSON.parse(await runProgram(folder, `${folder}/${PROGRAM}`, [`${first}`, `${count}`]));
}

Deno.test(`${HISTORIES} random histories lose or replace nothing that was acknowledged`, async () => {
  const share = HISTORIES / PROCESSES;
  const shares = Array.from({ length: PROCESSES }, (_, index) => explore(projectFolder(), index * share, share));
  const explorations = await Promise.all(shares);
  const histories = explorations.reduce((sum, each) => sum + each.histories, 0);
  const found = explorations.filter((each) => each.found !== undefined).map((each) => each.found);
  console.log(`histories: ${histories}, violations: ${found.length}`);
  assertEquals(found, []);
  assertEquals(histories, HISTORIES);
});

for (const [name, faults] of Object.entries(PLANTED_FAULTS)) {
  Deno.test(`The histories find within ${PATIENCE}: ${name}`, async () => {
    const { found } = await withPlantedFaults(faults, (folder) => exploreFrom(folder, FOUND_AT[name]));
    assert(found !== undefined, "not found");
    // What was found is the fault's doing: without it the same history holds.
    assertEquals(runHistory(historyOf(found.number)), undefined, found.what);
    if (found.number !== FOUND_AT[name]) {
      console.log(`found by history ${found.number}; found_at.ts: ${FOUND_AT[name]}`);
    }
  });
}

/** Looks first where it was found the last time; if it is not there, through all that there is patience for. */
async function exploreFrom(folder: string, last: number | undefined): Promise<Exploration> {
  const again = last === undefined || last >= PATIENCE ? undefined : await explore(folder, last, 1);
  return again?.found === undefined ? await explore(folder, 0, PATIENCE) : again;
}
