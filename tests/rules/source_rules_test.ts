import { assert, assertEquals, assertGreater } from "@std/assert";
import { DETERMINISM, NO_STATE, SIZE, sourceViolations, STRICTNESS } from "./source_rules.ts";
import { simulationFiles } from "./architecture.ts";
import { readSource, sourceFiles } from "./source_files.ts";

const MOST_LINES = 400;
/** Longer files, each with the length that it may not exceed and the reason why it is one file. */
const LONG_FILES: Readonly<Record<string, { readonly lines: number; readonly because: string }>> = {
  "firmware/ike/engine.ts": {
    lines: 440,
    because: "calls in, dispatch and what happens to exchanges share its registry",
  },
  "sim/lab/scenario/story_types.ts": { lines: 2000, because: "made of the shapes, as scenarios/schema.json is" },
  "tests/host/fake_adapter.ts": { lines: 450, because: "one adapter, played by hand for the driver" },
};

Deno.test("sources of the simulation use neither promises nor the locale", () => {
  const files = simulationFiles();
  assertGreater(files.length, 50);
  assertEquals(files.flatMap((path) => sourceViolations(DETERMINISM, path, readSource(path))), []);
});

Deno.test("sources leave no check switched off and no work put off", () => {
  const files = sourceFiles("sim", "firmware", "host", "tests", "bench");
  const found = files.flatMap((path) => sourceViolations(STRICTNESS, path, readSource(path)));
  // There a line that compiles fails the type check: the mark is the assertion that its words are wrong.
  const isAssertion = (violation: string) =>
    /^tests\/lab\/scenario\/story_test\.ts:\d+: @ts-expect-error/.test(violation);
  assertEquals(found.filter((each) => !isAssertion(each)), []);
  assertGreater(found.filter(isAssertion).length, 20);
});

Deno.test(`sources have at most ${MOST_LINES} lines, but for the files on the list`, () => {
  const files = sourceFiles("sim", "firmware", "host", "tests", "bench");
  const lengths = files.map((path) => ({ path, lines: readSource(path).split("\n").length - 1 }));
  assertEquals(
    lengths.filter(({ path, lines }) => lines > (LONG_FILES[path]?.lines ?? MOST_LINES))
      .map(({ path, lines }) => `${path} has ${lines} lines`),
    [],
  );
  const needless = Object.keys(LONG_FILES).filter((path) => {
    return !lengths.some((file) => file.path === path && file.lines > MOST_LINES);
  });
  assertEquals(needless, [], "the list holds files that are not too long");
});

Deno.test("modules keep nothing in variables: each run, and each test, begins anew", () => {
  // An allocator: no byte is given out twice, so nobody can tell what was given out before.
  const files = sourceFiles("sim", "firmware", "host", "tests").filter((path) => path !== "sim/layout/slab.ts");
  assertEquals(files.flatMap((path) => sourceViolations(NO_STATE, path, readSource(path))), []);
});

Deno.test("functions of the product have at most 60 lines", () => {
  const files = sourceFiles("sim", "firmware", "host");
  assertEquals(files.flatMap((path) => sourceViolations(SIZE, path, readSource(path))), []);
});

Deno.test("DETERMINISM finds what is planted", () => {
  const planted: [source: string, ...messages: string[]][] = [
    ["async function f() {}", "async: use a Task"],
    ["const f = async () => {};", "async: use a Task"],
    ["class C { async f() {} }", "async: use a Task"],
    ["await f();", "async: use a Task"],
    ["for await (const x of y) f(x);", "async: use a Task"],
    ['const x = import("node:fs");', "async: use a Task"],
    [
      'import { randomBytes } from "@noble/hashes/utils.js";',
      "randomBytes: draw from a stream of the world's seed",
    ],
    ["p256.utils.randomSecretKey();", "randomSecretKey(): draw from a stream of the world's seed"],
    ["const root = x ** 0.5;", "**: a whole number to a whole power, others are not exact everywhere"],
    ["const root = 2 ** 0.5;", "**: a whole number to a whole power, others are not exact everywhere"],
    ["a.toLocaleString();", "toLocaleString: use the same text in every locale"],
    ["names.sort((a, b) => a.localeCompare(b));", "localeCompare: use the same text in every locale"],
  ];
  for (const [source, ...messages] of planted) {
    assertEquals(
      sourceViolations(DETERMINISM, "planted.ts", `// first line\n${source}`),
      messages.map((message) => `planted.ts:2: ${message}`),
      source,
    );
  }
});

