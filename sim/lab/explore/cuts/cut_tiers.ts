/**
 * The tiers: what shows in seconds that all is in place, what is run at every
 * commit, what in a night, and what shows that each rule of the mount is needed.
 *
 * @module
 */

import type { MountRule } from "../../../../firmware/nvram/mount_rules.ts";
import type { CampaignJob, PairedOperation } from "./cut_campaign.ts";
import { VARIANT_LETTERS } from "./cut_points.ts";
import {
  FULL_SECTORS_SEED,
  ONE_BOOT_SEED,
  RANDOM_GEOMETRY_SEED,
  SMALL_SECTORS_SEED,
  WORD_BYTES,
} from "./cut_history.ts";
import { FLIP_IMAGE_BITS, FULL_STORE_SEED } from "./flip_trials.ts";

/** Names of the tiers. */
export type TierName = "quick" | "commit" | "nightly";

/** Operations of the commit tier's history: more than 300 of them change a record. */
const COMMIT_OPERATIONS = 400;
/** Operations of the nightly tier's: more than 3,000 of them change a record. */
const NIGHTLY_OPERATIONS = 3750;
/** Operations of each history on small sectors. */
const COMMIT_WORD_OPERATIONS = 64;
const NIGHTLY_WORD_OPERATIONS = 600;
/** Operations on small sectors that are cut, and then a mount after them: what a mount writes again may read otherwise. */
const TWICE_CUT_OPERATIONS = 40;
const COMMIT_TWICE_CUT_TRIALS = 1000;
const NIGHTLY_TWICE_CUT_TRIALS = 10_000;
/** A prime, so that points and variants take turns. */
const QUICK_STEP = 41;
const OPERATIONS_PER_JOB = 20;
const NIGHTLY_OPERATIONS_PER_JOB = 50;
const PAIRED: readonly PairedOperation[] = ["insert", "update", "delete", "carry"];
const GEOMETRIES = 60;
const FLIP_JOBS = 32;
/** Coarse enough to be quick, fine enough to meet each record. */
const FLIP_SAMPLE = 61;
/** Seeds with small sectors: words of all lengths, each in rings of 5 to 7 sectors. */
const SMALL_SEEDS = Array.from({ length: 3 * WORD_BYTES.length }, (_, index) => SMALL_SECTORS_SEED + index);
/** As many of them as have words of all lengths in rings of two sizes. */
const COMMIT_WORD_SEEDS = 2 * WORD_BYTES.length;
/** The same with more records than fit. */
const FULL_SEEDS = SMALL_SEEDS.map((seed) => seed - SMALL_SECTORS_SEED + FULL_SECTORS_SEED);
/** Those with rings of 6 sectors, and of 5. */
const COMMIT_FULL_SEEDS = [...FULL_SEEDS.slice(0, WORD_BYTES.length), ...FULL_SEEDS.slice(-WORD_BYTES.length)];
/** Their first operations fill the store. */
const FIRST_FULL_OPERATION = 60;
const COMMIT_FULL_OPERATIONS = 5;
const NIGHTLY_FULL_OPERATIONS = 300;
const FAULT_TRIALS_PER_JOB = 1000;
const COMMIT_FAULT_TRIALS = 9800;
const COMMIT_FULL_FAULT_TRIALS = 2000;
const COMMIT_PASSING_TRIALS = 300;
const COMMIT_FULL_PASSING_TRIALS = 120;
/** Primes, so that bits and bytes take turns. */
const COMMIT_CLEAR_STEP = 251;
const NIGHTLY_CLEAR_STEP = 3;
/** More bits than there are in the image of a small seed. */
const ALL_BITS = 1_000_000;
const NIGHTLY_FAULT_TRIALS = 100_000;
const NIGHTLY_DOUBLE_FAULT_TRIALS = 40_000;
const NIGHTLY_FULL_FAULT_TRIALS = 20_000;
const NIGHTLY_PASSING_TRIALS = 25_000;
const NIGHTLY_FULL_PASSING_TRIALS = 8500;
const WEAK_BITS = VARIANT_LETTERS.indexOf("w");

/** The same for a module, whose changes are far larger than those of a ring: so few have as many points. */
const MODULE_OPERATIONS = { quick: 40, commit: 60, nightly: 150 } as const satisfies Record<TierName, number>;
const MODULE_OPERATIONS_PER_JOB = 4;
/** Trials with one fault, and as many with two, of each of the small seeds. */
const MODULE_FAULTS = { quick: 5, commit: 60, nightly: 800 } as const satisfies Record<TierName, number>;

/** A history whose only boot is its first, cut where more than a hundred changes lie behind it. */
const MODULE_LATE = { first: 140, operations: 40 } as const;

const TIERS = {
  quick: quickJobs,
  commit: commitJobs,
  nightly: nightlyJobs,
} as const satisfies Record<TierName, () => readonly CampaignJob[]>;

