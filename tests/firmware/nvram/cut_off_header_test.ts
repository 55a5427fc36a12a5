/** Headers of today that were cut off, in sectors that went bad or whose erase was cut off: none is of a later version. */

import { assertEquals } from "@std/assert";
import { encodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { Bench, text } from "./bench.ts";

const SECTOR_BYTES = 4096;
const SECTORS = 6;
const VERSION_OFFSET = 2;
/** What is left of a version 3 of which two bits or more were not driven. */
const UNDRIVEN = [0x0f, 0x1f, 0xff];

/** A ring that has turned, and the places of its sectors behind the head. */
class TurnedRing {
  readonly bench: Bench;
  readonly region: Uint8Array;
  readonly content: ReadonlyMap<string, string>;
  readonly #head: { readonly index: number; readonly sequence: number };

  constructor(deadSector?: number) {
    const dead = deadSector ?? SECTORS;
    const faults = deadSector === undefined
      ? []
      : [{ kind: "erase failure" as const, sector: dead, times: 1e9, reported: true }];
    this.bench = new Bench(101, SECTORS, {}, undefined, faults);
    this.bench.boot();
    for (let put = 0; put < 900; put++) {
      const value = this.bench.random.bytes(60);
      const record = { class: "tunnel-address", name: text(`${put % 30}`), value } as const;
      assertEquals(this.bench.put(record).type, "stored");
    }
    this.content = this.bench.content();
    this.region = this.bench.flash.image();
    const sequences = Array.from({ length: SECTORS }, (_, index) => this.#sequenceAt(index));
    const sequence = Math.max(...sequences);
    this.#head = { index: sequences.indexOf(sequence), sequence };
  }

  #sequenceAt(index: number): number {
    return new DataView(this.region.buffer).getInt32(index * SECTOR_BYTES + 4, true);
  }

  /** The place so far behind the head. */
  behind(places: number): number {
    return (this.#head.index + places) % SECTORS;
  }

  /** The header that a place gets so many turns later than it would next. */
  headerOf(index: number, turns = 0): Uint8Array {
    return encodeHeader({
      version: 3,
      logSectors: 4,
      sequence: this.#head.sequence + ((index - this.#head.index + SECTORS) % SECTORS) + turns * SECTORS,
      eraseCount: 9,
      openId: this.bench.random.bytes(8),
      previousEnd: 4000,
      sectorBytes: SECTOR_BYTES,
      sectorCount: SECTORS,
      programBytes: 1,
      tellsRetired: false,
    });
  }

  /** What is stored once this image was mounted, and put to again. */
  assertMounts(image: Uint8Array, place: string): void {
    const bench = new Bench(102, SECTORS, {}, image);
    assertEquals(bench.boot().type, "mounted", place);
    assertEquals(bench.content(), this.content, place);
    assertEquals(bench.put({ class: "persistent-logon", name: text("a"), value: text("b") }).type, "stored", place);
  }
}

Deno.test("RingStore mounts with two headers that were cut off in their versions", () => {
  const ring = new TurnedRing();
  for (const version of UNDRIVEN) {
    const image = ring.region.slice();
    for (const places of [1, 2]) {
      const start = ring.behind(places) * SECTOR_BYTES;
      image.fill(0xff, start, start + SECTOR_BYTES).set(ring.headerOf(ring.behind(places)), start);
      image[start + VERSION_OFFSET] = version;
    }
    ring.assertMounts(image, `version ${version}`);
  }
});

Deno.test("RingStore mounts with a header that was cut off in its version, and whose erase was in any byte of it", () => {
  const ring = new TurnedRing();
  const start = ring.behind(1) * SECTOR_BYTES;
  for (const version of UNDRIVEN) {
    for (let reached = VERSION_OFFSET + 1; reached < 28; reached++) {
      for (const kept of [0x55, 0xaa, 0x0f, 0xf0]) {
        const image = ring.region.slice().fill(0, start, start + SECTOR_BYTES);
        image.set(ring.headerOf(ring.behind(1)).subarray(0, reached + 1), start);
        image[start + VERSION_OFFSET] = version;
        image[start + reached] = (image[start + reached] ?? 0) & kept;
        ring.assertMounts(image, `version ${version}, the erase has come to byte ${reached}, of which ${kept} is left`);
      }
    }
  }
});

Deno.test("RingStore mounts with a retired sector whose header was cut off turns ago", () => {
  for (const dead of [1, 4]) {
    const ring = new TurnedRing(dead);
    for (const version of UNDRIVEN) {
      for (const turns of [-3, -2, -1, 0]) {
        const image = ring.region.slice();
        const start = dead * SECTOR_BYTES;
        image.fill(0xff, start, start + SECTOR_BYTES).set(ring.headerOf(dead, turns), start);
        // Some of what nobody knows, and a byte of what is known, was not driven either.
        for (const [offset, bits] of [[2, version], [9, 0x31], [13, 0xff], [20, 0x48], [22, 0xff]] as const) {
          image[start + offset] = (image[start + offset] ?? 0) | bits;
        }
        ring.assertMounts(image, `sector ${dead}, version ${version}, ${-turns} turns ago`);
      }
    }
  }
});

Deno.test("RingStore changes nothing where two sectors of a later version look like headers of today that were cut off", () => {
  const ring = new TurnedRing();
  for (const version of [7, 11, 15]) {
    const image = ring.region.slice();
    for (const places of [1, 2]) {
      const start = ring.behind(places) * SECTOR_BYTES;
      image.set(ring.headerOf(ring.behind(places)), start);
      // All of today's fields, a byte of the random number FF by chance, and another checksum.
      image.set([version], start + VERSION_OFFSET);
      image.set([0xff], start + 13);
      image.set([0x12, 0x34, 0x56, 0x78], start + 24);
    }
    const bench = new Bench(103, SECTORS, {}, image);
    const report = bench.boot();
    assertEquals(report, {
      type: "failed",
      reason: `the region looks like format ${version}, this firmware reads 2 and 3`,
    });
    assertEquals(bench.flash.image(), image);
  }
});

Deno.test("RingStore mounts with two headers that were cut off half driven, nothing of their versions there", () => {
  const ring = new TurnedRing();
  for (let seed = 0; seed < 40; seed++) {
    const { random } = new Bench(200 + seed, SECTORS);
    const image = ring.region.slice();
    for (const places of [1, 2]) {
      const start = ring.behind(places) * SECTOR_BYTES;
      const header = ring.headerOf(ring.behind(places));
      // All bytes of a page are driven at once: of each some bits are not.
      for (let offset = VERSION_OFFSET + 1; offset < header.length; offset++) {
        header[offset] = (header[offset] ?? 0) | (random.below(256) & random.below(256));
      }
      image.fill(0xff, start, start + SECTOR_BYTES).set(header, start);
      // A byte that nobody knows was not driven either.
      image.set([0xff], start + VERSION_OFFSET);
      image.set([0xff], start + 13);
    }
    ring.assertMounts(image, `seed ${seed}`);
  }
});

Deno.test("RingStore mounts with a header that was cut off in its version over copies, and a bit beside it that was disturbed", () => {
  const ring = new TurnedRing();
  const start = ring.behind(1) * SECTOR_BYTES;
  for (const version of UNDRIVEN) {
    for (let bit = 8 * (VERSION_OFFSET + 1); bit < 8 * 28; bit++) {
      // All but the header is there: that is written last.
      const image = ring.region.slice().fill(0xff, start + VERSION_OFFSET, start + 28);
      image.set([...ring.headerOf(ring.behind(1)).subarray(0, VERSION_OFFSET), version], start);
      const at = start + (bit >>> 3);
      image[at] = (image[at] as number) ^ (1 << (bit & 7));
      ring.assertMounts(image, `version ${version}, bit ${bit}`);
    }
  }
});
