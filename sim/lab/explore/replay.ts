/**
 * Executes a bundle again: the digest must agree, and if it does not, the first
 * event that differs is found.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { FaultError } from "../faults/fault_error.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { type ExecuteOptions, type Outcome, outcomeOf } from "./execute.ts";
import { Execution, type Misfit } from "./execution.ts";
import { type Bundle, knowsSchema } from "./tape/bundle.ts";
import { firstDifference } from "./tape/event_hashes.ts";
import { tellDeviation } from "./tape/sentence.ts";

/** What came of a bundle that was executed again. */
export interface Replay extends Outcome {
  /** Whether it did the same: to its end, or as far as it went. */
  readonly agrees: boolean;
  /** The number of the first event that differs, if that can be told; one in 256 is told an event too late. */
  readonly parted?: number;
}

/** The tape of a bundle does not fit its run. */
export class MisfitError extends InputError {
  /** What was not reached. */
  readonly misfits: readonly Misfit[];

  /** Says what was not reached, and why. */
  constructor(misfits: readonly Misfit[]) {
    const list = misfits.map(({ deviation, why }) =>
      `${deviation === undefined ? "a split of the recipe" : `"${tellDeviation(deviation)}"`}: ${why}`
    );
    super(`the tape does not fit: ${list.join("; ")}`);
    this.name = "MisfitError";
    this.misfits = misfits;
  }
}

/**
 * Begins to execute a bundle again.
 *
 * @throws {InputError} Its scenario or its tape is not understood, or has no place in its world.
 */
function beginReplay(bundle: Bundle, options: ExecuteOptions = {}): Execution {
  try {
    return new Execution(bundle.subject, options);
  } catch (error) {
    if (error instanceof FaultError) throw new InputError(`the tape does not fit: ${error.message}`);
    if (!(error instanceof ScenarioError) || knowsSchema(bundle)) throw error;
    throw new InputError(`${error.message}\nthe bundle was made when scenarios were written in another way`);
  }
}

/**
 * Executes a bundle again.
 *
 * @param options Where to stop; whoever has made it with parts of his own gives them again.
 * @throws {InputError} Its scenario is not understood, its digest and its hashes are of different runs, or its tape does
 * not fit: a {@linkcode MisfitError}.
 */
export function replay(bundle: Bundle, options: ExecuteOptions = {}): Replay {
  const execution = beginReplay(bundle, options);
  execution.goOn(options.until);
  const outcome = outcomeOf(execution);
  if (!outcome.reachesEnd) {
    const agrees = execution.hasher.agreesWith(bundle.hashes);
    return { ...outcome, agrees, ...(agrees ? {} : partedOf(bundle, outcome)) };
  }
  if (outcome.misfits.length > 0) throw new MisfitError(outcome.misfits);
  const agrees = outcome.digest === bundle.digest;
  if (agrees && firstDifference(bundle.hashes, outcome.hashes) !== undefined) {
    throw new InputError(
      "the bundle contradicts itself: its digest is that of this run, the hashes of its events are not",
    );
  }
  return { ...outcome, agrees, ...(agrees ? {} : partedOf(bundle, outcome)) };
}

function partedOf({ hashes }: Bundle, outcome: Outcome): { readonly parted?: number } {
  const parted = firstDifference(hashes, outcome.hashes);
  return parted === undefined ? {} : { parted };
}
