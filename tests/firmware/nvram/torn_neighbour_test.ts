/**
 * Words that take one program: bits of the last record were left half way, no sector takes an erase, and an erase was cut
 * off in the next one. Nothing may be appended to the head then, but the record is settled there all the same.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const KEY = { class: "tunnel-address", name: text("k") } as const;

for (const programBytes of [2, 8, 32]) {
  Deno.test(`RingStore on words of ${programBytes} settles its last record in the head, although the next sector is half erased and no other opens`, () => {
    // Reads as driven at the first boot after the cut; later as it likes.
    let level = 0xff;
    const streams = new RandomStreams(1).stream("store");
    const failures = new RandomStreams(1).stream("failures");
    const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
    const undecided = { next: () => level, below: () => 0 };
    const part = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random: undecided });
    const flash = new AilingFlash(part, failures);
    const boot = () => {
      const random = (lengthBytes: number) => streams.bytes(lengthBytes);
      const store = new RingStore({ flash, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      return store;
    };
    const store = boot();
    for (const value of ["older", "old"]) {
      assertEquals(runToEnd(store.put({ ...KEY, value: text(value) })).type, "stored");
    }
    const before = part.image();
    assertEquals(runToEnd(store.put({ ...KEY, value: text("new") })).type, "stored");
    // Two bits of the record are half way.
    const written = part.image().findIndex((byte, address) => byte !== before[address]);
    for (const address of [written, written + 3]) {
      const driven = ~part.cells.at(address) & 0xff;
      assert(driven > 0);
      part.cells.weaken(address, driven & -driven);
    }
    // The next sector holds what is neither a header nor blank.
    for (let address = 1024; address < 2048; address++) part.cells.set(address, 0x5a);
    flash.eraseFailure = { times: Infinity, failure: "not at all", reported: true };
    level = 0;
    assertEquals(boot().get(KEY.class, KEY.name), { type: "found", value: text("new") });
    level = 0xff;
    for (let again = 0; again < 3; again++) {
      const later = boot();
      assertEquals(later.get(KEY.class, KEY.name), { type: "found", value: text("new") }, `boot ${again}`);
      assertEquals(later.health().unidentifiedDamage + later.health().damaged.length, 0, `boot ${again}`);
      assertEquals(runToEnd(later.put({ ...KEY, value: text("newest") })).type, "failed", `boot ${again}`);
    }
    flash.eraseFailure = undefined;
    const well = boot();
    assertEquals(well.get(KEY.class, KEY.name), { type: "found", value: text("new") });
    assertEquals(runToEnd(well.put({ ...KEY, value: text("newest") })).type, "stored");
  });
}
