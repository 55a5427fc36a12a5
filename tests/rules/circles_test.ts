import { assert, assertEquals } from "@std/assert";
import { readImports } from "./architecture.ts";
import { circles } from "./circles.ts";
import { sourceFiles } from "./source_files.ts";

Deno.test("no file of the product imports itself by way of others, imports of types counted", () => {
  const imports = readImports([...sourceFiles("sim", "firmware", "host"), "mod.ts"]);
  assertEquals(circles(imports), []);
  // The control: one import of a type that points back, and the circle that it closes is found among all files.
  const back = { from: "sim/kernel/task.ts", specifier: "./kernel.ts", to: "sim/kernel/kernel.ts" };
  const [circle = [], ...more] = circles([...imports, back]);
  assert(circle.includes(back.from) && circle.includes(back.to) && more.length === 0, `${circle}`);
});

Deno.test("circles() finds what is planted, and nothing else", () => {
  const arrows = (text: string) =>
    text.split(" ").map((arrow) => {
      const [from = "", to] = arrow.split(">");
      return { from, specifier: arrow, ...(to === "" ? {} : { to }) };
    });
  const planted: [imports: string, circles: string[][]][] = [
    ["a>b b>c a>c c>", []],
    ["a>b b>a", [["a", "b"]]],
    ["a>a", [["a"]]],
    ["a>b b>c c>d d>b", [["b", "c", "d"]]],
    // Two circles with an arrow between them; one with a chord.
    ["a>b b>a b>c c>d d>e e>c d>c", [["a", "b"], ["c", "d", "e"]]],
    // Two circles that share a file are one.
    ["a>b b>a b>c c>b", [["a", "b", "c"]]],
    // A diamond is none, from whichever file the search begins.
    ["d>e b>d c>d a>b a>c", []],
    ["c>a a>b x>a b>c", [["a", "b", "c"]]],
  ];
  for (const [imports, expected] of planted) assertEquals(circles(arrows(imports)), expected, imports);
});
