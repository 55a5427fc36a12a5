/**
 * `deno task bench`: what hbasim costs, as one table of ratios.
 *
 * ```
 * bench [ROW...] [--json] [--record] [--base REVISION]    the table: all rows, or those named
 * bench compare A B [ROW...]                              which rows moved between two revisions
 * bench growth [ADAPTERS...]                              time and memory of worlds with more and more adapters
 * bench rows                                              the names of all rows
 * ```
 *
 * A name may end in `*`. Rows that take minutes are measured only if they are named.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { OURS, Revisions } from "./checkout.ts";
import { compareRevisions } from "./compare.ts";
import { GROWTH, growthTable, measureGrowth } from "./growth.ts";
import { beside, history, record, runOf } from "./history.ts";
import { measureRow } from "./measure.ts";
import { endPeers } from "./rows/public_key_rows.ts";
import { ROWS } from "./rows/table.ts";
import type { Row } from "./row.ts";
import { markdown, type Outcome } from "./table.ts";

/** The commit before the work on speed began. */
const BASE = "d971e6c";

/** What was given cannot be used. */
class UsageError extends Error {}

/** The rows of these names; all of them if none is given. */
function rowsOf(names: readonly string[]): readonly Row[] {
  const patterns = names.map((name) => (row: Row) =>
    name.endsWith("*") ? row.name.startsWith(name.slice(0, -1)) : row.name === name
  );
  const unknown = names.find((_, index) => !ROWS.some((row) => patterns[index]?.(row)));
  if (unknown !== undefined) {
    throw new UsageError(`no row ${JSON.stringify(unknown)}: expected ${ROWS.map(({ name }) => name).join(", ")}`);
  }
  return names.length === 0 ? ROWS : ROWS.filter((row) => patterns.some((matches) => matches(row)));
}

async function measure(names: readonly string[], base: string, isQuiet: boolean): Promise<readonly Outcome[]> {
  const revisions = new Revisions();
  const outcomes: Outcome[] = [];
  try {
    for (const row of rowsOf(names)) {
      if (!isQuiet) console.error(`${row.name} ...`);
      const isNamed = names.includes(row.name);
      const outcome = row.takesMinutes === true && !isNamed
        ? { name: row.name, about: row.about, notMeasured: "takes minutes, and was not asked for by its name" }
        : await measureRow(row, { ours: OURS, base: () => Promise.resolve(revisions.checkout(base)) });
      outcomes.push(outcome);
    }
  } finally {
    revisions.remove();
    await endPeers();
  }
  return outcomes;
}

async function compare([a, b, ...names]: readonly string[]): Promise<void> {
  if (a === undefined || b === undefined) throw new UsageError("compare takes two revisions, and then rows");
  const revisions = new Revisions();
  try {
    for await (const line of compareRevisions(revisions, [a, b], rowsOf(names), names.length > 0)) console.log(line);
  } finally {
    revisions.remove();
    await endPeers();
  }
}

/** Numbers of adapters, in order. */
function countsOf(given: readonly string[]): readonly number[] {
  const counts = given.map(Number).toSorted((a, b) => a - b);
  const wrong = counts.find((count) => !(Number.isSafeInteger(count) && count >= 1));
  if (wrong !== undefined) throw new UsageError(`growth takes numbers of adapters from 1, not ${given.join(" ")}`);
  return counts.length === 0 ? GROWTH : counts;
}

function growth(given: readonly string[]): void {
  const { points, end } = measureGrowth(countsOf(given));
  const { commit, date, machine } = runOf([]);
  console.log(`Commit ${commit}, ${date}, ${machine.processor}, ${machine.system}, Deno ${machine.deno}`);
  console.log(growthTable(points).join("\n"));
  if (end !== undefined) console.log(end);
}

async function main(args: readonly string[]): Promise<void> {
  const { _: operands, json, record: isRecorded, base = BASE } = parseArgs([...args], {
    boolean: ["json", "record"],
    string: ["base"],
    unknown: (option) => {
      if (option.startsWith("-")) throw new UsageError(`no option ${option}: expected --json, --record, --base`);
      return true;
    },
  });
  const names = operands.map(String);
  if (names[0] === "compare") return await compare(names.slice(1));
  if (names[0] === "growth") return growth(names.slice(1));
  if (names[0] === "rows") return ROWS.forEach(({ name, about }) => console.log(`${name.padEnd(24)} ${about}`));
  const run = runOf(await measure(names, base, json));
  if (json) console.log(JSON.stringify(run, undefined, 2));
  else {
    const { processor, cores, system, deno } = run.machine;
    console.log(`Commit ${run.commit}, ${run.date}, ${processor}, ${cores} processors, ${system}, Deno ${deno}`);
    console.log(markdown(run.rows).join("\n"));
    console.log(beside(run, history()).join("\n"));
  }
  if (isRecorded) record(run);
}

try {
  await main(Deno.args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  Deno.exitCode = 2;
}
