/** A ring store on a part whose power can be cut, and what its tests have in common. */

import { assert } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramRecord, RecordClass, StoredValue } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { CutClock } from "./cut_clock.ts";

export const sealer = new SecretboxSealer(new Uint8Array(32).fill(9));
export const text = (value: string) => new TextEncoder().encode(value);

export class Bench {
  readonly clock = new CutClock();
  readonly flash: FlashPart;
  readonly random: RandomStream;
  store: RingStore;

  constructor(
    seed: number,
    sectorCount = 4,
    readonly options: { maxNameBytes?: number; maxValueBytes?: number } = {},
    image?: Uint8Array,
    faults: readonly FlashFault[] = [],
  ) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("store");
    const preset = { ...W25Q_REGION, geometry: { ...W25Q_REGION.geometry, sectorCount } };
    const random = streams.stream("flash");
    this.flash = new FlashPart({ preset, clock: this.clock, random, ...(image && { image }), faults });
    this.store = this.open();
  }

  open(): RingStore {
    return new RingStore({
      flash: this.flash,
      sealer,
      random: (length) => this.random.bytes(length),
      ...this.options,
    });
  }

  boot() {
    this.store = this.open();
    return runToEnd(this.store.mount());
  }

  put(record: NvramRecord) {
    return runToEnd(this.store.put(record));
  }

  get(recordClass: RecordClass, name: string): StoredValue {
    return this.store.get(recordClass, text(name));
  }

  content(): Map<string, string> {
    return new Map(this.store.entries().map((record) => [nameOf(record.class, record.name), hex(record.value)]));
  }
}

export const hex = (bytes: Uint8Array) => bytes.toHex();
export const nameOf = (recordClass: RecordClass, name: Uint8Array) => `${recordClass}/${hex(name)}`;
export const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

export function holds(image: Uint8Array, needle: Uint8Array): boolean {
  for (let start = 0; start + needle.length <= image.length; start++) {
    let index = 0;
    while (index < needle.length && image[start + index] === needle[index]) index++;
    if (index === needle.length) return true;
  }
  return false;
}

/** A store with three records, of which the first was updated; and where the update lies. */
export function damageBench() {
  const bench = new Bench(6, 3);
  bench.boot();
  const put = (name: string, value: string) =>
    bench.put({ class: "preshared-key", name: text(name), value: text(value) });
  put("a", "old value of a");
  put("b", "value of b");
  const before = bench.flash.image();
  put("a", "new value of a");
  const [update] = diffImages(before, bench.flash.image(), 8);
  assert(update !== undefined);
  put("c", "value of c");
  return { bench, start: update.address, end: update.address + update.after.length };
}

export function damaged(bench: Bench, faults: readonly FlashFault[]): Bench {
  const copy = new Bench(7, 3, {}, bench.flash.image());
  for (const fault of faults) copy.flash.inject(fault);
  copy.boot();
  return copy;
}
