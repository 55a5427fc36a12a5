/** A write that was cut off before its checksum is never put right, even where one turned bit would give a blank one. */

import { assert, assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeRecord, recordBytesAt, repairRecord } from "../../../firmware/nvram/log_format.ts";
import { readUint32, writeUint32 } from "../../../firmware/nvram/words.ts";

const [SEQUENCE, OFFSET] = [7, 40];
const PAYLOAD_BYTES = 12;
const HEAD = { kind: RecordKind.value, carried: false, slot: 3, payloadBytes: PAYLOAD_BYTES };

function sectorWith(payload: Uint8Array): Uint8Array {
  const sector = new Uint8Array(256).fill(0xff);
  sector.set(encodeRecord(HEAD, payload, SEQUENCE, OFFSET), OFFSET);
  return sector;
}

const checksumOf = (payload: Uint8Array) => readUint32(sectorWith(payload), OFFSET + 4 + PAYLOAD_BYTES);

/** A payload whose record has a given checksum: checksums of equal lengths are linear but for a constant. */
function payloadFor(checksum: number): Uint8Array {
  const base = new Uint8Array(PAYLOAD_BYTES).fill(0x5a);
  const constant = checksumOf(base);
  const rows = Array.from({ length: 32 }, (_, bit) => {
    const turned = base.slice();
    turned[bit >>> 3] = (turned[bit >>> 3] as number) ^ (1 << (bit & 7));
    return { effect: (checksumOf(turned) ^ constant) >>> 0, mask: (1 << bit) >>> 0 };
  });
  let left = (checksum ^ constant) >>> 0;
  let mask = 0;
  for (let column = 31; column >= 0; column--) {
    const at = rows.findIndex(({ effect }) => 31 - Math.clz32(effect) === column);
    const [pivot] = at < 0 ? [] : rows.splice(at, 1);
    assert(pivot !== undefined, "four bytes reach every checksum");
    for (const row of rows) {
      if (((row.effect >>> column) & 1) === 0) continue;
      row.effect = (row.effect ^ pivot.effect) >>> 0;
      row.mask = (row.mask ^ pivot.mask) >>> 0;
    }
    if (((left >>> column) & 1) === 0) continue;
    left = (left ^ pivot.effect) >>> 0;
    mask = (mask ^ pivot.mask) >>> 0;
  }
  writeUint32(base, 0, (readUint32(base, 0) ^ mask) >>> 0);
  return base;
}

Deno.test("repairRecord() puts any one bit of a record right, but none of a record whose checksum is blank", () => {
  for (const checksum of [0x1234_5678, 0xffff_ffff]) {
    const sector = sectorWith(payloadFor(checksum));
    assertEquals(readUint32(sector, OFFSET + 4 + PAYLOAD_BYTES), checksum);
    assertEquals(recordBytesAt(sector, SEQUENCE, OFFSET), 8 + PAYLOAD_BYTES);
    for (let bit = 0; bit < 8 * (4 + PAYLOAD_BYTES); bit++) {
      const damaged = sector.slice();
      const at = OFFSET + (bit >>> 3);
      damaged[at] = (damaged[at] as number) ^ (1 << (bit & 7));
      const before = damaged.slice();
      const isBlank = checksum === 0xffff_ffff;
      assertEquals(repairRecord(damaged, SEQUENCE, OFFSET), isBlank ? undefined : bit);
      assertEquals(damaged, isBlank ? before : sector);
    }
  }
});
