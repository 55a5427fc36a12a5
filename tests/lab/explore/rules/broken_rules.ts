/**
 * Runs stories and prints which rules of the oracle they break, each with the
 * first seed, as JSON: `deno run -A broken_rules.ts FIRST LAST`.
 *
 * @module
 */

import { runTrial } from "../../../../sim/lab/explore/search/trial.ts";
import { drawStory } from "../../../../sim/lab/explore/workload/draw_story.ts";
import { storySubject } from "../../../../sim/lab/explore/workload/story_subject.ts";

const [first = 1, last = 1] = Deno.args.map(Number);
const broken = new Map<string, number>();
for (let seed = first; seed <= last; seed++) {
  for (const { holds, step, expected } of runTrial(storySubject(drawStory(seed))).outcome.verdicts) {
    const rule = step === "oracle" ? expected : step;
    if (!holds && !broken.has(rule)) broken.set(rule, seed);
  }
}
console.log(JSON.stringify(Object.fromEntries(broken)));
