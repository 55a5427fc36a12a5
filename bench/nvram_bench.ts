/**
 * How fast the key store and its campaign run on the host; what the store
 * costs the adapter is simulated, and printed by `nvram_workloads.ts`.
 *
 * @module
 */

import {
  campaignSealer,
  configurationOf,
  CutHistory,
  type HistoryStep,
  ringStoreFactory,
} from "../sim/lab/explore/cut_history.ts";
import { countCutPoints, VARIANTS } from "../sim/lab/explore/cut_points.ts";
import { TrialRunner } from "../sim/lab/explore/cut_trial.ts";
import { WorkloadBench } from "./nvram_workload.ts";

const plain = new WorkloadBench(false);
Deno.bench("RingStore.put(), 48 bytes, plain", { group: "put" }, () => {
  plain.update(plain.draw("W1"));
});

const sealed = new WorkloadBench(true);
Deno.bench("RingStore.put(), 48 bytes, sealed", { group: "put" }, () => {
  sealed.update(sealed.draw("W1"));
});

Deno.bench("RingStore.mount(), 64 KiB, 64 plain records", { group: "mount" }, () => {
  plain.boot();
});

Deno.bench("RingStore.mount(), 64 KiB, 64 sealed records", { group: "mount" }, () => {
  sealed.boot();
});

const TRIALS = 1000;
const configuration = configurationOf(1, ringStoreFactory());
const sealer = campaignSealer(1);
const history = new CutHistory(configuration, sealer);
const runner = new TrialRunner(configuration, sealer);
const steps: HistoryStep[] = Array.from({ length: 60 }, () => history.next()).filter(({ actions }) =>
  actions.length > 0
);

Deno.bench(`power-cut trials, ${TRIALS} of them`, () => {
  for (let trial = 0; trial < TRIALS; trial++) {
    const step = steps[trial % steps.length] as HistoryStep;
    const point = (trial * 31) % countCutPoints(step.actions);
    if (runner.run(step, [{ point, variant: trial % VARIANTS }]) !== undefined) throw new Error("A trial failed");
  }
});
