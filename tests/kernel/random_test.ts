import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type DrawDecision, RandomStream, RandomStreams } from "../../sim/kernel/random.ts";

function draw(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.next());
}

Deno.test("RandomStreams.stream() draws what an independent implementation of sfc32 over SHA-256 draws", () => {
  // Python: hashlib.sha256(b"hbasim stream\0" + seed + b"\0" + name), four big-endian words, 12 rounds discarded.
  assertEquals(draw(new RandomStreams(1).stream("network"), 6), [
    432896555,
    3111268770,
    583119607,
    321413776,
    458236895,
    1820940830,
  ]);
  assertEquals(draw(new RandomStreams("seed ✓").stream("adapter 0/nvram"), 3), [1875017736, 3054089062, 2018560428]);
});

Deno.test("RandomStreams: another stream, or more draws from one, shift no draw of any other", () => {
  const alone = draw(new RandomStreams(7).stream("network"), 50);
  const streams = new RandomStreams(7);
  const before = streams.stream("another");
  const network = streams.stream("network");
  const interleaved = Array.from({ length: 50 }, () => {
    draw(before, 3);
    draw(streams.stream("network"), 2);
    return network.next();
  });
  assertEquals(interleaved, alone);
});

Deno.test("RandomStreams: names and seeds do not run into one another", () => {
  assertNotEquals(draw(new RandomStreams("a").stream("b"), 4), draw(new RandomStreams("a\0b").stream(""), 4));
  assertNotEquals(draw(new RandomStreams(1).stream("a"), 4), draw(new RandomStreams(2).stream("a"), 4));
  assertEquals(draw(new RandomStreams(12).stream("a"), 4), draw(new RandomStreams("12").stream("a"), 4));
});

Deno.test("RandomStream.below() is unbiased where the remainder of a word would not be", () => {
  // 2^32 modulo 3 * 2^30 leaves 2^30: without rejection, half of all draws instead of a third would be below 2^30.
  const stream = new RandomStreams(1).stream("bias");
  const limit = 3 * 2 ** 30;
  let low = 0;
  for (let count = 0; count < 30_000; count++) if (stream.below(limit) < 2 ** 30) low++;
  assert(low > 9_500 && low < 10_500, `${low} of 30,000`);
});

Deno.test("RandomStream.below() reaches every value below its limit, and no other", () => {
  const stream = new RandomStreams(1).stream("range");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (limit) => {
      const value = stream.below(limit);
      assert(Number.isInteger(value) && value >= 0 && value < limit);
    }),
  );
  const counts = [0, 0, 0, 0, 0, 0];
  for (let count = 0; count < 6_000; count++) {
    const face = stream.below(6);
    counts[face] = (counts[face] ?? 0) + 1;
  }
  assertEquals(counts.length, 6);
  assert(counts.every((count) => count > 850 && count < 1_150), counts.join());
  assertEquals(stream.below(1), 0);
});

Deno.test("RandomStream.below() refuses limits without values", () => {
  const stream = new RandomStreams(1).stream("limits");
  for (const limit of [0, -1, 1.5, NaN, 2 ** 32 + 1]) {
    assertThrows(() => stream.below(limit), RangeError, `Cannot draw below ${limit}`);
  }
});

Deno.test("RandomStream.chance() is exact at its ends, and draws once whatever the odds", () => {
  const expected = new RandomStreams(1).stream("chance");
  const stream = new RandomStreams(1).stream("chance");
  for (const parts of [0, 1, 500, 1_000]) {
    const expectedDraw = expected.below(1_000);
    assertEquals(stream.chance(parts, 1_000), expectedDraw < parts);
  }
  for (let count = 0; count < 1_000; count++) {
    assertEquals([stream.chance(0, 1_000), stream.chance(1_000, 1_000)], [false, true]);
  }
});

Deno.test("RandomStream.bytes() gives the words in little-endian order, cut to length", () => {
  const [first = 0, second = 0] = draw(new RandomStreams(1).stream("bytes"), 2);
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, first, true);
  view.setUint32(4, second, true);
  for (let length = 0; length <= 8; length++) {
    assertEquals(new RandomStreams(1).stream("bytes").bytes(length), new Uint8Array(view.buffer.slice(0, length)));
  }
});

Deno.test("RandomStream refuses too little state", () => {
  assertThrows(() => new RandomStream(new Uint8Array(15)), RangeError);
});

Deno.test("RandomStreams refuses numbers that are not whole", () => {
  for (const seed of [NaN, Infinity, 0.5, 2 ** 53]) {
    assertThrows(() => new RandomStreams(seed), RangeError, `Cannot use ${seed} as a seed`);
  }
  assertEquals(draw(new RandomStreams(7).stream("x"), 1), draw(new RandomStreams("7").stream("x"), 1));
});

Deno.test("RandomStreams.fork(): the same past, and a future of its own for each salt, stream and place", () => {
  const futureOf = (salts: readonly string[], before: number) => {
    const streams = new RandomStreams("7");
    const stream = streams.stream("a");
    const past = Array.from({ length: before }, () => stream.next());
    for (const salt of salts) streams.fork(salt);
    return { past, future: stream.next(), later: streams.stream("b").next() };
  };
  const plain = futureOf([], 3);
  assertEquals(futureOf(["x"], 3), futureOf(["x"], 3));
  assertEquals(futureOf(["x"], 3).past, plain.past);
  const places = [[], ["x"], ["y"], ["x", "x"], ["x", "y"], ["y", "x"]].flatMap((salts) =>
    [0, 1, 3].map((before) => futureOf(salts, before))
  );
  assertEquals(new Set(places.map(({ future }) => future)).size, places.length);
  assertEquals(new Set(places.map(({ later }) => later)).size, 6);
  const [one, two] = ["one", "two"].map((name) => {
    const streams = new RandomStreams("7");
    const stream = streams.stream(name);
    streams.fork("x");
    return stream.next();
  });
  assertNotEquals(one, two);
});

Deno.test("RandomStreams.decideBy(): another value for one draw shifts no other, of streams before and after", () => {
  const draws = (decide?: DrawDecision) => {
    const streams = new RandomStreams("7");
    const early = streams.stream("early");
    if (decide !== undefined) streams.decideBy(decide);
    const late = streams.stream("late");
    return [early.next(), early.below(1_000_000), late.chance(1, 2), ...late.bytes(8), early.next()];
  };
  const plain = draws();
  const seen: string[] = [];
  assertEquals(draws((stream, drawn, limit) => (seen.push(`${stream} ${limit}`), drawn)), plain);
  const [word, million] = [`${2 ** 32}`, "1000000"];
  assertEquals(seen, [`early ${word}`, `early ${million}`, "late 2", `late ${word}`, `late ${word}`, `early ${word}`]);
  const decided = draws((_stream, drawn, limit) => limit === 1_000_000 ? 5 : drawn);
  assertEquals(decided, plain.map((value, index) => index === 1 ? 5 : value));
});
