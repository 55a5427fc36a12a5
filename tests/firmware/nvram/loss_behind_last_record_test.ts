/**
 * A head that ends with a record that is damaged, and a mark: what stands before is the last record that can be read, and
 * a mount that writes that again must not strike out the damage, of which each boot is to tell.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { oneSectorLog } from "./one_sector_log.ts";

const VALUE = new Uint8Array(20).fill(7);

for (const programBytes of PROGRAM_UNITS) {
  for (const refusals of [0, 6]) {
    const how = refusals === 0 ? "" : ", the last of which the part does not drive again";
    Deno.test(`RingStore on words of ${programBytes}: a loss between the last records${how} is told by each boot`, () => {
      const record = (slot: number, isDamaged: boolean) => {
        const carried = slot < 2;
        return {
          kind: RecordKind.full,
          slot,
          class: "tunnel-address",
          name: `${slot}`,
          value: VALUE,
          carried,
          isDamaged,
        } as const;
      };
      // A mark strikes out nothing that lies before where it says that the log ended: its own place, or behind it.
      const mark = { kind: RecordKind.mark, slot: 0, value: Uint8Array.of(0xff, 0xff) };
      const image = oneSectorLog(programBytes, [record(0, false), record(1, true), mark]);
      const random = new RandomStreams("behind the last").stream("part");
      const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
      const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
      const flash = new AilingFlash(new FlashPart({ preset, clock: new UntimedClock(), random, image }), random);
      for (let boot = 0; boot < 4; boot++) {
        // The header comes first.
        if (boot === 0) flash.programFailure = { after: 1, times: refusals, failure: "not at all", reported: true };
        const ids = (bytes: number) => random.bytes(bytes);
        const store = new RingStore({ flash, sealer, random: ids, maxNameBytes: 8, maxValueBytes: 40 });
        assertEquals(runToEnd(store.mount()).type, "mounted");
        assertEquals(store.get("tunnel-address", text("0")).type, "found");
        assertEquals(store.health().unidentifiedDamage, 1, `boot ${boot}`);
      }
    });
  }
}