/** True of the name of a tier. */
export function isTierName(name: string): name is TierName {
  return Object.hasOwn(TIERS, name);
}

/** The jobs of a tier, in order. */
export function tierJobs(tier: TierName): readonly CampaignJob[] {
  return TIERS[tier]();
}

/**
 * The jobs of a tier for a store that is not the ring: cuts, and faults in a store that lives on; which bits of an image
 * may turn over without a loss is a matter of its format. In the nightly tier each variant of a cut has more than 20,000
 * trials, and so have faults.
 */
export function moduleJobs(tier: TierName): readonly CampaignJob[] {
  const single = singleCuts(1, MODULE_OPERATIONS[tier], MODULE_OPERATIONS_PER_JOB);
  const faults = SMALL_SEEDS.flatMap((seed) =>
    [1, 2].flatMap((count) => writeFaults(seed, MODULE_FAULTS[tier], count))
  );
  if (tier === "quick") return [...single.map((job) => ({ ...job, step: QUICK_STEP })), ...faults];
  if (tier === "commit") return [...single.map((job) => ({ ...job, step: 5 })), ...faults, ...unusual(37)];
  return [
    ...single,
    ...faults,
    ...unusual(23),
    ...PAIRED.slice(0, 3).map((operation): CampaignJob => ({ kind: "pairs", seed: 2, operation })),
    { kind: "random cuts", seed: 4, operations: 200, cuts: 2, trials: 5000 },
    { kind: "random cuts", seed: 3, operations: 60, cuts: 3, trials: 5000 },
    ...Array.from({ length: 10 }, (_, index): CampaignJob => (
      { kind: "single cuts", seed: RANDOM_GEOMETRY_SEED + index, first: 0, operations: 40, step: 23 }
    )),
    ...SMALL_SEEDS.flatMap((seed) => singleCuts(seed, 20, OPERATIONS_PER_JOB)),
  ];
}

/** A module on a full part, and one that has run for long. */
function unusual(step: number): CampaignJob[] {
  const { first, operations } = MODULE_LATE;
  return [
    ...COMMIT_FULL_SEEDS.slice(0, 1).flatMap((seed) =>
      singleCuts(seed, OPERATIONS_PER_JOB, OPERATIONS_PER_JOB, FIRST_FULL_OPERATION).map((job) => ({ ...job, step }))
    ),
    { kind: "single cuts", seed: ONE_BOOT_SEED, first, operations, step },
  ];
}

/** A sample of the commit tier's operations, each cut at some points. */
function quickJobs(): CampaignJob[] {
  return singleCuts(1, COMMIT_OPERATIONS, OPERATIONS_PER_JOB).map((job) => ({ ...job, step: QUICK_STEP }));
}

function commitJobs(): CampaignJob[] {
  return [
    ...PAIRED.map((operation): CampaignJob => ({ kind: "pairs", seed: 2, operation })),
    ...singleCuts(1, COMMIT_OPERATIONS, OPERATIONS_PER_JOB),
    { kind: "random cuts", seed: 4, operations: 200, cuts: 2, trials: 5000, variant: WEAK_BITS },
    { kind: "random cuts", seed: 3, operations: 60, cuts: 3, trials: 5000 },
    { kind: "flips", seed: FULL_STORE_SEED, firstBit: 0, bits: FLIP_IMAGE_BITS, step: 521 },
    ...SMALL_SEEDS.slice(0, COMMIT_WORD_SEEDS).flatMap((seed) =>
      singleCuts(seed, COMMIT_WORD_OPERATIONS, OPERATIONS_PER_JOB)
    ),
    ...SMALL_SEEDS.slice(0, COMMIT_WORD_SEEDS).map((seed) => weakCuts(seed, 2, COMMIT_TWICE_CUT_TRIALS)),
    ...SMALL_SEEDS.map((seed) => flipsAndClears(seed, COMMIT_CLEAR_STEP)),
    ...COMMIT_FULL_SEEDS.flatMap((seed) =>
      singleCuts(seed, COMMIT_FULL_OPERATIONS, OPERATIONS_PER_JOB, FIRST_FULL_OPERATION)
    ),
    ...COMMIT_FULL_SEEDS.flatMap((seed) => writeFaults(seed, COMMIT_FULL_FAULT_TRIALS, 1)),
    ...SMALL_SEEDS.flatMap((seed) => writeFaults(seed, COMMIT_FAULT_TRIALS, 1)),
    ...SMALL_SEEDS.flatMap((seed) => passingFaults(seed, COMMIT_PASSING_TRIALS)),
    ...FULL_SEEDS.flatMap((seed) => passingFaults(seed, COMMIT_FULL_PASSING_TRIALS)),
  ];
}

