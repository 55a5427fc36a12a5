import { assertEquals, assertGreater } from "@std/assert";
import { simulationFiles } from "./architecture.ts";
import { ALLOWED_GLOBALS, globalNames, globalViolations } from "./globals.ts";
import { programOf, projectProgram, projectSources } from "./program.ts";

Deno.test("sources of the simulation use neither clock nor chance, nor anything of the runtime", () => {
  const files = new Set(simulationFiles());
  const program = projectProgram([...files]);
  assertEquals(globalViolations(program, (path) => files.has(path)), []);
  const checker = program.getTypeChecker();
  const used = projectSources(program).filter(({ path }) => files.has(path))
    .flatMap(({ source }) => globalNames(source, checker));
  assertGreater(used.length, 1000);
  assertEquals(ALLOWED_GLOBALS.difference(new Set(used)), new Set(), "allowed, and used by nobody");
});

/** Violations in statements, each on a line and in a block of its own; without their places. */
function violationsIn(statements: readonly string[]): string[][] {
  const text = statements.map((statement) => `{ ${statement} }\n`).join("") + "export {};\n";
  const found = globalViolations(programOf("planted.ts", text), (path) => path === "planted.ts");
  return statements.map((_, index) => {
    const place = `planted.ts:${index + 1}: `;
    return found.filter((each) => each.startsWith(place)).map((each) => each.slice(place.length));
  });
}

Deno.test("globalViolations() finds what is planted", () => {
  const planted: readonly (readonly [statement: string, ...messages: string[]])[] = [
    ["const t = Date.now();", "Date: use Kernel.now"],
    ["const t = new Date();", "Date: use Kernel.now"],
    ["type T = Date;", "Date: use Kernel.now"],
    ["const t = Temporal.Now.instant();", "Temporal: use Kernel.now"],
    ["type T = Temporal.Instant;", "Temporal: use Kernel.now"],
    ["const clock = performance;", "performance: use Kernel.now"],
    ["const { now } = performance;", "performance: use Kernel.now"],
    ["const tools = { performance };", "performance: use Kernel.now"],
    ["const tools = { [performance]: 1 };", "performance: use Kernel.now"],
    ["const name = typeof performance;", "performance: use Kernel.now"],
    ["type P = typeof performance;", "performance: use Kernel.now"],
    ["setTimeout(() => {}, 1);", "setTimeout: use Kernel.schedule"],
    ["globalThis.setInterval(f, 1); function f() {}", "globalThis: use an argument"],
    ["self.performance.now();", "self: use an argument"],
    ["window.performance.now();", "window: use an argument"],
    ["global.process;", "global: use an argument"],
    ["const cores = navigator.hardwareConcurrency;", "navigator: use an argument"],
    ['new Worker("x.ts");', "Worker: use a Task"],
    ["Atomics.wait;", "Atomics: use an argument"],
    ["localStorage.clear();", "localStorage: use an argument"],
    ['new Function("return this")();', "Function: use an argument"],
    ['eval("1");', "eval: use an argument"],
    ["const here = import.meta.url;", "import.meta: use an argument"],
    ["declare const outside: number;", "declare: import what is meant"],
    ["const r = Math.random();", "Math.random: use a RandomStream, or integers"],
    ['const r = Math["random"]();', "Math[…]: use its functions by name"],
    ["const { random } = Math;", "Math as a value: use its functions by name"],
    ["const tools = [Math];", "Math as a value: use its functions by name"],
    ["const x = Math.log(2) + Math.floor(1.5);", "Math.log: use a RandomStream, or integers"],
    ["crypto.getRandomValues(new Uint8Array(1));", "crypto: use a RandomStream, or @noble/hashes"],
    ["let p: Promise<void>;", "Promise: use a Task"],
    ["Deno.readFileSync;", "Deno: use an argument"],
    ["const x = process.env;", "process: use an argument"],
    ['console.log("x");', "console: use the trace"],
    ["notOnAnyListYet();", "notOnAnyListYet: use an argument"],
  ];
  const found = violationsIn(planted.map(([statement]) => statement));
  assertEquals(
    planted.map(([statement], index) => [statement, ...found[index] ?? []]),
    planted.map((row) => [...row]),
  );
});

Deno.test("globalViolations() lets pass what only looks like it", () => {
  const innocent = [
    "// Date.now, Math.random, setTimeout",
    'const text = "Date.now() Math.random()";',
    "const x = { Date: 1, performance: 2 }; x.performance;",
    "interface I { readonly performance: number; setTimeout(): void } let i: I;",
    "class C { get crypto() { return 1; } self = 1; }",
    "const x = Math.floor(1.5) + Math.max(1, 2);",
    "for (const process of [1]) process.toString();",
    "function f(self: { wake(): void }): void { self.wake(); }",
    "const performance = 1; const tools = { performance };",
    "const { Date: date } = { Date: 1 }; date;",
    "type Pair = readonly [self: number, window?: string]; let p: Pair;",
    "let m: Readonly<Record<string, Partial<Map<number, Uint8Array>>>> = {} as const;",
    "function isText(x: unknown): x is string { return x !== undefined; }",
    "process: for (;;) { break process; }",
  ];
  assertEquals(violationsIn(innocent), innocent.map(() => []));
});
