import { assertEquals } from "@std/assert";
import { programOf, projectProgram } from "./program.ts";
import { sourceFiles } from "./source_files.ts";
import { unreadFields } from "./unread_fields.ts";

Deno.test("whatever a step or a fault may say is put to use", () => {
  assertEquals(unreadFields(projectProgram(sourceFiles("sim/lab/scenario", "sim/parts/flash"))), []);
});

const PRELUDE = `
interface Shape<T> { kind: string; type?: T }
interface MappingShape<T> extends Shape<T> { fields: object }
declare function mapping<T>(): MappingShape<T>;
interface Entry<T> { doc?: string; shape: Shape<T>; check?: (value: T) => void }
declare function step<T>(entry: Entry<T> & { run: (value: T, context: number) => void }): Entry<T>;
declare function faultKind<T>(entry: Entry<T> & { place: string; inject: (value: T) => void; times?: (value: T) => number }): Entry<T>;
interface PlaceFields { byte: { address: number }; part: object }
type AB = { a: number; b?: number };
declare function take(value: AB): void;
declare function takeA(value: { a: number }): void;
`.trim().split("\n");

Deno.test("unreadFields() finds what is planted", () => {
  const planted: readonly (readonly [entry: string, ...unread: string[]])[] = [
    ["step({ shape: mapping<AB>(), run({ a }) { take({ a }); } })", "b"],
    ["step({ shape: mapping<AB>(), run: ({ a: renamed }) => take({ a: renamed }) })", "b"],
    ["step({ shape: mapping<AB>(), run() {} })", "a", "b"],
    ["step({ shape: mapping<AB>(), run: (value) => takeA({ a: value.a }) })", "b"],
    ["step({ shape: mapping<AB>(), run(value) { const { b } = value; take({ a: 5, b }); } })", "a"],
    ["step({ shape: mapping<AB>(), run: takeA })", "b"],
    // What is only looked at does nothing.
    ["step({ shape: mapping<AB>(), check: ({ b }) => take({ a: 5, b }), run: ({ a }) => take({ a }) })", "b"],
    ['faultKind({ place: "part", shape: mapping<AB>(), inject({ a }) { take({ a }); } })', "b"],
    ['faultKind({ place: "byte", shape: mapping<AB & { address: number }>(), inject: take })'],
    ['faultKind({ place: "part", shape: mapping<AB & { address: number }>(), inject: take })', "address"],
    ['faultKind({ place: "part", shape: mapping<AB>(), times: ({ a }) => a, inject({ b = 0 }) { take({ a: b }); } })'],
    ["step({ shape: mapping<AB>(), run: take })"],
    ["step({ shape: mapping<AB>(), run: (value) => take(value) })"],
    ["step({ shape: mapping<AB>(), run: ({ a, b }) => take({ a, b }) })"],
    ["step({ shape: mapping<AB>(), run: ({ ...all }) => take(all) })"],
    ["step({ shape: mapping<object>(), run() {} })"],
    ['step({ shape: { kind: "scalar" } as Shape<string>, run() {} })'],
  ];
  const text = [...PRELUDE, ...planted.map(([entry]) => entry)];
  assertEquals(
    unreadFields(programOf("planted.ts", text.join("\n"))),
    planted.flatMap(([entry, ...unread], index) => {
      const uses = entry.startsWith("step") ? "run" : "inject and times";
      return unread.map((name) =>
        `planted.ts:${index + 1 + PRELUDE.length}: ${uses} do nothing with the field ${name}`
      );
    }),
  );
});
