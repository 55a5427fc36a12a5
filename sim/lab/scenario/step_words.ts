/**
 * The words that may stand beside every verb: when the step is taken, how
 * often, and what others call it.
 *
 * @module
 */

import { convertedScalar, doc, either, integer, mapping, optional, ownName, titled } from "../../shape/shape.ts";
import { FAULTS, type WrittenFault } from "./fault_shape.ts";
import { DURATION, type Nanoseconds } from "./values.ts";

/** How often a step is taken. */
export interface Repetition {
  readonly times: number;
  /** From the beginning of one to that of the next, in nanoseconds; without it the next begins when one has ended. */
  readonly every?: Nanoseconds;
}

const TIMES = integer(1, 1_000_000);

const REPETITION = titled(
  "repetition",
  either(
    convertedScalar(TIMES, (times): Repetition => ({ times })),
    mapping({
      times: doc("How often.", TIMES),
      every: doc("From the beginning of one to that of the next.", optional(DURATION)),
    }),
  ),
);

/** What may stand beside every verb, besides what the verb's own answer is expected to be. */
export const STEP_WORDS = {
  name: doc("What others call it: its session, the time since it, a line of the report.", optional(ownName("step"))),
  at: doc("When it is taken, since the world began; the run fails if that has passed.", optional(DURATION)),
  after: doc(
    "Or when it is taken since the steps around it began; the run fails if that has passed.",
    optional(DURATION),
  ),
  repeat: doc("How often it is taken; once by default.", optional(REPETITION)),
  faults: doc("What goes wrong while it is taken; ordinals and times count from its beginning.", optional(FAULTS)),
} as const;

/** What stood beside a verb. */
export interface StepWords {
  readonly name?: string;
  readonly at?: Nanoseconds;
  readonly after?: Nanoseconds;
  readonly repeat?: Repetition;
  readonly faults?: readonly WrittenFault[];
}
