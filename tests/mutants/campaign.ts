/**
 * A sample of the campaign, of all its kinds: prints the first trial that the
 * oracle does not allow, or nothing.
 *
 * @module
 */

import { type CampaignJob, runJob } from "../../sim/lab/explore/cuts/cut_campaign.ts";
import { VARIANT_LETTERS } from "../../sim/lab/explore/cuts/cut_points.ts";

/** Words of all lengths, in rings of 5 to 7 sectors. */
const SEEDS = Array.from({ length: 18 }, (_, index) => 5000 + index);
/** The same, filled. */
const FULL_SEEDS = SEEDS.map((seed) => seed + 1000);

const WEAK_BITS = VARIANT_LETTERS.indexOf("w");

/** What finds most first. */
const JOBS: readonly CampaignJob[] = [
  // A boot in an outage, after one that had gone on in the head.
  { kind: "write faults", seed: 5016, first: 5232, trials: 1, faults: 1 },
  ...SEEDS.map((seed): CampaignJob => ({ kind: "write faults", seed, first: 0, trials: 60, faults: 1 })),
  ...FULL_SEEDS.map((seed): CampaignJob => ({ kind: "write faults", seed, first: 0, trials: 40, faults: 1 })),
  ...SEEDS.map((seed): CampaignJob => ({ kind: "flips and clears", seed, firstBit: 0, bits: 1_000_000, step: 1999 })),
  { kind: "single cuts", seed: 1, first: 0, operations: 300, step: 97 },
  ...SEEDS.slice(0, 6).map((seed): CampaignJob => ({ kind: "single cuts", seed, first: 0, operations: 100, step: 47 })),
  { kind: "flips", seed: 8, firstBit: 0, bits: 524_288, step: 10_007 },
  ...SEEDS.map((seed): CampaignJob => ({ kind: "write faults", seed, first: 60, trials: 140, faults: 1 })),
  // What a mount has written again reads wrong at the next, and right after that.
  { kind: "random cuts", seed: 5003, operations: 40, cuts: 2, trials: 1500, variant: WEAK_BITS },
  // The first boots of a part.
  { kind: "random cuts", seed: 5000, operations: 1, cuts: 2, trials: 600, variant: WEAK_BITS },
  { kind: "random cuts", seed: 4, operations: 60, cuts: 2, trials: 300 },
];

for (const job of JOBS) {
  const [violation] = runJob(job, { stopsAtViolation: true }).violations;
  if (violation === undefined) continue;
  console.log(`${violation.trial}: ${violation.rule}`);
  break;
}
