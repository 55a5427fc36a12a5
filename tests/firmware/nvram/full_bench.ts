/** A ring filled to the last record, on a part that can lose its power and refuse erases. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { NvramRecord } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";
import { CutClock } from "./cut_clock.ts";

const SIZES = { maxNameBytes: 24, maxValueBytes: 100 };

/** A part that can be told to refuse erases, and leaves the sector as it is. */
class Unerasable implements NorFlash {
  readonly geometry: FlashGeometry;
  refusesErases = false;
  readonly #part: FlashPart;

  constructor(part: FlashPart) {
    this.geometry = part.geometry;
    this.#part = part;
  }

  read = (address: number, lengthBytes: number) => this.#part.read(address, lengthBytes);
  readInto = (address: number, target: Uint8Array) => this.#part.readInto(address, target);
  readStatus = () => this.#part.readStatus();
  writeEnable = () => this.#part.writeEnable();
  pageProgram = (address: number, bytes: Uint8Array) => this.#part.pageProgram(address, bytes);
  blockErase = (address: number) => this.#part.blockErase(address);

  *sectorErase(address: number): Task<FlashOutcome> {
    return this.refusesErases ? "erase failed" : yield* this.#part.sectorErase(address);
  }
}

/** A store with as many records as it takes. */
export class FullBench {
  readonly clock = new CutClock();
  readonly random: RandomStream;
  readonly flash: FlashPart;
  readonly unerasable: Unerasable;
  readonly records = new Map<string, NvramRecord>();
  store: RingStore;

  constructor(seed: number, geometry: FlashGeometry, readonly sizes = SIZES) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("store");
    const preset = { ...W25Q64JV, geometry };
    this.flash = new FlashPart({ preset, clock: this.clock, random: streams.stream("flash") });
    this.unerasable = new Unerasable(this.flash);
    this.store = this.boot();
    for (let number = 0;; number++) {
      const name = text(`key ${number}${"x".repeat(this.random.below(this.sizes.maxNameBytes - 7))}`);
      const value = this.random.bytes(20 + this.random.below(this.sizes.maxValueBytes - 20));
      const record: NvramRecord = { class: number % 2 === 0 ? "preshared-key" : "tunnel-address", name, value };
      const { type } = runToEnd(this.store.put(record));
      if (type === "full") break;
      assertEquals(type, "stored");
      this.records.set(hex(name), record);
    }
  }

  boot(): RingStore {
    const random = (length: number) => this.random.bytes(length);
    this.store = new RingStore({ flash: this.unerasable, sealer, random, ...this.sizes });
    const report = runToEnd(this.store.mount());
    assertEquals(report.type, "mounted", report.type === "failed" ? report.reason : undefined);
    return this.store;
  }

  anyRecord(): NvramRecord {
    const all = [...this.records.values()];
    return all[this.random.below(all.length)] as NvramRecord;
  }

  /** Gives one of the records another value of the same length. */
  change(record = this.anyRecord()): string {
    const changed = { ...record, value: this.random.bytes(record.value.length) };
    const { type } = runToEnd(this.store.put(changed));
    if (type === "stored") this.records.set(hex(changed.name), changed);
    return type;
  }

  /** Deletes records until what is left is no more than the store accepts: then there is a sector to go on with. */
  makeRoom(): void {
    const probe = { class: "tunnel-address", name: text("new"), value: text("v") } as const;
    while (runToEnd(this.store.put(probe)).type === "full") {
      const [first] = this.records.values();
      assert(first !== undefined);
      assertEquals(runToEnd(this.store.delete(first.class, first.name)).type, "stored");
      this.records.delete(hex(first.name));
    }
    assertEquals(runToEnd(this.store.delete(probe.class, probe.name)).type, "stored");
  }

  /** A change during which power goes. */
  changeAndCut(): void {
    const record = this.anyRecord();
    const changed = { ...record, value: this.random.bytes(record.value.length) };
    if (!this.isCut(() => runToEnd(this.store.put(changed)))) this.records.set(hex(changed.name), changed);
    // Power may go again and again while the store recovers.
    while (this.random.below(3) === 0 && this.isCut(() => this.boot()));
    this.boot();
    if (this.store.holds(changed)) this.records.set(hex(changed.name), changed);
  }

  isCut(work: () => void): boolean {
    return this.clock.cutIn(this.random.below(this.random.below(2) === 0 ? 9_000_000 : 400_000), this.flash, work);
  }

  requireAll(place: string): void {
    assertEquals(this.store.size, this.records.size, place);
    for (const record of this.records.values()) assert(this.store.holds(record), place);
  }
}
