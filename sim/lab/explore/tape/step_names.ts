/**
 * The steps of a scenario by the names that tapes call them by.
 *
 * @module
 */

import type { AnyStep } from "../../scenario/step.ts";
import { partsOf } from "./steps.ts";
import { openSource, type ScenarioSource } from "./subject.ts";
import type { StepName } from "./tape.ts";

/**
 * The steps of a scenario, each before those that it is made of.
 *
 * @throws {InputError} The scenario is not understood.
 */
export function stepNames(scenario: ScenarioSource): readonly StepName[] {
  const counts = new Map<string, number>();
  const named = (step: AnyStep): StepName[] => {
    const ordinal = (counts.get(step.type) ?? 0) + 1;
    counts.set(step.type, ordinal);
    return [{ type: step.type, ordinal }, ...partsOf(step.value).flatMap(({ steps }) => steps.flatMap(named))];
  };
  return openSource(scenario).scenario.steps.flatMap(named);
}
