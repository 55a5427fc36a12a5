/** A supply that comes and goes within one change: what a sector that did not open leaves behind may never count. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;

interface Told {
  readonly kind: "erase" | "program";
  readonly sector: number;
  /** Where in the sector, in bytes. */
  readonly offset: number;
}

/** A part of which a test says what it does nothing of. */
class Refusing extends AilingFlash {
  /** Decides on what the part is told. */
  refuses: (told: Told) => boolean = () => false;
  isSilent = false;

  override *sectorErase(address: number): Task<FlashOutcome> {
    if (!this.#isRefused("erase", address)) return yield* super.sectorErase(address);
    return this.isSilent ? "done" : "erase failed";
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (!this.#isRefused("program", address)) return yield* super.pageProgram(address, bytes);
    return this.isSilent ? "done" : "program failed";
  }

  #isRefused(kind: Told["kind"], address: number): boolean {
    return this.refuses({ kind, sector: Math.floor(address / SECTOR_BYTES), offset: address % SECTOR_BYTES });
  }
}

/** A store with four records that are updated in turn. */
class Life {
  readonly part: FlashPart;
  readonly flash: Refusing;
  readonly random;
  readonly values = new Map<string, string>();
  #count = 0;
  store: RingStore;

  constructor(seed: number, sectorCount: number, programBytes: number) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("life");
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount, pageBytes: 256, programBytes };
    const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
    this.part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("part") });
    this.flash = new Refusing(this.part, streams.stream("failures"));
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(): string {
    const name = `k${this.#count++ % 4}`;
    const value = this.random.bytes(40);
    const { type } = runToEnd(this.store.put({ class: "tunnel-address", name: text(name), value }));
    if (type === "stored") this.values.set(name, hex(value));
    return type;
  }

  puts(count: number): void {
    for (let put = 0; put < count; put++) this.put();
  }

  /** Stores until a sector is the head, and has no room for another record. */
  fill(sector: number): void {
    while (this.part.sectorErases[sector] === 0) assertEquals(this.put(), "stored");
    const end = SECTOR_BYTES * (sector + 1);
    while (this.part.image().subarray(end - 190, end).every((byte) => byte === 0xff)) {
      assertEquals(this.put(), "stored");
    }
  }

  /** What a boot would make of the part as it is. */
  copy(): RingStore {
    const { geometry } = this.part;
    const streams = new RandomStreams(0);
    const made = { preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random: streams.stream("part") };
    const flash = new FlashPart({ ...made, image: this.part.image() });
    const random = (lengthBytes: number) => new Uint8Array(lengthBytes);
    const store = new RingStore({ flash, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  }

  requireValues(place: string, store = this.store): void {
    const found = store.entries().map(({ name, value }) => [new TextDecoder().decode(name), hex(value)]);
    assertEquals(new Map(found as [string, string][]), this.values, place);
    assertEquals(store.health().unidentifiedDamage + store.health().damaged.length, 0, place);
  }
}

Deno.test("RingStore acknowledges nothing in a head while a mount might take a sector further on for it", () => {
  for (const programBytes of [1, 8]) {
    for (const sectorCount of [5, 16]) {
      const life = new Life(1, sectorCount, programBytes);
      life.fill(2);
      // The next sector takes no erase until the one behind it has its header; then nothing is taken for a while.
      let [isOpened, left] = [false, 40];
      life.flash.refuses = ({ kind, sector, offset }) => {
        if (sector === 2 || (sector === 3 && !isOpened)) return true;
        if (isOpened) return left-- > 0;
        // Of the header, programmed last, comes out what reads as one; what is written behind it does not.
        isOpened = kind === "program" && sector === 4 && offset === 0;
        return false;
      };
      for (let put = 0; put < 30; put++) life.put();
      life.flash.refuses = () => false;
      life.puts(8);
      life.boot();
      life.requireValues(`words of ${programBytes}, ${sectorCount} sectors`);
    }
  }
});

Deno.test("RingStore opens no sector over what an opening that came to nothing has left in it", () => {
  let begun = 0;
  for (const programBytes of [1, 4, 16]) {
    for (const sectorCount of [6, 16]) {
      for (let copies = 1; copies < 6; copies++) {
        const place = `words of ${programBytes}, ${sectorCount} sectors, ${copies} copies`;
        const life = new Life(2, sectorCount, programBytes);
        life.fill(0);
        life.flash.isSilent = true;
        // The next sector takes no programs, then the one behind it takes some, but not the first, and no other takes any.
        let taken = 0;
        life.flash.refuses = ({ kind, sector, offset }) => {
          if (kind === "erase" || sector === 0) return false;
          if (sector === 2 && offset < SECTOR_BYTES / 2) return ++taken === 1 || taken > 1 + copies;
          return sector !== 2 && (sector === 1 || taken > 1 + copies);
        };
        for (let put = 0; put < 100 && life.put() === "stored"; put++);
        if (life.part.image().subarray(2 * SECTOR_BYTES, 2.5 * SECTOR_BYTES).some((byte) => byte !== 0xff)) begun++;
        // Its next erase does nothing, and does not say so.
        let spared = 1;
        life.flash.refuses = ({ kind, sector }) => kind === "erase" && sector === 2 && spared-- > 0;
        for (let put = 0; put < 40; put++) {
          life.put();
          life.requireValues(place, life.copy());
        }
      }
    }
  }
  assert(begun > 10, `${begun}`);
});

Deno.test("RingStore loses nothing to a supply that comes and goes within a change, and retires next to nothing for it", () => {
  const most: number[] = [];
  for (let seed = 0; seed < 300; seed++) {
    const programBytes = [1, 4, 16][seed % 3] as number;
    const life = new Life(seed, [4, 8, 16][Math.floor(seed / 3) % 3] as number, programBytes);
    const { random } = life;
    life.puts(20 + random.below(200));
    life.flash.isSilent = random.below(3) > 0;
    const often = 3 + random.below(5);
    let left = 1 + random.below(60);
    life.flash.refuses = () => left > 0 && random.below(10) < often && left-- > 0;
    life.puts(5 + random.below(100));
    life.flash.refuses = () => false;
    life.boot();
    life.requireValues(`seed ${seed}`);
    most.push(life.store.health().retiredSectors);
  }
  assert(
    Math.max(...most) <= 3 && most.filter((retired) => retired > 1).length <= 6,
    `${most.filter((each) => each > 0)}`,
  );
});

Deno.test("RingStore retires no sector for an outage of all, whatever its length", () => {
  for (const programBytes of [1, 16]) {
    for (let length = 1; length < 60; length++) {
      const life = new Life(length, 16, programBytes);
      life.puts(330 + length);
      let left = length;
      life.flash.refuses = () => left > 0 && left-- > 0;
      life.puts(100);
      life.boot();
      life.requireValues(`${length} refused`);
      assertEquals(life.store.health().retiredSectors, 0, `${length} refused`);
    }
  }
});
