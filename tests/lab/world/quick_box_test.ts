/** The boxes of worlds and campaigns are those of the firmware. */

import { assertEquals } from "@std/assert";
import { openUnder, sealUnder } from "../../../firmware/nvram/sealed_box.ts";
import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { ShortTag } from "../../../sim/lab/world/short_tag.ts";
import { QuickBox } from "../../../sim/lab/world/quick_box.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { QuickSealer } from "../../../sim/lab/world/quick_sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";

Deno.test("QuickBox makes the boxes that sealUnder() makes, of values of all lengths", () => {
  const random = new RandomStreams(1).stream("boxes");
  const boxes = new QuickBox();
  for (let lengthBytes = 0; lengthBytes <= 400; lengthBytes++) {
    for (let time = 0; time < (lengthBytes <= 64 ? 20 : 1); time++) {
      const [key, nonce, value] = [random.bytes(32), random.bytes(24), random.bytes(lengthBytes)];
      const box = boxes.seal(key, nonce, value);
      assertEquals(box, sealUnder(key, nonce, value), `${lengthBytes} bytes`);
      assertEquals(boxes.open(key, nonce, box), value, `${lengthBytes} bytes`);
    }
  }
});

Deno.test("QuickBox makes them of keys, nonces and values at the ends of their ranges", () => {
  const boxes = new QuickBox();
  for (const [key, nonce, value] of [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, bits & 2, bits & 4])) {
    for (const lengthBytes of [0, 1, 15, 16, 17, 31, 32, 33, 95, 96, 97]) {
      const filled = (length: number, isFull: number | undefined) => new Uint8Array(length).fill(isFull ? 0xff : 0);
      const [keyBytes, nonceBytes, valueBytes] = [filled(32, key), filled(24, nonce), filled(lengthBytes, value)];
      const expected = sealUnder(keyBytes, nonceBytes, valueBytes);
      assertEquals(boxes.seal(keyBytes, nonceBytes, valueBytes), expected, `${lengthBytes} bytes`);
    }
  }
});

Deno.test("QuickBox opens what openUnder() opens, and nothing in which a bit is another, or that is too short", () => {
  const random = new RandomStreams(2).stream("boxes");
  const boxes = new QuickBox();
  const [key, nonce, value] = [random.bytes(32), random.bytes(24), random.bytes(40)];
  const box = sealUnder(key, nonce, value);
  for (let bit = 0; bit < 8 * box.length; bit++) {
    const changed = box.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assertEquals([boxes.open(key, nonce, changed), openUnder(key, nonce, changed)], [undefined, undefined]);
  }
  for (let lengthBytes = 0; lengthBytes < box.length; lengthBytes++) {
    assertEquals(boxes.open(key, nonce, box.subarray(0, lengthBytes)), undefined, `${lengthBytes} bytes`);
  }
  assertEquals(boxes.open(key, nonce, box), value);
});

Deno.test("QuickSealer makes and opens the boxes of SecretboxSealer", () => {
  const random = new RandomStreams(3).stream("records");
  const rootKey = random.bytes(32);
  const [quick, ours] = [new QuickSealer(rootKey, new QuickBox()), new SecretboxSealer(rootKey)];
  for (let slot = 0; slot < 50; slot++) {
    const identity = { class: slot % 2 === 0 ? "preshared-key" : "group-key", name: random.bytes(slot) } as const;
    const place = { openId: random.bytes(8), sequence: random.next(), offset: random.below(2 ** 18), slot };
    const value = random.bytes(3 * slot);
    const box = quick.seal(identity, place, value);
    assertEquals(box, ours.seal(identity, place, value));
    assertEquals([quick.open(identity, place, box), ours.open(identity, place, box)], [value, value]);
    assertEquals(quick.verify(identity, place, box), true);
    assertEquals(quick.verify({ ...identity, class: "persistent-logon" }, place, box), false);
    assertEquals(quick.verify(identity, { ...place, slot: slot + 1 }, box), false);
  }
});

Deno.test("ShortTag gives the tags of RFC 8439 appendix A.3, at which sums reach 2^130 - 5 and 2^128", () => {
  const key = (r: string, s = "") => bytesOf(r.padEnd(32, "0") + s.padEnd(32, "0"));
  const ff = "ff".repeat(16);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [key("02"), ff],
    [key("02", ff), "02".padEnd(32, "0")],
    [key("01"), `${ff}f0${"ff".repeat(15)}11${"00".repeat(15)}`],
    [key("01"), `${ff}fb${"fe".repeat(15)}${"01".repeat(16)}`],
    [key("02"), `fd${"ff".repeat(15)}`],
    [key("010000000000000004"), "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000"],
  ];
  const tag = new ShortTag();
  for (const [keyBytes, message] of cases) {
    const box = bytesOf("00".repeat(12) + message);
    tag.begin(keyBytes);
    tag.write(box, 12);
    assertEquals(box.subarray(0, 12), poly1305(bytesOf(message), keyBytes).subarray(4), message);
  }
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
