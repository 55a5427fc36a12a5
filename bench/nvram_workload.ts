/**
 * The workloads by which the key store is compared with its peers: 64 keys
 * with a 24-byte name and a 48-byte value in 64 KiB, 20,000 updates with fresh
 * values. W1 draws keys evenly; W2 draws one of 8 keys in 80 % of the updates.
 *
 * @module
 */

import { RingStore } from "../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../firmware/nvram/sealer.ts";
import type { RecordClass, StoreStatus } from "../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../sim/parts/flash/faults.ts";
import { FlashPart } from "../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../sim/parts/flash/presets.ts";

/** Keys of a workload. */
const WORKLOAD_KEYS = 64;
/** Length of each name in bytes. */
const NAME_BYTES = 24;
/** Length of each value in bytes. */
const VALUE_BYTES = 48;
/** Updates of a workload. */
export const WORKLOAD_UPDATES = 20_000;

/** How keys are drawn. */
export type Workload = "W1" | "W2";

/** What a workload cost. */
export interface WorkloadFigures {
  /** Bytes programmed. */
  readonly programmedBytes: number;
  /** Bytes programmed for each byte of name and value. */
  readonly amplification: number;
  /** Page program commands. */
  readonly pageOperations: number;
  /** Sector erases. */
  readonly erases: number;
  /** Erases of the sector erased least. */
  readonly leastErases: number;
  /** Erases of the sector erased most. */
  readonly mostErases: number;
  /** Simulated milliseconds for each update, typical times. */
  readonly millisecondsPerUpdate: number;
  /** Bytes that a mount afterwards read. */
  readonly mountBytes: number;
  /** Values that were wrong at the end. */
  readonly wrongValues: number;
}

/** A store with the 64 keys in it. */
export class WorkloadBench {
  /** The part. */
  readonly part: FlashPart;
  readonly #clock = new UntimedClock();
  readonly #sealer: SecretboxSealer;
  readonly #storeRandom: RandomStream;
  readonly #random: RandomStream;
  readonly #class: RecordClass;
  readonly #names: readonly Uint8Array[];
  readonly #values: Uint8Array[] = [];
  #store: RingStore;

  /**
   * Inserts the keys.
   *
   * @param sealed Whether values are keys, which are sealed, or plain with CRC-32C.
   * @param faults What is wrong with the part.
   * @param programBytes The part's unit of programming.
   */
  constructor(sealed: boolean, faults: readonly FlashFault[] = [], programBytes = 1) {
    const streams = new RandomStreams(1);
    this.#sealer = new SecretboxSealer(streams.stream("root key").bytes(32));
    this.#storeRandom = streams.stream("store");
    this.#random = streams.stream("workload");
    this.#class = sealed ? "preshared-key" : "persistent-logon";
    const random = streams.stream("flash");
    const preset = { ...W25Q_REGION, geometry: { ...W25Q_REGION.geometry, programBytes } };
    this.part = new FlashPart({ preset, clock: this.#clock, random, faults });
    this.#names = Array.from({ length: WORKLOAD_KEYS }, () => this.#random.bytes(NAME_BYTES));
    this.#store = this.boot();
    for (let key = 0; key < WORKLOAD_KEYS; key++) this.update(key);
  }

  /** Mounts a new store on the part. */
  boot(): RingStore {
    this.#store = new RingStore({
      flash: this.part,
      sealer: this.#sealer,
      random: (lengthBytes) => this.#storeRandom.bytes(lengthBytes),
      maxNameBytes: NAME_BYTES,
      maxValueBytes: VALUE_BYTES,
    });
    const report = runToEnd(this.#store.mount());
    if (report.type === "failed") throw new Error(`The store does not mount: ${report.reason}`);
    return this.#store;
  }

  /** A key of a workload. */
  draw(workload: Workload): number {
    const random = this.#random;
    if (workload === "W1") return random.below(WORKLOAD_KEYS);
    return random.below(100) < 80 ? random.below(8) : 8 + random.below(WORKLOAD_KEYS - 8);
  }

  /** Gives a key a fresh value. */
  update(key: number): StoreStatus {
    const value = this.#random.bytes(VALUE_BYTES);
    const name = this.#names[key] as Uint8Array;
    const status = runToEnd(this.#store.put({ class: this.#class, name, value }));
    if (status.type === "stored") this.#values[key] = value;
    return status;
  }

  /** How many values are not as they were acknowledged last. */
  wrongValues(): number {
    let wrong = 0;
    this.#names.forEach((name, key) => {
      const answer = this.#store.get(this.#class, name);
      const expected = this.#values[key];
      const right = answer.type === "found" && answer.value.every((byte, index) => byte === expected?.[index]);
      if (!right) wrong++;
    });
    return wrong;
  }

