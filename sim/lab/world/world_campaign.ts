/**
 * Many runs of worlds, as an explorer makes them: each as fast as it goes, and
 * now and then one of them again in full, to show that it came to the same.
 *
 * A run of a campaign keeps no trace and has no digest, and computes nothing that
 * an earlier one has computed. Whatever deserves a closer look is run again in
 * full, with trace and digest: a run is a function of its options and its trial.
 *
 * @module
 */

import { CampaignMemory } from "./campaign_memory.ts";
import { World } from "./world.ts";
import type { WorldOptions } from "./world_options.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/** What is done with a world, and in words what came of it. Nothing else may go into it: it must come to the same again. */
export type WorldTrial = (world: World) => string;

/** How a campaign goes about it. */
export interface WorldCampaignOptions {
  /** Of how many runs one is run again in full, the first among them: a whole number of 1 or more, 100 by default. */
  readonly sampleEvery?: number;
}

/** A run came to something else when it was run again in full: the simulator itself is wrong. */
export class CampaignError extends Error {
  /** What the run came to. */
  readonly outcome: string;
  /** What it came to in full. */
  readonly inFull: string;

  /**
   * Says what came of it, and how far time and tasks went.
   *
   * @param outcome What the run came to.
   * @param inFull What it came to in full.
   */
  constructor(outcome: string, inFull: string) {
    super(`A run of a campaign came to ${outcome}, and in full to ${inFull}`);
    this.name = "CampaignError";
    this.outcome = outcome;
    this.inFull = inFull;
  }
}

/** Runs of worlds that share a memory. */
export class WorldCampaign {
  /** What its worlds share. For worlds that are driven otherwise it is their option `campaign`. */
  readonly memory: CampaignMemory = new CampaignMemory();
  readonly #sampleEvery: number;
  #runs = 0;

  /**
   * A campaign that has not run anything.
   *
   * @throws {RangeError} `sampleEvery` is no whole number of 1 or more.
   */
  constructor({ sampleEvery = 100 }: WorldCampaignOptions = {}) {
    if (!(Number.isSafeInteger(sampleEvery) && sampleEvery >= 1)) {
      throw new RangeError(`Cannot run 1 of ${sampleEvery} again: expected a whole number of 1 or more`);
    }
    this.#sampleEvery = sampleEvery;
  }

  /** How many runs there were, those in full not counted. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Runs a trial.
   *
   * @param options Of its world, each run's own; `campaign` becomes this one's memory.
   * @returns What came of it.
   * @throws {CampaignError} It was one of the sample, and came to something else in full.
   * @throws {WorldOptionsError} The options make no world, or one with a store or a memory that outlives it.
   */
  run(options: WorldOptions, trial: WorldTrial): string {
    requireOwnWorld(options);
    const world = new World({ ...options, campaign: this.memory });
    const outcome = trial(world);
    if (this.#runs++ % this.#sampleEvery === 0) {
      const full = this.runInFull(options, trial);
      const [short, long] = [progressOf(outcome, world), progressOf(full.outcome, full.world)];
      if (short !== long) throw new CampaignError(short, long);
    }
    return outcome;
  }

  /**
   * Runs a trial with a trace, as any world has one.
   *
   * @returns What came of it, and its world: its digest is `world.digest()`.
   * @throws {WorldOptionsError} The options make no world, or one with a store or a memory that outlives it.
   */
  runInFull(options: WorldOptions, trial: WorldTrial): { readonly outcome: string; readonly world: World } {
    requireOwnWorld(options);
    const { campaign: _, ...others } = options;
    const world = new World(others);
    return { outcome: trial(world), world };
  }
}

/** What one run leaves behind the next would find. */
function requireOwnWorld({ keyStore, host }: WorldOptions): void {
  const accepted = "none, so that a run finds nothing of the one before";
  if (keyStore !== undefined) throw new WorldOptionsError("keyStore", "a store that outlives the run", accepted);
  if (host?.dmaMemory !== undefined) {
    throw new WorldOptionsError("host.dmaMemory", "a memory that outlives the run", accepted);
  }
}

/** Two runs that differ in anything are hardly equal in all of this. */
function progressOf(outcome: string, { kernel, recorder }: World): string {
  return `${outcome} in cycle ${kernel.now}, after ${recorder.length} events and ${kernel.dispatched} turns`;
}
