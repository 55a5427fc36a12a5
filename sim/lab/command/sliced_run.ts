/**
 * A run of one case that takes as long as it takes: on a terminal a line tells
 * how far it is, and it can be ended.
 *
 * @module
 */

import { type Outcome, outcomeOf } from "../explore/execute.ts";
import { Execution, type ExecutionOptions } from "../explore/execution.ts";
import type { Subject } from "../explore/tape/subject.ts";
import type { World } from "../world/world.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { beginScenario, type CourseOptions, type CourseReport } from "../scenario/scenario_course.ts";
import type { RunProgress } from "./progress.ts";
import { Slices } from "./slices.ts";

/** How often a run that nobody takes in slices is looked at, in events. */
const EVENTS_BETWEEN_LOOKS = 256;

/** How many events a run is recorded for before the user is heard, where it stops at events alone. */
const EVENTS_IN_SLICE = 2000;

/** Who watches a run. */
export interface Watching {
  /** The user's wish that it ends. */
  readonly interruption: AbortSignal;
  readonly progress: RunProgress;
}

/** Runs a case in slices of real time, between which the user is heard. */
export async function runInSlices(
  opened: ScenarioFile,
  options: CourseOptions,
  { interruption, progress }: Watching,
): Promise<CourseReport> {
  let slices: Slices | undefined;
  const { world, course } = beginScenario(opened, {
    ...options,
    onWorld(world) {
      options.onWorld?.(world);
      slices = new Slices(world.kernel, interruption);
    },
    onEnd(world) {
      slices?.end();
      options.onEnd?.(world);
    },
  });
  slices ??= new Slices(world.kernel, interruption);
  return await slices.takeThrough(world.kernel, course, () => tellReached(world, progress));
}

/** Executes what can be run again in slices; `undefined` if the user has wished its end. */
export async function executeInSlices(
  subject: Subject,
  options: ExecutionOptions,
  interruption: AbortSignal,
): Promise<Outcome | undefined> {
  const execution = new Execution(subject, options);
  const { recorder } = execution.world;
  while (execution.goOn({ cycle: 0, sequence: recorder.length + EVENTS_IN_SLICE })) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (interruption.aborted) return undefined;
  }
  return outcomeOf(execution);
}

/** Tells how far a run is that is taken in one piece. */
export function tellProgress(world: World, progress: Pick<RunProgress, "reached">): void {
  const { kernel } = world;
  const inner = kernel.outside;
  let left = EVENTS_BETWEEN_LOOKS;
  kernel.outside = {
    next(now, cycle) {
      if (--left === 0) {
        left = EVENTS_BETWEEN_LOOKS;
        tellReached(world, progress);
      }
      return inner?.next(now, cycle);
    },
  };
}

function tellReached({ now, kernel, recorder }: World, progress: Pick<RunProgress, "reached">): void {
  progress.reached(now / kernel.frequencyHz, recorder.length);
}
