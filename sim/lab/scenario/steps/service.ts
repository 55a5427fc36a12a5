/**
 * Steps about the initiator service.
 *
 * @module
 */

import { mapping } from "../../../shape/shape.ts";
import { step } from "../step.ts";

/** Steps about the service. */
export const SERVICE_STEPS = {
  stopService: step({
    doc: "Stops the initiator service.",
    shape: mapping({}),
    run(_, { world }) {
      world.run(world.host.stopService());
    },
  }),
  startService: step({
    doc: "Starts the initiator service, which then brings its keys to the adapters.",
    shape: mapping({}),
    run(_, { world }) {
      world.run(world.host.startService());
      world.settle();
    },
  }),
};
