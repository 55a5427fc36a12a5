/**
 * A failing run, made smaller: its case written out, with all that it was run
 * with.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import { mistakeText, ScenarioError } from "../../scenario/mistake.ts";
import { execute, type Outcome } from "../../explore/execute.ts";
import { signatureOf } from "../../explore/search/signature_of.ts";
import { executed, type Fails, type Shrunk, shrunkBy } from "../../explore/shrink/shrinking.ts";
import type { Subject } from "../../explore/tape/subject.ts";
import { storyText } from "../../explore/workload/story.ts";
import { filesBeside, STORY_EVENTS } from "../../explore/workload/story_subject.ts";
import { writtenCase } from "../../explore/workload/written_case.ts";

/**
 * Shrinks what a run fails with.
 *
 * @param onRun Told of each execution that begins, by its number from 1.
 * @throws {InputError} It does not fail, or its case cannot be written out so that it fails alike.
 */
export function shrunkRun(subject: Subject, outcome: Outcome, onRun: (executions: number) => void): Shrunk {
  const signature = signatureOf(outcome);
  if (signature === undefined) throw new InputError("all expectations hold: there is no failure to shrink");
  const { scenario, tape = [], recipe = [], mostEvents = STORY_EVENTS } = subject;
  const beside = filesBeside(scenario);
  const story = writtenCase(scenario);
  const written = { scenario: { file: scenario.file, source: storyText(story), ...beside }, tape, recipe, mostEvents };
  const found = signatureIn(written);
  if (found !== signature) throw new InputError(`${NOT_ALIKE}: written out, this case ${found ?? "holds"}`);
  return shrunkBy(failsPlainly(), { signature, story, tape, recipe, given: { ...beside, mostEvents } }, { onRun });
}

/** How runs fail by what their scenario expects alone; what one has computed, no other computes again. */
export function failsPlainly(): Fails {
  const campaign = new CampaignMemory({ keepsTraces: true });
  const adapt = (options: WorldOptions) => ({ ...options, campaign });
  return (run) => executed(run, (subject) => signatureOf(execute(subject, { adapt })));
}

const NOT_ALIKE = "the failure cannot be made smaller";

/** What a run fails with; `undefined` if it holds. */
function signatureIn(written: Subject): string | undefined {
  try {
    return signatureOf(execute(written));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Places in a text that nobody sees would tell nobody anything.
    const why = error instanceof ScenarioError ? mistakeText(error.first) : error.message;
    throw new InputError(`${NOT_ALIKE}: written out, its case cannot be run: ${why}`);
  }
}
