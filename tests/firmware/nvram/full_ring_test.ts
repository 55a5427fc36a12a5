/** Rings as full as they get: bad sectors, cuts and boots end nothing, whatever the words. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { NvramRecord } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";
import { CutClock, PowerCut } from "./cut_clock.ts";

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
class FullBench {
  readonly clock = new CutClock();
  readonly random: RandomStream;
  readonly flash: FlashPart;
  readonly unerasable: Unerasable;
  readonly records = new Map<string, NvramRecord>();
  store: RingStore;

  constructor(seed: number, geometry: FlashGeometry) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("store");
    const preset = { ...W25Q64JV, geometry };
    this.flash = new FlashPart({ preset, clock: this.clock, random: streams.stream("flash") });
    this.unerasable = new Unerasable(this.flash);
    this.store = this.boot();
    for (let number = 0;; number++) {
      const name = text(`key ${number}${"x".repeat(this.random.below(16))}`);
      const value = this.random.bytes(20 + this.random.below(80));
      const record: NvramRecord = { class: number % 2 === 0 ? "preshared-key" : "tunnel-address", name, value };
      const { type } = runToEnd(this.store.put(record));
      if (type === "full") break;
      assertEquals(type, "stored");
      this.records.set(hex(name), record);
    }
  }

  boot(): RingStore {
    const random = (length: number) => this.random.bytes(length);
    this.store = new RingStore({ flash: this.unerasable, sealer, random, ...SIZES });
    const report = runToEnd(this.store.mount());
    assertEquals(report.type, "mounted", report.type === "failed" ? report.reason : undefined);
    return this.store;
  }

  /** Gives one of the records another value of the same length. */
  change(): string {
    const all = [...this.records.values()];
    const record = all[this.random.below(all.length)] as NvramRecord;
    const changed = { ...record, value: this.random.bytes(record.value.length) };
    const { type } = runToEnd(this.store.put(changed));
    if (type === "stored") this.records.set(hex(changed.name), changed);
    return type;
  }

  /** A change during which power goes. */
  changeAndCut(): void {
    const all = [...this.records.values()];
    const record = all[this.random.below(all.length)] as NvramRecord;
    const changed = { ...record, value: this.random.bytes(record.value.length) };
    if (!this.isCut(() => runToEnd(this.store.put(changed)))) this.records.set(hex(changed.name), changed);
    // Power may go again and again while the store recovers.
    while (this.random.below(3) === 0 && this.isCut(() => this.boot()));
    this.boot();
    if (this.store.holds(changed)) this.records.set(hex(changed.name), changed);
  }

  isCut(work: () => void): boolean {
    this.clock.cutAt = this.clock.now + this.random.below(this.random.below(2) === 0 ? 9_000_000 : 400_000);
    try {
      work();
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.flash.powerOff();
      return true;
    } finally {
      this.clock.cutAt = Infinity;
    }
  }

  requireAll(place: string): void {
    assertEquals(this.store.size, this.records.size, place);
    for (const record of this.records.values()) assert(this.store.holds(record), place);
  }
}

const BAD: readonly ((sector: number, sectorBytes: number) => FlashFault)[] = [
  (sector) => ({ kind: "erase failure", sector, times: 1e9, reported: true }),
  (sector) => ({ kind: "erase failure", sector, times: 1e9, reported: false }),
  (sector, lengthBytes) => (
    { kind: "program failure", address: sector * lengthBytes, lengthBytes, times: 1e9, reported: false }
  ),
];

