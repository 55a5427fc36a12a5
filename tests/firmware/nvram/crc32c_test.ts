import { assertEquals } from "@std/assert";
import { crc32c, crc32cBefore, flippedBit, RangeChecksums } from "../../../firmware/nvram/crc32c.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";

Deno.test("crc32c() gives the examples of RFC 3720 appendix B.4 and the catalogue's check value", () => {
  assertEquals(crc32c(new Uint8Array(32)), 0x8a91_36aa);
  assertEquals(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8_ab43);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd_794e);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113f_db5c);
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe306_9283);
});

Deno.test("crc32c() can be taken in parts, of ranges of any alignment", () => {
  const bytes = new RandomStreams(1).stream("crc").bytes(101);
  for (let split = 0; split <= bytes.length; split++) {
    assertEquals(crc32c(bytes, split, bytes.length, crc32c(bytes, 0, split)), crc32c(bytes));
  }
});

Deno.test("flippedBit() finds each single bit, in the bytes and in the checksum, and no other error", () => {
  const random = new RandomStreams(2).stream("crc");
  const bytes = random.bytes(80);
  const sum = crc32c(bytes);
  for (let bit = 0; bit < 8 * 84; bit++) {
    const wrong = bytes.slice();
    let stored = sum;
    if (bit < 8 * 80) wrong[bit >>> 3] = (wrong[bit >>> 3] as number) ^ (1 << (bit & 7));
    else stored ^= 1 << (bit - 8 * 80);
    assertEquals(flippedBit((crc32c(wrong) ^ stored) >>> 0, 80), bit);
  }
  for (let count = 0; count < 2000; count++) {
    const wrong = bytes.slice();
    const bits = new Set(Array.from({ length: 2 + random.below(3) }, () => random.below(8 * 80)));
    if (bits.size < 2) continue;
    for (const bit of bits) wrong[bit >>> 3] = (wrong[bit >>> 3] as number) ^ (1 << (bit & 7));
    assertEquals(flippedBit(crc32c(wrong) ^ sum, 80), undefined, `bits ${[...bits]}`);
  }
});

Deno.test("crc32cBefore() and RangeChecksums.before() step back over what crc32c() has gone over", () => {
  const random = new RandomStreams(3).stream("crc");
  const bytes = random.bytes(5000);
  const checksums = new RangeChecksums(bytes);
  for (const lengthBytes of [0, 1, 2, 4, 1365, 4095, ...Array.from({ length: 200 }, () => random.below(4096))]) {
    const start = random.below(bytes.length - lengthBytes);
    const checksum = random.next();
    const end = start + lengthBytes;
    const behind = crc32c(bytes, start, end, checksum);
    assertEquals(checksums.before(behind, start, end), checksum >>> 0, `${lengthBytes}`);
    assertEquals(crc32cBefore(behind, bytes.subarray(start, end)), checksum >>> 0, `${lengthBytes}`);
  }
});
