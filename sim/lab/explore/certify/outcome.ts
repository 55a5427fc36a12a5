/**
 * The outcome that a certificate is about: expectations of a scenario, and what
 * they are judged by.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { LOOK_FIELDS } from "../../scenario/looks/table.ts";
import type { Verdict } from "../../scenario/report.ts";
import { judgedOf } from "../../scenario/report_words.ts";
import type { AnyStep } from "../../scenario/step.ts";
import { type Outcome, outcomeOf } from "../execute.ts";
import { Execution, type ExecutionOptions } from "../execution.ts";
import { partsOf } from "../tape/steps.ts";
import { openSource, type ScenarioSource, type Subject } from "../tape/subject.ts";
import { type Lineage, lineageOf, type Parents, wholeRun } from "./lineage.ts";

/** Fields of an expectation that hang on more than an answer. */
const BEYOND_ANSWERS = [...Object.keys(LOOK_FIELDS), "within", "since"];

/** A run, and when its verdicts came. */
export interface JudgedRun {
  /** What came of it. */
  readonly outcome: Outcome;
  /** For each verdict the sequence number of the last event before it: the answer that was judged. */
  readonly judgedAfter: readonly number[];
}

/**
 * Executes a subject.
 *
 * @throws {InputError} The scenario is not understood, or a part of the world is refused.
 */
export function executeJudged(subject: Subject, options: ExecutionOptions): JudgedRun {
  const execution = new Execution(subject, options);
  const { world: { recorder } } = execution;
  const judgedAfter: number[] = [];
  recorder.watch((sequence) => {
    while (judgedAfter.length < execution.verdicts.length) judgedAfter.push(sequence - 1);
  });
  execution.goOn();
  while (judgedAfter.length < execution.verdicts.length) judgedAfter.push(recorder.length - 1);
  return { outcome: outcomeOf(execution), judgedAfter };
}

/** Some expectations of a scenario. */
export class WantedOutcome {
  readonly #lines: readonly number[];
  readonly #isOfAnswers: boolean;
  readonly #isTimed: boolean;
  readonly #parentsOf: ((run: Outcome) => (sequence: number) => Parents) | undefined;

  /**
   * Made with:
   *
   * @param scenario The scenario.
   * @param lines Lines of the expectations; all of them if there are none.
   * @param parentsOf What events came from, in a run; what its trace says, by default.
   */
  constructor(
    scenario: ScenarioSource,
    lines: readonly number[] = [],
    parentsOf?: (run: Outcome) => (sequence: number) => Parents,
  ) {
    const { steps, faults = [], invariants = [] } = openSource(scenario).scenario;
    const wanted = stepsIn(steps).filter(({ line }) => lines.length === 0 || lines.includes(line));
    this.#lines = lines;
    this.#isOfAnswers = (lines.length > 0 || invariants.length === 0) && !wanted.some(looksBeyond);
    this.#isTimed = faults.length > 0 || stepsIn(steps).some(isTimed);
    this.#parentsOf = parentsOf;
  }

  /** The first of the expectations that does not hold in a run; `undefined` if all do. */
  broken(run: Outcome): Verdict | undefined {
    return this.#judged(run).find(({ holds }) => !holds) ?? (run.reachesEnd ? undefined : run.verdicts.at(-1));
  }

  /**
   * Refuses a run that shows nothing of it.
   *
   * @throws {InputError} Nothing is judged, or it does not hold.
   */
  mustHold(run: Outcome): void {
    const where = this.#lines.length === 0 ? "the scenario" : `line ${this.#lines.join(" or ")}`;
    if (this.#judged(run).length === 0) throw new InputError(`nothing to certify: ${where} expects nothing`);
    const broken = this.broken(run);
    if (broken === undefined) return;
    const { line, step, expected, actual } = broken;
    throw new InputError(
      `nothing to certify: line ${line}, ${step}, expects ${expected}, but found ${actual} without a fault`,
    );
  }

  /**
   * Whether it can hang on how long things take, and no lineage says so: applications work at once, or steps or faults
   * have moments.
   */
  get isTimed(): boolean {
    return this.#isTimed && this.#isOfAnswers;
  }

  /** What it came from, in a run in which it came about; all that happened where it is judged by more than answers. */
  lineage({ outcome, judgedAfter }: JudgedRun): Lineage {
    const { world: { recorder }, verdicts } = outcome;
    if (!this.#isOfAnswers) return wholeRun(recorder);
    const wanted = new Set(this.#judged(outcome));
    const answers = verdicts.flatMap((each, index) => wanted.has(each) ? judgedAfter[index] ?? [] : []);
    return lineageOf(recorder, answers, this.#parentsOf?.(outcome));
  }

  #judged({ verdicts }: Outcome): readonly Verdict[] {
    const { length } = this.#lines;
    return judgedOf(verdicts).filter(({ line }) => length === 0 || this.#lines.includes(line));
  }
}

/** Steps, and those that they are made of. */
function stepsIn(steps: readonly AnyStep[]): readonly AnyStep[] {
  return steps.flatMap((step) => [step, ...partsOf(step.value).flatMap((part) => stepsIn(part.steps))]);
}

/** Whether more is judged of a step than its answer: a look, how long it took, or that it does not come too late. */
function looksBeyond(step: AnyStep): boolean {
  return step.type === "expect" || hasMoment(step) ||
    BEYOND_ANSWERS.some((field) => Object(step.beside["expect"])[field] !== undefined);
}

/** Whether an outcome can hang on when a step is taken, and no event says so. */
function isTimed(step: AnyStep): boolean {
  return partsOf(step.value).length > 1 || step.beside["faults"] !== undefined || hasMoment(step);
}

/** Whether a step is taken at a moment of its own, for which it can come too late. */
function hasMoment({ beside }: AnyStep): boolean {
  return beside["at"] !== undefined || beside["after"] !== undefined ||
    Object(beside["repeat"])["every"] !== undefined;
}
