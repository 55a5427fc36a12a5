/** Headers with more wrong bits than can be put right: the records behind them are read, or their loss is told. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import {
  type FlashPreset,
  flashRegion,
  S25HL512T,
  STM32H743,
  STM32L4,
  W25Q64JV,
} from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";
import { FormatReader } from "./format_reader.ts";

const withWords = (programBytes: number): FlashPreset => ({
  ...W25Q64JV,
  geometry: { ...W25Q64JV.geometry, programBytes },
});
const PRESETS = [W25Q64JV, withWords(2), withWords(4), STM32L4, S25HL512T, STM32H743];

class Life {
  readonly random = new RandomStreams("lost headers").stream("life");
  readonly flash: FlashPart;
  store: RingStore;

  constructor(preset: FlashPreset) {
    this.flash = new FlashPart({ preset, clock: new UntimedClock(), random: this.random });
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 16, maxValueBytes: 64 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(number: number): void {
    const value = this.random.bytes(8);
    assertEquals(runToEnd(this.store.put({ class: "tunnel-address", name: text(`${number}`), value })).type, "stored");
  }

  content(): readonly string[] {
    return this.store.entries().map(({ name, value }) => `${hex(name)} ${hex(value)}`).sort();
  }

  /** What a reader that was written from FORMAT.md finds, values alone. */
  readValues(): readonly string[] {
    const { sectorBytes, programBytes } = this.flash.geometry;
    const reader = new FormatReader(new Uint8Array(32).fill(9));
    const { records } = reader.read(this.flash.image(), sectorBytes, programBytes);
    return [...records.values()].filter((value) => value !== "damaged").map(hex).sort();
  }

  /** The values that the store gives. */
  values(): readonly string[] {
    return this.store.entries().map(({ value }) => hex(value)).sort();
  }

  /** Two bits of the header of each sector that has one. */
  spoilHeaders(offsets: readonly [number, number] = [20, 21]): number {
    const { sectorBytes, sectorCount } = this.flash.geometry;
    const image = this.flash.image();
    let spoiled = 0;
    for (let start = 0; start < sectorBytes * sectorCount; start += sectorBytes) {
      if (image[start] !== 0x52 || image[start + 1] !== 0x4b) continue;
      offsets.forEach((offset, index) => {
        this.flash.inject({ kind: "flip", address: start + offset, mask: index === 0 ? 2 : 8 });
      });
      spoiled++;
    }
    return spoiled;
  }
}

/** The store holds what it held, boot after boot, and goes on. */
function requireSame(life: Life, before: ReturnType<Life["content"]>, place: string): void {
  for (let boot = 0; boot < 3; boot++) {
    life.boot();
    assertEquals(life.content(), before, `${place}, boot ${boot}`);
  }
  life.put(0);
  const after = life.content();
  life.boot();
  assertEquals(life.content(), after, place);
}

Deno.test("RingStore reads a log whose only header has two wrong bits, on words of each length", () => {
  for (const preset of PRESETS) {
    for (const offsets of [[20, 21], [0, 4], [4, 5], [2, 9]] as const) {
      const place = `${preset.name}, words of ${preset.geometry.programBytes ?? 1}, bytes ${offsets}`;
      const life = new Life(flashRegion(preset, 4));
      for (let number = 0; number < 5; number++) life.put(number);
      const before = life.content();
      assertEquals(life.spoilHeaders(offsets), 1, place);
      requireSame(life, before, place);
    }
  }
});

Deno.test("RingStore reads a log in which each header has two wrong bits", () => {
  for (const programBytes of [1, 4, 16, 32]) {
    for (const puts of [100, 700]) {
      const geometry = { ...W25Q64JV.geometry, sectorBytes: 1024, sectorCount: 8, programBytes };
      const life = new Life({ ...W25Q64JV, geometry });
      for (let number = 0; number < puts; number++) life.put(number % 20);
      const before = life.content();
      assert(life.spoilHeaders() > 1);
      for (let boot = 0; boot < 3; boot++) {
        life.boot();
        const { state, damaged } = life.store.health();
        const place = `words of ${programBytes}, ${puts} puts, boot ${boot}, ${state}`;
        const missing = before.filter((each) => !life.content().includes(each)).length;
        assertEquals(life.content().filter((each) => !before.includes(each)), [], `${place}: nothing older`);
        assertEquals(damaged.length, missing, place);
      }
    }
  }
});

/** The places of headers that begin as one does, from the newest sequence to the oldest. */
function newestSectors(flash: FlashPart): readonly number[] {
  const { sectorBytes, sectorCount } = flash.geometry;
  const view = new DataView(flash.image().buffer);
  return Array.from({ length: sectorCount }, (_, index) => index)
    .filter((index) => view.getUint16(index * sectorBytes, true) === 0x4b52)
    .sort((one, other) => view.getUint32(other * sectorBytes + 4, true) - view.getUint32(one * sectorBytes + 4, true));
}

