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
import { type Invariants, WorldOracle } from "../oracle/world_oracle.ts";
import type { Subject } from "../tape/subject.ts";
import { cellsOf } from "./cells.ts";

/** What a trial is run with besides its subject. */
export interface TrialOptions {
  /** Puts other parts into the world: a store, a flash part, a policy, sessions of the user's own. */
  readonly world?: (options: WorldOptions) => WorldOptions;
  /** What must hold in the world after each step, besides the rules of the oracle. */
  readonly invariants?: Invariants;
  /** What runs share: what one has computed, no other computes again. Nothing by default. */
  readonly memory?: CampaignMemory;
}

/** What has come of a trial. */
export interface Trial {
  /** The run. */
  readonly outcome: Outcome;
  /** What its first failure is called, without what varies from run to run; absent if nothing failed. */
  readonly signature?: string;
  /** The cells that its world was in, in order of their numbers. */
  readonly cells: readonly number[];
}

/** How verdicts of the oracle are called. */
const ORACLE = "oracle";

/** Executes a subject; each rule that is broken is a verdict that does not hold. */
export function runTrial(
  subject: Subject,
  { world: adapt, invariants, memory }: TrialOptions = {},
  strategy?: Strategy,
): Trial {
  const cells = new Set<number>();
  let oracle: WorldOracle | undefined;
  let line = 1;
  const look = (world: World) => {
    for (const cell of cellsOf(world, oracle?.pending.length ?? 0)) cells.add(cell);
  };
  const outcome = execute(subject, {
    ...(adapt === undefined && memory === undefined ? {} : { adapt: adapting(adapt, memory) }),
    ...(strategy === undefined ? {} : { strategy }),
    onWorld(world, note) {
      oracle = new WorldOracle(world, ({ rule, detail }) => {
        note({ line, step: ORACLE, expected: rule, actual: detail, holds: false });
      }, invariants);
      world.host.apiTaps.add(() => {
        look(world);
        return () => look(world);
      });
    },
    onStep(step) {
      ({ line } = step);
      oracle?.stepEnds(step.name);
      if (oracle !== undefined) look(oracle.world);
    },
  });
  const signature = signatureOf(outcome);
  return { outcome, ...(signature === undefined ? {} : { signature }), cells: [...cells].sort((a, b) => a - b) };
}

/** Puts the user's parts and what runs share into a world. */
function adapting(
  adapt: TrialOptions["world"],
  memory: CampaignMemory | undefined,
): (options: WorldOptions) => WorldOptions {
  return (options) => {
    const adapted = adapt?.(options) ?? options;
    return memory === undefined ? adapted : { ...adapted, campaign: memory };
  };
}

/** Names, fingerprints, statuses and figures differ from run to run of one bug. */
const VARYING = /\b(hba\d+|[0-9a-f]{8,}|\d+(\.\d+){3}|\d+)\b/g;

/** A failure in short: the rule that is broken first, or the expectation that does not hold, and how. */
function signatureOf({ verdicts, signature }: Outcome): string | undefined {
  const broken = verdicts.find(({ holds, step }) => !holds && step === ORACLE);
  if (broken === undefined) return signature?.replaceAll(VARYING, "…");
  return `${broken.expected}: ${broken.actual}`.replaceAll(VARYING, "…");
}
