/**
 * The mark that a mount has written last, and the only record behind it, with wrong bits in both: what is discarded was
 * acknowledged, perhaps, and the mount says so, wherever the log ends.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer } from "./bench.ts";
import { oneSectorLog } from "./one_sector_log.ts";

/** Whether a mount says of a region that its last write is in doubt. */
function isInDoubt(programBytes: number, image: Uint8Array): boolean {
  const random = new RandomStreams("in doubt").stream("part");
  const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
  const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random, image });
  const ids = (lengthBytes: number) => random.bytes(lengthBytes);
  const store = new RingStore({ flash, sealer, random: ids, maxNameBytes: 8, maxValueBytes: 40 });
  const report = runToEnd(store.mount());
  return report.type === "mounted" && report.interruptedWrite && report.doubtfulWrite;
}

for (const programBytes of PROGRAM_UNITS) {
  for (const isAlone of [true, false]) {
    const where = isAlone ? "at the beginning of the head" : "behind another record";
    Deno.test(`RingStore on words of ${programBytes}: a mark ${where} with wrong bits does not hide that the record behind it may have counted`, () => {
      const full = (slot: number, name: string, isDamaged: boolean) => {
        const value = new Uint8Array(20).fill(slot);
        return { kind: RecordKind.full, slot, class: "tunnel-address", name, value, isDamaged } as const;
      };
      const before = isAlone ? [{ ...full(0, "a", false), carried: true }] : [full(0, "a", false)];
      const mark = { kind: RecordKind.mark, slot: 0, value: new Uint8Array(2), isDamaged: true };
      const image = (...records: Parameters<typeof oneSectorLog>[1]) => {
        return oneSectorLog(programBytes, [...before, ...records]);
      };
      assertEquals(isInDoubt(programBytes, image(mark, full(1, "b", true))), true);
      const deletion = { kind: RecordKind.delete, slot: 0, isDamaged: true };
      assertEquals(isInDoubt(programBytes, image(mark, deletion)), true);
      // Nothing was behind it, or a write that was cut off.
      assertEquals(isInDoubt(programBytes, image(mark)), false);
      const torn = image(mark, full(1, "b", false));
      const checksum = torn.findLastIndex((byte) => byte !== 0xff) - 3;
      assertEquals(isInDoubt(programBytes, torn.fill(0xff, checksum, checksum + 4)), false);
    });
  }
}
