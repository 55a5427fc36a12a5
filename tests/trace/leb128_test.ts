import { assertEquals } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { LONGEST_BYTES, putSigned, putUnsigned } from "../../sim/trace/leb128.ts";

function bytesOf(put: typeof putSigned, value: number): Uint8Array {
  const bytes = new Uint8Array(LONGEST_BYTES);
  return bytes.subarray(0, put(bytes, 0, value));
}

/** Reads LEB128 as DWARF 5, appendix C, has it. */
function readLeb128(bytes: Uint8Array, isSigned: boolean): number {
  const [value, bits] = bytes.reduce(([sum, shift], byte) => [sum | BigInt(byte & 0x7f) << shift, shift + 7n], [
    0n,
    0n,
  ]);
  return Number(isSigned ? BigInt.asIntN(Number(bits), value) : value);
}

// DWARF 5, figures 25 and 26.
for (const [value, hex] of [[2, "02"], [127, "7f"], [128, "8001"], [129, "8101"], [12857, "b964"]] as const) {
  Deno.test(`putUnsigned() writes ${value} as DWARF shows it`, () => {
    assertEquals(bytesToHex(bytesOf(putUnsigned, value)), hex);
  });
}
for (
  const [value, hex] of [
    [2, "02"],
    [-2, "7e"],
    [127, "ff00"],
    [-127, "817f"],
    [128, "8001"],
    [-128, "807f"],
    [129, "8101"],
    [-129, "ff7e"],
  ] as const
) {
  Deno.test(`putSigned() writes ${value} as DWARF shows it`, () => {
    assertEquals(bytesToHex(bytesOf(putSigned, value)), hex);
  });
}

Deno.test("integers of any size are read as they were written, and none is longer than is said", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    assertEquals(readLeb128(bytesOf(putSigned, value), true), value);
  }));
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (value) => {
    assertEquals(readLeb128(bytesOf(putUnsigned, value), false), value);
  }));
  for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, -(2 ** 31) - 1]) {
    assertEquals(readLeb128(bytesOf(putSigned, value), true), value);
  }
});