/** What leaves a head without records where its copies end: a boot that fences, before anything is written. */
const FENCED_HEADS = {
  "the first sector of all": () => {},
  "a sector that a clear opened": (life: Life) => {
    for (let number = 0; number < 3; number++) life.put(number);
    const name = text("a key");
    assertEquals(runToEnd(life.store.put({ class: "group-key", name, value: name })).type, "stored");
    assertEquals(runToEnd(life.store.clearSecrets()).type, "stored");
  },
  "a sector that a mount opened behind a torn record": (life: Life) => {
    const { flash } = life;
    for (let number = 0; number < 3; number++) life.put(number);
    const [head = 0] = newestSectors(flash);
    const { sectorBytes } = flash.geometry;
    const written = flash.image().subarray(head * sectorBytes, (head + 1) * sectorBytes).findLastIndex((byte) =>
      byte !== 0xff
    );
    // The last record has not got its checksum.
    for (let offset = written - 3; offset <= written; offset++) {
      const address = head * sectorBytes + offset;
      flash.inject({ kind: "flip", address, mask: 0xff ^ (flash.image()[address] as number) });
    }
    life.boot();
  },
} satisfies Record<string, (life: Life) => void>;

for (const [head, open] of Object.entries(FENCED_HEADS)) {
  Deno.test(`RingStore finds ${head} with two wrong bits in its header, though a fence keeps records from its copies`, () => {
    for (const preset of PRESETS) {
      for (const offsets of [[13, 20], [0, 1], [4, 5], [2, 9]] as const) {
        const place = `${preset.name}, words of ${preset.geometry.programBytes ?? 1}, bytes ${offsets}`;
        const life = new Life(flashRegion(preset, 6));
        open(life);
        life.boot();
        for (let round = 0; round < 3; round++) {
          for (let number = 1; number < 5; number++) life.put(number);
        }
        assertEquals(runToEnd(life.store.delete("tunnel-address", text("2"))).type, "stored");
        const before = life.content();
        const [newest = 0] = newestSectors(life.flash);
        const start = newest * life.flash.geometry.sectorBytes;
        for (const offset of offsets) life.flash.inject({ kind: "flip", address: start + offset, mask: 0x10 });
        // The reader is slow: it tries each sequence in turn.
        if (life.flash.geometry.sectorBytes <= 4096) assertEquals(life.readValues(), life.values(), place);
        requireSame(life, before, place);
      }
    }
  });
}

Deno.test("RingStore finds the head if the newest two headers have two wrong bits each", () => {
  for (const programBytes of [1, 4, 16, 32]) {
    const geometry = { ...W25Q64JV.geometry, sectorBytes: 1024, sectorCount: 8, programBytes };
    for (const puts of [30, 60, 90, 200]) {
      const life = new Life({ ...W25Q64JV, geometry });
      for (let number = 0; number < puts; number++) life.put(number % 5);
      const before = life.content();
      for (const index of newestSectors(life.flash).slice(0, 2)) {
        for (const offset of [13, 20]) life.flash.inject({ kind: "flip", address: index * 1024 + offset, mask: 0x10 });
      }
      const read = life.readValues();
      for (let boot = 0; boot < 3; boot++) {
        life.boot();
        const place = `words of ${programBytes}, ${puts} puts, boot ${boot}`;
        assertEquals(life.content().filter((each) => !before.includes(each)), [], `${place}: nothing older`);
        assertEquals(life.values(), read, place);
        const missing = before.filter((each) => !life.content().includes(each)).length;
        assertEquals(life.store.health().damaged.length, missing, place);
      }
    }
  }
});

Deno.test("RingStore reads copies if no sector with anything else has a header", () => {
  for (const preset of PRESETS) {
    const place = `${preset.name}, words of ${preset.geometry.programBytes ?? 1}`;
    const life = new Life(flashRegion(preset, 3));
    for (let number = 0; number < 5; number++) life.put(number);
    FENCED_HEADS["a sector that a clear opened"](life);
    const before = life.content();
    assert(life.spoilHeaders([13, 20]) > 0);
    assertEquals(life.readValues(), life.values(), place);
    for (let boot = 0; boot < 2; boot++) {
      life.boot();
      assertEquals(life.content(), before, `${place}, boot ${boot}`);
    }
  }
});

Deno.test("RingStore reads the records of an older sector without its header although a fence lies before them", () => {
  for (const programBytes of [1, 2, 4, 16, 32]) {
    const geometry = { ...W25Q64JV.geometry, sectorBytes: 1024, sectorCount: 8, programBytes };
    const life = new Life({ ...W25Q64JV, geometry });
    life.boot();
    for (let number = 0; number < 3; number++) life.put(number);
    for (let number = 0; newestSectors(life.flash).length < 3; number++) life.put(9);
    const before = life.content();
    for (const offset of [13, 20]) life.flash.inject({ kind: "flip", address: offset, mask: 0x10 });
    assertEquals(life.readValues(), life.values());
    life.boot();
    const { damaged, unidentifiedDamage } = life.store.health();
    assertEquals([life.content(), damaged, unidentifiedDamage], [before, [], 0], `words of ${programBytes}`);
  }
});
