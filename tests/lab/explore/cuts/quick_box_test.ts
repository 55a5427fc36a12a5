/** The campaign's boxes are those of the adapter. */

import { assertEquals } from "@std/assert";
import { sealUnder } from "../../../../firmware/nvram/sealed_box.ts";
import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { ShortTag } from "../../../../sim/lab/explore/cuts/short_tag.ts";
import { QuickBox } from "../../../../sim/lab/explore/cuts/quick_box.ts";
import { RandomStreams } from "../../../../sim/kernel/random.ts";

Deno.test("QuickBox makes the boxes that sealUnder() makes, of values of all lengths", () => {
  const random = new RandomStreams(1).stream("boxes");
  const boxes = new QuickBox();
  for (let lengthBytes = 0; lengthBytes <= 400; lengthBytes++) {
    for (let time = 0; time < (lengthBytes <= 64 ? 20 : 1); time++) {
      const [key, nonce, value] = [random.bytes(32), random.bytes(24), random.bytes(lengthBytes)];
      assertEquals(boxes.seal(key, nonce, value), sealUnder(key, nonce, value), `${lengthBytes} bytes`);
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
