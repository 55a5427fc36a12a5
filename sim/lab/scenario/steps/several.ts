/**
 * Steps that are made of others.
 *
 * @module
 */

import { list } from "../../../shape/shape.ts";
import { checkSteps, takeSteps } from "../block.ts";
import { shapeOf, step, type StepGroup, type StepKind, type StepOf } from "../step.ts";

/**
 * Steps as one, to repeat them.
 *
 * @param group Which steps.
 */
export function sequence<G extends StepGroup>(group: G): StepKind<readonly StepOf<G>[]> {
  return step({
    doc: "Several steps as one: to repeat them, or to time them together.",
    shape: list(shapeOf(group)),
    check: (steps, check) => checkSteps(group, steps, check),
    *run(steps, context) {
      yield* takeSteps(group, steps, context.run);
    },
  });
}
