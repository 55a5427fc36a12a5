/** Completion, documentation and changes by hand follow from the definition of scenarios. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../../sim/kernel/input_error.ts";
import { checked } from "../../../../sim/lab/page/playground/core/check.ts";
import { handEdit } from "../../../../sim/lab/page/playground/core/hand_edit.ts";
import { knownAt } from "../../../../sim/lab/page/playground/core/known.ts";
import { offersAt } from "../../../../sim/lab/page/playground/core/offers.ts";
import type { HandEdit } from "../../../../sim/lab/page/playground/core/requests.ts";
import { helpTopic } from "../../../../sim/lab/scenario/help_topics.ts";
import { SCENARIO } from "../../../../sim/lab/scenario/scenario.ts";
import { STEPS } from "../../../../sim/lab/scenario/steps/table.ts";

const HEAD = `name: a scenario
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key } }
`;

/** What is offered at `|`. */
function offered(text: string): readonly string[] {
  const offset = text.indexOf("|");
  return offersAt(text.replace("|", ""), offset)?.offers.map(({ label }) => label) ?? [];
}

Deno.test("at the beginning of a line the fields of the file are offered, without those that are written", () => {
  const labels = offered(`${HEAD}|`);
  assertEquals(labels.toSorted(), Object.keys(SCENARIO.fields).filter((name) => !HEAD.includes(`${name}:`)).toSorted());
});

Deno.test("in a list of steps every verb is offered, in block and in flow style", () => {
  for (const text of ["- |", "- se|", "- {|}", "- { se| }", "- setKey: { adapter: hba0 }\n  - |"]) {
    const labels = offered(`${HEAD}steps:\n  ${text}\n`);
    for (const verb of Object.keys(STEPS)) assert(labels.includes(verb), `${text} does not offer ${verb}: ${labels}`);
  }
});

Deno.test("beside a verb its own words are offered, and no second verb", () => {
  const labels = offered(`${HEAD}steps:\n  - { login: { adapter: hba0, target: disk }, | }\n`);
  assert(labels.includes("expect") && labels.includes("faults") && labels.includes("repeat"), labels.join());
  assert(!labels.includes("setKey"), labels.join());
});

Deno.test("inside a verb its fields are offered, words of a value, and names that the file has", () => {
  assert(offered(`${HEAD}steps:\n  - setKey: { | }\n`).includes("flags"));
  assert(!offered(`${HEAD}steps:\n  - setKey: { adapter: hba0, | }\n`).includes("adapter"));
  assertEquals(offered(`${HEAD}steps:\n  - setKey: { adapter: | }\n`), ["hba0"]);
  assertEquals(offered(`${HEAD}steps:\n  - login: { adapter: hba0, target: d| }\n`), ["disk"]);
  assert(offered(`${HEAD}steps:\n  - setKey: { flags: [|] }\n`).includes("ike"));
  assert(offered(`${HEAD}steps:\n  - setKey:\n      flags:\n        - |\n`).includes("ike"));
  assertEquals(offered("name: x\nadapters:\n  hba0:\n    storage: |\n"), ["nvram", "ram", "none"]);
  assert(offered("name: x\nadapters:\n  hba0:\n    |\n    ports: [192.0.2.10]\n").includes("storage"));
});

Deno.test("while brackets are open something is offered all the same", () => {
  assert(offered(`${HEAD}steps:\n  - setKey: { adapter: hba0, fl|`).includes("flags"));
  assert(offered(`${HEAD}steps:\n  - { login: { adapter: hba0 }, ex|`).includes("expect"));
});

Deno.test("where nothing is known nothing is offered", () => {
  assertEquals(offered("name: | \n"), []);
  assertEquals(offered(`${HEAD}nonsense: { | }\n`), []);
  assertEquals(offered("# a comm|ent\n"), []);
});

Deno.test("documentation is that of hbasim help", () => {
  const text = `${HEAD}steps:\n  - setKey: { adapter: hba0, key: k, flags: [ike] }\n`;
  const at = (word: string) => knownAt(text, text.indexOf(word) + 1);
  const verb = at("setKey");
  assertEquals(verb?.about, helpTopic("setKey")?.about);
  assertEquals(verb?.example, helpTopic("setKey")?.example);
  assertEquals(at("storage")?.about, "Where keys are kept.");
  assertEquals(at("storage")?.accepts, "nvram, ram, or none");
  assertEquals(at("nvram")?.accepts, "nvram, ram, or none");
  assertEquals(knownAt(text, 0)?.about, "What the report calls it.");
  assertEquals(knownAt(`# nothing\n${text}`, 4), undefined);
});

