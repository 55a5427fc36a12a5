import { assert, assertEquals } from "@std/assert";
import { allocateBytes, allocateWords, copyBytes, copyWords } from "../../sim/layout/slab.ts";

Deno.test("allocateBytes() gives zeros, and no byte to two callers", () => {
  const arrays = Array.from({ length: 500 }, (_, index) => allocateBytes(index * 3));
  arrays.forEach((bytes, index) => {
    assertEquals(bytes.length, index * 3);
    assert(bytes.every((byte) => byte === 0), `array ${index} is not zero`);
    bytes.fill(index & 0xff);
  });
  arrays.forEach((bytes, index) => assert(bytes.every((byte) => byte === (index & 0xff)), `array ${index} was shared`));
});

Deno.test("copyBytes() copies a range that its source no longer changes", () => {
  const source = Uint8Array.of(1, 2, 3, 4, 5);
  const copy = copyBytes(source, 1, 4);
  source.fill(0);
  assertEquals([...copy], [2, 3, 4]);
  assertEquals([...copyBytes(new Uint8Array(0))], []);
});

Deno.test("allocateWords() gives zeros on whole words, whatever was given out before, and no byte to two callers", () => {
  const arrays = Array.from({ length: 3000 }, (_, index) => {
    const bytes = allocateBytes(index % 7).fill(0xff);
    const words = allocateWords(index % 9);
    assertEquals([words.length, words.byteOffset % 4], [index % 9, 0]);
    assert(words.every((word) => word === 0), `array ${index} is not zero`);
    return { bytes, words: words.fill(index) };
  });
  for (const [index, { bytes, words }] of arrays.entries()) {
    assert(bytes.every((byte) => byte === 0xff) && words.every((word) => word === index), `array ${index} was shared`);
  }
});

Deno.test("copyWords() copies what its source no longer changes", () => {
  const source = Uint32Array.of(1, 0xffff_ffff);
  const copy = copyWords(source);
  source.fill(0);
  assertEquals([...copy], [1, 0xffff_ffff]);
});
