import { assertEquals, assertThrows } from "@std/assert";
import { readYaml, ScenarioError } from "../../../sim/lab/scenario/read_yaml.ts";
import { boolean, integer, list, mapping, oneOf, optional, text, variant } from "../../../sim/shape/shape.ts";

const reader = mapping({
  name: text(),
  size: optional(integer(0, 0xffff)),
  steps: list(variant("step", {
    wait: integer(1, 100),
    say: mapping({ word: oneOf("yes", "no"), loud: optional(boolean()) }),
  })),
});

function refusal(source: string): ScenarioError {
  return assertThrows(
    () => readYaml(source, "test.yaml", reader),
    ScenarioError,
  );
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
      { type: "wait", value: 3, line: 4 },
      { type: "say", value: { word: "yes" }, line: 5 },
    ],
  });
});

Deno.test("readYaml() refuses an unknown field with file, line and the known ones", () => {
  const error = refusal("name: x\ncolour: red\nsteps: []\n");
  assertEquals(
    error.message,
    'test.yaml:2: "colour" is not accepted here; expected one of name, size, steps',
  );
});

Deno.test("readYaml() refuses an unknown step, a wrong value, a missing field, a double step", () => {
  assertEquals(
    refusal("name: x\nsteps:\n  - wait: 3\n  - jump: 3\n").message.startsWith(
      "test.yaml:4: steps[1]:",
    ),
    true,
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - wait: 300\n").message,
    'test.yaml:3: steps[0].wait: "300" is not accepted here; expected a whole number from 1 to 100',
  );
  assertEquals(
    refusal("steps: []\n").given,
    'a mapping without the field "name"',
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - {wait: 3, say: {word: yes}}\n").given,
    "wait and say",
  );
  assertEquals(
    refusal("name: x\nsteps:\n  - say: {word: perhaps}\n").accepted,
    "yes, no",
  );
});

Deno.test("readYaml() refuses what is not YAML, with the line", () => {
  const error = refusal("name: x\nsteps: [\n");
  assertEquals(error.accepted, "YAML");
  assertEquals(error.line >= 2, true);
});

Deno.test("readYaml() refuses an empty file and a field without a value", () => {
  assertEquals(refusal("").given, "nothing");
  assertEquals(refusal("name:\nsteps: []\n").accepted, "a text");
});
