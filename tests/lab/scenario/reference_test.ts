/** Help and reference are made of what reads files; their examples are read by it, in a world. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { helpTopic, LIST_TOPICS, STEP_TOPICS, TOPIC_NAMES } from "../../../sim/lab/scenario/help_topics.ts";
import { NotifyType } from "../../../firmware/ike/constants.ts";
import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import { FAULT_ANCHORS } from "../../../sim/lab/faults/fault.ts";
import { fieldOfAnchor } from "../../../sim/lab/scenario/fault_shape.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { referencePage } from "../../../sim/lab/scenario/reference.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { STEPS } from "../../../sim/lab/scenario/steps/table.ts";
import { COMMANDS } from "../../../sim/lab/command/commands/table.ts";
import { hbasim } from "../command/command_line.ts";

const REFERENCE = new URL("../../../scenarios/REFERENCE.md", import.meta.url);

/** A file with a step behind those that examples build on. */
function around(step: string): string {
  return `name: example
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: ram, ports: [192.0.2.11] }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key } }
steps:
  - { login: { adapter: hba0, target: disk }, name: first }
  - ${step}
`;
}

Deno.test("the example of every step is read, is of that step, and shows its fields; broken it is refused", () => {
  for (const [name, { example = "", sections }] of STEP_TOPICS) {
    const [opened] = checkScenario(around(example), "example.yaml");
    assertEquals(opened?.scenario.steps.at(-1)?.type, name);
    const required = sections.flatMap(({ title, rows }) => title === "Fields" ? rows : [])
      .filter(({ isRequired, name }) => isRequired && !/[.[]/.test(name));
    for (const field of required) assert(new RegExp(`\\b${field.name}:`).test(example), `${name}: ${field.name}`);
    assertThrows(() => checkScenario(around(example.replace(`${name}:`, `${name}s:`)), "example.yaml"), ScenarioError);
  }
});

Deno.test("scenarios/REFERENCE.md is what the shapes say: WRITE_REFERENCE=1 writes it", () => {
  const page = [...referencePage()].join("\n") + "\n";
  if (Deno.env.get("WRITE_REFERENCE") === "1") Deno.writeTextFileSync(REFERENCE, page);
  assertEquals(Deno.readTextFileSync(REFERENCE), page);
  for (const name of Object.keys(STEPS)) assertStringIncludes(page, `\n### ${name}\n`);
  const told = Object.values(LIST_TOPICS).flatMap(({ sections }) => sections.flatMap(({ rows }) => rows));
  assert([...told, ...[...STEP_TOPICS.values()].flatMap(({ sections }) => sections.flatMap(({ rows }) => rows))]
    .every(({ name, about }) => name !== "" && about !== ""));
});

Deno.test("every fault has a page with its fields and anchors, and every word of a list has a row", () => {
  const rowsOfPage = (name: string) =>
    (helpTopic(name)?.sections ?? []).flatMap(({ rows }) => rows.map(({ name }) => name));
  for (const [kind, anchors] of Object.entries(FAULT_ANCHORS)) {
    const rows = rowsOfPage(kind);
    if (!Object.hasOwn(STEPS, kind)) {
      for (const anchor of anchors) assert(rows.includes(fieldOfAnchor(anchor)), `${kind} ${anchor}`);
    }
    assert(rowsOfPage("faults").includes(kind), kind);
  }
  const fields = [
    "delay.by",
    "truncate.bytes",
    "mutate.field",
    "mutate.value",
    "corrupt.bit",
    "lateInterrupt.by",
    "corruptDma.bit",
  ];
  for (const field of fields) {
    assert(rowsOfPage("faults").includes(field), field);
    const [kind = "", name = ""] = field.split(".");
    assert(rowsOfPage(kind).includes(name), field);
  }
  assertEquals(rowsOfPage("mailboxCommands"), Object.keys(MailboxCommand));
  assertEquals(rowsOfPage("notifications").length, Object.keys(NotifyType).length);
  assert(rowsOfPage("outcomes").includes("old or new"));
  for (const name of ["matrix", "cases", "parameters"]) assert(rowsOfPage(name).includes(name), name);
  assert(rowsOfPage("invariants").includes("flash"));
  const [short] = helpTopic("wait")?.sections.find(({ title }) => title === "Short form")?.rows ?? [];
  assertEquals([short?.name, short?.accepts.startsWith("a duration such as")], ["wait", true]);
});

Deno.test("hbasim help tells of every step and list; no word is a command and a topic; an unknown one is answered", () => {
  assertEquals(TOPIC_NAMES.filter((name) => Object.hasOwn(COMMANDS, name)), []);
  const login = hbasim("help", "login");
  assertEquals([login.code, login.stderr], [0, ""]);
  assertStringIncludes(login.stdout, "\n  target ");
  assertStringIncludes(login.stdout, "\nFor example:\n  - { login: { adapter: hba0, target: disk }, name: backup");
  assertStringIncludes(hbasim("help", "statuses").stdout, "\n  AUTHENTICATION_FAILURE ");
  assertStringIncludes(hbasim("help", "anchors").stdout, "\n  flashProgram ");
  assertStringIncludes(hbasim("help", "kinds").stdout, "\n  packet ");
  assertStringIncludes(hbasim("help", "steps").stdout, "\n  setTunnelAddress ");
  const { code, stderr } = hbasim("help", "logn");
  assertEquals([code, stderr], [
    2,
    'hbasim: there is no help for "logn"; did you mean login? (a command, file, policy, flash, network, steps, faults, anchors, kinds, statuses, outcomes, variables, invariants, mailboxCommands, notifications, a step, or a fault)\n',
  ]);
});
