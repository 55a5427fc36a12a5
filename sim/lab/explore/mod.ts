/**
 * Runs as data, and two ways to look for what breaks them.
 *
 * A run is a scenario plus a few deviations ({@linkcode Tape}).
 * {@linkcode execute} executes it, a {@linkcode Bundle} holds it as bytes,
 * {@linkcode replay} does it again, and in a {@linkcode Session} one goes to
 * any of its moments, back, and into other futures.
 *
 * The power-cut campaign ({@linkcode runJob}) attacks the key store alone: its
 * power goes at every byte of every program and in every phase of every erase,
 * bits turn over, cells die, writes fail, and an oracle judges what is left.
 * Any {@linkcode StoreFactory} can be attacked; what only a ring keeps is
 * waived for others.
 *
 * @example The first cuts of a history, on the ring store
 * ```ts
 * import { runJob } from "@hba/sim/explore";
 *
 * const { trials, violations } = runJob({ kind: "single cuts", seed: 1, first: 0, operations: 2, step: 10 });
 * if (trials === 0 || violations.length > 0) throw new Error(violations[0]?.trial);
 * ```
 *
 * @example A run as bytes, and once more from them
 * ```ts
 * import { bundleOf, decodeBundle, encodeBundle, execute, replay } from "@hba/sim/explore";
 *
 * const source = `{
 *   name: a key, adapters: { hba0: { storage: ram, ports: [192.0.2.10] } },
 *   steps: [setGroupKey: { key: for all }]
 * }`;
 * const subject = { scenario: { file: "key.yaml", source } };
 * const bytes = encodeBundle(bundleOf(subject, execute(subject)));
 * if (!replay(decodeBundle(bytes)).agrees) throw new Error("it was another run");
 * ```
 *
 * Whole worlds run as a campaign, too: without a trace, with nothing computed twice, and now and then one of them again
 * in full.
 *
 * @example Power goes at one moment after another
 * ```ts
 * import { World } from "@hba/sim";
 * import { WorldCampaign } from "@hba/sim/explore";
 *
 * const options = { adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] };
 * const cutAfter = (cycles: number) => (world: World) => {
 *   world.powerOn();
 *   world.advance(cycles);
 *   world.powerOff();
 *   world.powerOn();
 *   world.settle();
 *   return world.host.adapterState("hba0");
 * };
 * const campaign = new WorldCampaign({ sampleEvery: 10 });
 * for (let cycles = 0; cycles < 30_000_000; cycles += 1_000_000) {
 *   const state = campaign.run(options, cutAfter(cycles));
 *   // What deserves a closer look is run again with a trace: `campaign.runInFull(options, cutAfter(cycles)).world`.
 *   if (state !== "ready") throw new Error(`cut after ${cycles} cycles: ${state}`);
 * }
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
} from "./cuts/cut_campaign.ts";
export type { StoreFactory, StoreParts } from "./cuts/cut_history.ts";
export { shrinkTrial } from "./cuts/cut_campaign.ts";
export { campaignOf, explainCut } from "./cuts/module_campaign.ts";
export { RING_RULES, type RingRule } from "./cuts/ring_rules.ts";
export { moduleJobs, tierJobs, type TierName } from "./cuts/cut_tiers.ts";
export type { Violation } from "./cuts/cut_trial.ts";
export { execute, type ExecuteOptions, type Outcome } from "./execute.ts";
export type { ExecutionOptions, Misfit, Strategy } from "./execution.ts";
export { MisfitError, type Replay, replay } from "./replay.ts";
export type { Difference } from "./session/difference.ts";
export { type Aspect, type AspectName, ASPECTS, type Contrast, contrasts } from "./session/inspection.ts";
export { Session, type SessionOptions } from "./session/session.ts";
export { type Bundle, bundleName, bundleOf, decodeBundle, encodeBundle, isBundle } from "./tape/bundle.ts";
export { BLOCK_EVENTS, type EventHashes, firstDifference } from "./tape/event_hashes.ts";
export { BEGINNING, tellMoment } from "./tape/moment.ts";
export { tellDeviation, tellSplit } from "./tape/sentence.ts";
export { stepNames } from "./tape/step_names.ts";
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
export { firstFailure } from "./cuts/rule_table.ts";
export { type Certificate, certify, type CertifyOptions, type Counterexample } from "./certify/certify.ts";
export { BUDGET_KINDS, CERTIFIABLE_KINDS } from "./certify/fault_hypotheses.ts";
export { type CurvePoint, type Inevitability, inevitable, type InevitableOptions } from "./certify/inevitable.ts";
export type { Parents } from "./certify/lineage.ts";
export { type NewCells, type NotSeen, notSeen } from "./certify/not_seen.ts";
export { type TieOrderOptions, type TieOrders, tieOrders } from "./certify/tie_orders.ts";
export type { Invariants } from "./oracle/world_oracle.ts";
export type { BlockOptions, BlockResult, FoundFailure, RunResult, StrategyName } from "./search/block.ts";
export { type Exploration, explore, type ExploreOptions, type Seeds } from "./search/explore.ts";
export type { Finding } from "./search/finding.ts";
export { withFlashParts } from "./search/flash_parts.ts";
export type { ReachedProbes, UserProbes } from "./search/probes.ts";
export type { TrialOptions } from "./search/trial.ts";
export { shrink, type ShrinkOptions, superfluous } from "./shrink/shrink.ts";
export type { Failing, ShrinkBounds, Shrunk } from "./shrink/shrinking.ts";
export { drawStory } from "./workload/draw_story.ts";
export type { Written } from "./workload/scope.ts";
export { type PendingEvent, type TieOrder, TieOrdering } from "./tape/tie_order.ts";
export { readStory, storyText, type WrittenScenario } from "./workload/story.ts";
export type { StoryGiven } from "./workload/story_subject.ts";
export { variations } from "./workload/vary_story.ts";
export {
  type Cut,
  type CutTrial,
  type FaultTrial,
  type FlipTrial,
  formatTrial,
  parseTrial,
  type PassingTrial,
  type Trial,
  TrialNameError,
} from "./cuts/trial_name.ts";
export { CampaignMemory } from "../world/campaign_memory.ts";
export { CampaignError, WorldCampaign, type WorldCampaignOptions, type WorldTrial } from "../world/world_campaign.ts";
