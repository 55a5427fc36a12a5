/**
 * The answer to a failure: a scenario file that a person reads, the run as a
 * bundle, and the last events.
 *
 * @module
 */

import { renderLadder } from "../../../trace/ladder.ts";
import type { World } from "../../world/world.ts";
import type { Shrunk } from "../shrink/shrinking.ts";
import { bundleName, bundleOf, encodeBundle } from "../tape/bundle.ts";
import { tellDeviation, tellSplit } from "../tape/sentence.ts";
import type { Recipe, Tape } from "../tape/tape.ts";
import { storyText, type WrittenScenario } from "../workload/story.ts";
import { STORY_EVENTS } from "../workload/story_subject.ts";
import { isNotDeterministic } from "./not_deterministic.ts";
import type { Trial } from "./trial.ts";
import type { Subject } from "../tape/subject.ts";

/** A failure that was found. */
export interface Finding {
  /** The seed that has found it. */
  readonly seed: number;
  /** What it is called. */
  readonly signature: string;
  /** The story, as small as it became. */
  readonly story: WrittenScenario;
  /** Where the run deviates from it. */
  readonly tape: Tape;
  /** Where chance begins anew. */
  readonly recipe: Recipe;
  /** How often runs were executed to make it small. */
  readonly executions: number;
  /** Whether nothing can be taken out alone any more. */
  readonly isMinimal: boolean;
  /** The scenario file: what is wrong and where the run deviates stands above it. Keys of the story are in it. */
  readonly text: string;
  /** The run, to be replayed. */
  readonly bundle: Uint8Array;
  /** The name of the bundle's file. */
  readonly name: string;
  /** The last events before the failure was noticed, as a ladder. */
  readonly ladder: string;
}

const LAST_EVENTS = 40;

/**
 * Tells of a failing run.
 *
 * @param run Executes it as it was executed when it failed.
 */
export function findingOf(
  seed: number,
  { signature, story, tape, recipe = [], given = {}, executions, isMinimal }: Shrunk,
  run: (subject: Subject) => Pick<Trial, "outcome">,
): Finding {
  // Its text is run: lines are told of what breaks.
  const { mostEvents = STORY_EVENTS, ...others } = given;
  const scenario = { file: "story.yaml", source: storyText(story), ...others };
  const subject = { scenario, tape, recipe, mostEvents };
  const { outcome } = run(subject);
  const broken = outcome.verdicts.filter(({ holds }) => !holds);
  const deviations = [...outcome.tape.map(tellDeviation), ...recipe.map(tellSplit)].map((each) => `- ${each}`);
  const text = storyText(story, [
    `Found by seed ${seed}.`,
    ...(isNotDeterministic(signature) ? [signature] : []),
    ...broken.map(({ line, step, expected, actual }) =>
      `${step}, line ${line}: expected ${expected}, but found ${actual}`
    ),
    ...(deviations.length === 0 ? [] : ["All as by default, but:", ...deviations]),
  ]);
  const bundle = encodeBundle(bundleOf(subject, { ...outcome, signature }));
  const ladder = lastEvents(outcome.world);
  return {
    seed,
    signature,
    story,
    tape,
    recipe,
    executions,
    isMinimal,
    text,
    bundle,
    name: bundleName(bundle),
    ladder,
  };
}

function lastEvents({ recorder, kernel }: World): string {
  const first = Math.max(0, recorder.length - LAST_EVENTS);
  const events = Array.from({ length: recorder.length - first }, (_, index) => recorder.at(first + index));
  return [...renderLadder(events, kernel.frequencyHz)].join("\n");
}
