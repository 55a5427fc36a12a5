import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../sim/kernel/random.ts";

Deno.test("RandomStreams: the same seed and name give the same numbers, for ever", () => {
  const stream = new RandomStreams("1").stream("network");
  assertEquals([stream.next(), stream.next(), stream.next()], [432896555, 3111268770, 583119607]);
});

Deno.test("RandomStreams: one more stream shifts no draw of another; seeds and names differ", () => {
  const streams = new RandomStreams(7);
  const before = streams.stream("a").bytes(64);
  streams.stream("b").bytes(1000);
  assertEquals(streams.stream("a").bytes(64), before);
  assert(String(streams.stream("b").bytes(64)) !== String(before));
  assert(String(new RandomStreams(8).stream("a").bytes(64)) !== String(before));
});

Deno.test("RandomStream.below() is even and stays below", () => {
  const stream = new RandomStreams(1).stream("dice");
  const counts = new Array<number>(6).fill(0);
  for (let count = 0; count < 60_000; count++) {
    const face = stream.below(6);
    counts[face] = (counts[face] ?? 0) + 1;
  }
  for (const count of counts) assert(count > 9_600 && count < 10_400, String(counts));
  assertEquals(stream.below(1), 0);
  assertThrows(() => stream.below(0), RangeError, "Cannot draw below 0");
});
