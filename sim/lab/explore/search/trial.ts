/**
 * One trial: a subject executed under the eyes of the oracle.
 *
 * @module
 */

import type { CampaignMemory } from "../../world/campaign_memory.ts";
import type { World } from "../../world/world.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import { execute, type Outcome } from "../execute.ts";
import type { Strategy } from "../execution.ts";
import { type Broken, type Invariants, WorldOracle } from "../oracle/world_oracle.ts";
import type { Subject } from "../tape/subject.ts";
import type { Moment } from "../tape/tape.ts";
import { cellsOf } from "./cells.ts";
import { ownWorld } from "./own_parts.ts";
import { ProbeWatch, type UserProbes } from "./probes.ts";
import { ORACLE, signatureOf } from "./signature_of.ts";

/** What a trial is run with besides its subject. */
export interface TrialOptions {
  /** Puts other parts into the world: a store, a flash part, a policy, sessions of the user's own. */
  readonly world?: (options: WorldOptions) => WorldOptions;
  /** What must hold in the world after each step, besides the rules of the oracle. */
  readonly invariants?: Invariants;
  /** What should be so sometimes, by names: looked at when calls begin and end, and after each step. */
  readonly probes?: UserProbes;
}

/** How a trial is run in a campaign. */
export interface CampaignTrialOptions extends TrialOptions {
  /** What runs share: what one has computed, no other computes again. Nothing by default. */
  readonly memory?: CampaignMemory;
  /** Decides what the tape does not. */
  readonly strategy?: Strategy | undefined;
  /** Told of the world before its power comes. */
  readonly onWorld?: (world: World) => void;
}

/** Where a cell was seen first. */
export interface Sighting {
  /** In or right after which step, from 0. */
  readonly step: number;
  /** When. */
  readonly at: Moment;
}

/** What has come of a trial. */
export interface Trial {
  /** The run. */
  readonly outcome: Outcome;
  /** What its first failure is called, without what varies from run to run; absent if nothing failed. */
  readonly signature?: string;
  /** The cells that its world was in, in order of their numbers, and where each was seen first. */
  readonly cells: ReadonlyMap<number, Sighting>;
  /** The places of the probes that it has reached, in order: those of the table, then the user's. */
  readonly probes: readonly number[];
}

/**
 * Executes a subject; each rule that is broken is a verdict that does not hold.
 *
 * @throws {OwnWorldError} The user's `world` gives none.
 */
export function runTrial(subject: Subject, options: CampaignTrialOptions = {}): Trial {
  const { invariants, strategy, onWorld } = options;
  const watch = new TrialWatch(options.probes);
  let line = 1;
  const outcome = execute(subject, {
    adapt: (given) => adapted(given, options),
    ...(strategy === undefined ? {} : { strategy }),
    onWorld(world, note) {
      onWorld?.(world);
      const tell = ({ rule, detail }: Broken) => {
        note({ line, step: ORACLE, expected: rule, actual: detail, holds: false });
      };
      watch.begin(new WorldOracle(world, tell, invariants), tell);
    },
    onStep(step) {
      ({ line } = step);
      watch.stepEnds(step.name);
    },
  });
  const signature = signatureOf(outcome);
  return { outcome, ...(signature === undefined ? {} : { signature }), ...watch.seen(outcome.world) };
}

/** Puts the user's parts and what runs share into a world. */
function adapted(given: WorldOptions, { world: adapt, memory }: CampaignTrialOptions): WorldOptions {
  const options = adapt === undefined ? given : ownWorld(adapt, given);
  return memory === undefined ? options : { ...options, campaign: memory };
}

/** Sees in which cells a world is, and which probes it reaches, whenever a call begins or ends and after each step. */
class TrialWatch {
  readonly #cells = new Map<number, Sighting>();
  readonly #probes: ProbeWatch;
  #watched: { readonly oracle: WorldOracle; readonly tell: (broken: Broken) => void } | undefined;
  #steps = 0;

  constructor(probes: UserProbes | undefined) {
    this.#probes = new ProbeWatch(probes);
  }

  /** @param tell Is told of probes that say neither yes nor no. */
  begin(oracle: WorldOracle, tell: (broken: Broken) => void): void {
    this.#watched = { oracle, tell };
    oracle.world.host.apiTaps.add(() => {
      this.#look();
      return () => this.#look();
    });
  }

  stepEnds(name: string | undefined): void {
    this.#watched?.oracle.stepEnds(name);
    this.#look();
    this.#steps++;
  }

  seen(world: World): Pick<Trial, "cells" | "probes"> {
    const cells = new Map([...this.#cells].sort(([a], [b]) => a - b));
    return { cells, probes: this.#probes.reached(world.recorder) };
  }

  #look(): void {
    if (this.#watched === undefined) return;
    const { oracle, tell } = this.#watched;
    const { world, pending } = oracle;
    for (const cell of cellsOf(world, pending.length)) {
      if (this.#cells.has(cell)) continue;
      const at = { cycle: world.now, sequence: world.recorder.length - 1 };
      this.#cells.set(cell, { step: this.#steps, at });
    }
    this.#probes.look(oracle, tell);
  }
}
