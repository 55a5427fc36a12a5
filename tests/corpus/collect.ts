/**
 * Collects the corpus anew: of the stories of the first seeds as few as see
 * all cells that any of them sees: `deno run -A tests/corpus/collect.ts 300`.
 *
 * @module
 */

import { runTrial, type Trial } from "../../sim/lab/explore/search/trial.ts";
import { bundleName, bundleOf, encodeBundle } from "../../sim/lab/explore/tape/bundle.ts";
import type { Subject } from "../../sim/lab/explore/tape/subject.ts";
import { drawStory } from "../../sim/lab/explore/workload/draw_story.ts";
import { storyText } from "../../sim/lab/explore/workload/story.ts";

const FOLDER = new URL("./", import.meta.url).pathname;

function subjectOf(seed: number): Subject {
  return { scenario: { file: `story ${seed}`, source: storyText(drawStory(seed)) }, mostEvents: 500_000 };
}

/** Of some seeds as few as have all cells: always the one with the most that are new, of several the first. */
function cover(cellsOf: ReadonlyMap<number, readonly number[]>): readonly number[] {
  const covered = new Set<number>();
  const chosen: number[] = [];
  const newOf = (seed: number) => (cellsOf.get(seed) ?? []).filter((cell) => !covered.has(cell)).length;
  for (;;) {
    const [best] = [...cellsOf.keys()].toSorted((a, b) => newOf(b) - newOf(a) || a - b);
    if (best === undefined || newOf(best) === 0) return chosen;
    chosen.push(best);
    for (const cell of cellsOf.get(best) ?? []) covered.add(cell);
  }
}

const seeds = Array.from({ length: Number(Deno.args[0] ?? "300") }, (_, index) => index + 1);
const trials = new Map<number, Trial>();
const cellsOf = new Map(seeds.map((seed) => [seed, [...runTrial(subjectOf(seed)).cells.keys()]]));
for (const seed of cover(cellsOf)) trials.set(seed, runTrial(subjectOf(seed)));
for (const { name } of Deno.readDirSync(FOLDER)) if (name.endsWith(".bundle")) Deno.removeSync(`${FOLDER}${name}`);
for (const [seed, { outcome }] of trials) {
  const bytes = encodeBundle(bundleOf(subjectOf(seed), outcome));
  Deno.writeFileSync(`${FOLDER}${bundleName(bytes)}`, bytes);
}
console.log(
  `${trials.size} bundles see the ${new Set([...cellsOf.values()].flat()).size} cells of ${seeds.length} seeds`,
);
