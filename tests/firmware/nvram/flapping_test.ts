/**
 * The last record has bits that read as they like, and no sector can be opened to write it again in: what the first mount
 * has answered, the old value or the new one, each later mount answers, too.
 */

import { assert, assertEquals } from "@std/assert";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { hex } from "./bench.ts";
import { FullBench } from "./full_bench.ts";

const BOOTS = 8;

/** Leaves bits of the record that was written last half way, as power does that goes at the end of its program. */
function weakenLast(bench: FullBench, before: Uint8Array): void {
  const [record] = diffImages(before, bench.flash.image(), 8);
  assert(record !== undefined);
  let left = 3;
  record.after.forEach((byte, index) => {
    const driven = ~byte & (record.before[index] ?? 0);
    if (index < 8 || driven === 0 || left-- <= 0) return;
    bench.flash.inject({ kind: "weak", address: record.address + index, mask: driven & -driven });
  });
}

for (const programBytes of [1, 2, 8, 32]) {
  for (const place of ["with room for it behind the fence", "with room right behind it only"] as const) {
    Deno.test(`RingStore on words of ${programBytes}, a last record that is half there and no next sector, ${place}: mounts agree`, () => {
      const seen = new Set<string>();
      for (let seed = 0; seed < 12; seed++) {
        const bench = new FullBench(seed, { sectorCount: 4, sectorBytes: 2048, pageBytes: 64, programBytes });
        // A head with nothing in it yet takes any record.
        const isFirst = place === "with room for it behind the fence";
        const headBefore = bench.flash.sectorErases.join();
        while (bench.flash.sectorErases.join() === headBefore) bench.change();
        bench.unerasable.refusesErases = true;
        const record = bench.anyRecord();
        let image = bench.flash.image();
        let old = bench.records.get(hex(record.name))?.value;
        let value = old;
        // Else as many as the head takes: the last of them is struck.
        for (let round = 0; round < 100; round++) {
          const now = bench.flash.image();
          const held = bench.records.get(hex(record.name))?.value;
          if (bench.change(record) !== "stored") break;
          [image, old, value] = [now, held, bench.records.get(hex(record.name))?.value];
          if (isFirst) break;
        }
        assert(old !== undefined && value !== undefined);
        weakenLast(bench, image);
        const answers = Array.from({ length: BOOTS }, () => {
          bench.boot();
          assertEquals(bench.store.health().damaged.length, 0);
          const answer = bench.store.get(record.class, record.name);
          return answer.type === "found" ? hex(answer.value) : answer.type;
        });
        assertEquals(new Set(answers).size, 1, `seed ${seed}: ${answers.map((each) => each.slice(0, 8))}`);
        const [answer] = answers;
        assert(answer === hex(old) || answer === hex(value), `seed ${seed}: neither the old value nor the new one`);
        seen.add(answer === hex(old) ? "old" : "new");
      }
      assertEquals(seen, new Set(["old", "new"]));
    });
  }
}
