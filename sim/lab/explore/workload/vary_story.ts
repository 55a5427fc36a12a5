/**
 * Variations of a scenario that somebody has written: what its expectations
 * must survive, by the budget in the oracle's README.md.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import { Scope, type Written, type WrittenAdapter } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

/** How late an interrupt or a datagram may be without anybody noticing. */
const LATE_MICROSECONDS = 900;

/** One variation for each seed: other chance, and in most of them one thing that a step has to survive. */
export function variations(story: WrittenScenario): (seed: number) => WrittenScenario {
  const adapters = Object.entries(Object(story["adapters"]) as Readonly<Record<string, Written>>);
  const targets = Object.keys(Object(story["targets"]));
  const known = adapters.map(([name]): [string, WrittenAdapter] => [name, { storage: "nvram", addresses: [] }]);
  return (seed) => {
    const scope = new Scope(new RandomStreams(`variation ${seed}`).stream("variation"), new Map(known), []);
    const { random } = scope;
    const place = random.below(story.steps.length + 1);
    const steps = story.steps.map((step, index) => {
      if (index !== place) return step;
      const others = Array.isArray(step["faults"]) ? step["faults"] : [];
      return { ...step, faults: [...others, drawSurvivable(scope, targets)] };
    });
    return { ...story, name: `${story["name"]}, variation ${seed}`, seed, steps };
  };
}

function drawSurvivable(scope: Scope, targets: readonly string[]): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  const late = `${1 + random.below(LATE_MICROSECONDS)}us`;
  const interrupt = { lateInterrupt: { adapter, interrupt: 1 + random.below(6), by: late, mayMiss: true } };
  if (targets.length === 0) return interrupt;
  const ends = random.chance(1, 2) ? [adapter, scope.pick(targets)] : [scope.pick(targets), adapter];
  const way = { from: ends[0], to: ends[1], datagram: 1 + random.below(6), mayMiss: true };
  return scope.pick([interrupt, { lose: way }, { duplicate: way }, { delay: { ...way, by: late } }]);
}
