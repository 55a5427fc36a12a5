/** A slot that notes a loss takes room: what the store says always fits does so beside it. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer } from "./bench.ts";

for (const programBytes of PROGRAM_UNITS) {
  Deno.test(`RingStore on words of ${programBytes}: as many of the largest records as it says fit beside a loss`, () => {
    let stored = 0;
    for (let maxValueBytes = 1; maxValueBytes <= 60; maxValueBytes++) {
      const geometry = { sectorBytes: 512, sectorCount: 4, pageBytes: 64, programBytes };
      const random = new RandomStreams(maxValueBytes).stream("part");
      // Something was on the part, but no log.
      const image = random.bytes(4 * 512);
      const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random, image });
      const ids = (bytes: number) => random.bytes(bytes);
      const store = new RingStore({ flash, sealer, random: ids, maxNameBytes: 2, maxValueBytes });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      assertEquals(store.health().unidentifiedDamage, 1);
      for (let left = store.capacity(); left > 0; left--, stored++) {
        const record = {
          class: "preshared-key",
          name: Uint8Array.of(0, left),
          value: random.bytes(maxValueBytes),
        } as const;
        assertEquals(runToEnd(store.put(record)).type, "stored", `${left} left, values of ${maxValueBytes} bytes`);
      }
    }
    assert(stored > 100, `${stored}`);
  });
}
