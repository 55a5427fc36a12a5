import { assert, assertEquals } from "@std/assert";
import { type CampaignJob, replayTrial, runJob, withoutRules } from "../../../../sim/lab/explore/cuts/cut_campaign.ts";
import { firstFailure } from "../../../../sim/lab/explore/cuts/rule_table.ts";
import { tierJobs, type TierName } from "../../../../sim/lab/explore/cuts/cut_tiers.ts";
import { parseTrial } from "../../../../sim/lab/explore/cuts/trial_name.ts";
import { MOUNT_RULES } from "../../../../firmware/nvram/mount_rules.ts";
import type { NvramStore } from "../../../../firmware/nvram/store.ts";
import { RingStore } from "../../../../firmware/nvram/ring_store.ts";
import { SMALL_SECTORS_SEED, type StoreParts, WORD_BYTES } from "../../../../sim/lab/explore/cuts/cut_history.ts";
import { VARIANT_LETTERS } from "../../../../sim/lab/explore/cuts/cut_points.ts";
import { RING_RULES } from "../../../../sim/lab/explore/cuts/ring_rules.ts";
import { NaiveStore, TwoSectorStore } from "./naive_store.ts";

const WEAK_BITS = VARIANT_LETTERS.indexOf("w");

for (const rule of MOUNT_RULES) {
  Deno.test(`The campaign finds the mount rule "${rule}" missing, and the trial's name finds it again`, () => {
    const found = firstFailure(rule);
    assert(found !== undefined, `nothing fails without the rule "${rule}"`);
    console.log(`${rule.padEnd(20)} ${found.trial.padEnd(24)} ${found.rule}`);
    const trial = parseTrial(found.trial);
    assertEquals(replayTrial(trial, withoutRules(rule)), found);
    assertEquals(replayTrial(trial), undefined, "with the rule nothing is wrong");
  });
}

Deno.test("runJob() finds nothing in a sample of the commit tier, the same each time", () => {
  const job: CampaignJob = { kind: "single cuts", seed: 1, first: 0, operations: 120, step: 37 };
  const result = runJob(job);
  assertEquals(result.violations, []);
  assert(result.trials > 800, `only ${result.trials} trials`);
  assertEquals(runJob(job), result);
});

Deno.test("runJob() finds nothing in random geometries", () => {
  for (let seed = 1000; seed < 1012; seed++) {
    const result = runJob({ kind: "single cuts", seed, first: 0, operations: 40, step: 211 });
    assertEquals(result.violations, [], `seed ${seed}`);
  }
});

Deno.test("tierJobs() has different jobs only, and those of the commit tier cover each operation once", () => {
  for (const tier of ["quick", "commit", "nightly"] as const) {
    const names = tierJobs(tier).map((job) => JSON.stringify(job));
    assertEquals(new Set(names).size, names.length);
  }
  const covered = tierJobs("commit").flatMap((job) =>
    job.kind === "single cuts" && job.seed === 1
      ? Array.from({ length: job.operations }, (_, index) => job.first + index)
      : []
  );
  assertEquals(covered, Array.from({ length: covered.length }, (_, index) => index));
});

/** How many trials of a kind a tier draws by their numbers. */
function drawnTrials(tier: TierName, kind: "write faults" | "passing faults"): number {
  return tierJobs(tier).reduce((sum, job) => sum + (job.kind === kind ? job.trials : 0), 0);
}

Deno.test("tierJobs() has as many trials with faults, and with faults that pass, as it is to have", () => {
  assert(drawnTrials("commit", "write faults") >= 200_000);
  assert(drawnTrials("commit", "passing faults") >= 7500);
  assert(drawnTrials("nightly", "passing faults") >= 600_000);
});

Deno.test("runJob() breaks a naive store at once, and the trial's name breaks it again", () => {
  const makeStore = (parts: ConstructorParameters<typeof NaiveStore>[0]) => new NaiveStore(parts);
  const job: CampaignJob = { kind: "single cuts", seed: 1, first: 0, operations: 10, step: 1 };
  const [violation] = runJob(job, { makeStore, stopsAtViolation: true }).violations;
  assert(violation !== undefined);
  assertEquals(replayTrial(parseTrial(violation.trial), { makeStore }), violation);
});

