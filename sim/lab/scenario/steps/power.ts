/**
 * Steps that switch things off and on.
 *
 * @module
 */

import { boolean, doc, mapping, optional } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { adapter, off } from "./fields.ts";

/** Steps about power. */
export const POWER_STEPS = {
  powerCycle: step({
    doc: "The power of an adapter off and on again.",
    shape: mapping({ adapter, off }),
    run({ adapter: name, off }, context) {
      const { world } = context;
      const { adapter } = context.unit(name);
      adapter.powerOff();
      world.advance(world.cycles(off));
      adapter.powerOn();
      world.settle();
    },
  }),
  reset: step({
    doc: "A reset of the adapter by its driver.",
    shape: mapping({ adapter }),
    run({ adapter }, context) {
      context.unit(adapter).adapter.reset();
      context.world.settle();
    },
  }),
  rebootHost: step({
    doc: "The power of the host off and on again: adapters lose theirs with it.",
    shape: mapping({
      off,
      orderly: doc(
        "Whether service and adapters are stopped before the power goes; false by default.",
        optional(boolean(), false),
      ),
    }),
    run({ off, orderly }, { world }) {
      if (orderly) world.run(world.host.shutDown());
      world.powerOff();
      world.advance(world.cycles(off));
      world.powerOn();
      world.settle();
    },
  }),
};
