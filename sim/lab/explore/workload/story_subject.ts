/**
 * Stories as what can be run.
 *
 * @module
 */

import { openValues } from "../../scenario/open_scenario.ts";
import { readFrom } from "../../scenario/runner.ts";
import type { OpenedSource, ScenarioSource, Subject } from "../tape/subject.ts";
import type { Recipe, Tape } from "../tape/tape.ts";
import { storyText, type WrittenScenario } from "./story.ts";

/** Events after which the world of a story is a runaway: usual ones dispatch some thousands. */
export const STORY_EVENTS = 500_000;

/** What a story is run with, and does not say. */
export interface StoryGiven extends Pick<ScenarioSource, "files" | "image"> {
  /** Events after which its world is a runaway; {@linkcode STORY_EVENTS} by default. */
  readonly mostEvents?: number;
}

/** The files and the image of a scenario, for a story that is made of it. */
export function filesBeside({ files, image }: Pick<ScenarioSource, "files" | "image">): StoryGiven {
  return { ...(files === undefined ? {} : { files }), ...(image === undefined ? {} : { image }) };
}

/** How a story is run. */
export interface StoryOptions extends StoryGiven {
  /** Where it deviates; nowhere by default. */
  readonly tape?: Tape;
  /** Where chance begins anew; nowhere by default. */
  readonly recipe?: Recipe;
}

/**
 * The run of a story. Its values are read as they are: its text is only made for who asks for it.
 *
 * @throws {ScenarioError} It says something that is not known, or has several cases.
 */
export function storySubject(
  story: WrittenScenario,
  { tape = [], recipe = [], mostEvents = STORY_EVENTS, ...others }: StoryOptions = {},
): Subject {
  const file = "story.yaml";
  const scenario: OpenedSource = {
    file,
    get source() {
      return storyText(story);
    },
    ...filesBeside(others),
    opened: openValues(story, file, others.files === undefined ? {} : { readFile: readFrom(others.files) }),
  };
  return { scenario, tape, recipe, mostEvents };
}
