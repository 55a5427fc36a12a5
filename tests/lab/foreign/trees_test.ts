/** Code without a loop that takes long by its calls alone, each function calling the one before twice. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SLICE_CYCLES, STORE_EXPORTS, STORE_IMPORTS } from "../../../sim/lab/foreign/abi.ts";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { call, type Code, DROP, type FunctionText, i32, prepared } from "./assembler.ts";
import { finish, meansOf } from "./stores.ts";

/** The first function behind imports, exports and Asyncify's: all but what the metering pass adds. */
const FIRST = Object.keys(STORE_IMPORTS).length - 2 + Object.keys(STORE_EXPORTS).length + 4;
/** A call takes as many cycles with its return. */
const CALL_CYCLES = 4;
/** A leaf divides: two constants, a division, a value that is dropped. */
const LEAF: Code = [...i32(1), ...i32(1), 0x6d, DROP];
const LEAF_CYCLES = 15;
/** The condition of what never happens: an import that may wait. */
const NEVER: Code = [...i32(0), 0x04, 0x40, ...call("flash_status"), DROP, 0x0b];
const NEVER_CYCLES = 3;

const TYPES = { parameters: [], results: [] } as const;

/** What a put spends whose tree has so many levels above its leaf, each time that it does. */
function spentBy(depth: number, leaf: Code, callTwice = (callee: number): Code => [0x10, callee, 0x10, callee]) {
  const functions: Record<string, FunctionText> = { tree0: { ...TYPES, code: leaf } };
  for (let level = 1; level <= depth; level++) {
    functions[`tree${level}`] = { ...TYPES, code: callTwice(FIRST + level - 1) };
  }
  const code = { store_put: [0x10, FIRST + depth, ...i32(0)] };
  const spent: number[] = [];
  const means = meansOf(function* (cycles) {
    spent.push(cycles);
  });
  const store = new ForeignStore(storeProgram({ name: "tree.wasm", bytes: prepared({ code, functions }) }), means);
  finish(store.mount());
  spent.length = 0;
  const put = () => finish(store.put({ class: "tunnel-address", name: new Uint8Array(1), value: new Uint8Array(1) }));
  return { spent, put };
}

/** What it takes: two calls of each level, each leaf, and what `store_put` and `store_get` do themselves. */
function cyclesOf(depth: number, leafCycles: number): number {
  let cycles = leafCycles;
  for (let level = 0; level < depth; level++) cycles = 2 * (cycles + CALL_CYCLES);
  return cycles + CALL_CYCLES + 2;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

Deno.test("a tree of calls takes what its instructions do, and gives way at each slice where it may", () => {
  for (const depth of [10, 14, 25]) {
    const { spent, put } = spentBy(depth, LEAF);
    put();
    assertEquals(sum(spent), cyclesOf(depth, LEAF_CYCLES), `${depth} levels`);
  }
  const { spent, put } = spentBy(20, [...LEAF, ...NEVER]);
  put();
  assertEquals(sum(spent), cyclesOf(20, LEAF_CYCLES + NEVER_CYCLES));
  assert(spent.every((cycles) => cycles >= 0 && cycles < 2 * SLICE_CYCLES), `${Math.max(...spent)}`);
});

Deno.test("one that takes longer than any call may is told with a function of it, whether it may wait or not", () => {
  for (const depth of [27, 34, 60]) {
    for (const leaf of [LEAF, [...LEAF, ...NEVER]]) {
      const { put } = spentBy(depth, leaf);
      assertMatch(
        assertThrows(put, ForeignModuleError).message,
        /^tree.wasm: tree\d+: runs for 1000\d{6} cycles and calls nothing that may wait; expected up to 1000000000$/,
      );
    }
  }
});

Deno.test("so is one whose functions call a short one many times each", () => {
  const often = (callee: number) => Array.from({ length: 600 }, () => [0x10, callee]).flat();
  const { put } = spentBy(4, LEAF, often);
  assertMatch(assertThrows(put, ForeignModuleError).message, /^tree.wasm: tree[234]: runs for 1000\d{6} cycles/);
});
