/** A store that is booted again and again: what each boot finds is what a reader of FORMAT.md does. */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const ROOT_KEY = new Uint8Array(32).fill(9);

/** A class that is not secret, and one that is sealed. */
export const CLASSES = ["tunnel-address", "preshared-key"] as const;
/** One of them. */
export type Class = (typeof CLASSES)[number];

/** A store on eight sectors of 1 KiB. */
export class ReadLife {
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
