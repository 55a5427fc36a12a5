/**
 * Figures with the commit and the machine that they are of, and the committed list of them.
 *
 * @module
 */

import os from "node:os";
import { git, OURS } from "./checkout.ts";
import type { Outcome } from "./table.ts";

/** A machine, as far as figures depend on it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
  readonly v8: string;
}

/** One run of the benchmark. */
export interface Run {
  /** The commit, with `+` if files have changed since. */
  readonly commit: string;
  /** The day, for readers. */
  readonly date: string;
  readonly machine: Machine;
  readonly rows: readonly Outcome[];
}

const HISTORY = new URL("bench/history.json", OURS.root);

/** This machine. */
function thisMachine(): Machine {
  return {
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
}

/** What a run is of, here and now. */
export function runOf(rows: readonly Outcome[]): Run {
  const commit = git("rev-parse", "--short=10", "HEAD") ?? "unknown";
  const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
  const date = new Date().toISOString().slice(0, 10);
  return { commit: isChanged ? `${commit}+` : commit, date, machine: thisMachine(), rows };
}

/** All runs that were recorded, the oldest first. */
export function history(): readonly Run[] {
  try {
    return JSON.parse(Deno.readTextFileSync(HISTORY)) as readonly Run[];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Adds a run to the list. */
export function record(run: Run): void {
  Deno.writeTextFileSync(HISTORY, `${JSON.stringify([...history(), run], undefined, 2)}\n`);
}

/** In what two machines differ, in words; empty if they are alike. */
function differences(a: Machine, b: Machine): string {
  return (Object.keys(a) as (keyof Machine)[]).filter((key) => a[key] !== b[key])
    .map((key) => `${key} ${a[key]} and ${b[key]}`).join(", ");
}

/**
 * What the last recorded run says of these rows: its ratios beside the new ones, or that it is of another machine.
 * Absolute figures of two runs are not compared at all: `bench compare` takes both in turns.
 */
export function beside(run: Run, recorded: readonly Run[]): string[] {
  const last = recorded.at(-1);
  if (last === undefined) return ["No run is recorded in bench/history.json yet."];
  const other = differences(last.machine, run.machine);
  if (other !== "") return [`The last recorded run, of ${last.commit}, is not compared: another machine (${other}).`];
  const alike = recorded.filter(({ machine }) => differences(machine, run.machine) === "");
  const ratioOf = (name: string) => {
    const found = alike.flatMap(({ rows }) => rows).findLast((row) => row.name === name && "ratio" in row);
    return found !== undefined && "ratio" in found ? found.ratio : undefined;
  };
  const lines = run.rows.flatMap((row) => {
    const before = ratioOf(row.name);
    if (!("ratio" in row) || row.ratio === undefined || before === undefined) return [];
    const change = row.ratio / before;
    return Math.abs(Math.log(change)) < Math.log(1.1)
      ? []
      : [`  ${row.name}: ratio ${before} there, ${row.ratio} here`];
  });
  const head = "Ratios that differ by more than a tenth from those recorded last on this machine: ";
  return [head + (lines.length === 0 ? "none." : '(run "bench compare" to tell them from noise)'), ...lines];
}
