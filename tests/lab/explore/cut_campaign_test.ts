import { assert, assertEquals } from "@std/assert";
import { type CampaignJob, replayTrial, runJob, withoutRules } from "../../../sim/lab/explore/cut_campaign.ts";
import { firstFailure } from "../../../sim/lab/explore/rule_table.ts";
import { tierJobs } from "../../../sim/lab/explore/cut_tiers.ts";
import { parseTrial } from "../../../sim/lab/explore/trial_name.ts";
import { MOUNT_RULES } from "../../../firmware/nvram/mount_rules.ts";
import { NaiveStore } from "./naive_store.ts";

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

for (const rule of ["settle header", "settle record", "fence"] as const) {
  Deno.test(`The campaign finds the mount rule "${rule}" missing where words are settled elsewhere`, () => {
    const job: CampaignJob = { kind: "single cuts", seed: 5003, first: 0, operations: 100, step: 1 };
    const [violation] = runJob(job, withoutRules(rule)).violations;
    assert(violation !== undefined, `nothing fails without the rule "${rule}"`);
    assertEquals(replayTrial(parseTrial(violation.trial)), undefined, "with the rule nothing is wrong");
  });
}
