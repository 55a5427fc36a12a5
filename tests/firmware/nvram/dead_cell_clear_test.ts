/** Cells of a retired sector that read 0 for ever hold nothing of a key: a clear comes to its end beside them. */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;
const BAD_SECTOR = 2;

/** What clears say, each after a key was stored, on a part with dead cells in the place of a header. */
function clears(programBytes: number, deadBits: number): readonly string[] {
  const random = new RandomStreams(5).stream("store");
  const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: 8, pageBytes: 256, programBytes };
  const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random });
  for (let bit = 0; bit < deadBits; bit++) {
    flash.inject({ kind: "stuck", address: BAD_SECTOR * SECTOR_BYTES + 2 * bit, mask: 8, level: 0 });
  }
  const store = new RingStore({ flash, sealer, random: (length) => random.bytes(length), maxValueBytes: 40 });
  runToEnd(store.mount());
  const answers: string[] = [];
  for (let round = 0; round < 3; round++) {
    runToEnd(store.put({ class: "preshared-key", name: text("a"), value: random.bytes(40) }));
    answers.push(runToEnd(store.clearSecrets()).type);
  }
  assertEquals(store.health().retiredSectors, 1);
  return answers;
}

for (const programBytes of [2, 8, 32]) {
  Deno.test(`RingStore.clearSecrets() on words of ${programBytes} ends beside up to 8 cells that read 0 for ever`, () => {
    for (const deadBits of [1, 8]) {
      assertEquals(clears(programBytes, deadBits), ["stored", "stored", "stored"], `${deadBits} cells`);
    }
    assertEquals(clears(programBytes, 9), ["unscrubbed", "unscrubbed", "unscrubbed"], "more may be of a key");
  });
}
