/** A store that an earlier version has filled to its own capacity: nothing is refused that does not make it longer. */

import { assert, assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeClass, encodeRecord } from "../../../firmware/nvram/log_format.ts";
import { encodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { Bench, hex, text } from "./bench.ts";

const SECTORS = 6;
const SECTOR_BYTES = 4096;
const HEADER_BYTES = 28;
const SIZES = { maxNameBytes: 40, maxValueBytes: 100 };
const LARGEST_RECORD_BYTES = 8 + 3 + 40 + 100 + 12;
/** What version 2 accepted: it kept no room for a list of retired sectors, and no spare sector. */
const ACCEPTED_BYTES = Math.min(
  (SECTORS - 2) * (SECTOR_BYTES - HEADER_BYTES),
  (SECTORS - 1) * (SECTOR_BYTES - HEADER_BYTES - LARGEST_RECORD_BYTES),
);

const nameOf = (key: number) => text(`key ${key}`.padEnd(SIZES.maxNameBytes, "x"));
const valueOf = (key: number) => new Uint8Array(key % SIZES.maxValueBytes).fill(key);

/** A log of version 2 with as many records as that accepted. */
function fullOfVersion2(): { image: Uint8Array; values: Map<number, string> } {
  const image = new Uint8Array(SECTORS * SECTOR_BYTES).fill(0xff);
  const values = new Map<number, string>();
  let previousEnd = 0;
  let acceptedBytes = 0;
  for (let sector = 0; sector < SECTORS - 1; sector++) {
    let offset = HEADER_BYTES;
    for (;;) {
      const key = values.size;
      const name = nameOf(key);
      const identity = [encodeClass("tunnel-address"), name.length & 0xff, name.length >>> 8, ...name];
      // Filled to the last byte.
      const value = valueOf(key).subarray(0, Math.max(0, ACCEPTED_BYTES - acceptedBytes - 16 - identity.length));
      const payload = Uint8Array.of(...identity, ...value);
      const head = { kind: RecordKind.full, carried: false, slot: key, payloadBytes: payload.length };
      const record = encodeRecord(head, payload, sector + 1, offset);
      const needed = 8 + payload.length + 8;
      if (offset + record.length > SECTOR_BYTES || acceptedBytes + needed > ACCEPTED_BYTES) break;
      image.set(record, sector * SECTOR_BYTES + offset);
      offset += record.length;
      acceptedBytes += needed;
      values.set(key, hex(value));
    }
    const header = encodeHeader({
      version: 2,
      logSectors: sector + 1,
      sequence: sector + 1,
      eraseCount: 1,
      openId: new Uint8Array(8).fill(sector),
      previousEnd,
      sectorBytes: SECTOR_BYTES,
      sectorCount: SECTORS,
      programBytes: 1,
      tellsRetired: false,
    });
    image.set(header, sector * SECTOR_BYTES);
    previousEnd = offset;
  }
  assertEquals(acceptedBytes, ACCEPTED_BYTES, "it is full");
  return { image, values };
}

Deno.test("RingStore: what version 2 has accepted can be changed and deleted, and a bad sector ends nothing then", () => {
  const { image, values } = fullOfVersion2();
  const bench = new Bench(90, SECTORS, SIZES, image);
  assertEquals(bench.boot().type, "mounted");
  assertEquals(bench.store.size, values.size);
  const change = (place: string) => {
    const keys = [...values.keys()];
    const key = keys[bench.random.below(keys.length)] as number;
    const value = bench.random.bytes((values.get(key) ?? "").length / 2);
    const { type } = bench.put({ class: "tunnel-address", name: nameOf(key), value });
    assert(type === "stored" || type === "unchanged", `${place}: key ${key} is ${type}`);
    values.set(key, hex(value));
  };
  const requireAll = (place: string) => {
    const read = (key: number) => bench.store.get("tunnel-address", nameOf(key));
    for (const [key, value] of values) {
      const found = read(key);
      assertEquals(found.type === "found" && hex(found.value), value, `${place}: key ${key}`);
    }
    assertEquals([bench.store.size, bench.store.health().unidentifiedDamage], [values.size, 0], place);
  };
  for (let round = 0; round < 500; round++) {
    if (round % 100 === 50) bench.boot();
    change(`round ${round}`);
  }
  requireAll("full");
  const longer = { class: "tunnel-address", name: nameOf(1), value: new Uint8Array(2) } as const;
  assertEquals(bench.put(longer).type, "full", "it gets no longer");
  for (const key of [...values.keys()]) {
    if (bench.put(longer).type === "stored") break;
    if (key === 1) continue;
    assertEquals(runToEnd(bench.store.delete("tunnel-address", nameOf(key))).type, "stored");
    values.delete(key);
  }
  assertEquals(bench.put(longer).type, "unchanged", "enough was deleted");
  values.delete(1);
  assertEquals(runToEnd(bench.store.delete("tunnel-address", nameOf(1))).type, "stored");
  bench.flash.inject({ kind: "erase failure", sector: 3, times: Infinity, reported: true });
  for (let round = 0; round < 500; round++) change(`with a bad sector, round ${round}`);
  assertEquals(bench.store.health().retiredSectors, 1);
  requireAll("with a bad sector");
});
