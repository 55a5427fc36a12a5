/**
 * The step that goes wrong on purpose: power is cut while another step runs.
 *
 * @module
 */

import { doc, integer, mapping, optional } from "../../../shape/shape.ts";
import { kindOf, shapeOf, step, type StepGroup, type StepKind, type StepOf } from "../step.ts";
import { DURATION } from "../values.ts";
import { adapter, off } from "./fields.ts";

/** What a power cut reads: when, for how long, and the step that it interrupts. */
export interface PowerCut<G extends StepGroup> {
  /** Whose power goes. */
  readonly adapter: string;
  /** How long after the step has begun, in nanoseconds; 0 by default. */
  readonly after?: number;
  /** The cycle, in place of a time after the beginning. */
  readonly atCycle?: number;
  /** How long it stays away, in nanoseconds. */
  readonly off: number;
  /** The step that it interrupts. */
  readonly during: StepOf<G>;
}

/**
 * The power cut.
 *
 * @param group The steps that can be interrupted.
 */
export function powerCut<G extends StepGroup>(group: G): StepKind<PowerCut<G>> {
  return step({
    doc: "The power of an adapter goes while another step runs, and comes again.",
    shape: mapping(
      {
        adapter,
        after: doc("Time from the beginning of the inner step; none by default.", optional(DURATION)),
        atCycle: doc("Or the absolute cycle.", optional(integer(0, Number.MAX_SAFE_INTEGER))),
        off,
        during: doc("The step that is interrupted.", shapeOf(group)),
      },
      ({ after, atCycle }) =>
        after === undefined || atCycle === undefined
          ? undefined
          : { path: "atCycle", given: "a cycle besides a time", accepted: "either after or atCycle" },
    ),
    label: ({ during }) => `powerCut during ${during.type}`,
    check({ during }, check) {
      kindOf(group, during).check?.(during.value, check.part("during", during.type), during.beside["expect"]);
    },
    *run({ adapter: name, after = 0, atCycle, off, during }, context) {
      const { world } = context;
      const { adapter } = context.unit(name);
      const delay = atCycle === undefined ? world.cycles(after) : atCycle - world.now;
      if (delay < 0) return context.judge(`cycle ${atCycle} still to come`, `cycle ${world.now}`);
      const back = world.now + delay + world.cycles(off);
      world.kernel.schedule(delay, () => {
        adapter.powerOff();
        world.kernel.schedule(world.cycles(off), () => adapter.powerOn());
      });
      yield* kindOf(group, during).run(during.value, context.within(during), during.beside["expect"]);
      // A step that ends early, or a cut that comes late: the next step begins when power is back.
      if (world.now <= back) yield* context.wait(back - world.now + 1);
      yield* context.settle();
    },
  });
}
