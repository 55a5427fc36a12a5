import { assertEquals, assertThrows } from "@std/assert";
import { type Mistake, ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { readYaml } from "../../../sim/lab/scenario/yaml_file.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { boolean, either, integer, list, mapping, oneOf, optional, text, variant } from "../../../sim/shape/shape.ts";

const reader = mapping({
  name: text(),
  size: optional(integer(0, 0xffff)),
  steps: list(variant("step", {
    wait: integer(1, 100),
    say: mapping({ word: oneOf("yes", "no"), loud: optional(boolean()) }),
  })),
});

/** The first mistake of a file, and the first line of what the error says. */
function refusal(source: string): Mistake & { readonly message: string } {
  const { first, message } = assertThrows(() => readYaml(source, "test.yaml", reader), ScenarioError);
  return { ...first, message: message.split("\n")[0] ?? "" };
}

Deno.test("readYaml() gives typed values and keeps numbers as they are written", () => {
  const value = readYaml(
    "name: 0x10\nsize: 0x10\nsteps:\n  - wait: 3\n  - say: {word: yes}\n",
    "test.yaml",
    reader,
  );
  assertEquals(value, {
    name: "0x10",
    size: 16,
    steps: [
      { type: "wait", value: 3, beside: {}, line: 4, path: "steps[0]" },
      { type: "say", value: { word: "yes" }, beside: {}, line: 5, path: "steps[1]" },
    ],
  });
});

Deno.test("readYaml() refuses an unknown field with file, line and the known ones", () => {
  const error = refusal("name: x\ncolour: red\nsteps: []\n");
  assertEquals(
    error.message,
    'test.yaml:2:1: "colour" is not accepted here; expected one of name, size, or steps',
  );
});

Deno.test("readYaml() refuses an unknown step, a wrong value, a missing field, a double step", () => {
  assertEquals(
    refusal("name: x\nsteps:\n  - wait: 3\n  - jump: 3\n").message.startsWith(
      "test.yaml:4:5: steps[1]:",
    ),
    true,
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - wait: 300\n").message,
    'test.yaml:3:11: steps[0].wait: "300" is not accepted here; expected a whole number from 1 to 100',
  );
  assertEquals(
    refusal("steps: []\n").given,
    'a mapping without the field "name"',
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - {wait: 3, say: {word: yes}}\n").given,
    "say beside wait",
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - say: {word: perhaps}\n").accepted,
    "yes or no",
  );
});

Deno.test("readYaml() refuses what is not YAML, with the line", () => {
  const error = refusal("name: x\nsteps: [\n");
  assertEquals(error.given, "a line with this indentation, or one before it that is not closed,");
  assertEquals(error.line >= 2, true);
});

Deno.test("readYaml() refuses an empty file and a field without a value", () => {
  assertEquals(refusal("").given, "nothing");
  assertEquals(refusal("name:\nsteps: []\n").accepted, "a text");
});

Deno.test("readYaml() says the column, too, and does not take a name for its value", () => {
  const error = refusal("name: x\nsteps:\n  - say: { word: maybe }\n");
  assertEquals([error.line, error.column], [3, 18]);
  const nameless = refusal("{ name, steps: [] }\n");
  assertEquals([nameless.field, nameless.given, nameless.accepted], ["name", "nothing", "a text"]);
  assertEquals([nameless.line, nameless.column], [1, 3]);
});

Deno.test("readYaml() refuses names that every object has", () => {
  assertEquals(refusal("name: x\ntoString: red\nsteps: []\n").given, '"toString"');
  assertEquals(refusal("name: x\nsteps:\n  - constructor: {}\n").given, '"constructor"');
});

Deno.test("readYaml(): a field that is left out takes its fallback, a scalar that fits neither way names both", () => {
  const shape = mapping({ on: optional(boolean(), true), id: either(integer(1, 9), list(oneOf("a", "b"))) });
  assertEquals(readYaml("id: [b, a]", "test.yaml", shape), { on: true, id: ["b", "a"] });
  assertEquals(readYaml("{ id: 3, on: false }", "test.yaml", shape), { on: false, id: 3 });
  const error = assertThrows(() => readYaml("id: x", "test.yaml", shape), ScenarioError);
  assertEquals(error.first.accepted, "a whole number from 1 to 9, or a list of a or b");
});

Deno.test("a key that cannot be read is refused without being shown", () => {
  const file = (key: string) =>
    `name: x\nadapters: { a: { storage: ram, ports: [192.0.2.1] } }\nsteps: [{ setGroupKey: { key: ${key} } }]\n`;
  const error = assertThrows(() => readScenario(file("0xdeadbee"), "keys.yaml"), ScenarioError);
  assertEquals(error.message.split("\n"), [
    "keys.yaml:3:31: steps[0].setGroupKey.key: a text of 9 characters is not accepted here; " +
    "expected a key of a byte at least: a text, or 0x and bytes in hex",
    "    3 | steps: [{ setGroupKey: { key: ········· } }]",
    "      |                               ^^^^^^^^^",
  ]);
  assertEquals(readScenario(file("0xdeadbeef"), "keys.yaml").steps.length, 1);
});

Deno.test("readYaml() has a sentence of its own for whatever is not YAML", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "name: x\nname: y\nsteps: []\n",
      "a name that the mapping already has (1:1) is not accepted here; expected each name once",
    ],
    ["name: x\n---\nname: y\n", "a second document is not accepted here; expected one document in the file"],
    ['name: "x\nsteps: []\n', "expected a closing quote, bracket or brace, a comma, or a colon and a blank"],
    ['name: "\\q"\nsteps: []\n', "an escape that YAML does not know is not accepted here"],
    ["name: @x\n", "a text that begins with this character is not accepted here; expected the text in quotes"],
    ["name: x\n\tsteps: []\n", "is not accepted here; expected "],
    ["name: *x\nsteps: []\n", "name: an alias is not accepted here; expected a text"],
  ];
  for (const [source, expected] of cases) {
    const { message } = refusal(source);
    assertEquals(
      message.includes(expected) && !/yaml\.|must|please/i.test(message.slice("test.yaml".length)),
      true,
      message,
    );
  }
});

