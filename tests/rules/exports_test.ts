import { assertEquals, assertGreater } from "@std/assert";
import { deadExports, parseFile } from "./exports.ts";
import { readSource, sourceFiles } from "./source_files.ts";

/** The modules that the package is entered by. */
function doors(): string[] {
  const { exports } = JSON.parse(readSource("deno.json")) as { readonly exports: Readonly<Record<string, string>> };
  return Object.values(exports).map((path) => path.replace("./", ""));
}

Deno.test("every export is imported somewhere, but for those of the package's doors", () => {
  const files = [...sourceFiles("sim", "firmware", "host", "bench", "tests"), "mod.ts"];
  assertGreater(files.length, 200);
  const parsed = files.map((path) => parseFile(path, readSource(path)));
  assertEquals(deadExports(parsed, doors()), []);
});

Deno.test("deadExports() finds what is planted, and nothing else", () => {
  const dead = (files: Readonly<Record<string, string>>) => {
    return deadExports(Object.entries(files).map(([path, text]) => parseFile(path, text)), ["mod.ts"]);
  };
  const unused = [
    "export const x = 1;",
    "export function x() { return 1; }",
    "export function* x() {}",
    "export class x {}",
    "export interface x {}",
    "export type x = 1;",
    "export enum x { one }",
    // Using it at home is no need to export it, nor is a type within a body.
    "export const x = 1; console.log(x);",
    'export type x = 1; import { f } from "./b.ts"; f(() => { const y: x = 1; return y; });',
    // Nor is speaking of itself.
    "export interface x { readonly next: x }",
    'export { f as x } from "./b.ts";',
    "const y = 1; export { y as x };",
  ];
  const reader = 'import { f } from "./a/b.ts"; f();';
  for (const text of unused) {
    assertEquals(dead({ "a/a.ts": text, "a/b.ts": "export function f() {}", "c.ts": reader }), ["a/a.ts: x"], text);
  }
  const uses = [
    'import { x } from "./a/a.ts";',
    'import { x as y } from "./a/a.ts";',
    'import { type x } from "./a/a.ts";',
    'import type { x } from "./a/a.ts";',
    'import * as all from "./a/a.ts"; all.x;',
    'import * as all from "./a/a.ts"; let y: all.x;',
    'import * as all from "./a/a.ts"; Object.values(all);',
    'export { x } from "./a/a.ts";',
    'export * from "./a/a.ts";',
    'const y = 1 as unknown as import("./a/a.ts").x;',
    'const y = (await import("./a/a.ts")).x;',
    'const { x } = await import("./a/a.ts");',
    'const { x: y } = await import("./a/a.ts");',
    'const all = await import("./a/a.ts");',
  ];
  for (const text of uses) assertEquals(dead({ "a/a.ts": "export const x = 1;", "mod.ts": text }), [], text);
  const others = [
    'import { x } from "./a/b.ts";',
    'import { y } from "./a/a.ts";',
    'import "./a/a.ts";',
    'import * as all from "./a/a.ts"; all.y; y.all;',
    'const { y } = await import("./a/a.ts");',
    'const y = (await import("./a/a.ts")).y;',
    "const x = 1;",
  ];
  for (const text of others) assertEquals(dead({ "a/a.ts": "export const x = 1;", "c.ts": text }), ["a/a.ts: x"], text);
  // What an export's type is said by.
  const types = [
    "export interface x {} export function f(a: x) {}",
    "export interface x {} export interface f extends x {}",
    "export const x = 1; export type f = typeof x;",
    "export interface x {} export class f { a?: x; }",
  ];
  for (const text of types) assertEquals(dead({ "a/b.ts": text, "c.ts": reader }), [], text);
});
