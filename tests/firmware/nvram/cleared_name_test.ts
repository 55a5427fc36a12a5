/**
 * A name that stands behind a clearing for the first time, and is that of a secret: a boot that could not read the
 * clearing has carried it, to report the loss. What the slot held before is over once the clearing reads right again.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeIdentity, encodeRecord, roomBytes } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { encodeHeader, FORMAT_VERSION, headerBytes, PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";
import { writeUint32 } from "../../../firmware/nvram/words.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const ROOT_KEY = new Uint8Array(32).fill(9);
const [SECTOR_BYTES, SECTORS, SEQUENCE, SLOT] = [512, 5, 1, 0];
const OPEN_ID = new Uint8Array(8).fill(7);
const VALUE = new Uint8Array(16).fill(3);

/** A log of one sector: a value, a clearing, and then the name of the value's slot. */
function regionOf(identity: RecordIdentity, isSealed: boolean, programBytes: number): Uint8Array {
  const region = new Uint8Array(SECTOR_BYTES * SECTORS).fill(0xff);
  const header = { version: FORMAT_VERSION, logSectors: 1, sequence: SEQUENCE, eraseCount: 1, openId: OPEN_ID };
  const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, programBytes };
  region.set(encodeHeader({ ...header, ...geometry, previousEnd: 0, tellsRetired: false }));
  let offset = headerBytes(programBytes);
  const append = (kind: RecordKind, payload: Uint8Array) => {
    const head = { kind, carried: false, slot: SLOT, payloadBytes: payload.length };
    region.set(encodeRecord(head, payload, SEQUENCE, offset), offset);
    offset += roomBytes(payload.length, programBytes);
  };
  const place = { openId: OPEN_ID, sequence: SEQUENCE, offset, slot: SLOT };
  append(RecordKind.value, isSealed ? sealer.seal(identity, place, VALUE) : VALUE);
  const until = new Uint8Array(4);
  writeUint32(until, 0, SEQUENCE);
  append(RecordKind.clearSecrets, until);
  append(RecordKind.name, encodeIdentity(identity, new Uint8Array(0)));
  return region;
}

for (const programBytes of PROGRAM_UNITS) {
  for (
    const [recordClass, isSealed, answer] of [
      ["preshared-key", true, "damaged"],
      ["persistent-logon", true, "found"],
      ["tunnel-address", false, "found"],
    ] as const
  ) {
    Deno.test(`RingStore on words of ${programBytes}: a ${recordClass} that is named behind a clearing is ${answer}`, () => {
      const identity = { class: recordClass, name: text("old") };
      const image = regionOf(identity, isSealed, programBytes);
      const random = new RandomStreams("named late").stream("part");
      const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, pageBytes: 64, programBytes };
      const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random, image });
      const draw = (length: number) => random.bytes(length);
      const store = new RingStore({ flash, sealer, random: draw, maxNameBytes: 8, maxValueBytes: 24 });
      const expected = new FormatReader(ROOT_KEY).read(image.slice(), SECTOR_BYTES, programBytes);
      assertEquals(runToEnd(store.mount()).type, "mounted");
      assertEquals(store.get(recordClass, identity.name).type, answer);
      assertEquals(lines(readingOf(store)), lines(expected), "FORMAT.md");
    });
  }
}
