/**
 * One trial: a subject executed under the eyes of the oracle.
 *
 * @module
 */

import type { World } from "../../world/world.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import { execute, type Outcome } from "../execute.ts";
import type { Strategy } from "../execution.ts";
import { type Invariants, WorldOracle } from "../oracle/world_oracle.ts";
import type { Subject } from "../tape/subject.ts";

/** What a trial is run with besides its subject. */
export interface TrialOptions {
  /** Puts other parts into the world: a store, a flash part, a policy, sessions of the user's own. */
  readonly world?: (options: WorldOptions) => WorldOptions;
  /** What must hold in the world after each step, besides the rules of the oracle. */
  readonly invariants?: Invariants;
}

/**
 * Executes a subject; each rule that is broken is a verdict that does not hold.
 *
 * @param watch Is told of the world before its power comes, and then after each step.
 */
export function runTrial(
  subject: Subject,
  { world: adapt, invariants }: TrialOptions,
  strategy?: Strategy,
  watch?: (world: World) => (() => void),
): Outcome {
  let oracle: WorldOracle | undefined;
  let look: (() => void) | undefined;
  let line = 1;
  return execute(subject, {
    ...(adapt === undefined ? {} : { adapt }),
    ...(strategy === undefined ? {} : { strategy }),
    onWorld(world, note) {
      look = watch?.(world);
      oracle = new WorldOracle(world, ({ rule, detail }) => {
        note({ line, step: "oracle", expected: rule, actual: detail, holds: false });
      }, invariants);
    },
    onStep(step) {
      ({ line } = step);
      oracle?.stepEnds(step.name);
      look?.();
    },
  });
}
