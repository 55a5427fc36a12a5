/** The list of planted bugs: each stands where it says, and the list is what it was promised to be. */

import { assert, assertEquals } from "@std/assert";
import { PLANTED_BUGS, SET_C } from "./planted_bugs.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("each planted bug's text stands in its file exactly once, and is changed", () => {
  for (const { set, name, file, find, replace } of [...PLANTED_BUGS, ...SET_C]) {
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

Deno.test("twenty in set C, of eight families, some of which need two faults or one order, other bugs than those of A and B", () => {
  assertEquals(SET_C.length, 20);
  assertEquals(new Set(SET_C.map(({ name }) => name)).size, 20);
  assertEquals(new Set(SET_C.map(({ family }) => family)).size, 8);
  assert(SET_C.filter(({ needs }) => needs.faults === 2).length >= 4);
  assert(SET_C.filter(({ needs }) => needs.ties === 1).length >= 2);
  const changes = new Set(PLANTED_BUGS.map(({ file, find, replace }) => [file, find, replace].join("\n")));
  for (const { name, file, find, replace } of SET_C) assert(!changes.has([file, find, replace].join("\n")), name);
});
