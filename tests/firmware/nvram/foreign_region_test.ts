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
