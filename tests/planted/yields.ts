/**
 * What each strategy of the portfolio contributes: plants each bug that is not held out, runs some seeds of whole blocks,
 * and tells how many runs of each strategy fail. Other seeds than those of the table, so that nothing is fitted to these:
 *
 * ```sh
 * deno run -A tests/planted/yields.ts 10001 10200             # all that are not held out
 * deno run -A tests/planted/yields.ts 10001 10200 "A: name"   # one
 * ```
 *
 * @module
 */

import { runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import { PLANTED_BUGS } from "./planted_bugs.ts";
import type { Yield, Yields } from "./yield_of.ts";

const [first = "10001", last = "10200", ...names] = Deno.args;

function told(yields: Yields): string {
  return Object.entries<Yield>(yields).map(([strategy, { runs, failed }]) => `${strategy} ${failed} of ${runs}`)
    .join(", ");
}

const all: Yields = {};
for (const { set, name, isHeldOut, file, find, replace } of PLANTED_BUGS) {
  if (isHeldOut || (names.length > 0 && !names.includes(`${set}: ${name}`))) continue;
  const yields: Yields = await withPlantedFaults(
    [{ file, text: find, fault: replace }],
    async (folder) => JSON.parse(await runProgram(folder, `${folder}/tests/planted/yield_of.ts`, [first, last])),
    ["tests/planted"],
  );
  for (const [strategy, { runs, failed }] of Object.entries(yields) as [keyof Yields, Yield][]) {
    const before = all[strategy] ?? { runs: 0, failed: 0 };
    all[strategy] = { runs: before.runs + runs, failed: before.failed + failed };
  }
  console.log(`${set}: ${name}: ${told(yields)}`);
}
console.log(`all: ${told(all)}`);
