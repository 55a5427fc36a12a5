import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { SparseBytes } from "../../sim/parts/flash/sparse_bytes.ts";
import { Ram, RamExhaustedError } from "../../sim/parts/ram.ts";

Deno.test("SparseBytes are what a plain array is, whatever is written, before and after they are one piece", () => {
  const random = new RandomStreams(1).stream("sparse bytes");
  // The last block is a short one.
  const length = 5 * 1024 + 100;
  for (let round = 0; round < 40; round++) {
    const sparse = new SparseBytes(length, 0xff);
    const plain = new Uint8Array(length).fill(0xff);
    for (let step = 0; step < 60; step++) {
      const start = random.below(length);
      const end = Math.min(length, start + 1 + random.below(2500));
      const value = random.below(3) === 0 ? 0xff : random.below(256);
      switch (random.below(4)) {
        case 0:
          sparse.set(start, value);
          plain[start] = value;
          break;
        case 1:
          sparse.fill(value, start, end);
          plain.fill(value, start, end);
          break;
        case 2: {
          const bytes = random.bytes(end - start);
          sparse.write(start, bytes);
          plain.set(bytes, start);
          break;
        }
        default:
          if (step > 40 && random.below(4) === 0) assertEquals(sparse.whole, plain);
      }
      const part = new Uint8Array(end - start);
      sparse.read(start, part);
      assertEquals(part, plain.subarray(start, end));
      assertEquals(sparse.at(start), plain[start]);
    }
    assertEquals(sparse.copy(), plain);
    assertEquals(sparse.whole, plain);
  }
});

Deno.test("SparseBytes in one piece are no copy", () => {
  const sparse = new SparseBytes(3000, 0);
  const { whole } = sparse;
  sparse.set(2500, 7);
  assertEquals(whole[2500], 7);
  sparse.fill(0, 0, 3000);
  assertEquals(whole[2500], 0);
  assert(sparse.whole === whole);
});

Deno.test("Ram is zeros, and its regions lie where a linker would put them; what is forgotten is zero for all who hold it", () => {
  const ram = new Ram(100);
  const first = ram.region("first", 10);
  const second = ram.region("second", 20);
  assertEquals(ram.memory(), [], "nobody has asked for any");
  assertEquals(ram.bytes, new Uint8Array(100));
  first.bytes.fill(1);
  second.bytes.fill(2);
  assertEquals([...ram.bytes.subarray(0, 40)], [
    ...new Array<number>(10).fill(1),
    ...new Array<number>(6).fill(0),
    ...new Array<number>(20).fill(2),
    ...new Array<number>(4).fill(0),
  ]);
  assertThrows(() => ram.region("third", 61), RamExhaustedError, "60 bytes are free");
  const held = second.bytes;
  ram.clear();
  assertEquals(held, new Uint8Array(20));
  assertEquals(ram.region("third", 100).bytes.length, 100);
});
