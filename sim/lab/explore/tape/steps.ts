/**
 * The steps of a scenario: each once and in its place, but for what a tape
 * says.
 *
 * @module
 */

import type { AnyStep } from "../../scenario/step.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { StepDeviation } from "./tape.ts";

type Steps = Scenario["steps"];

/** Steps as a tape has them, and what of it names no step. */
export interface AlteredSteps {
  /** The steps. */
  readonly steps: Steps;
  /** Those whose step there is not. */
  readonly left: readonly StepDeviation[];
}

/** Leaves out and repeats steps, also such as are part of others; names count the steps as the file has them. */
export function alterSteps(steps: Steps, tape: readonly StepDeviation[]): AlteredSteps {
  if (tape.length === 0) return { steps, left: [] };
  const alteration = new Alteration(tape);
  // What a step is made of was read as such steps, and stays it: only which of them there are changes.
  const altered = alteration.alter(steps) as readonly AnyStep[] as Steps;
  return { steps: altered, left: tape.filter((each) => !alteration.met.has(each)) };
}

class Alteration {
  readonly met = new Set<StepDeviation>();
  readonly #tape: readonly StepDeviation[];
  readonly #counts = new Map<string, number>();

  constructor(tape: readonly StepDeviation[]) {
    this.#tape = tape;
  }

  alter(steps: readonly AnyStep[]): readonly AnyStep[] {
    return steps.flatMap((step) => {
      const ordinal = (this.#counts.get(step.type) ?? 0) + 1;
      this.#counts.set(step.type, ordinal);
      const deviations = this.#tape.filter(({ step: named }) => named.type === step.type && named.ordinal === ordinal);
      for (const each of deviations) this.met.add(each);
      const whole = this.#alterParts(step);
      if (deviations.some(({ change }) => change === "left out")) return [];
      return [whole, ...deviations.map(() => whole)];
    });
  }

  #alterParts(step: AnyStep): AnyStep {
    const parts = partsOf(step.value);
    if (parts.length === 0) return step;
    const altered = parts.map(({ name, steps }) => {
      const value = this.alter(steps);
      return name === undefined ? value : { name, value };
    });
    return { ...step, value: parts[0]?.name === undefined ? altered.flat() : altered };
  }
}

interface Part {
  /** Of which application, if there are several. */
  readonly name: string | undefined;
  readonly steps: readonly AnyStep[];
}

/** The steps that a step is made of: one after the other, or of several applications. */
export function partsOf(value: unknown): readonly Part[] {
  if (!Array.isArray(value) || value.length === 0) return [];
  if (value.every(isStep)) return [{ name: undefined, steps: value }];
  return value.every(isBranch) ? value.map((each: Branch) => ({ name: each.name, steps: each.value })) : [];
}

interface Branch {
  readonly name: string;
  readonly value: readonly AnyStep[];
}

function isStep(value: unknown): value is AnyStep {
  return typeof value === "object" && value !== null && "type" in value && "beside" in value && "line" in value;
}

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && "name" in value && "value" in value &&
    Array.isArray(value.value) && value.value.every(isStep);
}
