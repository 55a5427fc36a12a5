/**
 * Words that take one program: power went while a header was written, so that bits of it are half way, and the boot
 * behind that cannot read a sector that it has freed. That looks like an erase that was begun since, and like a header that
 * was finished: it is believed, and may be lost later. No box may be lost with it.
 */

import { assert, assertEquals } from "@std/assert";
import { headCarried } from "../../../firmware/nvram/head_word.ts";
import { recordsIn } from "../../../firmware/nvram/log_format.ts";
import { decodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { readUint32 } from "../../../firmware/nvram/words.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash, PowerLoss } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { type FlashPreset, W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { CLASSES, ReadLife } from "./read_life.ts";

const NAMES = ["a", "b", "c"];

/** A region of which the newest sector holds nothing but what was carried there; the newest, and one that it has freed. */
function justOpened(programBytes: number, recordClass: (typeof CLASSES)[number]) {
  const life = new ReadLife(programBytes);
  for (const name of NAMES) life.put(recordClass, name);
  for (let turn = 0; turn < 60; turn++) {
    life.turn("tunnel-address");
    const image = life.flash.image();
    const newest = life.newest;
    const sector = image.subarray(1024 * newest, 1024 * (newest + 1));
    const header = decodeHeader(sector.slice());
    assert(header !== undefined);
    const records = recordsIn(sector, header);
    const own = records.find(({ offset }) => !headCarried(readUint32(sector, offset)));
    if (header.sequence < 10 || own === undefined || records.indexOf(own) < NAMES.length) continue;
    sector.fill(0xff, own.offset);
    return { image, newest, freed: (newest - header.logSectors + 8) % 8 };
  }
  throw new Error("no sector was opened with all that is stored");
}

/** A region in which a sector reads as anything, but for its header. */
function misreadIn(image: Uint8Array, sector: number): Uint8Array {
  const misread = image.slice();
  for (let at = 1024 * sector + 32; at < 1024 * (sector + 1); at++) misread[at] = (37 * at) & 0xff;
  return misread;
}

/** What a mount leaves of a region in which power goes after some bytes; `undefined` once it comes to its end. */
function cutMount(preset: FlashPreset, image: Uint8Array, bytes: number): Uint8Array | undefined {
  const random = new RandomStreams(3).stream("cut");
  const part = new FlashPart({ preset, clock: new UntimedClock(), random, image });
  const flash = new AilingFlash(part, random);
  flash.cutAfter = bytes;
  const options = { flash, sealer, random: (count: number) => random.bytes(count) };
  const store = new RingStore({ ...options, maxNameBytes: 8, maxValueBytes: 40 });
  try {
    runToEnd(store.mount());
    return undefined;
  } catch (error) {
    if (!(error instanceof PowerLoss)) throw error;
    return part.image();
  }
}

for (const programBytes of [2, 8, 32]) {
  for (const recordClass of CLASSES) {
    Deno.test(`RingStore on words of ${programBytes}, ${recordClass}: a header that a misread sector vouches for may be lost later`, () => {
      const { image, newest, freed } = justOpened(programBytes, recordClass);
      const expected = NAMES.map((name) => new ReadLife(programBytes, image).store.get(recordClass, text(name)));
      assertEquals(expected.map(({ type }) => type), ["found", "found", "found"]);
      const blind = new ReadLife(programBytes, misreadIn(image, freed));
      const later = blind.flash.image();
      for (const byte of [13, 15]) later[1024 * newest + byte] = (later[1024 * newest + byte] as number) ^ 1;
      const { store } = new ReadLife(programBytes, later);
      assertEquals(NAMES.map((name) => store.get(recordClass, text(name))), expected);
    });

    Deno.test(`RingStore on words of ${programBytes}, ${recordClass}: nor may power that goes in the boot behind that cost one`, () => {
      const { image, newest, freed } = justOpened(programBytes, recordClass);
      const life = new ReadLife(programBytes, image);
      const preset = { ...W25Q_REGION, geometry: life.geometry };
      const expected = NAMES.map((name) => life.store.get(recordClass, text(name)));
      const misread = misreadIn(image, freed);
      let cuts = 0;
      for (let bytes = 0;; bytes += 3) {
        const later = cutMount(preset, misread, bytes);
        if (later === undefined) break;
        cuts++;
        const [start, end] = [1024 * freed, 1024 * (freed + 1)];
        const isErased = later.subarray(start + 32, end).every((byte) => byte === 0xff);
        if (!isErased) later.set(image.subarray(start, end), start);
        for (const byte of [13, 15]) later[1024 * newest + byte] = (later[1024 * newest + byte] as number) ^ 1;
        const random = new RandomStreams(4).stream("later");
        const part = new FlashPart({ preset: preset, clock: new UntimedClock(), random, image: later });
        const options = { flash: part, sealer, random: (count: number) => random.bytes(count) };
        const store = new RingStore({ ...options, maxNameBytes: 8, maxValueBytes: 40 });
        assert(runToEnd(store.mount()).type === "mounted");
        assertEquals(NAMES.map((name) => store.get(recordClass, text(name))), expected, `cut after ${bytes} bytes`);
      }
      assert(cuts > 8, `${cuts} cuts`);
    });
  }
}
