/** The list of planted bugs: each stands where it says, and the list is what it was promised to be. */

import { assert, assertEquals } from "@std/assert";
import { LATER_SETS, PLANTED_BUGS } from "./planted_bugs.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("each planted bug's text stands in its file exactly once, and is changed", () => {
  for (const { set, name, file, find, replace } of [...PLANTED_BUGS, ...LATER_SETS]) {
    const places = Deno.readTextFileSync(new URL(file, ROOT)).split(find).length - 1;
    assertEquals([set, name, places], [set, name, 1]);
    assert(find !== replace, name);
  }
});

Deno.test("sixty in two sets, of eight families, some of which need two faults or one order, twenty held out", () => {
  const count = (test: (bug: typeof PLANTED_BUGS[number]) => boolean) => PLANTED_BUGS.filter(test).length;
  assertEquals([count(({ set }) => set === "A"), count(({ set }) => set === "B")], [30, 30]);
  assertEquals(new Set(PLANTED_BUGS.map(({ set, name }) => `${set} ${name}`)).size, 60);
  assertEquals(new Set(PLANTED_BUGS.map(({ family }) => family)).size, 8);
  assert(count(({ needs }) => needs.faults === 2) >= 10);
  assert(count(({ needs }) => needs.ties === 1) >= 6);
  assertEquals(count(({ isHeldOut }) => isHeldOut), 20);
});

for (const name of ["C", "D"] as const) {
  Deno.test(`twenty in set ${name}, of eight families, some of which need two faults or one order, others than those before`, () => {
    const bugs = LATER_SETS.filter(({ set }) => set === name);
    assertEquals(bugs.length, 20);
    assertEquals(new Set(bugs.map(({ name }) => name)).size, 20);
    assertEquals(new Set(bugs.map(({ family }) => family)).size, 8);
    assert(bugs.filter(({ needs }) => needs.faults === 2).length >= 4);
    assert(bugs.filter(({ needs }) => needs.ties === 1).length >= 2);
    const earlier = [...PLANTED_BUGS, ...LATER_SETS.slice(0, LATER_SETS.findIndex(({ set }) => set === name))];
    const changes = new Set(earlier.map(({ file, find, replace }) => [file, find, replace].join("\n")));
    for (const { name, file, find, replace } of bugs) assert(!changes.has([file, find, replace].join("\n")), name);
  });
}
