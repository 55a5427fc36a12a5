/**
 * Campaigns: which trials are run, in what order, and what came of them.
 *
 * A campaign is a list of jobs. A job's trials hang on nothing but the job, so
 * jobs can be shared out among workers; results are put together in the order
 * of the jobs, and come out the same however many workers there were.
 *
 * @module
 */

import type { MountRule } from "../../../../firmware/nvram/mount_rules.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { RandomStreams } from "../../../kernel/random.ts";
import {
  campaignSealer,
  configurationOf,
  CutHistory,
  HistoryFailure,
  type HistoryStep,
  putKind,
  ringStoreFactory,
  type StoreFactory,
} from "./cut_history.ts";
import { clearTrials } from "./clear_trials.ts";
import { countCutPoints, VARIANTS } from "./cut_points.ts";
import { TrialRunner, type Violation } from "./cut_trial.ts";
import { faultTrials } from "./fault_trials.ts";
import { FLIP_IMAGE_BITS, flipTrials } from "./flip_trials.ts";
import { passingTrials } from "./passing_trials.ts";
import type { RingRule } from "./ring_rules.ts";
import { type Cut, type CutTrial, formatTrial, parseTrial, type Trial } from "./trial_name.ts";

/** Part of a campaign that one worker does. */
export type CampaignJob =
  /** Each point of some operations of a history, in each variant. */
  | {
    readonly kind: "single cuts";
    readonly seed: number;
    /** Operations from here on. */
    readonly first: number;
    /** How many. */
    readonly operations: number;
    /** Each so many-th trial; 1 for all. */
    readonly step: number;
    /** Only this variant; all by default. */
    readonly variant?: number;
  }
  /** All pairs of a point in an operation and a point in the mount that follows. */
  | { readonly kind: "pairs"; readonly seed: number; readonly operation: PairedOperation }
  /** Random cuts: one in an operation, the others each in the mount that follows. */
  | {
    readonly kind: "random cuts";
    readonly seed: number;
    readonly operations: number;
    readonly cuts: number;
    readonly trials: number;
    /** All in this variant; any by default. */
    readonly variant?: number;
  }
  /** Faults in a living store, crossed with cuts; each trial is drawn by its number. */
  | {
    readonly kind: "write faults";
    readonly seed: number;
    readonly first: number;
    readonly trials: number;
    /** Faults in each trial: 1 or 2. */
    readonly faults: number;
  }
  /** Faults that pass in a living store, crossed with cuts; each trial is drawn by its number. */
  | { readonly kind: "passing faults"; readonly seed: number; readonly first: number; readonly trials: number }
  /** One flip of each bit of a range of a full image. */
  | {
    readonly kind: "flips";
    readonly seed: number;
    readonly firstBit: number;
    readonly bits: number;
    /** Each so many-th bit of the range; 1 for all. */
    readonly step: number;
  }
  /** The same on small sectors; then the secrets are cleared, the losses forgotten, and more is stored. */
  | {
    readonly kind: "flips and clears";
    readonly seed: number;
    readonly firstBit: number;
    readonly bits: number;
    /** Each so many-th bit of the range; 1 for all. */
    readonly step: number;
  };

/** Operations of which all pairs are tried. */
export type PairedOperation = "insert" | "update" | "delete" | "carry" | "boot";

/** What came of a job. */
export interface JobResult {
  /** How many trials were run. */
  readonly trials: number;
  /** How many commands the parts were given in them: reads, write enables, programs, erases. */
  readonly operations: number;
  /** What the oracle did not allow. */
  readonly violations: readonly Violation[];
}

/** How a campaign can be changed. */
export interface CampaignOptions {
  /** The store under test; the ring store by default. */
  readonly makeStore?: StoreFactory;
  /** Rules that it is let off; none by default. */
  readonly waives?: readonly RingRule[];
  /** Stop at the first violation. */
  readonly stopsAtViolation?: boolean;
}

const HISTORY_LIMIT = 5000;

/** A store factory for the ring store with some rules of its mount left out. */
export function withoutRules(...rules: readonly MountRule[]): CampaignOptions {
  return { makeStore: ringStoreFactory(rules), stopsAtViolation: true };
}

/** Runs a job. A store that fails although nothing else does is a violation, too. */
export function runJob(job: CampaignJob, options: CampaignOptions = {}): JobResult {
  const violations: Violation[] = [];
  const result = judged(job.seed, violations, () => runJobOf(job, completed(options)));
  return result ?? { trials: 1, operations: 0, violations };
}

type CompleteOptions = Required<CampaignOptions>;

