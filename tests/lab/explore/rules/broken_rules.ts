/**
 * Runs stories and prints which rules of the oracle they break, each with the
 * first seed or the story, as JSON: `deno run -A broken_rules.ts FIRST LAST`, or
 * `deno run -A broken_rules.ts NAME` for stories of `stories.ts` by their names.
 *
 * @module
 */

import { runTrial } from "../../../../sim/lab/explore/search/trial.ts";
import type { Subject } from "../../../../sim/lab/explore/tape/subject.ts";
import { drawStory } from "../../../../sim/lab/explore/workload/draw_story.ts";
import { storySubject } from "../../../../sim/lab/explore/workload/story_subject.ts";
import { STORY_NAMES, storySource } from "./stories.ts";

/** What is to be run, each by what stands for it. */
function* subjects(): Generator<readonly [string, Subject]> {
  const named = STORY_NAMES.filter((name) => Deno.args.includes(name));
  for (const name of named) yield [name, { scenario: { file: "story.yaml", source: storySource(name) } }];
  if (named.length > 0) return;
  const [first = 1, last = 1] = Deno.args.map(Number);
  for (let seed = first; seed <= last; seed++) yield [`${seed}`, storySubject(drawStory(seed))];
}

const broken = new Map<string, string>();
for (const [name, subject] of subjects()) {
  for (const { holds, step, expected } of runTrial(subject).outcome.verdicts) {
    const rule = step === "oracle" ? expected : step;
    if (!holds && !broken.has(rule)) broken.set(rule, name);
  }
}
console.log(JSON.stringify(Object.fromEntries(broken)));