  /** Simulated milliseconds so far. */
  milliseconds(): number {
    return (this.#clock.now * 1000) / this.#clock.frequencyHz;
  }
}

/**
 * Runs a workload.
 *
 * @param workload How keys are drawn.
 * @param sealed Whether values are sealed.
 * @param programBytes The part's unit of programming; 1 by default.
 */
export function runWorkload(workload: Workload, sealed: boolean, programBytes = 1): WorkloadFigures {
  const updates = WORKLOAD_UPDATES;
  const bench = new WorkloadBench(sealed, [], programBytes);
  const { counters, sectorErases } = bench.part;
  const before = { ...counters };
  const erasesBefore = sectorErases.slice();
  const startedAt = bench.milliseconds();
  for (let count = 0; count < updates; count++) {
    const { type } = bench.update(bench.draw(workload));
    if (type !== "stored") throw new Error(`Update ${count} answered ${type}`);
  }
  const milliseconds = bench.milliseconds() - startedAt;
  const programmedBytes = counters.programmedBytes - before.programmedBytes;
  const pageOperations = counters.programs - before.programs;
  const erases = [...sectorErases].map((count, sector) => count - (erasesBefore[sector] as number));
  const readBefore = counters.readBytes;
  bench.boot();
  return {
    programmedBytes,
    amplification: programmedBytes / (updates * (NAME_BYTES + VALUE_BYTES)),
    pageOperations,
    erases: erases.reduce((sum, count) => sum + count, 0),
    leastErases: Math.min(...erases),
    mostErases: Math.max(...erases),
    millisecondsPerUpdate: milliseconds / updates,
    mountBytes: counters.readBytes - readBefore,
    wrongValues: bench.wrongValues(),
  };
}

/** What came of wearing a part out. */
export interface WearOutFigures {
  /** Updates acknowledged before the first one failed. */
  readonly updates: number;
  /** Sectors x endurance x records that fit a sector: no log can do more. */
  readonly idealUpdates: number;
  /** Why the first failed one failed. */
  readonly reason: string;
  /** Acknowledged values that cannot be read afterwards. */
  readonly wrongValues: number;
  /** Acknowledged values that cannot be read after another boot. */
  readonly wrongValuesAfterBoot: number;
}

/**
 * Updates until the first failure of the device.
 *
 * @param eraseCycles The endurance of each sector.
 * @param failure Whether erases fail with a status or seem to succeed.
 */
export function wearOut(eraseCycles: number, failure: "reported" | "silent"): WearOutFigures {
  const bench = new WorkloadBench(false, [{ kind: "endurance", eraseCycles, failure }]);
  const { sectorBytes, sectorCount } = W25Q_REGION.geometry;
  const recordBytes = 8 + VALUE_BYTES;
  const idealUpdates = sectorCount * eraseCycles * Math.floor((sectorBytes - 28) / recordBytes);
  for (let updates = WORKLOAD_KEYS;; updates++) {
    const status = bench.update(bench.draw("W1"));
    if (status.type === "stored") continue;
    const wrongValues = bench.wrongValues();
    bench.boot();
    const reason = status.type === "failed" ? status.reason : status.type;
    return { updates, idealUpdates, reason, wrongValues, wrongValuesAfterBoot: bench.wrongValues() };
  }
}

/**
 * Erases of sequential-storage's map for the same updates, computed from its layout and not measured: an item is a
 * header of 8 bytes, and name and value, each of the two rounded up to whole words; two words of each page are marks.
 * Copies are left out, which is in its favour.
 *
 * @param programBytes The part's unit of programming.
 */
export function sequentialStorageErases(programBytes: number): number {
  const words = (bytes: number) => Math.ceil(bytes / programBytes) * programBytes;
  const itemBytes = words(8) + words(NAME_BYTES + VALUE_BYTES);
  const { sectorBytes, sectorCount } = W25Q_REGION.geometry;
  const itemsInPage = Math.floor((sectorBytes - 2 * programBytes) / itemBytes);
  // Its first turn needs no erase.
  return Math.ceil(WORKLOAD_UPDATES / itemsInPage) - (sectorCount - 1);
}
