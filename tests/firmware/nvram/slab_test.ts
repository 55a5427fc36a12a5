import { assert, assertEquals } from "@std/assert";
import { allocateBytes, copyBytes } from "../../../firmware/nvram/slab.ts";

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
