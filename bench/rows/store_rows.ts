/**
 * Rows of the key store: how long it takes on the host, and erases beside the best peer that stores names too. All that
 * its peers cost is printed by `bench/nvram_workloads.ts`.
 *
 * @module
 */

import type { Checkout } from "../checkout.ts";
import type { Row, Sample } from "../row.ts";
import { timed } from "../sampling.ts";

type WorkloadModule = typeof import("../nvram_workload.ts");
type WorkloadBench = InstanceType<WorkloadModule["WorkloadBench"]>;

async function store(checkout: Checkout, isSealed: boolean, work: (bench: WorkloadBench) => void): Promise<Sample> {
  const { WorkloadBench } = await checkout.module<WorkloadModule>("bench/nvram_workload.ts");
  const bench = new WorkloadBench(isSealed);
  const milliseconds = timed(() => work(bench));
  return async () => 1000 * await milliseconds();
}

function timeRow(name: string, about: string, isSealed: boolean, work: (bench: WorkloadBench) => void): Row {
  return { name, about, unit: "us", ours: (checkout) => store(checkout, isSealed, work), pairs: 7 };
}

const update = (bench: WorkloadBench) => void bench.update(bench.draw("W1"));
const mount = (bench: WorkloadBench) => void bench.boot();

function erasesRow(workload: "W1" | "W2", peer: string, peerErases: number): Row {
  return {
    name: `erases-${workload}`,
    about: `erases for 20,000 updates of 64 keys (${workload}), sealed; over those of ${peer}`,
    unit: "erases",
    async ours(checkout) {
      const { runWorkload } = await checkout.module<WorkloadModule>("bench/nvram_workload.ts");
      const { erases } = runWorkload(workload, true);
      return () => erases;
    },
    peer: { name: peer, sample: () => Promise.resolve(() => peerErases) },
    pairs: 1,
  };
}

/** Rows of the key store. */
export const STORE_ROWS: readonly Row[] = [
  timeRow("put-plain", "RingStore.put(), 48 bytes, plain", false, update),
  timeRow("put-sealed", "RingStore.put(), 48 bytes, sealed", true, update),
  timeRow("mount-plain", "RingStore.mount(), 64 KiB, 64 plain records", false, mount),
  timeRow("mount-sealed", "RingStore.mount(), 64 KiB, 64 sealed records", true, mount),
  erasesRow("W1", "sequential-storage", 379),
  erasesRow("W2", "sequential-storage", 385),
];
