/** The list of planted bugs: each stands where it says, and the list is what it was promised to be. */

import { assert, assertEquals } from "@std/assert";
import { PLANTED_BUGS } from "./planted_bugs.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("each planted bug's text stands in its file exactly once, and is changed", () => {
  for (const { set, name, file, find, replace } of PLANTED_BUGS) {
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
