/** The published schema of scenario files, judged by a validator of others. */

import { Ajv2020 } from "ajv/dist/2020.js";
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { STEP_WORDS } from "../../../sim/lab/scenario/step_words.ts";
import { scenarioSchema } from "../../../sim/lab/scenario/scenario_schema.ts";
import { openCases } from "../../../sim/lab/scenario/open_scenario.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";

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
