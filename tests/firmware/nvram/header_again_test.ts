/**
 * Where a header was written again a mount finds it, and nowhere else: what a user stores may look like one. And where
 * words have one byte a loss is told if what came before a new head cannot be read.
 */

import { assert, assertEquals } from "@std/assert";
import { encodeRecord } from "../../../firmware/nvram/log_format.ts";
import { encodeHeader, newHeader } from "../../../firmware/nvram/sector_header.ts";
import { LogSlot, RecordKind } from "../../../firmware/nvram/head_word.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { FormatReader } from "./format_reader.ts";

const SECTOR_BYTES = 1024;
const VALUE_BYTES = 56;
const ROOT_KEY = new Uint8Array(32).fill(9);

interface Life {
  /** The part right before the header of a sector was programmed, and right after. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** The number of that sector. */
  readonly sector: number;
}

function storeOn(
  programBytes: number,
  image?: Uint8Array,
  onProgram: (part: FlashPart, address: number) => void = () => {},
) {
  const streams = new RandomStreams(image === undefined ? 1 : 2);
  const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: 4, pageBytes: 64, programBytes };
  const part: FlashPart = new FlashPart({
    preset: { ...W25Q_REGION, geometry },
    clock: new UntimedClock(),
    random: streams.stream("flash"),
    onOperation: ({ kind, address }) => kind === "program" && onProgram(part, address),
    ...(image && { image }),
  });
  const draws = streams.stream("store");
  const random = (lengthBytes: number) => draws.bytes(lengthBytes);
  return new RingStore({ flash: part, sealer, random, maxNameBytes: 16, maxValueBytes: VALUE_BYTES });
}

/** A value and a key, and then others until the sector with a sequence is opened. */
function liveUntil(sequence: number, programBytes: number, value: Uint8Array): Life {
  let previous: Uint8Array = new Uint8Array(0);
  let life: Life | undefined;
  const store = storeOn(programBytes, undefined, (part, address) => {
    const image = part.image();
    const isHeader = address % SECTOR_BYTES === 0 &&
      new DataView(image.buffer).getUint32(address + 4, true) === sequence;
    if (isHeader) life ??= { before: previous, after: image, sector: address / SECTOR_BYTES };
    previous = image;
  });
  assertEquals(runToEnd(store.mount()).type, "mounted");
  const put = (
    recordClass: "tunnel-address" | "preshared-key" | "generational-guid",
    name: string,
    bytes: Uint8Array,
  ) => assertEquals(runToEnd(store.put({ class: recordClass, name: text(name), value: bytes })).type, "stored");
  put("tunnel-address", "abc", value);
  put("preshared-key", "peer", text("the key"));
  for (let count = 0; life === undefined; count++) put("generational-guid", "", new Uint8Array(16).fill(count));
  return life;
}

/** What a new store and a reader of FORMAT.md find in an image. */
function found(image: Uint8Array, programBytes: number) {
  const store = storeOn(programBytes, image.slice());
  const { type } = runToEnd(store.mount());
  const { damaged, unidentifiedDamage } = store.health();
  const reading = new FormatReader(ROOT_KEY).read(image.slice(), SECTOR_BYTES, programBytes);
  return {
    type,
    key: store.get("preshared-key", text("peer")).type,
    losses: damaged.length + unidentifiedDamage,
    isToldByFormat: reading.hasUnknownLosses || [...reading.records.values()].includes("damaged"),
  };
}

for (const programBytes of [1, 2, 16]) {
  for (const version of [3, 9]) {
    Deno.test(`RingStore on words of ${programBytes}: a value like a header of version ${version}, written again, is a value`, () => {
      const sequence = 5;
      const copyAt = placeOf(liveUntil(sequence, programBytes, new Uint8Array(VALUE_BYTES).fill(0x5a)));
      assert(copyAt >= 0);
      // The record in the value begins at a whole word of the sector.
      const offset = Math.ceil(copyAt / programBytes) * programBytes;
      for (const claimed of [sequence, sequence + 4]) {
        const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: 4, programBytes };
        const header = encodeHeader({ ...newHeader(claimed, geometry), version, previousEnd: 60 }).subarray(0, 28);
        const payload = Uint8Array.of(offset & 0xff, offset >>> 8, 0, 0, ...header);
        const head = { kind: RecordKind.log, carried: false, slot: LogSlot.again, payloadBytes: payload.length };
        const value = new Uint8Array(VALUE_BYTES).fill(0x5a);
        value.set(encodeRecord(head, payload, claimed, offset), offset - copyAt);
        const { before } = liveUntil(sequence, programBytes, value);
        assertEquals(found(before, programBytes), { type: "mounted", key: "found", losses: 0, isToldByFormat: false });
      }
    });
  }
}

for (const misread of ["zeros", "noise", "erased", "its end erased"] as const) {
  Deno.test(`RingStore on words of a byte: what is before a new head reads as ${misread}: a loss is told`, () => {
    for (const sequence of [2, 5, 9]) {
      const { after, sector } = liveUntil(sequence, 1, new Uint8Array(VALUE_BYTES));
      const start = ((sector + 3) % 4) * SECTOR_BYTES;
      const image = after.slice();
      const draws = new RandomStreams(sequence).stream("noise");
      const bytes = {
        "zeros": new Uint8Array(SECTOR_BYTES),
        "noise": draws.bytes(SECTOR_BYTES),
        "erased": new Uint8Array(SECTOR_BYTES).fill(0xff),
        "its end erased": new Uint8Array(SECTOR_BYTES - 64).fill(0xff),
      }[misread];
      image.set(bytes, start + SECTOR_BYTES - bytes.length);
      const { type, losses, isToldByFormat } = found(image, 1);
      assertEquals([type, losses > 0, isToldByFormat], ["mounted", true, true], `sequence ${sequence}`);
    }
  });
}

/** Where a value of 5A lies in the sector that is opened. */
function placeOf({ before, sector }: Life): number {
  const bytes = before.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
  return bytes.findIndex((_, at) => bytes.subarray(at, at + VALUE_BYTES).every((byte) => byte === 0x5a));
}
