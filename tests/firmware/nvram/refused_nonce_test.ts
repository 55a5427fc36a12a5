/**
 * A mount that the part refuses has sent its sealed record over the bus. Where that was to go reads blank, so a later boot
 * may come to the same place: with the same value, never with another one, which would make one nonce of two values.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const BOOTS = 24;
const SIZES = { maxNameBytes: 8, maxValueBytes: 40 };
const KEY = { class: "preshared-key", name: text("k") } as const;

for (const programBytes of [1, 2, 4, 8, 16, 32]) {
  Deno.test(`RingStore on words of ${programBytes}: no nonce is used for two values, whatever the part refuses for a while`, () => {
    let refused = 0;
    for (let seed = 0; seed < 40; seed++) {
      const streams = new RandomStreams(seed);
      const random = streams.stream("store");
      const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
      const preset = { ...W25Q_REGION, geometry };
      const part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
      const flash = new AilingFlash(part, streams.stream("failures"));
      // It throws if a nonce comes again with another value.
      const noting = new NotingSealer(sealer);
      for (let boot = 0; boot < BOOTS; boot++) {
        const store = new RingStore({ flash, sealer: noting, random: (length) => random.bytes(length), ...SIZES });
        // Up to all that a mount tries.
        if (boot % 3 === 2) {
          flash.sags = { runs: [random.below(3), 1 + random.below(30)], reported: random.below(2) === 0 };
        }
        assertEquals(runToEnd(store.mount()).type, "mounted");
        if (runToEnd(store.put({ ...KEY, value: random.bytes(8 + random.below(33)) })).type !== "stored") refused++;
        flash.heal();
      }
    }
    assert(refused > 20, `${refused} changes were refused`);
  });
}

for (const programBytes of [2, 8, 32]) {
  Deno.test(`RingStore on words of ${programBytes}: no nonce is used for two values, whatever the last record reads as at the next boot`, () => {
    let mounts = 0;
    for (let seed = 0; seed < 60; seed++) {
      const streams = new RandomStreams(seed);
      const random = streams.stream("store");
      const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
      const part = new FlashPart({
        preset: { ...W25Q_REGION, geometry },
        clock: new UntimedClock(),
        random: streams.stream("flash"),
      });
      const flash = new AilingFlash(part, streams.stream("failures"));
      const noting = new NotingSealer(sealer);
      const boot = () => {
        const store = new RingStore({ flash, sealer: noting, random: (length) => random.bytes(length), ...SIZES });
        assertEquals(runToEnd(store.mount()).type, "mounted");
        return store;
      };
      const store = boot();
      let before = part.image();
      for (let count = 0; count < 2 + (seed % 7); count++) {
        before = part.image();
        assertEquals(runToEnd(store.put({ ...KEY, value: random.bytes(40) })).type, "stored");
      }
      const [record] = diffImages(before, part.image(), 64);
      // What a mount seals is on the bus, and nothing of it on the part.
      flash.sags = { runs: [0, 1000], reported: true };
      boot();
      flash.heal();
      // The record before this one is the last.
      for (const offset of [8, 9]) part.cells.drive((record?.address ?? 0) + offset, 0);
      const again = boot();
      assertEquals(again.get(KEY.class, KEY.name).type, "found");
      mounts++;
    }
    assertEquals(mounts, 60);
  });
}