Deno.test("runJob() finds nothing in a sample of write faults, on words of all lengths, the same each time", () => {
  for (let seed = 5000; seed < 5012; seed++) {
    const job: CampaignJob = { kind: "write faults", seed, first: 20_000, trials: 150, faults: 1 };
    const result = runJob(job);
    assertEquals([result.trials, result.violations], [150, []], `seed ${seed}`);
    if (seed === 5003) assertEquals(runJob(job), result);
  }
});

Deno.test("runJob() finds nothing in a sample of faults that pass, on words of all lengths, the same each time", () => {
  for (let seed = 5000; seed < 5012; seed++) {
    const job: CampaignJob = { kind: "passing faults", seed, first: 0, trials: 100 };
    const result = runJob(job);
    assertEquals([result.trials, result.violations], [100, []], `seed ${seed}`);
    if (seed === 5003) assertEquals(runJob(job), result);
  }
});

Deno.test("replayTrial() finds nothing in trials in which the store was wrong once", () => {
  const trials = [
    // A boot in an outage went on where an earlier one had come to, and sealed two values for one place.
    "5016:fault:5232",
    // One turned bit would have given a write that was cut off the blank checksum that it had.
    "5006:fault:11580",
    // No sector opened, the next one was torn, and bits of the last record stayed half way.
    "5007:faults:37343",
    // A boot deleted, as an older record of one name, what had another one by then.
    "5017:pass:52",
    // A damaged mark hid that the record behind it had counted.
    "5004:pass:208",
    // A sector that could not be read vouched for a header that was not finished.
    "5014:pass:70",
    // A name that was lost before a clear was told until its own record had left the log.
    "5017:pass:2534",
    // A mount misread the newest sectors, and what was acknowledged since came before them.
    "5002:pass:704",
    "5009:pass:97",
    "5015:pass:720",
    "6000:pass:302",
    "6015:pass:22",
    // A mount misread what the newest sector ends with, and went on in a gap of it.
    "5005:pass:25",
    "5007:pass:756",
    "6002:pass:243",
  ];
  for (const trial of trials) assertEquals(replayTrial(parseTrial(trial)), undefined);
});

Deno.test("runJob() finds nothing in a sample of cuts on words of all lengths", () => {
  for (let seed = 5000; seed < 5010; seed++) {
    const result = runJob({ kind: "single cuts", seed, first: 0, operations: 60, step: 101 });
    assertEquals(result.violations, [], `seed ${seed}`);
    assert(result.trials > 50, `only ${result.trials} trials`);
  }
});

Deno.test("runJob() breaks a naive store by a write fault, too, and the trial's name breaks it again", () => {
  const makeStore = (parts: ConstructorParameters<typeof NaiveStore>[0]) => new NaiveStore(parts);
  const job: CampaignJob = { kind: "write faults", seed: 5000, first: 0, trials: 50, faults: 1 };
  const [violation] = runJob(job, { makeStore, stopsAtViolation: true }).violations;
  assert(violation !== undefined);
  assertEquals(replayTrial(parseTrial(violation.trial), { makeStore }), violation);
});

Deno.test("runJob() breaks a naive store by a passing fault, too, and the trial's name breaks it again", () => {
  const makeStore = (parts: ConstructorParameters<typeof NaiveStore>[0]) => new NaiveStore(parts);
  const job: CampaignJob = { kind: "passing faults", seed: 5001, first: 0, trials: 50 };
  const [violation] = runJob(job, { makeStore, stopsAtViolation: true }).violations;
  assert(violation !== undefined);
  assertEquals(replayTrial(parseTrial(violation.trial), { makeStore }), violation);
});

/** Rings of two sizes for each length of words: not each of their histories lets power go where a rule is needed. */
const WORD_SEEDS = Array.from({ length: 2 * WORD_BYTES.length }, (_, index) => SMALL_SECTORS_SEED + index);

for (const rule of ["settle header", "settle record", "fence"] as const) {
  for (const programBytes of WORD_BYTES.filter((each) => each > 1)) {
    Deno.test(`The campaign finds the mount rule "${rule}" missing on words of ${programBytes} bytes, settled elsewhere`, () => {
      const found = WORD_SEEDS.filter((seed) => WORD_BYTES[seed % WORD_BYTES.length] === programBytes).flatMap(
        (seed) => {
          const job = { kind: "single cuts", seed, first: 0, operations: 100, step: 1, variant: WEAK_BITS } as const;
          return runJob(job, withoutRules(rule)).violations;
        },
      );
      assert(found.length > 0, `nothing fails without the rule "${rule}"`);
      for (const { trial } of found) {
        assertEquals(replayTrial(parseTrial(trial)), undefined, "with the rule nothing is wrong");
      }
    });
  }
}