function nightlyJobs(): CampaignJob[] {
  return [
    ...[...PAIRED, "boot" as const].flatMap((operation) =>
      [11, 12, 13].map((seed): CampaignJob => ({ kind: "pairs", seed, operation }))
    ),
    ...singleCuts(10, NIGHTLY_OPERATIONS, NIGHTLY_OPERATIONS_PER_JOB),
    ...Array.from({ length: GEOMETRIES }, (_, index): CampaignJob => (
      { kind: "single cuts", seed: RANDOM_GEOMETRY_SEED + index, first: 0, operations: 120, step: 23 }
    )),
    ...Array.from({ length: 10 }, (_, index): CampaignJob => (
      { kind: "random cuts", seed: 20 + index, operations: 250, cuts: 3, trials: 10_000 }
    )),
    ...Array.from({ length: FLIP_JOBS }, (_, index): CampaignJob => {
      const bits = FLIP_IMAGE_BITS / FLIP_JOBS;
      return { kind: "flips", seed: 7, firstBit: index * bits, bits, step: 1 };
    }),
    { kind: "flips", seed: FULL_STORE_SEED, firstBit: 0, bits: FLIP_IMAGE_BITS, step: 13 },
    ...SMALL_SEEDS.flatMap((seed) => singleCuts(seed, NIGHTLY_WORD_OPERATIONS, NIGHTLY_OPERATIONS_PER_JOB)),
    ...[2, 3].flatMap((cuts) => SMALL_SEEDS.map((seed) => weakCuts(seed, cuts, NIGHTLY_TWICE_CUT_TRIALS))),
    ...SMALL_SEEDS.map((seed) => flipsAndClears(seed, NIGHTLY_CLEAR_STEP)),
    ...SMALL_SEEDS.flatMap((seed) => writeFaults(seed, NIGHTLY_FAULT_TRIALS, 1)),
    ...SMALL_SEEDS.flatMap((seed) => writeFaults(seed, NIGHTLY_DOUBLE_FAULT_TRIALS, 2)),
    ...FULL_SEEDS.flatMap((seed) =>
      singleCuts(seed, NIGHTLY_FULL_OPERATIONS, NIGHTLY_OPERATIONS_PER_JOB, FIRST_FULL_OPERATION)
    ),
    ...FULL_SEEDS.flatMap((seed) => writeFaults(seed, NIGHTLY_FULL_FAULT_TRIALS, 1)),
    ...FULL_SEEDS.flatMap((seed) => writeFaults(seed, NIGHTLY_FULL_FAULT_TRIALS, 2)),
    ...SMALL_SEEDS.flatMap((seed) => passingFaults(seed, NIGHTLY_PASSING_TRIALS)),
    ...FULL_SEEDS.flatMap((seed) => passingFaults(seed, NIGHTLY_FULL_PASSING_TRIALS)),
  ];
}

function weakCuts(seed: number, cuts: number, trials: number): CampaignJob {
  return { kind: "random cuts", seed, operations: TWICE_CUT_OPERATIONS, cuts, trials, variant: WEAK_BITS };
}

function flipsAndClears(seed: number, step: number): CampaignJob {
  return { kind: "flips and clears", seed, firstBit: 0, bits: ALL_BITS, step };
}

function writeFaults(seed: number, trials: number, faults: number): CampaignJob[] {
  return shares(trials).map((share): CampaignJob => ({ kind: "write faults", seed, ...share, faults }));
}

function passingFaults(seed: number, trials: number): CampaignJob[] {
  return shares(trials).map((share): CampaignJob => ({ kind: "passing faults", seed, ...share }));
}

function shares(trials: number): readonly { readonly first: number; readonly trials: number }[] {
  return Array.from({ length: Math.ceil(trials / FAULT_TRIALS_PER_JOB) }, (_, index) => {
    const first = index * FAULT_TRIALS_PER_JOB;
    return { first, trials: Math.min(FAULT_TRIALS_PER_JOB, trials - first) };
  });
}

function singleCuts(seed: number, operations: number, perJob: number, begin = 0): CampaignJob[] {
  const jobs: CampaignJob[] = [];
  const end = begin + operations;
  for (let first = begin; first < end; first += perJob) {
    jobs.push({ kind: "single cuts", seed, first, operations: Math.min(perJob, end - first), step: 1 });
  }
  return jobs;
}

/** The jobs by which the lack of a rule shows, in the order in which they are tried. */
export function mutationJobs(rule: MountRule): readonly CampaignJob[] {
  switch (rule) {
    case "repair record":
      return [{ kind: "flips", seed: 7, firstBit: 0, bits: FLIP_IMAGE_BITS, step: FLIP_SAMPLE }];
    case "reopen torn header":
      // It takes a weak record that is left behind, and a weak header that was to leave it.
      return [{ kind: "random cuts", seed: 4, operations: 200, cuts: 2, trials: 40_000, variant: WEAK_BITS }];
    case "settle header":
    case "settle record":
    case "leave torn record":
    case "fence":
    case "boot mark":
    case "resume scrub":
      return [{ kind: "single cuts", seed: 1, first: 0, operations: COMMIT_OPERATIONS, step: 1, variant: WEAK_BITS }];
    default:
      return rule satisfies never;
  }
}
