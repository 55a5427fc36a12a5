import { assert, assertEquals } from "@std/assert";
import { SecretSearch } from "../../../../sim/lab/explore/cuts/secret_search.ts";
import { RandomStreams } from "../../../../sim/kernel/random.ts";

Deno.test("SecretSearch finds any whole piece of any box, at any place, and nothing else", () => {
  const random = new RandomStreams(1).stream("search");
  const boxes = Array.from({ length: 50 }, () => random.bytes(12 + random.below(60)));
  const search = new SecretSearch(boxes);
  assertEquals(search.pieces, boxes.reduce((sum, { length }) => sum + Math.floor(length / 8), 0));
  const image = random.bytes(8192);
  assert(!search.isIn(image));
  for (const box of boxes) {
    for (let piece = 0; piece + 8 <= box.length; piece += 8) {
      const copy = image.slice();
      const at = random.below(copy.length - 8);
      copy.set(box.subarray(piece, piece + 8), at);
      assert(search.isIn(copy));
      copy[at + 5] = (copy[at + 5] as number) ^ 1;
      assert(!search.isIn(copy));
    }
  }
});
