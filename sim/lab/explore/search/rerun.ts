/**
 * One scenario, run again and again, each time with other deviations: for
 * whoever tries all that can go wrong in it. It is read once, and what one run
 * has computed no other computes again.
 *
 * @module
 */

import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { World } from "../../world/world.ts";
import type { Strategy } from "../execution.ts";
import { opened, type OpenedSource, type ScenarioSource } from "../tape/subject.ts";
import type { Recipe, Tape } from "../tape/tape.ts";
import { STORY_EVENTS } from "../workload/story_subject.ts";
import { runTrial, type Trial, type TrialOptions } from "./trial.ts";

/** In what a run differs from the scenario's own. */
export interface Rerun {
  /** Where it deviates; nowhere by default. */
  readonly tape?: Tape;
  /** Where chance begins anew; nowhere by default. */
  readonly recipe?: Recipe;
  /** Decides what the tape does not. */
  readonly strategy?: Strategy;
  /** Told of the world before its power comes. */
  readonly onWorld?: (world: World) => void;
}

/** A scenario that is run often. */
export class Rerunner {
  /** How many runs there were. */
  runs = 0;
  readonly #scenario: OpenedSource;
  readonly #options: TrialOptions;
  readonly #mostEvents: number;
  readonly #memory = new CampaignMemory({ keepsTraces: true });

  /**
   * Reads the scenario.
   *
   * @param options What each run is run with, and after how many events its world is a runaway; 500,000 by default.
   * @throws {InputError} It is not understood, or there is no such case.
   */
  constructor(scenario: ScenarioSource, options: TrialOptions & { readonly mostEvents?: number } = {}) {
    const { mostEvents = STORY_EVENTS, ...others } = options;
    this.#scenario = opened(scenario);
    this.#options = others;
    this.#mostEvents = mostEvents;
  }

  /**
   * Runs it under the eyes of the oracle. Its trace, the digest for who asks and the world are those of `execute`; what
   * of the tape was not reached is among the misfits of the outcome.
   *
   * @throws {FaultError} A fault of the tape cannot happen in the world.
   */
  run({ tape = [], recipe = [], strategy, onWorld }: Rerun = {}): Trial {
    this.runs++;
    const subject = { scenario: this.#scenario, tape, recipe, mostEvents: this.#mostEvents };
    return runTrial(subject, {
      ...this.#options,
      memory: this.#memory,
      strategy,
      ...(onWorld === undefined ? {} : { onWorld }),
    });
  }
}
