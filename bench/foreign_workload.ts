/**
 * What a key store in C takes beside the ring store: the same puts, on parts of the same kind.
 *
 * @module
 */

import { RingStore } from "../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../firmware/nvram/sealer.ts";
import type { NvramStore, RecordClass } from "../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../sim/kernel/untimed_clock.ts";
import { runJob } from "../sim/lab/explore/cuts/cut_campaign.ts";
import { campaignOf } from "../sim/lab/explore/cuts/module_campaign.ts";
import type { ForeignProgram } from "../sim/lab/foreign/foreign_program.ts";
import { ForeignStore, storeProgram } from "../sim/lab/foreign/foreign_store.ts";
import { ForeignInstance, type ForeignSnapshot } from "../sim/lab/foreign/suspendable.ts";
import { FlashPart } from "../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../sim/parts/flash/presets.ts";

const NAMES = 12;
const VALUE_BYTES = 20;
const MODULE = new URL("../scenarios/foreign/store.hba.wasm", import.meta.url);
/** The same before it is metered. */
const LINKED = new URL("../tests/lab/foreign/store.linked.wasm", import.meta.url);
const SOURCE = { name: "store.hba.wasm", bytes: Deno.readFileSync(MODULE) };

/** A store that is measured: in C; in C without counting, which no adapter would take; the ring store. */
export type BenchStore = "foreign" | "unmetered" | "ring";

/** The module of the store, with or without what counts and suspends; nothing waits here. */
function programOf(kind: "foreign" | "unmetered"): ForeignProgram {
  const program = storeProgram(SOURCE);
  if (kind === "foreign") return program;
  const linked = new WebAssembly.Module(Deno.readFileSync(LINKED));
  program.instantiate = (imports) => {
    const { exports } = new WebAssembly.Instance(linked, { hba: imports as WebAssembly.ModuleImports });
    return { ...exports, hba_budget: new WebAssembly.Global({ value: "i32", mutable: true }, 0) };
  };
  return program;
}

/** A store on a part without time, mounted, that takes records of twelve names: keys, which are sealed, or others. */
export class PutBench {
  readonly #store: NvramStore;
  readonly #random: RandomStream;
  readonly #class: RecordClass;

  /** Of one of them. */
  constructor(kind: BenchStore, recordClass: RecordClass = "preshared-key") {
    this.#class = recordClass;
    const streams = new RandomStreams(`bench of ${kind}`);
    this.#random = streams.stream("keys");
    const ids = streams.stream("random number generator");
    const means = {
      flash: new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random: streams.stream("flash") }),
      random: (lengthBytes: number) => ids.bytes(lengthBytes),
      sealer: new SecretboxSealer(new Uint8Array(32)),
    };
    this.#store = kind === "ring" ? new RingStore(means) : new ForeignStore(
      programOf(kind),
      { ...means, *spend() {} },
    );
    runToEnd(this.#store.mount());
  }

  /** Puts another value for one of the names. */
  put(): void {
    const name = Uint8Array.of(10, 0, 0, this.#random.below(NAMES));
    const { type } = runToEnd(
      this.#store.put({ class: this.#class, name, value: this.#random.bytes(VALUE_BYTES) }),
    );
    if (type !== "stored") throw new Error(`A put came to ${type}`);
  }
}

/** Power cuts of a store: some operations of a history, every 23rd point. Returns how many trials those are. */
export function cutTrials(kind: "foreign" | "ring"): () => number {
  const job = { kind: "single cuts", seed: 1, first: 0, operations: 12, step: 23 } as const;
  const options = kind === "ring" ? {} : campaignOf(SOURCE);
  return () => runJob(job, options).trials;
}

/** Instances of the store in C. */
export class InstanceBench {
  readonly #program = storeProgram(SOURCE);
  readonly #kept: ForeignInstance;
  readonly #snapshot: ForeignSnapshot;

  /** One, and what it was. */
  constructor() {
    this.#kept = this.#make();
    this.#snapshot = this.#kept.snapshot();
  }

  /** Makes another one. */
  make(): void {
    this.#make();
  }

  /** Makes the one what it was. */
  restore(): void {
    if (this.#kept.restore(this.#snapshot) !== undefined) {
      throw new Error("the snapshot was taken in the middle of a call");
    }
  }

  #make(): ForeignInstance {
    return new ForeignInstance(this.#program, {}, function* () {});
  }
}
