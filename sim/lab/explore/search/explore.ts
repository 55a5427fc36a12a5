/**
 * Explores: runs the seeds of a campaign, and shrinks what fails.
 *
 * @module
 */

import { given } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { shrink } from "../shrink/shrink.ts";
import type { Subject } from "../tape/subject.ts";
import {
  BLOCK_SEEDS,
  blockOf,
  type BlockOptions,
  type BlockResult,
  type FoundFailure,
  runBlock,
  type RunResult,
} from "./block.ts";
import { type Finding, findingOf } from "./finding.ts";
import { refuseOtherSeeds, refuseUnknownOptions } from "./known_options.ts";
import { isNotDeterministic, notDeterministic } from "./not_deterministic.ts";
import { refuseOtherParts } from "./own_parts.ts";
import { probesOf, type ReachedProbes } from "./probes.ts";
import { runTrial, type Trial } from "./trial.ts";

/** Seeds from one to another. */
export interface Seeds {
  /** The first, from 1. */
  readonly first: number;
  /** The last. */
  readonly last: number;
}

/** How a campaign is run. */
export interface ExploreOptions extends BlockOptions {
  /** Which seeds. */
  readonly seeds: Seeds;
  /** Told of each block of seeds that is done. */
  readonly onBlock?: (result: BlockResult) => void;
  /** Executions that the shrinking of a failure may take; 400 by default, 0 to leave failures as they are. */
  readonly shrinkBudget?: number;
}

/** The names of all options: one that is forgotten here does not compile. */
const OPTION_NAMES = Object.keys(
  {
    seeds: true,
    world: true,
    invariants: true,
    probes: true,
    story: true,
    derives: true,
    repeatEvery: true,
    mostEvents: true,
    shrinkBudget: true,
    onBlock: true,
    onRun: true,
  } satisfies Readonly<Record<keyof ExploreOptions, true>>,
);

/** What has come of a campaign. */
export interface Exploration {
  /** The runs, in order of their seeds. */
  readonly runs: readonly RunResult[];
  /** What has failed: the first run of each signature, shrunk, in order of their seeds. */
  readonly failures: readonly Finding[];
  /** Which interesting states they have reached, the product's and the user's own. */
  readonly probes: ReachedProbes;
}

/**
 * Runs a campaign in this thread: the same seeds give the same results, on every machine.
 *
 * @throws {InputError} An option is unknown, the seeds are no range, a number is none that is accepted, or a part of the
 * user's is none.
 *
 * @example Two hundred stories, in a test
 * ```ts
 * import { explore } from "@hba/sim/explore";
 *
 * const { failures } = explore({ seeds: { first: 1, last: 20 } });
 * if (failures.length > 0) throw new Error(failures.map(({ text }) => text).join("\n"));
 * ```
 */
export function explore(options: ExploreOptions): Exploration {
  refuseUnknownOptions(options, OPTION_NAMES);
  refuseOtherSeeds(options.seeds);
  refuseOtherParts(options);
  refuseOtherNumbers(options);
  const runs: RunResult[] = [];
  const found: FoundFailure[] = [];
  for (const { first, last } of blocksOf(options.seeds)) {
    const result = runBlock(first, last, options);
    runs.push(...result.runs);
    found.push(...result.failures);
    options.onBlock?.(result);
  }
  const failures = firstOfEach(found).map((each) => shrunkFinding(each, options));
  return { runs, failures, probes: probesOf(runs, options.probes) };
}

function refuseOtherNumbers(options: ExploreOptions): void {
  for (const [name, least] of [["repeatEvery", 1], ["mostEvents", 1], ["shrinkBudget", 0]] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new InputError(`${name}: ${given(value)}, expected a whole number from ${least}`);
  }
}

/** The parts of a range of seeds, each of one block. */
export function blocksOf({ first, last }: Seeds): readonly Seeds[] {
  const isRange = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 1 && first <= last;
  if (!isRange || last > 2 ** 40) {
    throw new InputError(
      `Seeds ${given(first)} to ${given(last)}: expected whole numbers from 1, the first not above the last`,
    );
  }
  const blocks = Array.from({ length: blockOf(last) - blockOf(first) + 1 }, (_, index) => blockOf(first) + index);
  return blocks.map((block) => ({
    first: Math.max(first, block * BLOCK_SEEDS + 1),
    last: Math.min(last, (block + 1) * BLOCK_SEEDS),
  }));
}

/** Of each signature the failure with the lowest seed, in order of seeds. */
export function firstOfEach(failures: readonly FoundFailure[]): readonly FoundFailure[] {
  const firsts = new Map<string, FoundFailure>();
  for (const failure of failures.toSorted((a, b) => a.seed - b.seed)) {
    if (!firsts.has(failure.signature)) firsts.set(failure.signature, failure);
  }
  return [...firsts.values()];
}

/** A failure, made small and told; one that fails otherwise then is told as it was found. */
export function shrunkFinding(
  failure: FoundFailure,
  options: BlockOptions & Pick<ExploreOptions, "shrinkBudget">,
): Finding {
  const { shrinkBudget: budget = 400, onRun, mostEvents, ...others } = options;
  const found = { ...failure, ...(mostEvents === undefined ? {} : { given: { mostEvents } }) };
  const whole = { ...found, executions: 0, isMinimal: false };
  let again: string | undefined;
  const run = (subject: Subject): Trial => {
    const trial = runTrial(subject, options);
    again = trial.signature;
    return trial;
  };
  if (isNotDeterministic(failure.signature)) return findingOf(failure.seed, whole, run);
  const small = budget === 0 ? whole : shrink(found, { ...others, budget, onRun: () => onRun?.(failure.seed) });
  const finding = findingOf(failure.seed, small, run);
  if (again === failure.signature) return finding;
  return findingOf(failure.seed, { ...whole, signature: notDeterministic(failure.signature, again) }, run);
}
