/**
 * The power-cut campaign: the power of a key store goes at every byte of every
 * program and in every phase of every erase, bits turn over, cells die, writes
 * fail, and an oracle judges what is left. Any {@linkcode StoreFactory} can be
 * attacked; what only a ring keeps is waived for others.
 *
 * @example The first cuts of a history, on the ring store
 * ```ts
 * import { runJob } from "@hba/sim/explore";
 *
 * const { trials, violations } = runJob({ kind: "single cuts", seed: 1, first: 0, operations: 2, step: 10 });
 * if (trials === 0 || violations.length > 0) throw new Error(violations[0]?.trial);
 * ```
 *
 * @module
 */

export {
  type CampaignJob,
  type CampaignOptions,
  type JobResult,
  type PairedOperation,
  replayTrial,
  runJob,
  withoutRules,
} from "./cut_campaign.ts";
export type { StoreFactory, StoreParts } from "./cut_history.ts";
export { RING_RULES, type RingRule } from "./ring_rules.ts";
export { tierJobs, type TierName } from "./cut_tiers.ts";
export type { Violation } from "./cut_trial.ts";
export type { ScenarioSource, Subject } from "./tape/subject.ts";
export type {
  Deviation,
  DrawDeviation,
  EventName,
  FaultDeviation,
  Moment,
  Recipe,
  Split,
  StepDeviation,
  StepName,
  Tape,
  TieDeviation,
} from "./tape/tape.ts";
export { firstFailure } from "./rule_table.ts";
export {
  type Cut,
  type CutTrial,
  type FaultTrial,
  type FlipTrial,
  formatTrial,
  parseTrial,
  type Trial,
  TrialNameError,
} from "./trial_name.ts";
