/**
 * The step that is a program: whatever no other step can say.
 *
 * @module
 */

import type { Task } from "../../../kernel/task.ts";
import { scalar } from "../../../shape/shape.ts";
import type { World } from "../../world/world.ts";
import { step, type StepKind } from "../step.ts";

/**
 * Gives a verdict of a step.
 *
 * @param expected What was expected, in words.
 * @param actual What was found.
 * @param holds Whether that is as expected; by default if both read the same.
 */
export type GiveVerdict = (expected: string, actual: string, holds?: boolean) => void;

/**
 * A step that is a program: a generator that takes time (`yield* world.host.api.…`), or a function that takes none.
 *
 * @param world The world, at rest before the step.
 * @param verdict Gives a verdict; without any the step judges nothing.
 */
export type StepProgram = (world: World, verdict: GiveVerdict) => Task | void;

/** The step that only programs can take. */
export const PROGRAM_STEPS: { readonly program: StepKind<StepProgram> } = {
  program: step({
    doc: "A program of its own: a generator over the world that takes time, or a function that takes none.",
    shape: scalar<StepProgram>({
      accepts: "a function of the world",
      words: [],
      written: "StepProgram",
      parse: () => undefined,
      take: (value) => typeof value === "function" ? value as StepProgram : undefined,
    }),
    *run(program, context) {
      yield* context.call(taken(program, context.world, (expected, actual, holds = expected === actual) => {
        context.verdict(expected, actual, holds);
      }));
    },
  }),
};

/** Takes a program to its end. */
function* taken(program: StepProgram, world: World, verdict: GiveVerdict): Task {
  const task: unknown = program(world, verdict);
  if (task === undefined) return;
  if (typeof task === "object" && task !== null && "next" in task) return yield* task as Task;
  throw new TypeError("A program of a step has returned something that is no task; expected a generator, or nothing");
}