function completed(options: CampaignOptions): CompleteOptions {
  return { makeStore: ringStoreFactory(), waives: [], stopsAtViolation: false, ...options };
}

/** What some work gives; `undefined` if the store failed although nothing else did, which is noted. */
function judged<T>(seed: number, violations: Violation[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HistoryFailure)) throw error;
    // The first point of an operation comes before all that it does.
    const trial = formatTrial({ seed, operation: error.operation, cuts: [{ point: 0, variant: 0 }] });
    violations.push({ trial, rule: "the store works while nothing fails", detail: error.message });
    return undefined;
  }
}

function runJobOf(job: CampaignJob, options: CompleteOptions): JobResult {
  if (job.kind === "flips") return flipTrials({ ...job, ...options });
  if (job.kind === "flips and clears") return clearTrials({ ...job, ...options });
  if (job.kind === "write faults") return faultTrials({ ...job, ...options });
  if (job.kind === "passing faults") return passingTrials({ ...job, ...options });
  const session = new Session(job.seed, options);
  switch (job.kind) {
    case "single cuts":
      session.singleCuts(job.first, job.operations, job.step, job.variant);
      break;
    case "pairs":
      session.pairs(job.operation);
      break;
    case "random cuts":
      session.randomCuts(job.operations, job.cuts, job.trials, job.variant);
      break;
    default:
      job satisfies never;
  }
  return session.result();
}

/**
 * Runs one trial again.
 *
 * @throws {InputError} There is no such trial: an operation, a point or a bit is out of range.
 */
export function replayTrial(trial: Trial, options: CampaignOptions = {}): Violation | undefined {
  const violations: Violation[] = [];
  return judged(trial.seed, violations, () => replay(trial, completed(options))) ?? violations[0];
}

function replay(trial: Trial, options: CompleteOptions): Violation | undefined {
  if ("flippedBit" in trial) {
    const range = { seed: trial.seed, firstBit: trial.flippedBit, bits: 1, step: 1, ...options };
    const refuse = (most: string) => {
      throw new InputError(`${formatTrial(trial)}: bit ${trial.flippedBit}, expected ${most}`);
    };
    if (!trial.thenClears && trial.flippedBit >= FLIP_IMAGE_BITS) refuse(`0 to ${FLIP_IMAGE_BITS - 1}`);
    const { trials, violations } = trial.thenClears ? clearTrials(range) : flipTrials(range);
    if (trials === 0) refuse("one of the image of that seed");
    return violations[0];
  }
  if ("faultTrial" in trial) {
    const { seed, faultTrial: first, faults } = trial;
    return faultTrials({ seed, first, trials: 1, faults, ...options }).violations[0];
  }
  if ("passingTrial" in trial) {
    return passingTrials({ seed: trial.seed, first: trial.passingTrial, trials: 1, ...options }).violations[0];
  }
  return new Session(trial.seed, options, trial.leftOut).replay(trial);
}

/**
 * Leaves out of a trial's history what it does not need: a store of the kind that was cut first, in one variant, is tried
 * at all points of the same operation after shorter histories.
 *
 * @returns The smallest trial that breaks the same rule; the same one if there is none, or power is cut more than once.
 */
export function shrinkTrial(violation: Violation, options: CampaignOptions = {}): Violation {
  const trial = parseTrial(violation.trial);
  if (!("cuts" in trial) || trial.cuts.length > 1) return violation;
  const { seed, operation, cuts: [{ variant } = { variant: 0 }] } = trial;
  let smallest = violation;
  let leftOut = new Set(trial.leftOut);
  for (let length = operation; length >= 1; length = Math.floor(length / 2)) {
    for (let first = operation - length; first >= 0; first -= length) {
      const tried = new Set([...leftOut, ...Array.from({ length }, (_, index) => first + index)]);
      if (tried.size === leftOut.size) continue;
      const session = new Session(seed, completed(options), [...tried].toSorted((a, b) => a - b));
      const found = judged(seed, [], () => session.firstAt(operation, variant, violation.rule));
      if (found !== undefined) [smallest, leftOut] = [found, tried];
    }
  }
  return smallest;
}

/** Thrown to leave a job at its first violation; never seen outside. */
class Stopped extends Error {}

class Session {
  readonly #seed: number;
  readonly #stops: boolean;
  readonly #history: CutHistory;
  readonly #runner: TrialRunner;
  readonly #violations: Violation[] = [];
  #trials = 0;

