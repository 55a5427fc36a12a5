/**
 * Prints what the workloads cost the key store, beside its peers.
 *
 * ```sh
 * deno run bench/nvram_workloads.ts
 * ```
 *
 * The peers' figures were measured once, with the same workloads on emulated
 * NOR of the same geometry, on littlefs, FlashDB, ESP-IDF NVS, Zephyr NVS and
 * sequential-storage as of November 2026.
 *
 * @module
 */

import { heatMapText } from "../sim/parts/flash/heat_map.ts";
import {
  runWorkload,
  sequentialStorageErases,
  wearOut,
  type Workload,
  WORKLOAD_UPDATES,
  WorkloadBench,
} from "./nvram_workload.ts";

interface Row {
  readonly store: string;
  readonly programmedBytes: number;
  readonly amplification: number;
  readonly pageOperations: number;
  readonly erases: number;
  readonly leastErases: number;
  readonly mostErases: number;
}

const PEERS: Readonly<Record<Workload, readonly Row[]>> = {
  W1: [
    peer("Zephyr NVS, 16-bit id, no name", 1_124_448, 0.78, 43_056, 278, 17, 18),
    peer("Zephyr NVS, name in value", 1_606_400, 1.12, 46_000, 400, 25, 25),
    peer("sequential-storage", 1_600_784, 1.11, 46_666, 379, 23, 24),
    peer("FlashDB", 1_929_149, 1.34, 146_814, 475, 29, 30),
    peer("littlefs, file per key", 2_090_992, 1.45, 27_583, 513, 0, 81),
    peer("ESP-IDF NVS, name+value blob", 3_734_384, 2.59, 210_389, 788, 16, 53),
  ],
  W2: [
    peer("Zephyr NVS, 16-bit id, no name", 1_129_968, 0.78, 43_366, 280, 17, 18),
    peer("Zephyr NVS, name in value", 1_632_496, 1.13, 47_396, 406, 25, 26),
    peer("sequential-storage", 1_625_516, 1.13, 47_387, 385, 24, 25),
    peer("FlashDB", 1_984_135, 1.38, 151_050, 489, 30, 31),
    peer("littlefs, file per key", 2_052_708, 1.43, 27_518, 502, 0, 206),
    peer("ESP-IDF NVS, name+value blob", 3_950_428, 2.74, 222_632, 835, 47, 58),
  ],
};

const WEAR_OUT_CYCLES = 1000;

function peer(
  store: string,
  programmedBytes: number,
  amplification: number,
  pageOperations: number,
  erases: number,
  leastErases: number,
  mostErases: number,
): Row {
  return { store, programmedBytes, amplification, pageOperations, erases, leastErases, mostErases };
}

function line(cells: readonly string[]): string {
  return cells.map((cell, index) => index === 0 ? cell.padEnd(34) : cell.padStart(13)).join("");
}

function print(row: Row): void {
  console.log(line([
    row.store,
    row.programmedBytes.toLocaleString("en"),
    row.amplification.toFixed(3),
    row.pageOperations.toLocaleString("en"),
    String(row.erases),
    `${row.leastErases}..${row.mostErases}`,
  ]));
}

for (const workload of ["W1", "W2"] as const) {
  console.log(
    `\n${workload}: ${WORKLOAD_UPDATES.toLocaleString("en")} updates of 64 keys (24-byte name, 48-byte value), 64 KiB`,
  );
  console.log(line(["store", "programmed B", "per kv byte", "page ops", "erases", "per sector"]));
  for (const sealed of [false, true]) {
    const figures = runWorkload(workload, sealed);
    print({ store: sealed ? "hbasim ring store, sealed" : "hbasim ring store, CRC-32C", ...figures });
    console.log(
      `  mount reads ${figures.mountBytes.toLocaleString("en")} bytes, ` +
        `${figures.millisecondsPerUpdate.toFixed(2)} simulated ms an update, ${figures.wrongValues} wrong values`,
    );
  }
  for (const row of PEERS[workload]) print(row);
}

for (const programBytes of [8, 16, 32]) {
  console.log(`\nW1 and W2 on words of ${programBytes} bytes that take one program between erases`);
  console.log(line(["store", "programmed B", "per kv byte", "page ops", "erases", "per sector"]));
  for (const workload of ["W1", "W2"] as const) {
    for (const sealed of [false, true]) {
      print({
        store: `hbasim, ${workload}, ${sealed ? "sealed" : "CRC-32C"}`,
        ...runWorkload(workload, sealed, programBytes),
      });
    }
  }
  console.log(line(["sequential-storage (computed)", "", "", "", String(sequentialStorageErases(programBytes)), ""]));
}

for (const failure of ["reported", "silent"] as const) {
  const figures = wearOut(WEAR_OUT_CYCLES, failure);
  const share = ((100 * figures.updates) / figures.idealUpdates).toFixed(1);
  console.log(
    `\nWorn out at ${WEAR_OUT_CYCLES} cycles, ${failure} failures: ${figures.updates.toLocaleString("en")} updates, ` +
      `${share} % of the ideal ${figures.idealUpdates.toLocaleString("en")}; then "${figures.reason}"; ` +
      `unreadable: ${figures.wrongValues}, after a boot: ${figures.wrongValuesAfterBoot}`,
  );
}

const bench = new WorkloadBench(false);
for (let count = 0; count < 2000; count++) bench.update(bench.draw("W2"));
console.log(`\nHeat map after 2,000 updates of W2:\n${heatMapText(bench.part)}`);
