/**
 * Steps that are made of others: one after the other, or several applications
 * at once.
 *
 * @module
 */

import type { Process } from "../../../kernel/process.ts";
import { doc, entries, filled, list, scalar } from "../../../shape/shape.ts";
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
    isBlock: true,
    shape: filled(list(shapeOf(group))),
    check: (steps, check) => checkSteps(group, steps, check),
    *run(steps, context) {
      yield* takeSteps(group, steps, context.run);
    },
  });
}

/** What one application does. */
export interface Branch<G extends StepGroup> {
  readonly name: string;
  readonly value: readonly StepOf<G>[];
}

const APPLICATION = scalar<string>({
  accepts: "the name of an application",
  example: "backup",
  parse: (name) => name === "" ? undefined : name,
});

/**
 * Several applications at once. The step ends when all have ended.
 *
 * @param group Which steps they may take.
 */
export function parallel<G extends StepGroup>(group: G): StepKind<readonly Branch<G>[]> {
  return step({
    doc: "Several applications at once, each with steps of its own; ends when all have ended. " +
      "A look sees what all of them have done in its moment.",
    isBlock: true,
    shape: filled(entries(APPLICATION, doc("What it does, in order.", filled(list(shapeOf(group)))))),
    check(branches, check) {
      check.lose(false);
      branches.forEach(({ value }, index) => checkSteps(group, value, check.part(index)));
    },
    *run(branches, context) {
      const { kernel } = context.world;
      const turns = { count: 0 };
      const applications = branches.map(({ name, value }) =>
        kernel.spawn(`application ${name}`, takeSteps(group, value, { ...context.run, application: name, turns }))
      );
      for (const application of applications) context.run.processes.add(application as Process);
      for (const application of applications) yield* kernel.join(application);
      kernel.cause = -1;
    },
  });
}
