/** One sector of the part as it comes will not erase any more: the store goes on, however full it is. */

import { assert, assertEquals } from "@std/assert";
import { Bench, hex, text } from "./bench.ts";

const SECTORS = 16;
/** More than turn the ring once. */
const UPDATES = 500;

/** Records of the default sizes, long names among them. */
const nameOf = (key: number) => text(`n${key}.${"x".repeat(200)}.example`);

Deno.test("RingStore on 16 sectors retires one that will not erase, and takes all updates, full or not", () => {
  for (const keys of [8, 32, 64, 96]) {
    for (let sector = 1; sector < SECTORS; sector += 4) {
      const bench = new Bench(keys, SECTORS);
      const place = `${keys} keys, sector ${sector}`;
      bench.boot();
      const latest = new Map<number, string>();
      const put = (key: number) => {
        const value = bench.random.bytes(128);
        assertEquals(bench.put({ class: "preshared-key", name: nameOf(key), value }).type, "stored", place);
        latest.set(key, hex(value));
      };
      for (let key = 0; key < keys; key++) put(key);
      for (let round = 0; round < 200; round++) put(bench.random.below(keys));
      bench.flash.inject({ kind: "erase failure", sector, times: Infinity, reported: false });
      for (let round = 0; round < UPDATES; round++) put(bench.random.below(keys));
      bench.boot();
      const { state, retiredSectors, damaged } = bench.store.health();
      assert(retiredSectors === 1, place);
      assertEquals([state, damaged.length], ["degraded", 0], place);
      for (const [key, value] of latest) {
        const read = bench.store.get("preshared-key", nameOf(key));
        assertEquals(read.type === "found" && hex(read.value), value, place);
      }
    }
  }
});
