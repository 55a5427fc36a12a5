/**
 * A young part whose two first sectors have headers, and nothing behind them: neither is believed if the newer one
 * cannot be driven again, so a new log is begun. What that acknowledges must not be hidden by the header that was left.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { encodeHeader, headerBytes, newHeader, PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const [SECTOR_BYTES, SECTORS] = [512, 4];
/** So often a mount drives a header until it believes that the part does not take it. */
const DRIVES = 6;

for (const programBytes of PROGRAM_UNITS) {
  for (const failBits of [true, false]) {
    Deno.test(`RingStore on words of ${programBytes}, ${failBits ? "with" : "without"} fail bits: a log that is begun beside a newer header keeps what it acknowledges`, () => {
      const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, pageBytes: 64, programBytes };
      const image = new Uint8Array(SECTOR_BYTES * SECTORS).fill(0xff);
      const previousEnd = headerBytes(programBytes);
      image.set(encodeHeader(newHeader(1, geometry)));
      image.set(encodeHeader({ ...newHeader(2, geometry), logSectors: 2, previousEnd }), SECTOR_BYTES);
      const random = new RandomStreams("unbelieved");
      const preset = { ...W25Q_REGION, geometry, commands: { failBits } };
      const flash = new FlashPart({ preset, clock: new UntimedClock(), random: random.stream("part"), image });
      const lengthBytes = headerBytes(programBytes);
      flash.inject({ kind: "program failure", address: SECTOR_BYTES, lengthBytes, times: DRIVES, reported: failBits });
      const ids = random.stream("store");
      const boot = () => {
        const sizes = { maxNameBytes: 8, maxValueBytes: 40 };
        const store = new RingStore({ flash, sealer, random: (bytes) => ids.bytes(bytes), ...sizes });
        assertEquals(runToEnd(store.mount()).type, "mounted");
        return store;
      };
      const store = boot();
      for (const name of ["a", "b", "c"]) {
        const record = { class: "preshared-key", name: text(name), value: text(`value of ${name}`) } as const;
        assertEquals(runToEnd(store.put(record)).type, "stored");
      }
      const names = boot().entries().map(({ name }) => hex(name));
      assertEquals(names, ["a", "b", "c"].map((name) => hex(text(name))));
    });
  }
}
