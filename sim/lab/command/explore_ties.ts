/**
 * `hbasim explore --ties`: whether a scenario holds in every order of
 * simultaneous events that can matter.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { tieOrdersByRuns } from "../explore/certify/tie_orders.ts";
import type { BlockOptions } from "../explore/search/block.ts";
import { bundleName, bundleOf, encodeBundle } from "../explore/tape/bundle.ts";
import { tellDeviation } from "../explore/tape/sentence.ts";
import { FAILS, HOLDS } from "./command.ts";
import { subjectOf } from "./explore_certify.ts";
import { writeBundle } from "./explore_files.ts";
import { print } from "./terminal.ts";
import { untilInterrupted } from "./until_interrupted.ts";

/** What was given for it. */
export interface TiesGiven {
  readonly ties: string;
  readonly out: string | undefined;
  readonly json: true | undefined;
}

/** Enumerates, and tells what came of it, or has come of it until Ctrl-C. */
export async function tellTies(
  { ties, out, json }: TiesGiven,
  file: string | undefined,
  options: BlockOptions,
): Promise<number> {
  const subject = subjectOf("--ties", file);
  const { world } = options;
  const most = runsOf(ties);
  const done = await untilInterrupted(tieOrdersByRuns(subject, { most, ...(world === undefined ? {} : { world }) }));
  const { failure, ...figures } = done.result;
  let written: string | undefined;
  if (failure !== undefined && out !== undefined) {
    const tape = [...subject.tape ?? [], ...failure.tape];
    const bundle = encodeBundle(bundleOf(subject, { ...failure.outcome, tape }));
    written = writeBundle({ option: "--out", folder: out }, bundleName(bundle), bundle);
  }
  const deviations = failure?.tape.map(tellDeviation) ?? [];
  if (json === true) {
    print(
      JSON.stringify({
        ...(done.isWhole ? {} : { interrupted: true }),
        ...figures,
        signature: failure?.signature,
        deviations,
        written,
      }),
    );
  } else {
    const { orders, executions, left, dependentTies } = figures;
    if (failure !== undefined) {
      print(`FAIL  ${failure.signature}`);
      print(["all as by default, but", ...deviations.map((each) => `  ${each}`)].join("\n"));
      if (written !== undefined) print(`written to ${written}`);
    }
    const rest = left === 0 ? "none is left" : `at least ${left} are left`;
    const state = done.isWhole ? "" : "interrupted: ";
    print(`${state}${orders} orders that can matter, in ${executions} runs; ${rest}; ${dependentTies} ties by default`);
  }
  if (!done.isWhole) return done.code;
  return failure === undefined ? HOLDS : FAILS;
}

function runsOf(text: string): number {
  if (text === "all") return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InputError(`--ties ${quoted(text)}: expected all, or how many runs it may take`);
}
