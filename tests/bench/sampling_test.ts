import { assert, assertEquals } from "@std/assert";
import { beside, type Run } from "../../bench/history.ts";
import { inTurns, median, medianInterval, ratios } from "../../bench/sampling.ts";
import { figure, isMet } from "../../bench/table.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";

Deno.test("medianInterval(): the ranks are those of the binomial table", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  assertEquals(medianInterval(upTo(5)), undefined, "0.5^5 alone is more than 2.5 %");
  // Conover, Practical Nonparametric Statistics, table A3: 6 gives 1 and 6, 11 gives 2 and 10, 20 gives 6 and 15.
  assertEquals(medianInterval(upTo(6)), [1, 6]);
  assertEquals(medianInterval(upTo(11)), [2, 10]);
  assertEquals(medianInterval(upTo(20).reverse()), [6, 15]);
});

Deno.test("of equal contenders few seem to differ, and of different ones most do", () => {
  const random = new RandomStreams(1).stream("noise");
  const draw = (factor: number) => factor * (1 + random.below(1000) / 2000);
  const differing = (factor: number) =>
    Array.from({ length: 400 }, () => {
      const first = Array.from({ length: 11 }, () => draw(factor));
      const interval = medianInterval(ratios({ first, second: first.map(() => draw(1)) }));
      return interval !== undefined && (interval[0] > 1 || interval[1] < 1);
    }).filter(Boolean).length;
  assert(differing(1) <= 20, "at most 5 %");
  assert(differing(1.5) > 380, "half as much again is seen through noise of half");
});

Deno.test("inTurns() keeps samples together that were taken together, whichever went first", async () => {
  let clock = 0;
  const pairs = await inTurns(() => clock++, () => clock++, 4);
  assertEquals(ratios(pairs).length, 4);
  assertEquals(pairs.first.map((value, index) => value - (pairs.second[index] ?? 0)), [-1, 1, -1, 1]);
});

Deno.test("median(), figures and targets", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 3, 2]), median([])], [2, 2, NaN]);
  assertEquals([12345.6, 123.4, 12.34, 1.234, 0.01234, 0].map(figure), ["12346", "123", "12.3", "1.23", "0.0123", "0"]);
  assertEquals([isMet({ ratio: 2, target: { least: 2 } }), isMet({ ratio: 2, target: { most: 1.9 } })], [true, false]);
  assertEquals(isMet({ ratio: 2 }), undefined);
});

Deno.test("a recorded run of another machine is named and not compared", () => {
  const machine = { processor: "a", cores: 2, system: "linux x86_64", deno: "2.9.6", v8: "14" };
  const run = (ratio: number, processor: string): Run => ({
    commit: "abc",
    date: "2026-11-26",
    machine: { ...machine, processor },
    rows: [{ name: "story", about: "", unit: "ms", ours: 1, peer: { name: "peer", value: 1 }, ratio }],
  });
  assertEquals(beside(run(2, "a"), [run(9, "b"), run(1, "a")])[1], "  story: ratio 1 there, 2 here");
  const [only = "", ...rest] = beside(run(2, "a"), [run(1, "a"), run(1, "b")]);
  assert(only.includes("not compared: another machine (processor b and a)"), only);
  assertEquals(rest, []);
  assertEquals(beside(run(2, "a"), []).length, 1);
});
