/**
 * Ends a run that takes longer than its file allows, without an event of its
 * own: it only looks on.
 *
 * @module
 */

import type { Outside, OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import type { World } from "../world/world.ts";

/** The run has taken as long as it may. */
export class TimeLimitError extends Error {
  /** Says so. */
  constructor() {
    super("The run has taken as long as its file allows");
    this.name = "TimeLimitError";
  }
}

/**
 * Bounds the simulated time of a world; what is outside of it goes on as before.
 *
 * @param cycles The last cycle that the run may reach.
 */
export function limitTime({ kernel }: World, cycles: Cycle): void {
  const outside = kernel.outside;
  kernel.outside = {
    next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
      const event = outside?.next(now, Math.min(cycle, cycles));
      if (event === undefined && cycle > cycles) throw new TimeLimitError();
      return event;
    },
  } satisfies Outside;
}
