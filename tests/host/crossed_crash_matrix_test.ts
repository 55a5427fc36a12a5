/**
 * The crash matrix crossed: every accident of the adapter with every end of the
 * service, at every command of a call, every tick of resubmission and several
 * delays of the new beginning. Nothing that was acknowledged is lost, and with
 * requests that outlive their caller the first case in which it is gets named.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import type { TestStorage } from "./adapter_model.ts";
import type { CrossedResult } from "./crossed_accidents.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";

const PROGRAM = "tests/host/crossed_accidents_main.ts";
const STORAGES: readonly TestStorage[] = ["nvram", "ram", "none"];
const STALE_REQUESTS = "requests of a dead service are submitted again, and the next run does not wait for them";

async function runIn(folder: string, storage: TestStorage): Promise<CrossedResult> {
  return JSON.parse(await runProgram(folder, `${folder}/${PROGRAM}`, [storage]));
}

Deno.test("crossed crash matrix: two accidents in one call lose nothing that was acknowledged", async () => {
  const results = await Promise.all(STORAGES.map((storage) => runIn(projectFolder(), storage)));
  const cases = results.reduce((sum, each) => sum + each.cases, 0);
  console.log(`crossed crash matrix: ${cases} cases`);
  assertEquals(results.flatMap(({ failure }) => failure ?? []), []);
  assert(cases > 4000, `${cases} cases`);
});

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`crossed crash matrix: requests that outlive their caller are found, storage ${storage}`, async () => {
    const faults = PLANTED_FAULTS[STALE_REQUESTS] ?? [];
    assertEquals(faults.length, 2);
    const { cases, failure } = await withPlantedFaults(faults, (folder) => runIn(folder, storage));
    console.log(`case ${cases}: ${failure}`);
    assertMatch(failure ?? "", new RegExp(`^${storage}: SetIScsiIKEInfo, driver reset at command \\d, service killed`));
  });
}
