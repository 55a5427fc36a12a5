import { assert, assertEquals } from "@std/assert";
import { newBuiltins } from "./new_builtins.ts";
import { programOf, projectProgram } from "./program.ts";
import { readSource, sourceFiles } from "./source_files.ts";

Deno.test("what is shipped uses no built-in that Node.js 20 lacks, as README says", () => {
  assert(/all\s+else\s+runs\s+on\s+Node\.js 20,/.test(readSource("README.md")));
  const files = new Set([...sourceFiles("sim", "firmware", "host"), "mod.ts"]);
  assertEquals(newBuiltins(projectProgram([...files]), (path) => files.has(path)), []);
});

Deno.test("newBuiltins() finds what is planted, and nothing else", () => {
  const planted: readonly (readonly [statement: string, ...names: string[]])[] = [
    ["Map.groupBy([1], (each) => each);", "groupBy"],
    ["Object.groupBy([1], (each) => each);", "groupBy"],
    ["const { groupBy } = Map; groupBy;", "groupBy"],
    ["const { groupBy: by } = Map; by;", "groupBy"],
    ["Promise.withResolvers<void>();", "withResolvers"],
    ["Promise.try(() => 1);", "try"],
    ["Array.fromAsync([1]);", "fromAsync"],
    ["new Set([1]).union(new Set([2]));", "union"],
    ["new Set([1]).isSubsetOf(new Set([2]));", "isSubsetOf"],
    ["new Map([[1, 2]]).keys().map((each) => each);", "map"],
    ["[1].values().toArray();", "toArray"],
    ["function* two() { yield 2; } two().filter((each) => each > 1);", "filter"],
    ["Iterator.from([1]);", "Iterator", "from"],
    ["new Uint8Array(2).toHex();", "toHex"],
    ['Uint8Array.fromBase64("");', "fromBase64"],
    ["new ArrayBuffer(8).transfer();", "transfer"],
    ["new Float16Array(2);", "Float16Array"],
    ['RegExp.escape(".");', "escape"],
    ["Math.f16round(1);", "f16round"],
    ["Error.isError(1);", "isError"],
    ["using closed = null; closed;", "using"],
    ["[3, 1].toSorted().findLast((each) => each > 1);"],
    ["[...new Set([1]).values()].map((each) => each);"],
    ['"a".isWellFormed();'],
    ["/[a--b]/v.test('a');"],
    ["const own = { groupBy: 1, toHex: 2 }; own.groupBy + own.toHex;"],
    ["const { groupBy } = { groupBy: 1 }; groupBy;"],
  ];
  const text = planted.map(([statement]) => `{ ${statement} }\n`).join("") + "export {};\n";
  const found = newBuiltins(programOf("planted.ts", text), (path) => path === "planted.ts");
  assertEquals(
    planted.map(([statement], index) => {
      const place = `planted.ts:${index + 1}: `;
      return [
        statement,
        ...found.flatMap((each) => each.startsWith(place) ? each.slice(place.length).split(":")[0] : []),
      ];
    }),
    planted.map((row) => [...row]),
  );
});
