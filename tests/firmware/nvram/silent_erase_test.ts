/**
 * A part without fail bits, and erases of one sector that do nothing, or half of what they should: nothing is written to
 * a sector that was not erased, and nothing that such openings have left counts later.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer } from "./bench.ts";

const SECTOR_BYTES = 256;

/** Erases of one sector do nothing now and then, or erase its first half; the status says nothing of it. */
class LazyFlash extends AilingFlash {
  /** So many erases of the sector are left that fail. */
  failing = 0;
  readonly #part: FlashPart;
  readonly #sector: number;
  readonly #random: RandomStream;
  #isUnerased = false;
  /** Programs of it between an erase that has done nothing and the next that has done something. */
  programsUnerased = 0;

  constructor(part: FlashPart, sector: number, random: RandomStream) {
    super(part, random);
    this.#part = part;
    this.#sector = sector;
    this.#random = random;
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (this.#isUnerased && Math.floor(address / SECTOR_BYTES) === this.#sector) this.programsUnerased++;
    return yield* super.pageProgram(address, bytes);
  }

  override *sectorErase(address: number): Task<FlashOutcome> {
    const isMeant = Math.floor(address / SECTOR_BYTES) === this.#sector;
    if (!isMeant || this.failing === 0) {
      if (isMeant) this.#isUnerased = false;
      return yield* super.sectorErase(address);
    }
    this.failing--;
    this.#isUnerased = this.#random.below(3) > 0;
    if (!this.#isUnerased) this.#part.cells.fill(address, SECTOR_BYTES / 2, 0xff);
    return "done";
  }
}

class Run {
  readonly #random: RandomStream;
  readonly #flash: LazyFlash;
  readonly #model = new Map<number, string>();
  #store: RingStore;

  constructor(seed: number, sectorCount: number) {
    const streams = new RandomStreams(seed);
    this.#random = streams.stream("run");
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount, pageBytes: 128, programBytes: 1 };
    const preset = { ...W25Q_REGION, geometry };
    const part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
    this.#flash = new LazyFlash(part, this.#random.below(sectorCount), streams.stream("failures"));
    this.#store = this.#boot();
  }

  #boot(): RingStore {
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    const store = new RingStore({ flash: this.#flash, sealer, random, maxNameBytes: 4, maxValueBytes: 8 });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  }

  #change(): void {
    const name = this.#random.below(3);
    const value = this.#random.bytes(1 + this.#random.below(8));
    const { type } = runToEnd(this.#store.put({ class: "persistent-logon", name: Uint8Array.of(name), value }));
    if (type === "stored") this.#model.set(name, hex(value));
  }

  #check(): void {
    for (const [name, value] of this.#model) {
      const found = this.#store.get("persistent-logon", Uint8Array.of(name));
      assertEquals(found.type === "found" ? hex(found.value) : found.type, value);
    }
  }

  /** @returns How often the sector was programmed although it was not erased. */
  go(): number {
    for (let change = 0; change < 60; change++) {
      const mayFail = change > 20 && this.#flash.failing === 0;
      if (mayFail && this.#random.below(12) === 0) this.#flash.failing = 1 + this.#random.below(8);
      this.#change();
      if (this.#random.below(5) > 0) continue;
      this.#store = this.#boot();
      this.#check();
    }
    return this.#flash.programsUnerased;
  }
}

for (const sectorCount of [3, 4]) {
  Deno.test(`RingStore on ${sectorCount} sectors, erases of one that do nothing or half: what was acknowledged stays`, () => {
    for (let seed = 0; seed < 800; seed++) new Run(seed, sectorCount).go();
  });
}

Deno.test("RingStore on 3 sectors writes nothing to one that was not erased", () => {
  let programs = 0;
  for (let seed = 0; seed < 100; seed++) programs += new Run(seed, 3).go();
  assertEquals(programs, 0);
});