Deno.test("runJob() attacks a store that is no ring by the rules that are left, and tells which it was let off", () => {
  const makeStore = (parts: ConstructorParameters<typeof TwoSectorStore>[0]) => new TwoSectorStore(parts);
  const cuts: CampaignJob = { kind: "single cuts", seed: 1, first: 0, operations: 30, step: 29, variant: 0 };
  const all = runJob(cuts, { makeStore });
  assertEquals(new Set(all.violations.map(({ rule }) => rule)), new Set(["the mount reads each byte once"]));
  const other = runJob(cuts, { makeStore, waives: ["reads once"] });
  assertEquals(new Set(other.violations.map(({ rule }) => rule)), new Set(["sectors wear evenly"]));
  const waived = runJob(cuts, { makeStore, waives: RING_RULES });
  assertEquals(waived.violations, []);
  assert(waived.trials > 50, `only ${waived.trials} trials`);
  // Clean cuts are all that it survives.
  const weak = runJob({ ...cuts, variant: 3 }, { makeStore, waives: RING_RULES, stopsAtViolation: true });
  assertEquals(weak.violations.length, 1);
});

/** A ring store of which one method is another's. */
function spoilt(change: (store: NvramStore, parts: StoreParts) => void): (parts: StoreParts) => NvramStore {
  return (parts) => {
    const store = new RingStore(parts);
    change(store, parts);
    return store;
  };
}

Deno.test("runJob() ends for a store that hangs, at a mount or later, and for one that throws: each is a violation", () => {
  const hangsAtMounts = spoilt((store, { flash }) => {
    const mount = store.mount.bind(store);
    let isFirst = true;
    store.mount = function* () {
      const report = yield* mount();
      // A history has one boot before anything is on the part.
      while (!isFirst || store.size > 3) yield* flash.readStatus();
      isFirst = false;
      return report;
    };
  });
  const hangsAtPuts = spoilt((store, { flash }) => {
    store.put = function* () {
      for (;;) yield* flash.read(0, 1);
    };
  });
  const throws = spoilt((store) => {
    store.delete = () => {
      throw new TypeError("not here");
    };
  });
  const jobs: readonly CampaignJob[] = [
    { kind: "single cuts", seed: 1, first: 0, operations: 40, step: 97 },
    { kind: "pairs", seed: 2, operation: "update" },
    { kind: "write faults", seed: 5001, first: 0, trials: 10, faults: 1 },
    { kind: "passing faults", seed: 5001, first: 0, trials: 10 },
    { kind: "flips and clears", seed: 5001, firstBit: 0, bits: 5000, step: 997 },
  ];
  for (const [makeStore, expected] of [[hangsAtMounts, "boot"], [hangsAtPuts, "put"], [throws, "delete"]] as const) {
    for (const job of jobs) {
      const [violation, ...more] = runJob(job, { makeStore }).violations;
      assert(violation !== undefined && more.length === 0);
      assertEquals(violation.rule, "the store works while nothing fails");
      assertEquals(violation.detail.split(":")[0], expected);
      assertEquals(replayTrial(parseTrial(violation.trial), { makeStore }), violation);
    }
  }
});

Deno.test("runJob() ends for a store that hangs only when it finds a write half done", () => {
  const makeStore = spoilt((store, { flash }) => {
    const mount = store.mount.bind(store);
    store.mount = function* () {
      const report = yield* mount();
      while (report.type === "mounted" && report.interruptedWrite) yield* flash.readStatus();
      return report;
    };
  });
  for (
    const job of [
      { kind: "single cuts", seed: 1, first: 0, operations: 10, step: 3 },
      { kind: "random cuts", seed: 4, operations: 20, cuts: 2, trials: 100 },
    ] as const
  ) {
    const { violations } = runJob(job, { makeStore });
    assert(violations.length > 0);
    for (const { detail } of violations) assertEquals(detail, "the store does not come to an end");
  }
});

Deno.test("runJob() finds nothing in a sample of flips with clears, on words of all lengths", () => {
  for (let seed = 5000; seed < 5006; seed++) {
    const result = runJob({ kind: "flips and clears", seed, firstBit: 0, bits: 1_000_000, step: 499 });
    assertEquals(result.violations, [], `seed ${seed}`);
    assert(result.trials > 60, `only ${result.trials} trials`);
  }
});
