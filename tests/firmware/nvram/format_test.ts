/**
 * A reader of the region written from FORMAT.md alone: it shares no code with
 * the store, so the two can only agree on what the document says.
 */

import { assert, assertEquals } from "@std/assert";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";

const CLASSES: RecordClass[] = [
  "preshared-key",
  "group-key",
  "tunnel-address",
  "generational-guid",
  "persistent-logon",
];
const ROOT_KEY = new Uint8Array(32).fill(0x42);
const SECTOR_BYTES = 4096;
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function checksum(...parts: Uint8Array[]): number {
  let value = 0xffff_ffff;
  for (const part of parts) {
    for (const byte of part) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
    }
  }
  return ~value >>> 0;
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint32(4 * index, value, true));
  return bytes;
}

interface Sector {
  bytes: Uint8Array;
  sequence: number;
  logSectors: number;
  openId: Uint8Array;
  previousEnd: number;
}

function readSector(bytes: Uint8Array): Sector | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint16(0, true) !== 0x4b52 || bytes[2] !== 1) return undefined;
  assertEquals(view.getUint32(24, true), checksum(bytes.subarray(0, 24)));
  assertEquals(view.getUint16(22, true), 0xffff);
  return {
    bytes,
    logSectors: view.getUint8(3) + 1,
    sequence: view.getUint32(4, true),
    openId: bytes.slice(12, 20),
    previousEnd: view.getUint16(20, true),
  };
}

function openBox(sector: Sector, offset: number, slot: number, identity: Uint8Array, stored: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(24);
  nonce.set(sector.openId);
  new DataView(nonce.buffer).setUint32(8, sector.sequence, true);
  new DataView(nonce.buffer).setUint16(12, offset, true);
  new DataView(nonce.buffer).setUint16(14, slot, true);
  nonce.set(new TextEncoder().encode("hbasim01"), 16);
  const key = hmac(sha256, ROOT_KEY, identity);
  const stream = nacl.secretbox(new Uint8Array(stored.length - 12), nonce, key).subarray(16);
  const value = stream.map((byte, index) => byte ^ (stored[12 + index] as number));
  const box = nacl.secretbox(value, nonce, key);
  assertEquals(hex(box.subarray(4, 16)), hex(stored.subarray(0, 12)));
  return value;
}

/** The records of a region that nothing has happened to. */
function readRegion(region: Uint8Array): Map<string, string> {
  const count = region.length / SECTOR_BYTES;
  const sectors = Array.from(
    { length: count },
    (_, index) => readSector(region.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES)),
  );
  let head = 0;
  sectors.forEach((sector, index) => {
    if ((sector?.sequence ?? 0) > (sectors[head]?.sequence ?? 0)) head = index;
  });
  const newest = sectors[head] as Sector;
  const names = new Map<number, { recordClass: number; name: Uint8Array }>();
  const values = new Map<number, (identity: Uint8Array, secret: boolean) => Uint8Array>();
  for (let back = newest.logSectors - 1; back >= 0; back--) {
    const sector = sectors[(head - back + count) % count] as Sector;
    assertEquals(sector.sequence, newest.sequence - back);
    const end = back === 0 ? SECTOR_BYTES : (sectors[(head - back + 1 + count) % count] as Sector).previousEnd;
    const view = new DataView(sector.bytes.buffer, sector.bytes.byteOffset);
    for (let offset = 28; offset + 8 <= end;) {
      const word = view.getUint32(offset, true);
      const kind = (word >>> 23) & 7;
      const slot = (word >>> 12) & 1023;
      const payload = sector.bytes.subarray(offset + 4, offset + 4 + (word & 4095));
      const whole = kind !== 7 && kind !== 0 && offset + 8 + payload.length <= end &&
        view.getUint32(offset + 4 + payload.length, true) ===
          checksum(words(sector.sequence, offset), sector.bytes.subarray(offset, offset + 4), payload);
      if (!whole) {
        offset++;
        continue;
      }
      const nameBytes = (payload[1] ?? 0) | ((payload[2] ?? 0) << 8);
      if (kind === 1 || kind === 6) {
        names.set(slot, { recordClass: payload[0] as number, name: payload.slice(3, 3 + nameBytes) });
      }
      if (kind === 1 || kind === 2) {
        const stored = payload.slice(kind === 1 ? 3 + nameBytes : 0);
        const place = offset;
        values.set(slot, (identity, secret) => secret ? openBox(sector, place, slot, identity, stored) : stored);
      }
      if (kind === 3) {
        names.delete(slot);
        values.delete(slot);
      }
      if (kind === 5 && (word & (1 << 22)) === 0) {
        for (const [each, { recordClass }] of names) {
          if (recordClass > 1) continue;
          names.delete(each);
          values.delete(each);
        }
      }
      offset += 8 + payload.length;
    }
  }
  const records = new Map<string, string>();
  for (const [slot, { recordClass, name }] of names) {
    const value = values.get(slot);
    assert(value !== undefined);
    const identity = Uint8Array.of(recordClass, ...name);
    records.set(`${CLASSES[recordClass]}/${hex(name)}`, hex(value(identity, recordClass <= 1)));
  }
  return records;
}

