/**
 * A counterexample as what others can read and run: the smallest scenario in
 * which the faults break what holds without them.
 *
 * @module
 */

import type { TrialOptions } from "../search/trial.ts";
import { shrink, trialOf } from "../shrink/shrink.ts";
import type { Failing } from "../shrink/shrinking.ts";
import { bundleName, bundleOf, encodeBundle } from "../tape/bundle.ts";
import { tellDeviation } from "../tape/sentence.ts";
import type { Subject } from "../tape/subject.ts";
import type { Tape } from "../tape/tape.ts";
import { readStory, storyText } from "../workload/story.ts";
import type { Counterexample } from "./certify.ts";

/** A counterexample, made small. */
export interface SmallCounterexample {
  /** The scenario file, with what is wrong above it. Its keys are in it. */
  readonly text: string;
  /** The run, to be replayed. */
  readonly bundle: Uint8Array;
  /** The name of the bundle's file. */
  readonly name: string;
  /** How often runs were executed to make it small. */
  readonly executions: number;
}

/** Executions that making it small may take. */
const BUDGET = 150;

/** Makes a counterexample small: what is left fails in the same way, and holds without the faults. */
export function smallCounterexample(
  subject: Subject,
  { faults, broken, outcome }: Counterexample,
  options: TrialOptions = {},
): SmallCounterexample {
  const before = subject.tape ?? [];
  const tape: Tape = [...before, ...faults.map((fault) => ({ decision: "fault", fault }) as const)];
  const { source, file, case: name, set } = subject.scenario;
  const failing = name === undefined && set === undefined && subject.scenario.image === undefined
    ? failingOf(source, file, tape, options)
    : undefined;
  if (failing === undefined) return answerOf(source, { ...subject, tape }, outcome, 0);
  const small = shrink(failing, {
    ...options,
    budget: BUDGET,
    accepts: ({ story }) => trialOf({ story, tape: before }, options)?.outcome.holds === true,
  });
  const run = trialOf(small, options);
  if (run === undefined) throw new Error(`${file} cannot be run any more`);
  const scenario = { file, source: storyText(small.story) };
  const comments = [
    `${broken.step}: expected ${broken.expected}, but found ${broken.actual}`,
    "All as by default, but:",
    ...small.tape.map((each) => `- ${tellDeviation(each)}`),
  ];
  return answerOf(storyText(small.story, comments), { scenario, tape: small.tape }, run.outcome, small.executions);
}

function failingOf(source: string, file: string, tape: Tape, options: TrialOptions): Failing | undefined {
  const story = readStory(source, file);
  const signature = trialOf({ story, tape }, options)?.signature;
  return signature === undefined ? undefined : { signature, story, tape };
}

function answerOf(
  text: string,
  subject: Subject,
  outcome: Counterexample["outcome"],
  executions: number,
): SmallCounterexample {
  const bundle = encodeBundle(bundleOf(subject, outcome));
  return { text, bundle, name: bundleName(bundle), executions };
}
