/** What a campaign has not seen: the forecast comes true, and what is told was indeed never seen. */

import { assert, assertEquals } from "@std/assert";
import { notSeen } from "../../../../sim/lab/explore/certify/not_seen.ts";
import { CELLS, cellsOf, cellValues } from "../../../../sim/lab/explore/search/cells.ts";
import { World } from "../../../../sim/lab/world/world.ts";
import { BLOCK_SEEDS } from "../../../../sim/lab/explore/search/block.ts";
import { RandomStreams } from "../../../../sim/kernel/random.ts";

/** A campaign in which each cell is seen a little more rarely than the one before, as real ones are, and in clumps. */
function campaign(seed: string, first: number, count: number) {
  const random = new RandomStreams(seed).stream("cells");
  return Array.from({ length: count }, (_, index) => {
    const cells = Array.from({ length: 150 }, (_, cell) => cell)
      .filter((cell) => random.next() / 2 ** 32 < 0.5 * 0.93 ** cell);
    // Whoever gets to a rare cell gets to the one beside it.
    const clumped = cells.flatMap((cell) => cell > 60 ? [cell, cell + 1] : [cell]);
    return { seed: first + index, cells: clumped };
  });
}

Deno.test("of ten campaigns at least eight find the number of new cells within their own interval", () => {
  const size = 10 * BLOCK_SEEDS;
  let inside = 0;
  for (let index = 0; index < 10; index++) {
    const [runs, after] = [campaign(`${index}`, 1, size), campaign(`${index} later`, 1, size)];
    const { next } = notSeen(runs, size);
    const seen = new Set(runs.flatMap(({ cells }) => cells));
    const found = new Set(after.flatMap(({ cells }) => cells).filter((cell) => !seen.has(cell))).size;
    assert(next !== undefined && next.least <= next.expected && next.expected <= next.most);
    // An interval that says nothing would hold, too.
    assert(next.most - next.least < 40, `${next.least} to ${next.most}`);
    if (found >= next.least && found <= next.most) inside++;
  }
  assert(inside >= 8, `${inside} of 10`);
});

Deno.test("the rate that is excluded is the rule of three's, and exact for few seeds", () => {
  const of = (count: number) =>
    notSeen(Array.from({ length: count }, (_, seed) => ({ seed, cells: [] }))).excludedOneIn;
  assertEquals([of(0), of(1)], [1, 1]);
  for (const count of [30, 2000]) assert(Math.abs(of(count) / (count / 3) - 1) < 0.1);
  // With that rate, so many seeds miss the bug in one of twenty campaigns.
  assert(Math.abs((1 - 1 / of(2000)) ** 2000 - 0.05) < 0.001);
});

Deno.test("from further seeds as many cells are expected as they double what there is", () => {
  const runs = campaign("any", 1, 10 * BLOCK_SEEDS);
  const expected = (seeds: number) => notSeen(runs, seeds).next?.expected ?? NaN;
  const once = expected(runs.length);
  for (
    const [seeds, doublings] of [[0, 0], [500, Math.log2(1.5)], [3000, 2], [7000, 3], [9000, Math.log2(10)]] as const
  ) {
    assert(Math.abs(expected(seeds) - once * doublings) < 0.3, `${seeds}: ${expected(seeds)}`);
  }
});

Deno.test("what is told as never seen is in no cell, and the other way round", () => {
  const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
  const [dark] = cellsOf(world, 0);
  assertEquals(cellValues(dark ?? -1), ["without power", "off", "none", "stopped", "none"]);
  world.powerOn();
  world.settle();
  const [settled] = cellsOf(world, 0);
  assertEquals(cellValues(settled ?? -1).slice(0, 2), ["ready", "named by the service"]);
  const { neverSeen, unseenCells, next } = notSeen([{ seed: 1, cells: [dark ?? -1, settled ?? -1] }]);
  assertEquals([unseenCells, next], [CELLS - 2, undefined]);
  assert(neverSeen.includes("driver failed"));
  assert(neverSeen.includes("driver ready with cache off"));
  assert(!neverSeen.some((each) => each.includes("driver failed with")), "it is told already");
  assert(!neverSeen.includes("driver ready with cache named by the service"));
});
