/** Power cuts of key stores in C: the good one holds, the planted bug is found, made small, and told with its functions. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { NvramStore, StoreStatus } from "../../../firmware/nvram/store.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runJob, shrinkTrial } from "../../../sim/lab/explore/cuts/cut_campaign.ts";
import {
  campaignSealer,
  configurationOf,
  CutHistory,
  FULL_SECTORS_SEED,
  type StoreFactory,
} from "../../../sim/lab/explore/cuts/cut_history.ts";
import { countCutPoints, VARIANT_LETTERS, VARIANTS } from "../../../sim/lab/explore/cuts/cut_points.ts";
import { moduleJobs } from "../../../sim/lab/explore/cuts/cut_tiers.ts";
import { campaignOf, explainCut } from "../../../sim/lab/explore/cuts/module_campaign.ts";
import { formatTrial, parseTrial } from "../../../sim/lab/explore/cuts/trial_name.ts";
import { hbasim } from "../command/command_line.ts";
import { call, loop, prepared, UNREACHABLE } from "./assembler.ts";
import { shipped } from "./stores.ts";

const HASTY = shipped("store_hasty.hba.wasm");
const FILE = "scenarios/foreign/store_hasty.hba.wasm";

Deno.test("a store in C survives a sample of cuts in each variant, of two in a row, on words of 16 bytes, and of faults", () => {
  const options = campaignOf(shipped());
  const jobs = [
    { kind: "single cuts", seed: 1, first: 0, operations: 30, step: 61 },
    { kind: "single cuts", seed: 5004, first: 0, operations: 20, step: 43 },
    { kind: "random cuts", seed: 4, operations: 40, cuts: 2, trials: 60 },
    // Weak pulses, lost headers and dead cells among them, by which what was acknowledged was lost before.
    { kind: "write faults", seed: 1, first: 0, trials: 48, faults: 1 },
    { kind: "write faults", seed: 5001, first: 0, trials: 75, faults: 1 },
    { kind: "write faults", seed: 5001, first: 0, trials: 72, faults: 2 },
  ] as const;
  const results = jobs.map((job) => runJob(job, options));
  assertEquals(results.flatMap(({ violations }) => violations), []);
  assert(results.reduce((sum, { trials }) => sum + trials, 0) > 500);
});

Deno.test("a store in Rust survives a sample of cuts and of faults; its functions have the names of its source", () => {
  const rust = shipped("store_rust.hba.wasm");
  const jobs = [
    { kind: "single cuts", seed: 1, first: 0, operations: 20, step: 197 },
    { kind: "write faults", seed: 5001, first: 0, trials: 20, faults: 1 },
  ] as const;
  const results = jobs.map((job) => runJob(job, campaignOf(rust)));
  assertEquals(results.flatMap(({ violations }) => violations), []);
  assert(results.reduce((sum, { trials }) => sum + trials, 0) > 150);
  assertStringIncludes(
    explainCut(parseTrial("1:3:40:c"), rust),
    "power went in store::Store::write() < store::Store::go_on() < store::Store::commit() < store_put() (program of",
  );
});

Deno.test("what has one header left is found with two wrong bits in it, and what shows a loss stays until that is told", () => {
  const twoFaults = (seed: number, first: number) =>
    ({ kind: "write faults", seed, first, trials: 1, faults: 2 }) as const;
  const found = (name: string, ...jobs: readonly ReturnType<typeof twoFaults>[]) =>
    jobs.flatMap((job) => runJob(job, campaignOf(shipped(name))).violations);
  // Supply that comes and goes leaves one copy of a header, and an older bank: two bits of that copy turn over.
  // Then none is left, and the part takes nothing for a while: all banks were tried, the damaged one among them.
  assertEquals(found("store.hba.wasm", twoFaults(5008, 509), twoFaults(5014, 718)), []);
  assertEquals(found("store_rust.hba.wasm", twoFaults(5009, 410), twoFaults(5011, 750)), []);
});

Deno.test("a store that commits before its data is there is found in each variant, after two operations, in its functions", () => {
  const options = { ...campaignOf(HASTY), stopsAtViolation: true };
  for (let variant = 0; variant < VARIANTS; variant++) {
    const { trials, violations: [found] } = runJob(
      { kind: "single cuts", seed: 1, first: 0, operations: 8, step: 1, variant },
      options,
    );
    assert(found !== undefined && trials <= 5000, `${VARIANT_LETTERS[variant]}: ${trials} trials`);
    const smallest = shrinkTrial(found, options);
    assertEquals(smallest.rule, found.rule);
    const trial = parseTrial(smallest.trial);
    assert("cuts" in trial && trial.operation - (trial.leftOut ?? []).length <= 2, smallest.trial);
    assertEquals(formatTrial(trial), smallest.trial);
    assertMatch(
      explainCut(trial, HASTY),
      /^power went in write\(\) < commit\(\) < store_put\(\) \(program of 4 bytes at 0x[0-9a-f]+, \d+ of them done\), which was to put a preshared-key after 2 operations$/,
    );
  }
});

Deno.test("what a store does wrong by itself is told as such: a trap, an endless loop", () => {
  const failing = (code: readonly number[]) => {
    const source = { name: "planted.wasm", bytes: prepared({ code: { store_put: code } }) };
    const job = { kind: "single cuts", seed: 1, first: 0, operations: 3, step: 1 } as const;
    const [violation] = runJob(job, campaignOf(source)).violations;
    return `${violation?.rule}: ${violation?.detail}: ${explainCut(parseTrial(violation?.trial ?? ""), source)}`;
  };
  assertStringIncludes(failing([UNREACHABLE]), "planted.wasm: store_put: unreachable");
  const spends = [0x03, 0x40, ...call("core_spend", 0), 0x0c, 0, 0x0b, UNREACHABLE];
  assertStringIncludes(failing(spends), "planted.wasm: store_put: 1000001 calls in a row, the last of hba.core_spend");
  assertMatch(failing(loop()), /planted.wasm: store_put: runs for 100\d{7} cycles and calls nothing/);
});

Deno.test("the nightly tier tries each variant of the store in C more than 20,000 times", () => {
  const jobs = moduleJobs("nightly").flatMap((job) => job.kind === "single cuts" && job.seed === 1 ? [job] : []);
  assert(jobs.every(({ step, variant }) => step === 1 && variant === undefined));
  const { makeStore, waives } = campaignOf(shipped());
  const history = new CutHistory(configurationOf(1, makeStore, waives), campaignSealer(1));
  let points = 0;
  for (let left = jobs.reduce((sum, { operations }) => sum + operations, 0); left > 0; left--) {
    points += countCutPoints(history.next().actions);
  }
  assert(points > 20_000, `${points}`);
});

Deno.test("hbasim cuts --module: a trial again, with its functions; bad files are bad input", () => {
  const { code, stdout } = hbasim("cuts", "--module", FILE, "--replay", "1:4-0-1:2:c");
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^1:4-0-1:2:c: the operation in flight has happened or has not, .*\n {2}power went in write\(\) < commit\(\) < store_put\(\) /,
  );
  assertEquals(hbasim("cuts", "--module", "scenarios/foreign/store.hba.wasm", "--replay", "1:4-0-1:2:c").code, 0);
  for (
    const [args, message] of [
      [["--module", "scenarios/foreign/store.c"], "scenarios/foreign/store.c: module: no WebAssembly module"],
      [["--module", "none.wasm"], 'cannot read "none.wasm"'],
      [["--module", FILE, "--rules"], "--rules does not go with --module"],
    ] as const
  ) {
    const refused = hbasim("cuts", ...args);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, message);
  }
});

Deno.test("commit and nightly tiers fill the part, and go on for more than a hundred changes without a boot: there, too, all stays", () => {
  const late = moduleJobs("commit").filter((job) => job.kind === "single cuts" && job.seed >= FULL_SECTORS_SEED);
  const nightly = moduleJobs("nightly").filter((job) => job.kind === "single cuts" && job.seed >= FULL_SECTORS_SEED);
  assertEquals(nightly.map((job) => ({ ...job, step: 37 })), late.map((job) => ({ ...job, step: 37 })));
  const { makeStore, waives } = campaignOf(shipped());
  const found = (factory: StoreFactory) => {
    return late.map((job) => runJob(job, { makeStore: factory, waives }).violations.length > 0);
  };
  assertEquals(found(makeStore), [false, false]);
  // One that forgets what it replaces when there is no room, and one that writes nothing after so many changes.
  const forgetting = failing(makeStore, (store) => ({
    *put(record) {
      const status = yield* store.put(record);
      if (status.type === "full") yield* store.delete(record.class, record.name);
      return status;
    },
  }));
  assertEquals(found(forgetting), [true, false]);
  const lazy = failing(makeStore, (store) => {
    let changes = 0;
    return {
      put: (record) => ++changes > 80 ? done({ type: "stored" }) : store.put(record),
    };
  });
  assertEquals(found(lazy), [false, true]);
});

function* done(status: StoreStatus): Task<StoreStatus> {
  return status;
}

/** Stores that do something else than they should. */
function failing(makeStore: StoreFactory, otherwise: (store: NvramStore) => Pick<NvramStore, "put">): StoreFactory {
  return (parts) => {
    const store = makeStore(parts);
    const { put } = otherwise(store);
    return new Proxy(store, {
      get: (target, name) => {
        if (name === "put") return put;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
}
