/**
 * The step that lets time pass: so much of it, or until something happens.
 *
 * @module
 */

import { durationText } from "../../../kernel/duration_text.ts";
import { Signal } from "../../../kernel/signal.ts";
import type { Task } from "../../../kernel/task.ts";
import { convertedScalar, doc, either, mapping, optional } from "../../../shape/shape.ts";
import { describePattern, eventFits, type EventPattern } from "../../faults/event_pattern.ts";
import { checkEvent, EVENT } from "../event_shape.ts";
import { showing } from "../looks/trace.ts";
import { step, type StepKind } from "../step.ts";
import type { StepContext } from "../step_context.ts";
import { DURATION, type Nanoseconds } from "../values.ts";

/** How long an event is waited for by default. */
const MINUTE: Nanoseconds = 60_000_000_000;

/** A time, or what is waited for. */
type Wait = { readonly until?: EventPattern; readonly within: Nanoseconds };

const WAIT = either<Wait, Wait>(
  convertedScalar(DURATION, (within): Wait => ({ within })),
  mapping({
    until: doc("The event; the step ends in its cycle.", EVENT),
    within: doc("How long it is waited for; 1min by default.", optional(DURATION, MINUTE)),
  }),
);

/** Steps that let time pass. */
export const WAIT_STEPS: { readonly wait: StepKind<Wait> } = {
  wait: step({
    doc: "Lets time pass, or waits until something happens.",
    shape: WAIT,
    check({ until, within }, check) {
      if (until === undefined) check.requireWithinLimit(within);
      else checkEvent(until, check.part("until"));
    },
    *run({ until, within }, context) {
      const cycles = context.world.cycles(within);
      if (until === undefined) return yield* context.wait(cycles);
      const found = yield* waitFor(until, cycles, context);
      const limit = `within ${durationText(within)}`;
      context.found({
        expected: `${describePattern(until)} ${limit}`,
        actual: found ? "it" : `none ${limit}`,
        holds: found,
        shownBy: showing([until]),
      });
    },
  }),
};

function* waitFor(until: EventPattern, cycles: number, context: StepContext): Task<boolean> {
  const { kernel, recorder } = context.world;
  const happened = new Signal(kernel, describePattern(until));
  const fits = eventFits(until);
  const end = recorder.watch((sequence) => {
    if (fits(recorder.at(sequence))) happened.fire();
  });
  const found = yield* happened.waitFor(cycles);
  end();
  kernel.cause = -1;
  return found;
}
