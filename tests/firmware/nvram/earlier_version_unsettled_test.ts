/**
 * A log of version 2 whose last record cannot be driven again, so that the first mount writes it again in a sector of
 * version 3: what that mount has answered each later one answers, too, whatever form the record had.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeClass, encodeRecord } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { encodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { isSealed, type RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, MX25V1635F } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer } from "./bench.ts";

const PRESET = flashRegion(MX25V1635F, 4);
const { sectorBytes, sectorCount } = PRESET.geometry;
const HEADER_BYTES = 28;
const OPEN_ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

interface Last {
  readonly recordClass: RecordClass;
  readonly nameBytes: number;
  readonly valueBytes: number;
  /** The last record is an update of the one before it. */
  readonly isUpdate: boolean;
}

/** A sector of version 2 with one slot, and where its last record lies. */
function imageOf({ recordClass, nameBytes, valueBytes, isUpdate }: Last) {
  const name = new Uint8Array(nameBytes).fill(0x61);
  const value = new Uint8Array(valueBytes).fill(0x76);
  const image = new Uint8Array(sectorBytes * sectorCount).fill(0xff);
  let offset = HEADER_BYTES;
  let last = { address: 0, lengthBytes: 0 };
  const append = (kind: RecordKind, identity: readonly number[], content: Uint8Array) => {
    const place = { openId: OPEN_ID, sequence: 1, offset, slot: 0 };
    const stored = isSealed(recordClass) ? sealer.seal({ class: recordClass, name }, place, content) : content;
    const payload = Uint8Array.of(...identity, ...stored);
    const record = encodeRecord({ kind, carried: false, slot: 0, payloadBytes: payload.length }, payload, 1, offset);
    image.set(record, offset);
    last = { address: offset, lengthBytes: record.length };
    offset += record.length;
  };
  const identity = [encodeClass(recordClass), nameBytes & 0xff, nameBytes >>> 8, ...name];
  append(RecordKind.full, identity, isUpdate ? value.map((byte) => byte + 1) : value);
  if (isUpdate) append(RecordKind.value, [], value);
  const header = { version: 2, logSectors: 1, sequence: 1, eraseCount: 1, openId: OPEN_ID, previousEnd: 0 };
  image.set(encodeHeader({ ...header, sectorBytes, sectorCount, programBytes: 1, tellsRetired: false }));
  return { image, name, value, last };
}

const SIZES = { maxNameBytes: 30, maxValueBytes: 264 };

for (const recordClass of ["preshared-key", "tunnel-address", "persistent-logon-part"] as const) {
  for (const [what, nameBytes, valueBytes] of [["short", 4, 19], ["the longest", 30, 264], ["empty", 0, 0]] as const) {
    for (const isUpdate of [false, true]) {
      const which = `${what}, ${isUpdate ? "a value alone" : "with its name"}`;
      Deno.test(`RingStore over version 2: a last ${recordClass} that cannot be driven again stays (${which})`, () => {
        const { image, name, value, last } = imageOf({ recordClass, nameBytes, valueBytes, isUpdate });
        const random = new RandomStreams("1").stream("flash");
        const flash = new FlashPart({ preset: PRESET, clock: new UntimedClock(), random, image });
        flash.inject({ kind: "program failure", ...last, times: Infinity, reported: true });
        for (let boot = 1; boot <= 3; boot++) {
          const store = new RingStore({ flash, random: (length) => random.bytes(length), sealer, ...SIZES });
          assertEquals(runToEnd(store.mount()).type, "mounted");
          const got = store.get(recordClass, name);
          assertEquals(got.type === "found" ? hex(got.value) : got.type, hex(value), `boot ${boot}`);
          const { damaged, unidentifiedDamage, retiredSectors, refusals } = store.health();
          assertEquals([damaged.length, unidentifiedDamage, retiredSectors, refusals], [0, 0, 0, 0], `boot ${boot}`);
        }
      });
    }
  }
}
