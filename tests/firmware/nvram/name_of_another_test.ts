/**
 * A slot that has passed to another name, which a boot could not read: it has carried the name that it knew, alone. What
 * can be read again then is a value of the one name, and behind it the other: it is nobody's value under that.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeIdentity, encodeRecord, roomBytes } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { encodeHeader, headerBytes, newHeader, PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import type { RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const NONE = new Uint8Array(0);
const VALUE = new Uint8Array(20).fill(66);
const LATER = new Uint8Array(20).fill(1);

/** A log of one sector in which a slot has the one name, then the other, and perhaps a value behind that. */
function storeOf(programBytes: number, one: RecordClass, other: RecordClass, hasLater: boolean) {
  const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 64, programBytes };
  const image = new Uint8Array(4096).fill(0xff);
  const header = newHeader(1, geometry);
  image.set(encodeHeader(header));
  let offset = headerBytes(programBytes);
  const append = (kind: RecordKind, payload: Uint8Array) => {
    const head = { kind, carried: kind === RecordKind.name, slot: 0, payloadBytes: payload.length };
    image.set(encodeRecord(head, payload, 1, offset), offset);
    offset += roomBytes(payload.length, programBytes);
  };
  const isSealed = (recordClass: RecordClass) => recordClass !== "tunnel-address";
  const stored = (recordClass: RecordClass, name: string, value: Uint8Array) => {
    const place = { openId: header.openId, sequence: 1, offset, slot: 0 };
    return isSealed(recordClass) ? sealer.seal({ class: recordClass, name: text(name) }, place, value) : value;
  };
  append(RecordKind.full, encodeIdentity({ class: one, name: text("one") }, stored(one, "one", VALUE)));
  append(RecordKind.name, encodeIdentity({ class: other, name: text("other") }, NONE));
  if (hasLater) append(RecordKind.value, stored(other, "other", LATER));
  const reading = new FormatReader(new Uint8Array(32).fill(9)).read(image.slice(), 1024, programBytes);
  const random = new RandomStreams("of another").stream("part");
  const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random, image });
  const ids = (bytes: number) => random.bytes(bytes);
  const store = new RingStore({ flash, sealer, random: ids, maxNameBytes: 8, maxValueBytes: 40 });
  assertEquals(runToEnd(store.mount()).type, "mounted");
  return { store, reading };
}

for (const programBytes of PROGRAM_UNITS) {
  for (
    const [one, other] of [
      ["tunnel-address", "tunnel-address"],
      ["group-key", "tunnel-address"],
      ["persistent-logon-part", "preshared-key"],
    ] as const
  ) {
    Deno.test(`RingStore on words of ${programBytes}: the value of a ${one} is not given for a ${other} whose name stands behind it`, () => {
      const { store, reading } = storeOf(programBytes, one, other, false);
      assertEquals(store.get(other, text("other")).type, "damaged");
      assertEquals(store.get(one, text("one")).type, "absent");
      assertEquals(store.health().unidentifiedDamage, 1);
      assertEquals(lines(readingOf(store)), lines(reading));
    });

    Deno.test(`RingStore on words of ${programBytes}: a value behind the name of a ${other} that has a ${one}'s slot is its own`, () => {
      const { store, reading } = storeOf(programBytes, one, other, true);
      assertEquals(store.get(other, text("other")), { type: "found", value: LATER });
      assertEquals(lines(readingOf(store)), lines(reading));
    });
  }
}
