/** What the writer of the store does on a part that does not take what it is given. */

import { assertEquals } from "@std/assert";
import { FlashWriter } from "../../../firmware/nvram/flash_writer.ts";
import { FORMAT_VERSION } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";

const GEOMETRY = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64 };
const HEADER = {
  version: FORMAT_VERSION,
  logSectors: 1,
  sequence: 2,
  eraseCount: 1,
  openId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  previousEnd: 1024,
  sectorBytes: GEOMETRY.sectorBytes,
  sectorCount: GEOMETRY.sectorCount,
  programBytes: 1,
  tellsRetired: false,
};

function ailing(faults: readonly FlashFault[] = []) {
  const random = new RandomStreams(1).stream("flash");
  const part = new FlashPart({
    preset: { ...W25Q_REGION, geometry: GEOMETRY },
    clock: new UntimedClock(),
    random,
    faults,
  });
  const flash = new AilingFlash(part, random);
  return { part, flash, writer: new FlashWriter(flash, 64) };
}

Deno.test("FlashWriter.programBlank() writes nothing over what is there, not even what would read right", () => {
  const { part, writer } = ailing();
  const bytes = Uint8Array.of(0x12, 0x34, 0x56, 0x78);
  assertEquals(runToEnd(writer.programBlank(100, bytes)), true);
  const { programs } = part.counters;
  assertEquals(runToEnd(writer.programBlank(100, bytes)), false);
  assertEquals(part.counters.programs, programs);
  assertEquals(writer.refusals, 1);
});

Deno.test("FlashWriter.programHeader() takes a header with one dead cell, as a mount does, and none with two", () => {
  const address = GEOMETRY.sectorBytes;
  for (const [mask, expected] of [[0x01, true], [0x05, false]] as const) {
    // The magic begins with 52: these bits should be cleared.
    const { writer } = ailing([{ kind: "stuck", address, mask, level: 1 }]);
    assertEquals(runToEnd(writer.programHeader(address, HEADER)), expected);
  }
});

Deno.test("FlashWriter.kill() drives zeros until they are there, and says so if they never are", () => {
  for (const [times, isDead] of [[0, true], [1, true], [3, true], [Infinity, false]] as const) {
    const { part, flash, writer } = ailing();
    flash.programFailure = { after: 0, times, failure: "not at all", reported: false };
    assertEquals(runToEnd(writer.kill(0, 40)), isDead, `${times} programs without effect`);
    assertEquals(part.image().subarray(0, 40).every((byte) => byte === 0), isDead);
  }
});
