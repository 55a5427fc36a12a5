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

Deno.test("RingStore reads a log whose only header has two wrong bits, on words of each length", () => {
  for (const preset of PRESETS) {
    for (const offsets of [[20, 21], [0, 4], [4, 5], [2, 9]] as const) {
      const place = `${preset.name}, words of ${preset.geometry.programBytes ?? 1}, bytes ${offsets}`;
      const life = new Life(flashRegion(preset, 4));
      for (let number = 0; number < 5; number++) life.put(number);
      const before = life.content();
      assertEquals(life.spoilHeaders(offsets), 1, place);
      for (let boot = 0; boot < 3; boot++) {
        life.boot();
        assertEquals(life.content(), before, `${place}, boot ${boot}`);
      }
      life.put(0);
      const after = life.content();
      life.boot();
      assertEquals(life.content(), after, place);
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