Deno.test("readYaml() refuses nesting of more than 100 levels before anything recurses", () => {
  const deep = "nesting of more than 100 levels is not accepted here; expected 100 at the most";
  for (const depth of [100, 20_000, 1_000_000]) {
    for (const open of ["[", "{ a: ", "- "]) {
      const { message } = refusal(`name: x\nsteps:\n  ${open.repeat(depth)}`);
      assertEquals(/^test\.yaml:3:\d+: (.*)$/.exec(message)?.[1], deep);
    }
  }
  const blocks = Array.from({ length: 200 }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
  assertEquals(refusal(blocks).message, `test.yaml:101:101: ${deep}`);
  const allowed = `name: x\nsteps: ${"[".repeat(90)}${"]".repeat(90)}`;
  assertEquals(refusal(allowed).field, "steps[0]");
});

Deno.test("readYaml() repeats no text of more than 64 characters", () => {
  assertEquals(refusal(`name: x\nsize: ${"s".repeat(64)}\nsteps: []\n`).given, `"${"s".repeat(64)}"`);
  assertEquals(refusal(`name: x\nsize: ${"s".repeat(65)}\nsteps: []\n`).given, "a text of 65 characters");
  assertEquals(refusal(`name: x\n${"s".repeat(65)}: 1\nsteps: []\n`).given, "an unknown name of 65 characters");
});

Deno.test("readYaml() refuses tags, of values and of names", () => {
  for (const tag of ["!!binary", "!!str", "!!int", "!mine", "!"]) {
    const { message } = refusal(`name: ${tag} eA==\nsteps: []\n`);
    assertEquals(/^test\.yaml:1:\d+: (name: a value with a tag|a tag that)/.test(message), true, message);
  }
  assertEquals(refusal("name: x\nsteps: !!seq []\n").given, "a value with a tag");
  assertEquals(refusal("!!str name: x\nsteps: []\n").given, "a name with a tag");
  const { mistakes } = assertThrows(() => readYaml("? [name]\n: x\n", "test.yaml", reader), ScenarioError);
  assertEquals(mistakes.map(({ given }) => given).includes("a name that is not a text"), true);
});
