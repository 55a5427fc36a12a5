/**
 * A sector of which the body reads as if it were erased, while its header reads well: the next header says that the log
 * has ended further on, so what stood there is lost. No older value is given out for one of it, and what was deleted or
 * stored there is told to be lost, as long as nobody says otherwise.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const ROOT_KEY = new Uint8Array(32).fill(9);
const CLASSES = ["tunnel-address", "preshared-key"] as const;
type Class = (typeof CLASSES)[number];

class Life {
  readonly flash: FlashPart;
  readonly geometry;
  readonly #random;
  store: RingStore;

  constructor(programBytes: number, image?: Uint8Array) {
    const streams = new RandomStreams(image === undefined ? 1 : 2);
    this.#random = streams.stream("store");
    this.geometry = { sectorBytes: 1024, sectorCount: 8, pageBytes: 64, programBytes };
    const preset = { ...W25Q_REGION, geometry: this.geometry };
    const random = streams.stream("flash");
    this.flash = new FlashPart({ preset, clock: new UntimedClock(), random, ...(image && { image }) });
    this.store = this.boot();
  }

  /** What it finds is what a reader of FORMAT.md does. */
  boot(): RingStore {
    const { sectorBytes, programBytes } = this.geometry;
    const expected = new FormatReader(ROOT_KEY).read(this.flash.image(), sectorBytes, programBytes);
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    assertEquals(lines(readingOf(this.store)), lines(expected), "FORMAT.md");
    return this.store;
  }

  put(recordClass: Class, name: string): void {
    const value = this.#random.bytes(40);
    assertEquals(runToEnd(this.store.put({ class: recordClass, name: text(name), value })).type, "stored");
  }

  /** The newest sector, by the number of its header. */
  get newest(): number {
    const { sectorBytes, sectorCount } = this.geometry;
    const image = new DataView(this.flash.image().buffer);
    const sequences = Array.from({ length: sectorCount }, (_, index) => image.getUint32(index * sectorBytes + 4, true));
    const known = sequences.map((sequence) => sequence === 0xffff_ffff ? 0 : sequence);
    return known.indexOf(Math.max(...known));
  }

  /** Stores fillers until the next sector is open, and one more, so that it is believed. */
  turn(recordClass: Class): void {
    for (const before = this.newest; this.newest === before;) this.put(recordClass, "filler");
    this.put(recordClass, "filler");
  }
}

/** A sector with the newest value of a name, the only record of another and the end of a third, and one behind it. */
function lived(programBytes: number, recordClass: Class) {
  const life = new Life(programBytes);
  for (const name of ["updated", "deleted"]) life.put(recordClass, name);
  life.turn(recordClass);
  const sector = life.newest;
  for (const name of ["updated", "added"]) life.put(recordClass, name);
  assertEquals(runToEnd(life.store.delete(recordClass, text("deleted"))).type, "stored");
  life.turn(recordClass);
  assertEquals((sector + 1) % 8, life.newest);
  return { life, start: 1024 * sector, programBytes };
}

for (const programBytes of [1, 8, 32]) {
  for (const recordClass of CLASSES) {
    const how = `on words of ${programBytes}, ${recordClass}`;
    Deno.test(`RingStore ${how} tells that a sector has lost its body, and gives out nothing older for certain`, () => {
      const { life, start } = lived(programBytes, recordClass);
      for (const from of [32, 64, 256]) {
        const image = life.flash.image();
        image.fill(0xff, start + from, start + 1024);
        const blind = new Life(programBytes, image);
        for (let boot = 0; boot < 2; boot++) {
          const { store } = blind;
          assert(
            store.health().unidentifiedDamage > 0,
            `from ${from}, boot ${boot}: nothing says that something is gone`,
          );
          const answers = ["updated", "deleted", "added"].map((name) => store.get(recordClass, text(name)).type);
          if (from === 32) assertEquals(answers, ["damaged", "damaged", "absent"], `boot ${boot}`);
          blind.boot();
        }
        assertEquals(runToEnd(blind.store.forgetLosses()).type, "stored");
        assertEquals(blind.boot().health().unidentifiedDamage, 0);
      }
    });

    Deno.test(`RingStore ${how} goes on to tell that a slot was given away while its sector could not be read`, () => {
      const { life, start } = lived(programBytes, recordClass);
      const image = life.flash.image();
      image.fill(0xff, start + 32, start + 1024);
      const blind = new Life(programBytes, image);
      for (const name of ["b", "c", "d"]) blind.put(recordClass, name);
      // The sector can be read again.
      const later = blind.flash.image();
      later.set(life.flash.image().subarray(start, start + 1024), start);
      const seeing = new Life(programBytes, later);
      const isTold = () =>
        seeing.store.get(recordClass, text("added")).type === "found" || seeing.store.health().unidentifiedDamage > 0;
      for (let turn = 0; turn < 20; turn++) {
        assert(isTold(), `turn ${turn}: a name is gone, and nothing says so`);
        seeing.turn(recordClass);
        seeing.boot();
      }
    });
  }
}