for (const programBytes of [1, 8, 32]) {
  Deno.test(`RingStore on words of ${programBytes} bytes, filled to the last record: a bad sector ends nothing`, () => {
    for (const [sectorCount, sectorBytes] of [[4, 1024], [6, 1024], [9, 2048]] as const) {
      for (let sector = 0; sector < sectorCount; sector++) {
        const place = `${sectorCount} sectors, ${sector} is bad`;
        const bench = new FullBench(sector, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
        for (let round = 0; round < 40; round++) assertEquals(bench.change(), "stored", place);
        const bad = BAD[sector % BAD.length] as (typeof BAD)[number];
        bench.flash.inject(bad(sector, sectorBytes));
        // A boot leaves a gap, and where words take one program writes the last record again.
        for (let round = 0; round < 400; round++) {
          if (round % 25 === 7) bench.boot();
          assertEquals(bench.change(), "stored", `${place}, round ${round}`);
        }
        bench.boot();
        bench.requireAll(place);
        const { retiredSectors, damaged, unidentifiedDamage } = bench.store.health();
        assertEquals([retiredSectors, damaged.length, unidentifiedDamage], [1, 0, 0], place);
      }
    }
  });

  Deno.test(`RingStore on words of ${programBytes} bytes retires down to 3 sectors, one by one, full each time`, () => {
    const sectorCount = 7;
    const sectorBytes = 1024;
    const bench = new FullBench(1, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
    for (let bad = 0; bad < sectorCount - 3; bad++) {
      // What is there again is no more than it accepts: then there is a sector to go on with.
      while (
        runToEnd(bench.store.put({ class: "tunnel-address", name: text("new"), value: text("v") })).type === "full"
      ) {
        const [first] = bench.records.values();
        assert(first !== undefined);
        assertEquals(runToEnd(bench.store.delete(first.class, first.name)).type, "stored");
        bench.records.delete(hex(first.name));
      }
      assertEquals(runToEnd(bench.store.delete("tunnel-address", text("new"))).type, "stored");
      const fault = BAD[bad % 2] as (typeof BAD)[number];
      bench.flash.inject(fault((3 * bad) % sectorCount, sectorBytes));
      for (let round = 0; round < 300; round++) assertEquals(bench.change(), "stored", `${bad} were bad`);
      assertEquals(bench.store.health().retiredSectors, bad + 1);
      bench.requireAll(`${bad + 1} are bad`);
    }
    bench.boot();
    bench.requireAll("after a boot");
  });
}

Deno.test("RingStore, filled to the last record, goes on after cuts, nested ones too, on all words and small sectors", () => {
  let cuts = 0;
  for (const programBytes of [1, 2, 4, 8, 16, 32]) {
    for (const [sectorCount, sectorBytes] of [[8, 2048], [3, 1024], [5, 1024]] as const) {
      const bench = new FullBench(programBytes, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
      for (let round = 0; round < 60; round++) {
        const place = `words of ${programBytes}, ${sectorCount} sectors, round ${round}`;
        bench.changeAndCut();
        cuts++;
        for (let count = 0; count < 3; count++) assertEquals(bench.change(), "stored", place);
        bench.requireAll(place);
      }
      assertEquals(bench.store.health().state, "ok");
    }
  }
  assert(cuts > 500);
});

Deno.test("RingStore: what a mount has answered stays the answer, although no sector can be opened to settle it in", () => {
  let answers = 0;
  for (const programBytes of [1, 2, 4, 8, 16, 32]) {
    for (let seed = 0; seed < 100; seed++) {
      const sectorCount = 3 + (seed % 2);
      const bench = new FullBench(seed, { sectorCount, sectorBytes: 1024, pageBytes: 64, programBytes });
      bench.unerasable.refusesErases = true;
      const { random } = bench;
      // Up to where the head takes no more, power goes in one of the writes.
      let type = "stored";
      for (let left = random.below(8); left > 0 && type === "stored"; left--) type = bench.change();
      bench.clock.cutAt = bench.clock.now + random.below(40_000);
      try {
        while (type === "stored") type = bench.change();
        continue;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      bench.flash.powerOff();
      bench.clock.cutAt = Infinity;
      const contents = () => bench.store.entries().map(({ name, value }) => `${hex(name)} ${hex(value)}`).sort();
      bench.boot();
      const first = contents();
      answers++;
      for (let boot = 0; boot < 8; boot++) {
        bench.boot();
        assertEquals(contents(), first, `words of ${programBytes}, seed ${seed}, boot ${boot}`);
      }
      assertEquals(bench.store.health().damaged.length, 0);
    }
  }
  assert(answers > 120, `only ${answers} were cut off`);
});
