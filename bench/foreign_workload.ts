/**
 * What a key store in C takes beside the ring store: the same puts, on parts of the same kind.
 *
 * @module
 */

import { RingStore } from "../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../firmware/nvram/sealer.ts";
import type { NvramStore } from "../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../sim/kernel/untimed_clock.ts";
import { ForeignStore, storeProgram } from "../sim/lab/foreign/foreign_store.ts";
import { FlashPart } from "../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../sim/parts/flash/presets.ts";

const NAMES = 12;
const VALUE_BYTES = 20;
const MODULE = new URL("../scenarios/foreign/store.hba.wasm", import.meta.url);

/** A store on a part without time, mounted, that takes sealed keys of twelve names. */
export class PutBench {
  readonly #store: NvramStore;
  readonly #random: RandomStream;

  /** Of the store in C, or of the ring store. */
  constructor(kind: "foreign" | "ring") {
    const streams = new RandomStreams(`bench of ${kind}`);
    this.#random = streams.stream("keys");
    const ids = streams.stream("random number generator");
    const means = {
      flash: new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random: streams.stream("flash") }),
      random: (lengthBytes: number) => ids.bytes(lengthBytes),
      sealer: new SecretboxSealer(new Uint8Array(32)),
    };
    this.#store = kind === "ring" ? new RingStore(means) : new ForeignStore(
      storeProgram({ name: "store.hba.wasm", bytes: Deno.readFileSync(MODULE) }),
      { ...means, *spend() {} },
    );
    runToEnd(this.#store.mount());
  }

  /** Puts another key for one of the names. */
  put(): void {
    const name = Uint8Array.of(10, 0, 0, this.#random.below(NAMES));
    const { type } = runToEnd(
      this.#store.put({ class: "preshared-key", name, value: this.#random.bytes(VALUE_BYTES) }),
    );
    if (type !== "stored") throw new Error(`A put came to ${type}`);
  }
}
