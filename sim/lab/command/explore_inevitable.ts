/**
 * `hbasim explore --inevitable`: from which moment on the failure of a bundle
 * comes whatever is decided later.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { formatCoordinate } from "../../trace/coordinate.ts";
import { renderLadder } from "../../trace/ladder.ts";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import {
  type CurvePoint,
  type Inevitability,
  type InevitabilitySoFar,
  inevitableByRuns,
} from "../explore/certify/inevitable.ts";
import type { BlockOptions } from "../explore/search/block.ts";
import { FAILS } from "./command.ts";
import { readSubject } from "./run_subject.ts";
import { print } from "./terminal.ts";
import { untilInterrupted } from "./until_interrupted.ts";

/** How long a bar of the curve is that says one. */
const BAR = 40;

/** Finds the knee, and tells it, or what is known of it at Ctrl-C. */
export async function tellInevitable(file: string, json: true | undefined, options: BlockOptions): Promise<number> {
  const { world, invariants } = options;
  const done = await untilInterrupted(inevitableByRuns(readSubject(file), {
    ...(world === undefined ? {} : { world }),
    ...(invariants === undefined ? {} : { invariants }),
  }));
  if (!done.isWhole) {
    if (json === true) print(JSON.stringify({ interrupted: true, ...done.result }));
    else for (const line of linesSoFar(done.result)) print(line);
    return done.code;
  }
  const found = done.result;
  if (found === undefined) throw new InputError(`--inevitable ${quoted(file)}: the run does not fail`);
  if (json === true) print(JSON.stringify(found));
  else for (const line of linesOf(found)) print(line);
  return FAILS;
}

function* curveLines({ signature, curve }: Pick<Inevitability, "signature" | "curve">): Generator<string> {
  yield `FAIL  ${signature}`;
  if (curve.length === 0) return;
  yield "the part of other futures that fail in the same way, by the number of the last event before they begin:";
  for (const point of curve) yield pointLine(point);
}

function* linesSoFar(found: InevitabilitySoFar): Generator<string> {
  yield* curveLines(found);
  const { curve, executions, left } = found;
  yield `interrupted: ${curve.length} moments were looked at, in ${executions} runs; at least ${left} are left`;
}

function* linesOf(found: Inevitability): Generator<string> {
  yield* curveLines(found);
  const { events, knee, path, executions } = found;
  yield knee === undefined
    ? `it is inevitable from the beginning, as far as ${executions} runs tell`
    : `it is inevitable from event ${knee.to} of ${events} on, and was not after event ${knee.from} (${executions} runs)`;
  const [first] = path;
  if (first === undefined) return;
  yield `what led from there to the failure, from ${formatCoordinate(first)} on:`;
  yield* renderLadder(path, DEFAULT_FREQUENCY_HZ);
}

function pointLine({ sequence, failed, forks, least, most }: CurvePoint): string {
  const share = (part: number) => `${Math.round(part * 100)}`.padStart(3);
  const bar = "#".repeat(Math.round((failed / forks) * BAR)).padEnd(BAR);
  return `  ${String(sequence).padStart(7)} ${bar} ${share(failed / forks)} % (${share(least)} to ${share(most)})`;
}
