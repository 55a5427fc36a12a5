/** Rings as full as they get: bad sectors, cuts and boots end nothing, whatever the words. */

import { assert, assertEquals } from "@std/assert";
import { Capacity } from "../../../firmware/nvram/capacity.ts";
import { RegionReader } from "../../../firmware/nvram/region_reader.ts";
import { SlotTable } from "../../../firmware/nvram/slot_table.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { hex, sealer } from "./bench.ts";
import { PowerCut } from "./cut_clock.ts";
import { FullBench } from "./full_bench.ts";

const BAD: readonly ((sector: number, sectorBytes: number) => FlashFault)[] = [
  (sector) => ({ kind: "erase failure", sector, times: 1e9, reported: true }),
  (sector) => ({ kind: "erase failure", sector, times: 1e9, reported: false }),
  (sector, lengthBytes) => (
    { kind: "program failure", address: sector * lengthBytes, lengthBytes, times: 1e9, reported: false }
  ),
];

for (const programBytes of [1, 8, 32]) {
  Deno.test(`RingStore on words of ${programBytes} bytes, filled to the last record: a bad sector ends nothing`, () => {
    for (const [sectorCount, sectorBytes] of [[4, 1024], [6, 1024], [9, 2048]] as const) {
      for (let sector = 0; sector < sectorCount; sector++) {
        const place = `${sectorCount} sectors, ${sector} is bad`;
        const bench = new FullBench(sector, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
        for (let round = 0; round < 40; round++) assertEquals(bench.change(), "stored", place);
        const bad = BAD[sector % BAD.length] as (typeof BAD)[number];
        bench.flash.inject(bad(sector, sectorBytes));
        // A boot leaves a gap, and where words take one program writes the last record again.
        for (let round = 0; round < 400; round++) {
          if (round % 25 === 7) bench.boot();
          assertEquals(bench.change(), "stored", `${place}, round ${round}`);
        }
        bench.boot();
        bench.requireAll(place);
        const { retiredSectors, damaged, unidentifiedDamage } = bench.store.health();
        assertEquals([retiredSectors, damaged.length, unidentifiedDamage], [1, 0, 0], place);
      }
    }
  });

  Deno.test(`RingStore on words of ${programBytes} bytes retires down to 3 sectors, one by one, full each time`, () => {
    const sectorCount = 7;
    const sectorBytes = 1024;
    const bench = new FullBench(1, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
    for (let bad = 0; bad < sectorCount - 3; bad++) {
      bench.makeRoom();
      const fault = BAD[bad % 2] as (typeof BAD)[number];
      bench.flash.inject(fault((3 * bad) % sectorCount, sectorBytes));
      for (let round = 0; round < 300; round++) assertEquals(bench.change(), "stored", `${bad} were bad`);
      assertEquals(bench.store.health().retiredSectors, bad + 1);
      bench.requireAll(`${bad + 1} are bad`);
    }
    bench.boot();
    bench.requireAll("after a boot");
  });
}

Deno.test("RingStore, filled to the last record, goes on after cuts, nested ones too, on all words and small sectors", () => {
  let cuts = 0;
  for (const programBytes of [1, 2, 4, 8, 16, 32]) {
    for (const [sectorCount, sectorBytes] of [[8, 2048], [3, 1024], [5, 1024]] as const) {
      const bench = new FullBench(programBytes, { sectorCount, sectorBytes, pageBytes: 64, programBytes });
      for (let round = 0; round < 60; round++) {
        const place = `words of ${programBytes}, ${sectorCount} sectors, round ${round}`;
        bench.changeAndCut();
        cuts++;
        for (let count = 0; count < 3; count++) assertEquals(bench.change(), "stored", place);
        bench.requireAll(place);
      }
      assertEquals(bench.store.health().state, "ok");
    }
  }
  assert(cuts > 500);
});

Deno.test("RingStore: what a mount has answered stays the answer, although no sector can be opened to settle it in", () => {
  let answers = 0;
  for (const programBytes of [1, 2, 4, 8, 16, 32]) {
    for (let seed = 0; seed < 100; seed++) {
      const sectorCount = 3 + (seed % 2);
      const bench = new FullBench(seed, { sectorCount, sectorBytes: 1024, pageBytes: 64, programBytes });
      bench.unerasable.refusesErases = true;
      const { random } = bench;
      // Up to where the head takes no more, power goes in one of the writes.
      let type = "stored";
      for (let left = random.below(8); left > 0 && type === "stored"; left--) type = bench.change();
      bench.clock.cutAt = bench.clock.now + random.below(40_000);
      try {
        while (type === "stored") type = bench.change();
        continue;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      bench.flash.powerOff();
      bench.clock.cutAt = Infinity;
      const contents = () => bench.store.entries().map(({ name, value }) => `${hex(name)} ${hex(value)}`).sort();
      bench.boot();
      const first = contents();
      answers++;
      for (let boot = 0; boot < 8; boot++) {
        bench.boot();
        assertEquals(contents(), first, `words of ${programBytes}, seed ${seed}, boot ${boot}`);
      }
      assertEquals(bench.store.health().damaged.length, 0);
    }
  }
  assert(answers > 120, `only ${answers} were cut off`);
});

/** How much is needed of the oldest sector, in bytes, and what can be carried of it. */
function neededOfOldest({ flash, sizes }: FullBench): readonly [needed: number, liveBytes: number] {
  const { geometry } = flash;
  const image = flash.image();
  const scan = new RegionReader({ flash, workspace: undefined, omittedRules: new Set() }).scan(image);
  const slots = new SlotTable(sealer, sizes.maxValueBytes, geometry.programBytes ?? 1);
  slots.adopt(scan, image, geometry.sectorBytes);
  const { liveBytes } = new Capacity({ geometry, ...sizes, overheadBytes: sealer.overheadBytes });
  const [oldest] = scan.sectors;
  return [oldest === undefined ? 0 : slots.neededBytes(oldest), liveBytes];
}

Deno.test("RingStore.mount() leaves no more in the oldest sector than can be carried behind what may stand before it", () => {
  let most = 0;
  for (let seed = 0; seed < 6; seed++) {
    const programBytes = 2;
    const bench = new FullBench(100 * seed + 2, { sectorCount: 7, sectorBytes: 1024, pageBytes: 64, programBytes });
    for (let round = 0; round < 60; round++) {
      bench.changeAndCut();
      const [needed, liveBytes] = neededOfOldest(bench);
      assert(needed <= liveBytes, `seed ${seed}, round ${round}: ${needed} bytes of ${liveBytes}`);
      most = Math.max(most, needed / liveBytes);
      for (let count = bench.random.below(5); count > 0; count--) assertEquals(bench.change(), "stored");
    }
  }
  assert(most > 0.9, "none was near it");
});