  constructor(seed: number, { makeStore, waives, stopsAtViolation }: CompleteOptions, leftOut: readonly number[] = []) {
    const configuration = { ...configurationOf(seed, makeStore, waives), leftOut };
    const sealer = campaignSealer(seed);
    this.#seed = seed;
    this.#stops = stopsAtViolation;
    this.#history = new CutHistory(configuration, sealer);
    this.#runner = new TrialRunner(configuration, sealer);
  }

  result(): JobResult {
    return { trials: this.#trials, operations: this.#runner.operations, violations: this.#violations };
  }

  singleCuts(first: number, operations: number, step: number, only: number | undefined): void {
    this.#guard(() => {
      for (let index = 0; index < first + operations; index++) {
        const operation = this.#history.next();
        if (index < first) continue;
        const trials = countCutPoints(operation.actions) * VARIANTS;
        // Steps begin elsewhere in each operation, so that together they meet all places of a record.
        for (let trial = index % step; trial < trials; trial += step) {
          const variant = trial % VARIANTS;
          if (only === undefined || only === variant) {
            this.#run(operation, [{ point: Math.floor(trial / VARIANTS), variant }]);
          }
        }
      }
    });
  }

  pairs(wanted: PairedOperation): void {
    this.#guard(() => {
      const step = this.#find(wanted);
      const points = countCutPoints(step.actions);
      for (let point = 0; point < points; point++) {
        // Variants take turns: all pairs of points, and over them all pairs of variants.
        const first: Cut = { point, variant: point % VARIANTS };
        const recoveryPoints = this.#runner.countRecoveryPoints(step, [first]);
        for (let again = 0; again < recoveryPoints; again++) {
          this.#run(step, [first, { point: again, variant: (Math.floor(point / VARIANTS) + again) % VARIANTS }]);
        }
      }
    });
  }

  randomCuts(operations: number, cuts: number, trials: number, variant: number | undefined): void {
    this.#guard(() => {
      const random = new RandomStreams(this.#seed).stream("cuts/random cuts");
      for (let index = 0; index < operations; index++) {
        const step = this.#history.next();
        const share = Math.floor((trials * (index + 1)) / operations) - Math.floor((trials * index) / operations);
        for (let trial = 0; trial < share; trial++) {
          const drawn: Cut[] = [];
          for (let count = 0; count < cuts; count++) {
            const points = count === 0 ? countCutPoints(step.actions) : this.#runner.countRecoveryPoints(step, drawn);
            drawn.push({ point: random.below(points), variant: variant ?? random.below(VARIANTS) });
          }
          this.#run(step, drawn);
        }
      }
    });
  }

  replay(trial: CutTrial): Violation | undefined {
    const { operation, cuts } = trial;
    const refuse = (what: string, given: number, most: number) => {
      throw new InputError(`${formatTrial(trial)}: ${what} ${given}, expected 0 to ${most}`);
    };
    if (operation >= HISTORY_LIMIT) refuse("operation", operation, HISTORY_LIMIT - 1);
    const step = this.#stepAt(operation);
    cuts.forEach(({ point }, index) => {
      const points = index === 0
        ? countCutPoints(step.actions)
        : this.#runner.countRecoveryPoints(step, cuts.slice(0, index));
      if (point >= points) refuse(`cut ${index + 1} at point`, point, points - 1);
    });
    return this.#runner.run(step, cuts);
  }

  /** The first point of an operation at which a rule is broken. */
  firstAt(operation: number, variant: number, rule: string): Violation | undefined {
    const step = this.#stepAt(operation);
    const points = countCutPoints(step.actions);
    for (let point = 0; point < points; point++) {
      const violation = this.#runner.run(step, [{ point, variant }]);
      if (violation?.rule === rule) return violation;
    }
    return undefined;
  }

  #stepAt(operation: number): HistoryStep {
    for (;;) {
      const step = this.#history.next();
      if (step.index === operation) return step;
    }
  }

  #find(wanted: PairedOperation): HistoryStep {
    for (let index = 0; index < HISTORY_LIMIT; index++) {
      const step = this.#history.next();
      const opens = step.actions.some(({ kind }) => kind === "erase");
      const carries = step.operation.kind === "put" && opens && step.actions.length > 4;
      if (step.actions.length === 0) continue;
      if (wanted === "carry" ? carries : !opens && (putKind(step) ?? step.operation.kind) === wanted && index > 20) {
        return step;
      }
    }
    throw new Error(`The history of seed ${this.#seed} has no ${wanted}`);
  }

  #run(step: HistoryStep, cuts: readonly Cut[]): void {
    this.#trials++;
    const violation = this.#runner.run(step, cuts);
    if (violation === undefined) return;
    this.#violations.push(violation);
    if (this.#stops) throw new Stopped();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }
}
