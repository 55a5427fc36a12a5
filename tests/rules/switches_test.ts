import { assertEquals, assertGreater } from "@std/assert";
import ts from "typescript";
import { nodesOf, programOf, projectProgram, projectSources } from "./program.ts";
import { sourceFiles } from "./source_files.ts";
import { switchViolations } from "./switches.ts";

const UNGUARDED = "a switch over a union without `satisfies never` of its value in its default";
const OPEN = "a switch without a default";
const WIDENED = "a switch over the union of `x.kind`, widened to string";
const KIND = "a switch over the union of `kind`, widened to string";
const X_WIDENED = "a switch over the union of `x`, widened to number";

Deno.test("every switch is guarded against the value that it does not name", () => {
  const files = sourceFiles("sim", "firmware", "host", "bench", "tests");
  const program = projectProgram(files);
  assertEquals(switchViolations(program), []);
  const switches = projectSources(program).flatMap(({ source }) => {
    return [...nodesOf(source)].filter(ts.isSwitchStatement);
  });
  assertGreater(switches.length, 40);
});

Deno.test("switchViolations() finds what is planted", () => {
  const union = '"a" | "b"';
  const status = "(typeof Status)[keyof typeof Status]";
  const planted: [parameter: string, body: string, ...found: string[]][] = [
    [union, 'switch (x) { case "a": return 1; case "b": return 2; }', UNGUARDED],
    [union, 'switch (x) { case "a": return 1; default: return 2; }', UNGUARDED],
    [union, 'switch (x) { case "a": return 1; case "b": return 2; default: throw new Error(x); }', UNGUARDED],
    [union, 'switch (x) { case "a": return 1; case "b": return x satisfies never; }', UNGUARDED],
    [union, 'switch (x) { case "a": return 1; case "b": return 2; default: return x satisfies "b"; }', UNGUARDED],
    ["Fault", 'switch (x.kind) { case "flip": return x.bit; case "cut": return 2; }', UNGUARDED],
    [status, "switch (x) { case Status.ok: return 1; case Status.busy: return 2; }", UNGUARDED],
    ["Phase", "switch (x) { case Phase.one: return 1; case Phase.two: return 2; }", UNGUARDED],
    ["1 | 2 | undefined", "switch (x) { case 1: return 1; case 2: return 2; }", UNGUARDED],
    ["boolean", "switch (x) { case true: return 1; }", UNGUARDED],
    ["number", "switch (x) { case 1: return 1; }", OPEN],
    ["string | undefined", 'switch (x) { case "a": return 1; }', OPEN],
    [`${union} | number`, 'switch (x) { case "a": return 1; case "b": return 2; }', OPEN],
    // A union is one under another type, too.
    ["Fault", 'const kind: string = x.kind; switch (kind) { case "flip": return 1; default: return 2; }', WIDENED],
    ["Fault", 'switch (x.kind as string) { case "flip": return 1; default: return 2; }', WIDENED],
    ["Fault", 'const { kind } = x; switch (`${kind}` as string) { case "flip": return 1; default: return 2; }', KIND],
    ["Fault", 'switch (String(x.kind)) { case "flip": return 1; default: return 2; }', WIDENED],
    [
      "Fault",
      'const a = (x.kind) as string; const b = a; switch (b) { case "flip": return 1; default: return 2; }',
      WIDENED,
    ],
    [status, "const y: number = x; switch (y) { case Status.ok: return 1; default: return 2; }", X_WIDENED],
    // What has a name is named, though something has none.
    [
      `${union} | number`,
      'switch (x) { case "a": return 1; default: return 2; }',
      'a switch over a union that does not name "b"',
    ],
    [`${union} | number`, 'switch (x) { case "a": return 1; case "b": return 2; default: return 2; }'],
    ["number | `x${string}`", "switch (x) { case 1: return 1; default: return 2; }"],
    // The guard is of the value itself.
    [
      `${union}, y: never`,
      'switch (x) { case "a": return 1; default: return y satisfies never; }',
      UNGUARDED,
    ],
    [union, 'switch (x) { case "a": return 1; default: return x as never satisfies never; }', UNGUARDED],
    ["Fault", 'switch (x.kind) { case "flip": return; case "cut": return; default: return x.kind satisfies never; }'],
    // One within another's default is found, too.
    [
      "number",
      `switch (x) { default: { const y: ${union} = x > 1 ? "a" : "b"; switch (y) { case "a": } } }`,
      UNGUARDED,
    ],
    // Nor does a guard within guard what is around it.
    [
      union,
      'switch (x) { case "a": return 1; default: switch (x) { case "b": return 2; default: x satisfies never; } }',
      UNGUARDED,
    ],
    // Guarded.
    [union, 'switch (x) { case "a": return 1; case "b": return 2; default: return x satisfies never; }'],
    [union, 'switch (x) { case "a": return 1; case "b": return 2; default: throw new Error(x satisfies never); }'],
    ["Fault", 'switch (x.kind) { case "flip": return; case "cut": return; default: return x satisfies never; }'],
    [status, "switch (x) { case Status.ok: return; case Status.busy: return; default: x satisfies never; }"],
    ["number", "switch (x) { case 1: return 1; default: return 2; }"],
    ["string | undefined", 'switch (x) { case "a": return 1; default: return 2; }'],
  ];
  const text = [
    'type Fault = { kind: "flip"; bit: number } | { kind: "cut" };',
    "const Status = { ok: 0, busy: 1 } as const;",
    "enum Phase { one, two }",
    ...planted.map(([parameter, body], index) => `function f${index}(x: ${parameter}): number | void { ${body} }`),
  ];
  assertEquals(
    switchViolations(programOf("planted.ts", text.join("\n"))),
    planted.flatMap(([, , ...found], index) => found.map((problem) => `planted.ts:${index + 4}: ${problem}`)),
  );
});
