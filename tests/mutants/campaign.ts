/**
 * A sample of the campaign, of all its kinds: prints the first trial that the
 * oracle does not allow, or nothing.
 *
 * @module
 */

import { type CampaignJob, runJob } from "../../sim/lab/explore/cut_campaign.ts";

const SEEDS = Array.from({ length: 18 }, (_, index) => 5000 + index);

const JOBS: readonly CampaignJob[] = [
  ...SEEDS.map((seed): CampaignJob => ({ kind: "write faults", seed, first: 0, trials: 100, faults: 1 })),
  ...SEEDS.map((seed): CampaignJob => ({ kind: "flips and clears", seed, firstBit: 0, bits: 1e6, step: 997 })),
  { kind: "single cuts", seed: 1, first: 0, operations: 300, step: 41 },
  { kind: "flips", seed: 8, firstBit: 0, bits: 524_288, step: 5003 },
  ...SEEDS.slice(0, 6).map((seed): CampaignJob => ({ kind: "single cuts", seed, first: 0, operations: 100, step: 23 })),
  ...SEEDS.map((seed): CampaignJob => ({ kind: "write faults", seed, first: 100, trials: 500, faults: 1 })),
  { kind: "random cuts", seed: 4, operations: 200, cuts: 2, trials: 2000 },
  ...SEEDS.slice(0, 6).map((seed): CampaignJob => ({ kind: "write faults", seed, first: 0, trials: 200, faults: 2 })),
];

for (const job of JOBS) {
  let found: string | undefined;
  try {
    const [violation] = runJob(job, { stopsAtViolation: true }).violations;
    found = violation && `${violation.trial}: ${violation.rule}`;
  } catch (error) {
    found = `${job.kind} of seed ${job.seed}: ${error instanceof Error ? error.message : error}`;
  }
  if (found === undefined) continue;
  console.log(found);
  break;
}
