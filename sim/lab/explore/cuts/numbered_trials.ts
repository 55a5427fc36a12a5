/**
 * Trials that draw all they do from their number, one after the other.
 *
 * @module
 */

import type { Violation } from "./cut_trial.ts";

/** Thrown when the oracle does not allow something. */
export class Objection extends Error {
  /**
   * Says what is wrong.
   *
   * @param rule The rule that was broken.
   * @param detail How; no values.
   */
  constructor(readonly rule: string, readonly detail: string) {
    super(rule);
  }
}

/** Which trials are run. */
export interface NumberedTrials {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly trials: number;
  /** Stop at the first violation. */
  readonly stopsAtViolation: boolean;
}

/** Runs one trial after the other. */
export interface TrialRunner {
  /** How many commands the part was given in all trials. */
  readonly operations: number;
  /** Runs the trial of a number. */
  run(number: number): Violation | undefined;
}

/** Runs trials. */
export function runNumbered(
  runner: TrialRunner,
  { first, trials: count, stopsAtViolation }: NumberedTrials,
): { readonly trials: number; readonly operations: number; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  let trials = 0;
  while (trials < count) {
    const violation = runner.run(first + trials++);
    if (violation === undefined) continue;
    violations.push(violation);
    if (stopsAtViolation) break;
  }
  return { trials, operations: runner.operations, violations };
}

/**
 * What was thrown in a trial, as a broken rule: what nobody foresaw breaks one, too.
 *
 * @throws What is no error.
 */
export function brokenRule(error: unknown): Pick<Violation, "rule" | "detail"> {
  if (!(error instanceof Error)) throw error;
  return error instanceof Objection
    ? { rule: error.rule, detail: error.detail }
    : { rule: "no exception, and an end", detail: error.message };
}