Deno.test("mistakes are those of hbasim check, with their places", () => {
  const source = `${HEAD}steps:\n  - setKye: { adapter: hba0 }\n`;
  const { problems, cases } = checked({ file: "a.yaml", source, files: {} });
  assertEquals(cases, []);
  assertEquals(problems.map(({ line, column, meant }) => [line, column, meant]), [[7, 5, "setKey"]]);
  const right = checked({ file: "a.yaml", source: source.replace("setKye: { adapter: hba0 }", "wait: 1s"), files: {} });
  assertEquals(right, { problems: [], cases: [""], stores: [{}] });
});

const STEP = "steps:\n  - wait: 1s\n";
const FAULT: HandEdit = { kind: "fault", fault: "powerCycle: { adapter: hba0, at: 700ms }" };

function edited(source: string, edit: HandEdit): string {
  const { from, to, insert } = handEdit(source, edit);
  const text = source.slice(0, from) + insert + source.slice(to);
  assertEquals(
    checked({ file: "a.yaml", source: text, files: { "store.hba.wasm": STORE, "other.wasm": STORE } }).problems,
    [],
    text,
  );
  return text;
}

const STORE = Deno.readFileSync(new URL("../../../../scenarios/foreign/store.hba.wasm", import.meta.url));

Deno.test("a fault by hand is one line more, however faults are written", () => {
  const line = "- powerCycle: { adapter: hba0, at: 700ms }";
  assertEquals(edited(`${HEAD}${STEP}`, FAULT), `${HEAD}faults:\n  ${line}\n${STEP}`);
  const block = `${HEAD}faults:\n    - lose: { from: hba0, to: disk, datagram: 1, mayMiss: true } # why\n${STEP}`;
  assertEquals(edited(block, FAULT), block.replace("# why\n", `# why\n    ${line}\n`));
  const behind = `${HEAD}${STEP}faults:\n- lose: { from: hba0, to: disk, datagram: 1, mayMiss: true }`;
  assertEquals(edited(behind, FAULT), `${behind}\n${line}`);
  const long =
    `${HEAD}faults:\n  - lose:\n      from: hba0\n      to: disk\n      datagram: 1\n      mayMiss: true\n\n${STEP}`;
  assertEquals(edited(long, FAULT), long.replace("true\n", `true\n  ${line}\n`));
  const flow = `${HEAD}faults: [{ lose: { from: hba0, to: disk, datagram: 1, mayMiss: true } }]\n${STEP}`;
  assertEquals(edited(flow, FAULT), flow.replace("} }]", `} }, { ${line.slice(2)} }]`));
});

Deno.test("another store is one field more, and goes again", () => {
  const text = `${HEAD}${STEP}`;
  const choose = (module: string | undefined): HandEdit => ({ kind: "store", adapter: "hba0", module });
  const with1 = edited(text, choose("store.hba.wasm"));
  assertEquals(with1, text.replace("10] }", "10], store: { module: store.hba.wasm } }"));
  assertEquals(edited(with1, choose("other.wasm")), with1.replace("store.hba.wasm", "other.wasm"));
  assertEquals(edited(with1, choose(undefined)), text);
  assertEquals(edited(text, choose(undefined)), text);
  const block = `name: x\nadapters:\n  hba0:\n    storage: nvram\n    ports: [192.0.2.10]\n${STEP}`;
  const with2 = edited(block, choose("store.hba.wasm"));
  assertEquals(with2, block.replace("10]\n", "10]\n    store: { module: store.hba.wasm }\n"));
  assertEquals(edited(with2, choose(undefined)), block);
});

Deno.test("where no place is to be found a change by hand is refused", () => {
  assertThrows(() => handEdit("- a list\n", FAULT), InputError, "no mapping");
  assertThrows(() => handEdit("name: x\n", FAULT), InputError, "no steps");
  assertThrows(() => handEdit("name: x\nfaults: 1\nsteps: []\n", FAULT), InputError, "no list");
  assertThrows(() => handEdit(HEAD, { kind: "store", adapter: "hba9", module: "x" }), InputError, "hba9");
});
