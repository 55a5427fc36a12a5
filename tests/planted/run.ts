/**
 * Plants each bug in a copy of the project, and shows how soon the explorer finds it.
 *
 * ```sh
 * deno run -A tests/planted/run.ts             # those that are not held out
 * deno run -A tests/planted/run.ts held-out    # the others of sets A and B
 * deno run -A tests/planted/run.ts set-c       # the third set; set-d the fourth
 * deno run -A tests/planted/run.ts "A: name"   # one
 * ```
 *
 * @module
 */

import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import type { Search, Sought } from "./seek.ts";
import { LATER_SETS, PLANTED_BUGS, type SetBug } from "./planted_bugs.ts";
import { type Judged, plantedTable } from "./table.ts";

const RESULTS = new URL("./results.json", import.meta.url);
const TABLE = new URL("./PLANTED.md", import.meta.url);
/** How many seeds a bug is sought with. */
const MOST_SEEDS = 2000;
const PARALLEL = 2;
const PATIENCE_MILLISECONDS = 900_000;

const nameOf = ({ set, name }: SetBug) => `${set}: ${name}`;

async function judge({ file, find, replace }: SetBug): Promise<Pick<Judged, "portfolio" | "random">> {
  return await withPlantedFaults([{ file, text: find, fault: replace }], async (folder) => {
    const seek = async (search: Search, ...more: string[]): Promise<Sought> => {
      const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
      const args = [search, `${MOST_SEEDS}`, ...more];
      try {
        return JSON.parse(await runProgram(folder, `${folder}/tests/planted/seek.ts`, args, signal));
      } catch (error) {
        return { executions: MOST_SEEDS, signature: signal.aborted ? "hangs" : `${error}` };
      }
    };
    return { portfolio: await seek("portfolio", "shrink"), random: await seek("random") };
  }, ["tests/planted"]);
}

async function revision(): Promise<string> {
  const args = ["log", "-1", "--format=%h of %cs"];
  const { stdout } = await new Deno.Command("git", { args, cwd: projectFolder() }).output();
  return new TextDecoder().decode(stdout).trim();
}

function known(): Readonly<Record<string, Judged>> {
  try {
    return JSON.parse(Deno.readTextFileSync(RESULTS));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return {};
  }
}

const results: Record<string, Judged> = { ...known() };
const commit = await revision();
const wanted = [...PLANTED_BUGS, ...LATER_SETS].filter((bug) => {
  const group = LATER_SETS.includes(bug) ? `set-${bug.set.toLowerCase()}` : bug.isHeldOut ? "held-out" : undefined;
  if (Deno.args.length === 0) return group === undefined;
  return Deno.args.includes(nameOf(bug)) || (group !== undefined && Deno.args.includes(group));
});
const queue = [...wanted];
await Promise.all(Array.from({ length: PARALLEL }, async () => {
  for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
    const name = nameOf(bug);
    const judged = { ...await judge(bug), commit };
    results[name] = judged;
    console.log(`${name}: ${JSON.stringify(judged)}`);
    Deno.writeTextFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
    Deno.writeTextFileSync(TABLE, plantedTable(results, [...PLANTED_BUGS, ...LATER_SETS], MOST_SEEDS));
  }
}));
