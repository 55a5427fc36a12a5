/**
 * All steps. The reader, the types and the runner follow from this table.
 *
 * A new step goes into the group that it belongs to, and nowhere else.
 *
 * @module
 */

import { mergeGroups, type StepGroup } from "../step.ts";
import { FAULT_STEPS } from "./flash_fault.ts";
import { KEY_STEPS } from "./keys.ts";
import { LOGIN_STEPS } from "./logins.ts";
import { OBSERVATION_STEPS } from "./observation.ts";
import { POWER_STEPS } from "./power.ts";
import { powerCut } from "./power_cut.ts";
import { RAW_CALL_STEPS } from "./raw_calls.ts";
import { SERVICE_STEPS } from "./service.ts";

const SIMPLE_STEPS = mergeGroups(
  KEY_STEPS,
  LOGIN_STEPS,
  RAW_CALL_STEPS,
  POWER_STEPS,
  SERVICE_STEPS,
  FAULT_STEPS,
  OBSERVATION_STEPS,
) satisfies StepGroup;

/** Every step by its name. */
export const STEPS = mergeGroups(SIMPLE_STEPS, { powerCut: powerCut(SIMPLE_STEPS) }) satisfies StepGroup;
