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
import { text } from "./bench.ts";
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

for (const programBytes of [2, 8, 32]) {
  for (const recordClass of CLASSES) {
    Deno.test(`RingStore on words of ${programBytes}, ${recordClass}: a header that a misread sector vouches for may be lost later`, () => {
      const { image, newest, freed } = justOpened(programBytes, recordClass);
      const expected = NAMES.map((name) => new ReadLife(programBytes, image).store.get(recordClass, text(name)));
      assertEquals(expected.map(({ type }) => type), ["found", "found", "found"]);
      const misread = image.slice();
      for (let at = 1024 * freed + 32; at < 1024 * (freed + 1); at++) misread[at] = (37 * at) & 0xff;
      const blind = new ReadLife(programBytes, misread);
      const later = blind.flash.image();
      for (const byte of [13, 15]) later[1024 * newest + byte] = (later[1024 * newest + byte] as number) ^ 1;
      const { store } = new ReadLife(programBytes, later);
      assertEquals(NAMES.map((name) => store.get(recordClass, text(name))), expected);
    });
  }
}
