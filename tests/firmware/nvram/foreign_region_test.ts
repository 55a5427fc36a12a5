/** Regions that are not the store's, or not its any more: told from blank ones, in one sector or in all. */

import { assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { crc32c } from "../../../firmware/nvram/crc32c.ts";
import { Bench, text } from "./bench.ts";

const SECTOR_BYTES = 4096;

/** A region of 4 sectors with a log of one sector, or of many. */
function regionOf(puts: number): Uint8Array {
  const bench = new Bench(90, 4);
  bench.boot();
  for (let put = 0; put < puts; put++) {
    const value = bench.random.bytes(60);
    assertEquals(bench.put({ class: "tunnel-address", name: text(`${put % 30}`), value }).type, "stored");
  }
  return bench.flash.image();
}

/** The same, one sector in a later format whose header looks otherwise, or has the layout of today. */
function later(region: Uint8Array, sector: number, version: number, layout: "other" | "same"): Uint8Array {
  const image = region.slice();
  const start = sector * SECTOR_BYTES;
  image[start + 2] = version;
  if (layout === "same") new DataView(image.buffer).setUint32(start + 24, crc32c(image, start, start + 24), true);
  else for (let offset = 5; offset < 40; offset++) image[start + offset] = (image[start + offset] as number) ^ 0x5a;
  return image;
}

Deno.test("RingStore.mount() changes nothing if one sector looks like a later version, whatever its checksum", () => {
  for (const [puts, sector] of [[5, 0], [400, 0], [400, 2]] as const) {
    const region = regionOf(puts);
    for (const version of [4, 5, 7, 255]) {
      for (const layout of ["other", "same"] as const) {
        const image = later(region, sector, version, layout);
        const bench = new Bench(91, 4, {}, image);
        const place = `${puts} puts, sector ${sector}, version ${version}, ${layout} layout`;
        const report = bench.boot();
        assertEquals(report.type, "failed", place);
        assertEquals(bench.flash.image(), image, place);
      }
    }
  }
});

/** The same fields as today's, finished, but another checksum, and records that are none of today's. */
function finishedLater(region: Uint8Array, sector: number, version: number): Uint8Array {
  const image = region.slice();
  const start = sector * SECTOR_BYTES;
  image[start + 2] = version;
  image.set([0x12, 0x34, 0x56, 0x78], start + 24);
  for (let at = start + 28; at < start + SECTOR_BYTES; at++) {
    if (image[at] !== 0xff) image[at] = 0x55 ^ (image[at] ?? 0);
  }
  return image;
}

Deno.test("RingStore.mount() changes nothing in a region that has one sector of a later version, all fields as today's", () => {
  for (const [puts, sector] of [[0, 0], [5, 0], [400, 0], [400, 1], [400, 2], [400, 3]] as const) {
    const region = regionOf(puts);
    for (let version = 4; version < 256; version += puts === 0 ? 1 : 3) {
      const image = finishedLater(region, sector, version);
      const bench = new Bench(95, 4, {}, image);
      const place = `${puts} puts, sector ${sector}, version ${version}`;
      assertEquals(bench.boot().type, "failed", place);
      assertEquals(bench.flash.image(), image, place);
    }
  }
});

Deno.test("RingStore.mount() changes nothing in a region of a later version whose header could be half of a fresh one of today", () => {
  const region = regionOf(5);
  for (let version = 7; version < 256; version += 4) {
    for (let bit = 1; bit < 256; bit <<= 1) {
      const image = finishedLater(region, 0, version);
      // All bits that today's would have at 1, and one more of the sequence, as an erase leaves it: but records, too.
      image[5] = (image[5] as number) | bit;
      const bench = new Bench(96, 4, {}, image);
      assertEquals(bench.boot().type, "failed", `version ${version}, bit ${bit}`);
      assertEquals(bench.flash.image(), image, `version ${version}, bit ${bit}`);
    }
  }
});

Deno.test("RingStore.mount() changes nothing if a later version has carried a log of today over into the next sector", () => {
  const region = regionOf(400);
  const sequences = [0, 1, 2, 3].map((sector) =>
    new DataView(region.buffer).getUint32(sector * SECTOR_BYTES + 4, true)
  );
  const head = sequences.indexOf(Math.max(...sequences));
  const next = (head + 1) % 4;
  const image = region.slice();
  image.copyWithin(next * SECTOR_BYTES, head * SECTOR_BYTES, (head + 1) * SECTOR_BYTES);
  new DataView(image.buffer).setUint32(next * SECTOR_BYTES + 4, Math.max(...sequences) + 1, true);
  for (const version of [4, 7, 11, 255]) {
    const carried = finishedLater(image, next, version);
    const bench = new Bench(96, 4, {}, carried);
    assertEquals(bench.boot().type, "failed", `version ${version}`);
    assertEquals(bench.flash.image(), carried, `version ${version}`);
  }
});

Deno.test("RingStore.mount() takes a sector whose erase was cut off for no later version, whatever its bits read", () => {
  const bench = new Bench(97, 4);
  bench.boot();
  for (let put = 0; put < 400; put++) {
    bench.put({ class: "tunnel-address", name: text(`${put % 30}`), value: bench.random.bytes(60) });
  }
  const content = bench.content();
  const region = bench.flash.image();
  const sequences = [0, 1, 2, 3].map((sector) =>
    new DataView(region.buffer).getUint32(sector * SECTOR_BYTES + 4, true)
  );
  const next = (sequences.indexOf(Math.max(...sequences)) + 1) % 4;
  for (const share of [64, 16, 4, 1]) {
    for (let seed = 0; seed < 60; seed++) {
      const weak = new Bench(1000 * share + seed, 4, {}, region);
      for (let at = 0; at < SECTOR_BYTES; at++) {
        let mask = 0;
        for (let bit = 1; bit < 256; bit *= 2) if (weak.random.below(share) === 0) mask |= bit;
        // The version reads as a later one each other time.
        if (at === 2) mask |= 0xfc;
        if (mask !== 0) weak.flash.cells.weaken(next * SECTOR_BYTES + at, mask);
      }
      assertEquals(weak.boot().type, "mounted", `one bit in ${share} unstable, seed ${seed}`);
      assertEquals(weak.content(), content);
    }
  }
});

Deno.test("RingStore.mount() takes no damaged or half-written header of its own for a later version", () => {
  for (const puts of [5, 400]) {
    const region = regionOf(puts);
    for (const offset of [2, 4, 9, 15, 20, 24, 27]) {
      for (let mask = 4; mask <= 0x80; mask *= 2) {
        const image = region.slice();
        image[2] = (image[2] as number) ^ mask;
        image[offset] = (image[offset] as number) ^ 1;
        assertEquals(new Bench(92, 4, {}, image).boot().type, "mounted", `version ^ ${mask}, byte ${offset}`);
      }
    }
  }
  // A first header of which power let only the beginning be written.
  for (let written = 0; written < 28; written++) {
    const image = regionOf(0);
    image.fill(0xff, written, 28);
    const bench = new Bench(93, 4, {}, image);
    assertEquals(bench.boot().type, "mounted", `${written} bytes`);
    assertEquals(bench.store.health().state, "ok", `${written} bytes`);
  }
});

Deno.test("RingStore.mount() takes a header that was cut off, and then an erase, for no later version", () => {
  const region = regionOf(400);
  const { content, next } = headOf(region);
  for (const written of [2, 8, 12, 16]) {
    // An erase drives all bits to 0 before it lets them be 1 again, and may end anywhere in that.
    for (let zeros = 3; zeros < 64; zeros++) {
      const image = region.slice();
      const start = next * SECTOR_BYTES;
      image.fill(0xff, start + written, start + SECTOR_BYTES);
      image[start + 2] = 0xff;
      image.fill(0, start + zeros, start + SECTOR_BYTES);
      const bench = new Bench(98, 4, {}, image);
      assertEquals(bench.boot().type, "mounted", `${written} bytes written, zeros from ${zeros} on`);
      assertEquals(bench.content(), content);
    }
  }
});

/** What a region holds, and the sector behind its head. */
function headOf(region: Uint8Array): { readonly content: unknown; readonly next: number } {
  const bench = new Bench(99, 4, {}, region);
  bench.boot();
  const sequences = [0, 1, 2, 3].map((sector) =>
    new DataView(region.buffer).getUint32(sector * SECTOR_BYTES + 4, true)
  );
  return { content: bench.content(), next: (sequences.indexOf(Math.max(...sequences)) + 1) % 4 };
}

Deno.test("RingStore reports that there was something on the part, wherever it lay, at each boot", () => {
  for (let sector = 0; sector < 4; sector++) {
    const image = new Uint8Array(4 * SECTOR_BYTES).fill(0xff);
    image.fill(0x5a, sector * SECTOR_BYTES + 100, sector * SECTOR_BYTES + 400);
    const bench = new Bench(94, 4, {}, image);
    for (let boot = 0; boot < 3; boot++) {
      assertEquals(bench.boot().type, "mounted");
      const { state, unidentifiedDamage } = bench.store.health();
      assertEquals([state, unidentifiedDamage], ["degraded", 1], `sector ${sector}, boot ${boot}`);
    }
    assertEquals(runToEnd(bench.store.forgetLosses()).type, "stored");
    bench.boot();
    assertEquals(bench.store.health().state, "ok");
  }
});

Deno.test("RingStore.mount() takes a header that was cut off in its version for no later version, if one bit beside it is disturbed", () => {
  for (const puts of [0, 5, 400]) {
    const bench = new Bench(98, 4);
    bench.boot();
    for (let put = 0; put < puts; put++) {
      bench.put({ class: "tunnel-address", name: text(`${put % 30}`), value: bench.random.bytes(60) });
    }
    const content = bench.content();
    const region = bench.flash.image();
    // The sector behind the head, which is the last one that is not blank, or has the highest sequence.
    const sequences = [0, 1, 2, 3].map((sector) =>
      new DataView(region.buffer).getInt32(sector * SECTOR_BYTES + 4, true)
    );
    const start = puts === 0 ? 0 : (sequences.indexOf(Math.max(...sequences)) + 1) % 4 * SECTOR_BYTES;
    const magic = region.slice(0, 2);
    // The bits of the version that came to 0 before power went, and one bit of those behind it.
    for (const version of [0x07, 0x83, 0xfb, 0xff]) {
      for (let bit = 3 * 8; bit < 40 * 8; bit++) {
        const image = region.slice().fill(0xff, start, start + SECTOR_BYTES);
        image.set([...magic, version], start);
        const at = start + (bit >>> 3);
        image[at] = (image[at] ?? 0) ^ (1 << (bit & 7));
        const next = new Bench(99, 4, {}, image);
        assertEquals(next.boot().type, "mounted", `${puts} puts, version ${version}, bit ${bit}`);
        if (puts > 0) assertEquals(next.content(), content, `${puts} puts, version ${version}, bit ${bit}`);
      }
    }
  }
});
