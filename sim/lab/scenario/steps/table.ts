/**
 * All steps. The reader, the types and the runner follow from this table.
 *
 * A new step goes into the group that it belongs to, and nowhere else.
 *
 * @module
 */

import { mergeGroups, type StepGroup } from "../step.ts";
import { ACCIDENT_STEPS } from "./accidents.ts";
import { CHANGE_STEPS } from "./change.ts";
import { EXPECT_STEPS } from "./expect.ts";
import { KEY_STEPS } from "./keys.ts";
import { LIST_STEPS } from "./lists.ts";
import { LOGIN_STEPS } from "./logins.ts";
import { OBSERVATION_STEPS } from "./observation.ts";
import { PROGRAM_STEPS } from "./program.ts";
import { RAW_CALL_STEPS } from "./raw_calls.ts";
import { parallel, sequence } from "./several.ts";
import { REGISTER_STEPS } from "./registers.ts";
import { WAIT_STEPS } from "./wait.ts";

const SIMPLE_STEPS = mergeGroups(
  KEY_STEPS,
  LOGIN_STEPS,
  LIST_STEPS,
  RAW_CALL_STEPS,
  REGISTER_STEPS,
  ACCIDENT_STEPS,
  CHANGE_STEPS,
  OBSERVATION_STEPS,
  WAIT_STEPS,
  EXPECT_STEPS,
) satisfies StepGroup;

/** Simple steps, and those that are made of several of them. */
function withSeveral<G extends StepGroup>(simple: G) {
  return { sequence: sequence(simple), parallel: parallel({ ...simple, sequence: sequence(simple) }) };
}

/** Every step of files by its name. */
export const STEPS = mergeGroups(SIMPLE_STEPS, withSeveral(SIMPLE_STEPS)) satisfies StepGroup;

const SIMPLE_STEPS_OF_PROGRAMS = mergeGroups(SIMPLE_STEPS, PROGRAM_STEPS) satisfies StepGroup;

/** Every step of programs by its name: those of files, and the one that is a program itself. */
export const ALL_STEPS = mergeGroups(
  SIMPLE_STEPS_OF_PROGRAMS,
  withSeveral(SIMPLE_STEPS_OF_PROGRAMS),
) satisfies StepGroup;
