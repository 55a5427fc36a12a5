/**
 * Rows of firmware that was compiled elsewhere, beside our own.
 *
 * @module
 */

import type { Checkout } from "../checkout.ts";
import type { Row, Sample } from "../row.ts";
import { timed } from "../sampling.ts";

type WorkloadModule = typeof import("../foreign_workload.ts");

async function puts(checkout: Checkout, kind: "foreign" | "ring"): Promise<Sample> {
  const { PutBench } = await checkout.module<WorkloadModule>("bench/foreign_workload.ts");
  const bench = new PutBench(kind);
  const milliseconds = timed(() => bench.put());
  return async () => 1000 * await milliseconds();
}

/** Rows of key stores as WebAssembly modules. */
export const FOREIGN_ROWS: readonly Row[] = [{
  name: "foreign-put",
  about: "put() of the key store in C, metered and suspendable, 20 bytes, sealed; over RingStore.put()",
  unit: "us",
  ours: (checkout) => puts(checkout, "foreign"),
  peer: { name: "the ring store", sample: ({ ours }) => puts(ours, "ring") },
  target: { most: 2.5 },
}];