Deno.test("DETERMINISM lets pass what only looks like it", () => {
  const innocent = [
    "// toLocaleString, async",
    'const text = "x.toLocaleString() await";',
    "const x = { toLocaleString: 1 };",
    "const key = p256.utils.randomSecretKey(bytes);",
    "const mebibyte = 2 ** 20 + 2 ** bits + Number(2n ** 64n);",
  ];
  for (const source of innocent) assertEquals(sourceViolations(DETERMINISM, "innocent.ts", source), [], source);
});

Deno.test("STRICTNESS finds what is planted, and lets pass what only looks like it", () => {
  const planted: [source: string, message: string][] = [
    ["const x: any = 1;", "any: say the type, or unknown"],
    ["const x = y as any;", "any: say the type, or unknown"],
    ["function f(x: Map<string, any>): void {}", "any: say the type, or unknown"],
    ["const x = y!;", "!: handle the missing value"],
    ["const x = y![0];", "!: handle the missing value"],
    ["/" + "/ @ts-" + "ignore", "@ts-" + "ignore: mend what it excuses"],
    ["/" + "/ @ts-" + "expect-error: no", "@ts-" + "expect-error: mend what it excuses"],
    ["/" + "/ deno-lint-" + "ignore no-x", "deno-lint-" + "ignore: mend what it excuses"],
    ["/" + "* TO" + "DO later */", "TO" + "DO: mend what it excuses"],
  ];
  for (const [source, message] of planted) {
    assertEquals(sourceViolations(STRICTNESS, "planted.ts", source), [`planted.ts:1: ${message}`], source);
  }
  for (
    const source of [
      'const any = "any!"; if (!any) f(any != 1);',
      "/" + "/ ignore the rest",
      "const XXXL = 1;",
      "function f() { let x = 0; for (let i = 0; i < 9; i++) x += i; return x; }",
    ]
  ) {
    assertEquals(sourceViolations(STRICTNESS, "innocent.ts", source), [], source);
  }
});

Deno.test("SIZE finds every kind of function that is too long, and lets pass what is not", () => {
  const open = [
    "function f() {",
    "function* f() {",
    "export const f = () => {",
    "const f = function () {",
    "const o = { f() {",
    "class C { f() {",
    "class C { *#f() {",
    "class C { get f() {",
    "class C { constructor() {",
    "class C { static f = () => {",
  ];
  for (const opening of open) {
    const close = opening.startsWith("const o") || opening.startsWith("class") ? "} }" : "}";
    const lines = (count: number) => `${opening}\n${"  g();\n".repeat(count - 2)}${close}\n`;
    assertEquals(sourceViolations(SIZE, "planted.ts", lines(60)), [], opening);
    assertEquals(
      sourceViolations(SIZE, "planted.ts", lines(61)),
      ["planted.ts:1: a function of 61 lines, at most 60"],
      opening,
    );
  }
  const table = `const t = [\n${"  1,\n".repeat(100)}];\nclass C {\n${"  f() {}\n".repeat(100)}}\n`;
  assertEquals(sourceViolations(SIZE, "innocent.ts", table), []);
});

Deno.test("NO_STATE finds variables of a module, and lets those of functions pass", () => {
  for (const source of ["let cases = 0;", "export let cases = 0;", "var cases = 0;"]) {
    const [found = "", ...more] = sourceViolations(NO_STATE, "planted.ts", source);
    assert(/^planted.ts:1: (let|var) of a module: const, or within what needs it$/.test(found), found);
    assertEquals(more, []);
  }
  for (const field of ["static cases = 0;", "static #cases = 0;", "static cases: number;"]) {
    const message = "planted.ts:1: static field: readonly, or of what needs it";
    assertEquals(sourceViolations(NO_STATE, "planted.ts", `class C { ${field} }`), [message], field);
  }
  const fields = "class C { static readonly cases = 0; own = 0; static of() { return new C(); } static {} }";
  assertEquals(sourceViolations(NO_STATE, "innocent.ts", fields), []);
  const source = "const x = 1; function f() { let y = x; for (let i = 0; i < 9; i++) y += i; return y; }";
  assertEquals(sourceViolations(NO_STATE, "innocent.ts", source), []);
});
