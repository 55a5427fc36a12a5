/**
 * All single faults and all pairs of faults, one run each, and nothing about
 * lineage: what a certificate must agree with.
 *
 * @module
 */

import type { CertifyOptions } from "../../../../sim/lab/explore/certify/certify.ts";
import { BUDGET_KINDS, hypothesesAt, type Hypothesis } from "../../../../sim/lab/explore/certify/fault_hypotheses.ts";
import { noteOperations, type Operation } from "../../../../sim/lab/explore/certify/operations.ts";
import { execute } from "../../../../sim/lab/explore/execute.ts";
import { opened, type ScenarioSource } from "../../../../sim/lab/explore/tape/subject.ts";
import type { Fault } from "../../../../sim/lab/faults/fault.ts";
import { tellFault } from "../../../../sim/lab/faults/sentence.ts";
import { CampaignMemory } from "../../../../sim/lab/world/campaign_memory.ts";

/** What brute force has found. */
export interface BruteForce {
  /** Runs that were executed. */
  readonly executions: number;
  /** Faults that break the outcome, none of whose parts does alone. */
  readonly breaking: readonly (readonly Fault[])[];
}

/** Executes scenarios with faults, each set of faults once. */
export class FaultRuns {
  executions = 0;
  readonly #scenario: ScenarioSource;
  readonly #options: CertifyOptions;
  readonly #memory = new CampaignMemory({ keepsTraces: true });
  readonly #known = new Map<string, boolean>();

  constructor(scenario: ScenarioSource, options: CertifyOptions) {
    this.#scenario = opened(scenario);
    this.#options = options;
  }

  /** Whether the outcome is broken by some faults. */
  breaks(faults: readonly Fault[]): boolean {
    const key = keyOf(faults);
    const known = this.#known.get(key) ?? this.run(faults).isBroken;
    this.#known.set(key, known);
    return known;
  }

  run(faults: readonly Fault[]): { readonly isBroken: boolean; readonly possible: readonly Hypothesis[] } {
    this.executions++;
    let operations: readonly Operation[] = [];
    const { lines = [], kinds = BUDGET_KINDS, world: adapt } = this.#options;
    const { verdicts, reachesEnd } = execute(
      { scenario: this.#scenario, tape: faults.map((fault) => ({ decision: "fault", fault })) },
      {
        adapt: (options) => ({ ...adapt?.(options) ?? options, campaign: this.#memory }),
        onWorld: (world) => operations = noteOperations(world),
      },
    );
    const isBroken = !reachesEnd ||
      verdicts.some(({ line, holds }) => !holds && (lines.length === 0 || lines.includes(line)));
    this.#known.set(keyOf(faults), isBroken);
    return { isBroken, possible: hypothesesAt(operations, kinds) };
  }
}

function keyOf(faults: readonly Fault[]): string {
  return faults.map(tellFault).toSorted().join(" + ");
}

/** Tries everything. */
export function bruteForce(scenario: ScenarioSource, options: CertifyOptions = {}): BruteForce {
  const runs = new FaultRuns(scenario, options);
  const singles = runs.run([]).possible;
  const harmless = singles.flatMap((each) => {
    const { isBroken, possible } = runs.run([each.fault]);
    return isBroken ? [] : [{ each, possible }];
  });
  const breaking: (readonly Fault[])[] = singles.filter(({ fault }) => runs.breaks([fault])).map((
    { fault },
  ) => [fault]);
  const tried = new Set<string>();
  for (const { each, possible } of harmless) {
    for (const other of possible) {
      const pair = [each.fault, other.fault];
      if (other.operation === each.operation || tried.has(keyOf(pair)) || runs.breaks([other.fault])) continue;
      tried.add(keyOf(pair));
      if (runs.breaks(pair)) breaking.push(pair);
    }
  }
  return { executions: runs.executions, breaking };
}