Deno.test("FORMAT.md says enough to read a region without the store", () => {
  const streams = new RandomStreams(5);
  const random = streams.stream("test");
  const part = new FlashPart({
    preset: flashRegion(W25Q64JV, 4),
    clock: new UntimedClock(),
    random: streams.stream("flash"),
  });
  const boot = () => {
    const store = new RingStore({
      flash: part,
      sealer: new SecretboxSealer(ROOT_KEY),
      random: (lengthBytes) => random.bytes(lengthBytes),
      maxNameBytes: 40,
      maxValueBytes: 100,
    });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  };
  let store = boot();
  for (let step = 1; step <= 600; step++) {
    const recordClass = CLASSES[random.below(CLASSES.length)] as RecordClass;
    const name = new Uint8Array(random.below(4)).fill(random.below(4));
    if (random.below(8) === 0) runToEnd(store.delete(recordClass, name));
    else runToEnd(store.put({ class: recordClass, name, value: random.bytes(random.below(100)) }));
    if (step === 300) runToEnd(store.clearSecrets());
    if (random.below(20) === 0) store = boot();
    if (step % 50 !== 0) continue;
    const expected = store.entries().map(({ class: each, name, value }) => `${each}/${hex(name)} ${hex(value)}`);
    const found = [...readRegion(part.image())].map(([name, value]) => `${name} ${value}`);
    assertEquals(found.sort(), expected.sort(), `step ${step}`);
  }
});

Deno.test("FORMAT.md's head words belong to the code it describes", () => {
  const part = new FlashPart({
    preset: flashRegion(W25Q64JV, 4),
    clock: new UntimedClock(),
    random: new RandomStreams(6).stream("flash"),
  });
  const store = new RingStore({
    flash: part,
    sealer: new SecretboxSealer(ROOT_KEY),
    random: (lengthBytes) => new Uint8Array(lengthBytes),
  });
  runToEnd(store.mount());
  runToEnd(store.put({ class: "tunnel-address", name: Uint8Array.of(7), value: Uint8Array.of(1, 2) }));
  const image = part.image();
  const word = new DataView(image.buffer).getUint32(28, true);
  const labels = [...Array.from({ length: 32 }, (_, label) => label).filter((label) => (label & (label - 1)) !== 0)];
  labels.push(1, 2, 4, 8, 16, 0);
  let sum = 0;
  let ones = 0;
  labels.forEach((label, bit) => {
    if ((word >>> bit) & 1) {
      sum ^= label;
      ones++;
    }
  });
  assertEquals([sum, ones % 2], [0, 0]);
  assertEquals(hex(image.subarray(32, 38)), "020100" + "07" + "0102");
});
