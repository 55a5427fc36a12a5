/**
 * A boot cannot read the last record, which was written again, and gives the number of its slot to another name; later
 * boots read both. Nothing has freed the slot: the older name is lost, and that is told.
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
const GEOMETRY = { sectorBytes: 1024, sectorCount: 8, pageBytes: 64, programBytes: 8 };
const CLASSES = ["tunnel-address", "preshared-key"] as const;
type Class = (typeof CLASSES)[number];

class Life {
  readonly flash: FlashPart;
  readonly #random;
  store: RingStore;

  constructor(image?: Uint8Array) {
    const streams = new RandomStreams(image === undefined ? 1 : 2);
    this.#random = streams.stream("store");
    const preset = { ...W25Q_REGION, geometry: GEOMETRY };
    this.flash = new FlashPart({
      preset,
      clock: new UntimedClock(),
      random: streams.stream("flash"),
      ...(image && { image }),
    });
    this.store = this.boot();
  }

  /** What it finds is what a reader of FORMAT.md does. */
  boot(): RingStore {
    const expected = new FormatReader(ROOT_KEY).read(this.flash.image(), GEOMETRY.sectorBytes, GEOMETRY.programBytes);
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

  erases(): readonly number[] {
    return [...this.flash.sectorErases];
  }
}

/** A life whose last record, a new name, was written again as the first of a new sector; and where it stands there. */
function rewritten(recordClass: Class): { readonly life: Life; readonly place: number } {
  for (let fillers = 1; fillers < 40; fillers++) {
    const life = new Life();
    for (let count = 0; count < fillers; count++) life.put(recordClass, "filler");
    life.put(recordClass, "first");
    const before = life.erases();
    life.boot();
    const sector = life.erases().findIndex((erases, index) => erases > (before[index] ?? 0));
    if (sector >= 0) return { life, place: sector * GEOMETRY.sectorBytes + 32 };
  }
  throw new Error("no boot has opened a sector");
}

for (const recordClass of CLASSES) {
  Deno.test(`RingStore reports the name whose slot was given away while a boot could not read it, ${recordClass}`, () => {
    const { life, place } = rewritten(recordClass);
    life.put(recordClass, "filler");
    // Two bits behind its head, so that it cannot be put right.
    const flap = () => {
      const image = life.flash.image();
      for (const offset of [12, 13]) image[place + offset] = (image[place + offset] as number) ^ 0x10;
      return image;
    };
    const blind = new Life(flap());
    assertEquals(blind.store.get(recordClass, text("first")).type, "absent");
    assert(blind.store.health().unidentifiedDamage > 0, "a loss is told while it is there");
    blind.put(recordClass, "second");

    const image = blind.flash.image();
    for (const offset of [12, 13]) image[place + offset] = (image[place + offset] as number) ^ 0x10;
    const seeing = new Life(image);
    for (let boot = 0; boot < 2; boot++) {
      assertEquals(seeing.store.get(recordClass, text("second")).type, "found");
      const isThere = seeing.store.get(recordClass, text("first")).type === "found";
      assert(isThere || seeing.store.health().unidentifiedDamage > 0, "a name is gone, and nothing says so");
      for (let count = 0; count < 200; count++) seeing.put(recordClass, "filler");
      seeing.boot();
    }
    assertEquals(runToEnd(seeing.store.forgetLosses()).type, "stored");
    seeing.boot();
    assertEquals(seeing.store.health().state, "ok");
  });

  Deno.test(`RingStore: a slot that a delete or a clear has freed goes to another name without a report, ${recordClass}`, () => {
    const life = new Life();
    for (let round = 0; round < 150; round++) {
      life.put(recordClass, `name ${round}`);
      if (round % 3 === 0) runToEnd(life.store.clearSecrets());
      runToEnd(life.store.delete(recordClass, text(`name ${round}`)));
      if (round % 7 === 0) life.boot();
      assertEquals(life.store.health().state, "ok", `round ${round}`);
    }
  });
}
