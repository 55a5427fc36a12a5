/**
 * Rows of firmware that was compiled elsewhere, beside our own.
 *
 * @module
 */

import type { Checkout } from "../checkout.ts";
import type { Row, Sample } from "../row.ts";
import { timed } from "../sampling.ts";

type BenchStore = import("../foreign_workload.ts").BenchStore;
type WorkloadModule = typeof import("../foreign_workload.ts");

async function puts(checkout: Checkout, kind: BenchStore, isSealed = true): Promise<Sample> {
  const { PutBench } = await checkout.module<WorkloadModule>("bench/foreign_workload.ts");
  const bench = new PutBench(kind, isSealed ? "preshared-key" : "tunnel-address");
  const milliseconds = timed(() => bench.put());
  return async () => 1000 * await milliseconds();
}

async function trials(checkout: Checkout, kind: "foreign" | "ring"): Promise<Sample> {
  const { cutTrials } = await checkout.module<WorkloadModule>("bench/foreign_workload.ts");
  const cut = cutTrials(kind);
  const milliseconds = timed(() => void cut(), cut());
  return async () => 1000 / await milliseconds();
}

async function instances(checkout: Checkout, work: "make" | "restore"): Promise<Sample> {
  const { InstanceBench } = await checkout.module<WorkloadModule>("bench/foreign_workload.ts");
  const bench = new InstanceBench();
  const milliseconds = timed(() => bench[work]());
  return async () => 1000 * await milliseconds();
}

/** Rows of key stores as WebAssembly modules. */
export const FOREIGN_ROWS: readonly Row[] = [
  {
    name: "foreign-put",
    about: "put() of the key store in C, metered and suspendable, 20 bytes, sealed; over RingStore.put()",
    unit: "us",
    ours: (checkout) => puts(checkout, "foreign"),
    peer: { name: "the ring store", sample: ({ ours }) => puts(ours, "ring") },
    target: { most: 2.5 },
  },
  {
    name: "foreign-metering",
    about:
      "put() of what is not sealed; over the same module as the linker wrote it, which counts nothing and cannot wait",
    unit: "us",
    ours: (checkout) => puts(checkout, "foreign", false),
    peer: { name: "unmetered", sample: ({ ours }) => puts(ours, "unmetered", false) },
    target: { most: 2 },
  },
  {
    name: "foreign-trials",
    about: "trials of power cuts of the key store in C; over those of the ring store",
    unit: "a second",
    ours: (checkout) => trials(checkout, "foreign"),
    peer: { name: "the ring store", sample: ({ ours }) => trials(ours, "ring") },
    target: { least: 0.3 },
    pairs: 7,
  },
  {
    name: "foreign-restore",
    about: "putting back what an instance of the key store in C was; over a new instance",
    unit: "us",
    ours: (checkout) => instances(checkout, "restore"),
    peer: { name: "a new instance", sample: ({ ours }) => instances(ours, "make") },
    target: { most: 0.5 },
  },
];
