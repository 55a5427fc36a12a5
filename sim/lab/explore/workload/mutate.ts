/**
 * Changes a story a little, where a campaign has found that it leads somewhere
 * rare.
 *
 * @module
 */

import type { RandomStream } from "../../../kernel/random.ts";
import { HEALING } from "../oracle/world_oracle.ts";
import { drawFault } from "./draw_story.ts";
import { drawSetting } from "./operations.ts";
import { Scope, type Written, type WrittenAdapter } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

type Steps = readonly Written[];

/** One change of the steps before the healing; a place is the index of a step, there is at least one. */
type Change = (steps: Steps, place: number, scope: Scope, other: Steps) => Steps;

const CHANGES: readonly Change[] = [
  /** Something goes wrong in a step. */
  (steps, place, scope) => replaced(steps, place, (step) => ({ ...step, faults: [drawFault(scope)] })),
  /** A step comes twice. */
  (steps, place) => steps.toSpliced(place, 0, ...steps.slice(place, place + 1).filter(isAlone)),
  /** A step is left out. */
  (steps, place) => steps.toSpliced(place, isAlone(steps[place]) ? 1 : 0),
  /** A stretch of another story comes in between. */
  (steps, place, scope, other) => {
    const begin = scope.random.below(other.length + 1);
    const stretch = other.slice(begin, begin + 3).filter((each) => isAlone(each) && fits(each, scope));
    return steps.toSpliced(place, 0, ...stretch.map(withoutFaults));
  },
  /** One more setting, and something goes wrong in it. */
  (steps, place, scope) => steps.toSpliced(place, 0, { ...drawSetting(scope), faults: [drawFault(scope)] }),
];

/** A child of a story: with one to three changes, some of them from another story. */
export function mutate(
  story: WrittenScenario,
  other: WrittenScenario,
  random: RandomStream,
  seed: number,
): WrittenScenario {
  const scope = new Scope(random, adaptersOf(story), [{ id: "own", port: "all" }, { id: "192.0.2.77", port: "all" }]);
  const healing = chaosOf(story).length;
  let steps = chaosOf(story);
  const stretch = chaosOf(other);
  for (let count = 1 + random.below(3); count > 0 && steps.length > 0; count--) {
    steps = scope.pick(CHANGES)(steps, random.below(steps.length), scope, stretch);
  }
  return { ...story, name: `story ${seed}, of ${story["name"]}`, steps: [...steps, ...story.steps.slice(healing)] };
}

/** The steps before the healing; all of a story without one. */
function chaosOf({ steps }: WrittenScenario): Steps {
  const healing = steps.findIndex(({ name }) => name === HEALING);
  return healing < 0 ? steps : steps.slice(0, healing);
}

/** Whether a step can come twice, or go, without another that names it. */
function isAlone(step: Written | undefined): boolean {
  return step !== undefined && !("name" in step) && !("logout" in step) && !("addConnection" in step);
}

function fits(step: Written, { adapters }: Scope): boolean {
  return adapters.has("hba1") || !JSON.stringify(step).includes("hba1");
}

/** What goes wrong in a step may need an adapter of another kind. */
function withoutFaults(step: Written): Written {
  return Object.fromEntries(Object.entries(step).filter(([word]) => word !== "faults"));
}

function replaced(steps: Steps, place: number, change: (step: Written) => Written): Steps {
  return steps.map((step, index) => index === place ? change(step) : step);
}

function adaptersOf({ adapters }: WrittenScenario): ReadonlyMap<string, WrittenAdapter> {
  const written = Object.entries(Object(adapters) as Readonly<Record<string, { storage: "nvram"; ports: [string] }>>);
  return new Map(written.map(([name, { storage, ports: [address] }]) => [name, { storage, address }]));
}
