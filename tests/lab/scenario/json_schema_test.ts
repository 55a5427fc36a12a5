/** The published schema of scenario files, judged by a validator of others. */

import { Ajv2020 } from "ajv/dist/2020.js";
import { assert, assertEquals, assertGreater, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "yaml";
import { jsonSchemaOf } from "../../../sim/shape/json_schema.ts";
import { mapping, type ScalarShape, type Shape } from "../../../sim/shape/shape.ts";
import { STEP_WORDS } from "../../../sim/lab/scenario/step_words.ts";
import { scenarioSchema } from "../../../sim/lab/scenario/scenario_schema.ts";
import { checkScenario, openCases } from "../../../sim/lab/scenario/open_scenario.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { SCENARIO } from "../../../sim/lab/scenario/scenario.ts";
import { readYaml } from "../../../sim/lab/scenario/yaml_file.ts";

const SCENARIOS = new URL("../../../scenarios/", import.meta.url);
const SCENARIO_SCHEMA = scenarioSchema();
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(SCENARIO_SCHEMA);

/** What the schema objects to. */
function objections(source: string): string {
  validate(parse(source));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`).join("\n");
}

function isAccepted(source: string): boolean {
  try {
    openCases(source, "test.yaml");
    return true;
  } catch (error) {
    if (error instanceof ScenarioError) return false;
    throw error;
  }
}

Deno.test("scenarios/schema.json is the schema of the shapes, and all shipped scenarios fit it", () => {
  if (Deno.env.get("WRITE_SCHEMA") === "1") {
    Deno.writeTextFileSync(new URL("schema.json", SCENARIOS), `${JSON.stringify(SCENARIO_SCHEMA, undefined, 2)}\n`);
  }
  assertEquals(JSON.parse(Deno.readTextFileSync(new URL("schema.json", SCENARIOS))), SCENARIO_SCHEMA);
  let count = 0;
  for (const { name } of Deno.readDirSync(SCENARIOS)) {
    if (!name.endsWith(".yaml")) continue;
    const source = Deno.readTextFileSync(new URL(name, SCENARIOS));
    assertEquals(source.split("\n")[0], "# yaml-language-server: $schema=schema.json", name);
    assertEquals(objections(source), "", name);
    count++;
  }
  assertGreater(count, 10);
});

const HEAD = "name: test\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }\n";

Deno.test("the schema and the reader accept and refuse the same", () => {
  const steps = [
    ["setGroupKey: { key: k }", true],
    ["{}", false],
    ["{ name: a }", false],
    ["{ at: 5ms }", false],
    ["{ repeat: { times: 3 } }", false],
    ["setGroupKey: { key: 12345 }", true],
    ["setGroupKey: { key: k, persist: false }", true],
    ["{ setGroupKey: { key: k }, expect: SUCCESS }", true],
    ["{ setGroupKey: { key: k }, expect: [SUCCESS, ISDSC_NOT_FOUND] }", true],
    ["{ setGroupKey: { key: k }, expect: 0xEFFF000B }", true],
    ["{ setKey: { adapter: hba0, id: 192.0.2.10, key: k }, expect: old or new }", true],
    ["setKey: { adapter: hba0, id: type11:0a0b, key: k, flags: [ike, main] }", true],
    ["setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: 0x27 }", true],
    ["wait: 5ms", true],
    ["wait: 5", false],
    ["setGroupKey: { key: k, colour: red }", false],
    ["setGroupKey: {}", false],
    ["setGroupKey: { key: k, persist: maybe }", false],
    ["{ setGroupKey: { key: k }, expect: SUCESS }", false],
    ["{ setGroupKey: { key: k }, expect: [SUCCESS, any] }", false],
    ["{ setGroupKey: { key: k }, expect: old or nwe }", false],
    ["jump: {}", false],
    ["{ wait: 5ms, setGroupKey: { key: k } }", false],
    ["setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: [ike, quick] }", false],
    ["mailbox: { adapter: hba0, command: setEverything }", false],
    ["wmi: { adapter: hba0, method: ClearCache }", true],
    ["wmi: { adapter: hba0, method: ClearCash }", false],
    ["wait: 5 ms", true],
  ] as const;
  for (const [step, isRight] of steps) {
    const source = `${HEAD}steps:\n  - ${step}\n`;
    assertEquals(isAccepted(source), isRight, step);
    assertEquals(objections(source) === "", isRight, `${step}\n${objections(source)}`);
  }
  const documents = [
    ["tags: [nvram, slow]", true],
    ["tags: nvram", false],
    ["limit: 10min", true],
    [
      "network: { loss: 2%, links: { hba0 > disk: { loss: 20permille } } }\ntargets: { disk: { address: 192.0.2.20 } }",
      true,
    ],
    ["network: { loss: 2 }", false],
    ["network: { links: { hba0: { loss: 2% } } }", false],
    ["targets: { disk: { address: 192.0.2.20, keys: { any: k, 192.0.2.10: 7 }, policy: strongswan } }", true],
    ["targets: { disk: { address: 192.0.2.20, policy: { like: racoon, lifetime: 8h } } }", true],
    ["targets: { disk: { address: 192.0.2.20, policy: strongswam } }", false],
    ["targets: [{ name: disk, address: 192.0.2.20 }]", false],
    ["matrix: { cut: 0us..10ms step 5ms, storage: [nvram, ram], seed: 1..3 }", true, "wait: $cut"],
    ["parameters: { key: k, flag: true }", true, "setGroupKey: { key: $key, persist: $flag }"],
    ["parameters: { 1key: k }", false],
  ] as const;
  for (const [source, isRight, ...uses] of documents) {
    const file = `${HEAD.replace("nvram", source.includes("storage") ? "$storage" : "nvram")}${source}\nsteps: [${
      ["setGroupKey: { key: k }", ...uses].map((step) => `{ ${step} }`).join(", ")
    }]\n`;
    assertEquals(isAccepted(file), isRight, source);
    assertEquals(objections(file) === "", isRight, `${source}\n${objections(file)}`);
  }
  assertStringIncludes(objections("name: x\nadapters: []\n"), "must have required property 'steps'");
});

Deno.test("ordinals, counts, moments and ranges: the schema refuses what the reader does, and takes what it takes", () => {
  const where = {
    ordinal: (it: string) => `faults: [{ lose: { from: hba0, to: disk, datagram: ${it}, mayMiss: true } }]`,
    offset: (it: string) => `faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: ${it}, mayMiss: true } }]`,
    moment: (it: string) => `faults: [{ powerCycle: { adapter: hba0, at: ${it}, mayMiss: true } }]`,
    count: (it: string) => `expect: { keyTable: { adapter: hba0, count: ${it} } }`,
    within: (it: string) => `expect: { within: ${it} }`,
    before: (it: string) => `expect: { trace: { before: [${it}] } }`,
    status: (it: string) => `expect: ${it}`,
  };
  const values: Readonly<Record<keyof typeof where, readonly (readonly [takes: boolean, ...values: string[]])[]>> = {
    ordinal: [
      [true, "1", "01", "0x10", "'2'", "1..3", "'0x2..3'", "3..", "each", "9007199254740991"],
      [
        false,
        "0",
        "'0'",
        "0x0",
        "'0x0'",
        "..3",
        "0..2",
        "0x0..2",
        "00..",
        "1.5",
        "-1",
        "each 2",
        "1 .. 3",
        "first",
        "..",
      ],
      [false, "9007199254740993", "1e30", "true", "''"],
    ],
    offset: [
      [true, "17bytes", "17 bytes", "0bytes", "1us", "0us", "1.5us", "3 h"],
      [false, "1byte", "1.5bytes", "-1us", "0.5cycles", "0.5ns", "1h30min", "1d", "50%", "5", "1us..2us", "1US"],
    ],
    moment: [[true, "1ms", "1.25 s"], [false, "-1us", "1d", "50%", "17bytes", "1.5ns", "..1s"]],
    count: [
      [true, "0", "3", "'3'", "0x3", "0..3", "..3", "..0", "2..", "0x1..", "1..1", "0..0"],
      [false, "-1", "1.5", "0..", "00..", "0x0..", "..", "many", "1...3", "1..2..3", "5 ..", "9007199254740993"],
    ],
    within: [
      [true, "1s", "0s", "1s..2s", "..2s", "1s..", "0.5s..", "0s..0s", "1 s..2 s", "0.0s..1s", "100ns..1ms"],
      [false, "1", "1..2s", "0s..", "0.0 ms..", "..", "1s..2", "1.5ns..2s", "1S..2S", "-1s..2s", "each"],
    ],
    before: [
      [true, "{ kind: call }, { kind: return }"],
      [false, "", "{ kind: call }", "{ kind: call }, { kind: return }, { kind: call }"],
    ],
    status: [[true, "0", "0xefff0009", "4294967295"], [false, "-1", "1.5", "4294967296"]],
  };
  const head = `${HEAD}targets: { disk: { address: 192.0.2.20, keys: { any: k } } }\nsteps:\n`;
  for (const [name, rows] of Object.entries(values)) {
    for (const [takes, ...texts] of rows) {
      for (const text of texts) {
        const beside = where[name as keyof typeof where](text);
        const source = `${head}  - { setGroupKey: { key: k }, ${beside} }\n`;
        assertEquals(isAccepted(source), takes, beside);
        assertEquals(objections(source) === "", takes, `${beside}\n${objections(source)}`);
      }
    }
  }
});

Deno.test("bytes behind an anchor are those of a flash program, for the schema, too", () => {
  const rows = [
    ["flashProgram: 1, after: 17bytes", true],
    ["boot: 1, after: 17us", true],
    ["boot: 1, after: 17bytes", false],
    ["after: 17 bytes", false],
    // The name of a value says nothing of it.
    ["boot: 1, after: $bytes", true],
  ] as const;
  for (const [fault, isRight] of rows) {
    const source =
      `${HEAD}parameters: { bytes: 1us, spare: 1 }\nsteps:\n  - setGroupKey: { key: $spare }\n    faults: [{ powerCycle: { adapter: hba0, ${fault} } }, { reset: { adapter: hba0, by: bus, after: $bytes } }]\n`;
    const look = () => checkScenario(source, "test.yaml");
    if (isRight) look();
    else assertThrows(look, ScenarioError, "after");
    assertEquals(objections(source) === "", isRight, `${fault}\n${objections(source)}`);
  }
});

/** All scalars of a shape, each once. */
function scalarsOf(shape: Shape, known = new Set<Shape>()): readonly ScalarShape[] {
  if (known.has(shape)) return [];
  known.add(shape);
  return shape.kind === "scalar" ? [shape] : partsOf(shape).flatMap((part) => scalarsOf(part, known));
}

function partsOf(shape: Exclude<Shape, ScalarShape>): readonly Shape[] {
  switch (shape.kind) {
    case "list":
      return [shape.item];
    case "mapping":
      return Object.values(shape.fields).map((field) => "optional" in field ? field.optional : field);
    case "entries":
      return [shape.name, shape.item];
    case "variant":
      return [
        ...Object.values(shape.variants),
        ...Object.values(shape.beside).flatMap((fields) => Object.values(fields).map(({ optional }) => optional)),
      ];
    case "either":
      return [shape.scalar, shape.other, ...(shape.list === undefined ? [] : [shape.list])];
    case "converted":
      return [shape.written];
    default:
      return shape satisfies never;
  }
}

Deno.test("the schema takes each word and whole number that the reader takes, plain and in quotes", () => {
  const readAs = new Set<string>();
  let count = 0;
  for (const scalar of scalarsOf(SCENARIO)) {
    const { words = [], bounds } = scalar;
    const shape = mapping({ it: scalar });
    const fits = new Ajv2020({ allowUnionTypes: true }).compile(jsonSchemaOf(shape, "one value"));
    const numbers = bounds === undefined ? [] : [bounds.minimum, bounds.maximum, `0x${bounds.minimum.toString(16)}`];
    for (const word of [...words, ...numbers]) {
      for (const source of [`it: ${word}`, `it: "${word}"`, `it: '${word}'`]) {
        readYaml(source, "test.yaml", shape);
        const read = parse(source) as { readonly it: unknown };
        assert(fits(read), `${source}: ${scalar.accepts}`);
        readAs.add(typeof read.it);
        count++;
      }
    }
  }
  assertEquals([...readAs].toSorted(), ["boolean", "number", "string"]);
  assertGreater(count, 2000);
});

Deno.test("the schema refuses numbers and texts that are none of a few words", () => {
  const steps = [
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: 255, level: 1 } }", true],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: 255, level: '1' } }", true],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: 255, level: 2 } }", false],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: 255, level: '2' } }", false],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: 255, level: '11' } }", false],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: '255', level: true } }", false],
    ["damage: { adapter: hba0, stuck: { address: 6000, mask: '25x', level: 1 } }", false],
    ["setGroupKey: { key: k, persist: 'false' }", true],
    ["setGroupKey: { key: k, persist: 'falsehood' }", false],
  ] as const;
  const isolated = `${HEAD}allowNothing: true\n`;
  for (const [step, isRight] of steps) {
    const source = `${isolated}steps:\n  - ${step}\n`;
    assertEquals(isAccepted(source), isRight, step);
    assertEquals(objections(source) === "", isRight, `${step}\n${objections(source)}`);
  }
});

Deno.test("every step is a definition with its name as title, and a sentence about itself and each of its fields", () => {
  const { $defs } = SCENARIO_SCHEMA as { $defs: Record<string, Record<string, unknown>> };
  const { properties } = SCENARIO_SCHEMA as { properties: { steps: { items: { anyOf: { $ref: string }[] } } } };
  const names = properties.steps.items.anyOf.map(({ $ref }) => $ref.replace("#/$defs/step ", ""));
  assertGreater(names.length, 15);
  for (const name of names) {
    const step = $defs[`step ${name}`] as { title: string; properties: Record<string, Record<string, unknown>> };
    const beside = ["expect", ...Object.keys(STEP_WORDS)];
    assertEquals([step.title, Object.keys(step.properties).filter((each) => each === name || !beside.includes(each))], [
      name,
      [name],
    ]);
    const fields = step.properties[name] as {
      description?: string;
      properties?: Record<string, { description?: string }>;
    };
    assert((fields.description ?? "").endsWith("."), name);
    for (const [field, { description = "" }] of Object.entries(fields.properties ?? {})) {
      assert(description.endsWith("."), `${name}.${field}`);
    }
  }
});
