/** What every trace has of calls and of keys: answers that name their calls, and the candidates of each choice. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { fingerprint } from "../../sim/trace/fingerprint.ts";
import type { TraceEvent } from "../../sim/trace/recorder.ts";
import { SHIPPED_SCENARIOS } from "../support/shipped_scenarios.ts";
import { shippedTrace } from "./shipped_trace.ts";

/** Calls that a loss of power has ended without an answer, by scenario. */
const LOST: Readonly<Record<string, number>> = { "power_cut_during_set.yaml": 1 };

for (const name of SHIPPED_SCENARIOS) {
  Deno.test(`${name}: an answer comes from whom its call went to, to whom it came from, once`, () => {
    const { events } = shippedTrace(name);
    const answered = new Set<number>();
    for (const answer of events.filter(({ kind }) => kind === "return")) {
      const call = events[Number(answer.fields["call"])];
      assert(call !== undefined && call.kind === "call" && call.sequence < answer.sequence);
      assertEquals([answer.component, answer.fields["to"]], [call.fields["to"], call.component]);
      assertEquals(answer.fields["operation"], call.fields["operation"]);
      assert(!answered.has(call.sequence), `call ${call.sequence} is answered twice`);
      answered.add(call.sequence);
    }
    const open = events.filter(({ kind, sequence }) => kind === "call" && !answered.has(sequence));
    assertEquals(
      open.length,
      LOST[name] ?? 0,
      open.map(({ fields }) => `${fields["to"]} ${fields["operation"]}`).join(),
    );
  });
}

const key = (text: string) => fingerprint(new TextEncoder().encode(text));
const candidatesOf = (events: readonly TraceEvent[], component: string) =>
  events.filter((event) => event.kind === "candidate" && event.component === component)
    .map(({ fields }) => [fields["rank"], fields["source"], fields["fingerprint"], fields["outcome"]]);

function run(adapter: string, keys: string, steps: string): readonly TraceEvent[] {
  const text = `
name: candidates
adapters: { hba0: { storage: ${adapter}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { ${keys} } } }
steps:
${steps}
`;
  const { world, holds, verdicts } = runScenarioText(text, "candidates.yaml");
  assert(holds, JSON.stringify(verdicts));
  return [...world.recorder.events()];
}

Deno.test("an adapter names all places for a key in their order, and a target the key that it used", () => {
  const events = run(
    "nvram",
    "192.0.2.10: an explicit key, any: a key for the others",
    `  - setGroupKey: { key: a key for the group }
  - setKey: { adapter: hba0, port: 0, id: 192.0.2.10, key: an explicit key }
  - login: { adapter: hba0, target: disk }`,
  );
  assertEquals(candidatesOf(events, "hba0"), [
    [1, "login", "", "none"],
    [2, "explicit", key("an explicit key"), "used"],
    [3, "all ports", "", "none"],
    [4, "group", key("a key for the group"), "outranked"],
  ]);
  assertEquals(candidatesOf(events, "disk"), [
    [1, "explicit", key("an explicit key"), "used"],
    [2, "any", key("a key for the others"), "outranked"],
  ]);
});

Deno.test("a target that has another key says which, and the failure is told by both fingerprints", () => {
  const events = run(
    "ram",
    "192.0.2.10: another key",
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: one key }
  - { login: { adapter: hba0, target: disk }, expect: ISDSC_AUTHENTICATION_FAILURE }`,
  );
  const used = ["hba0", "disk"].map((name) => candidatesOf(events, name).find(([, , , outcome]) => outcome === "used"));
  assertEquals(used.map((candidate) => candidate?.[2]), [key("one key"), key("another key")]);
  assertNotEquals(used[0]?.[2], used[1]?.[2]);
});

Deno.test("without any key four places have none; with a key of the login the others are outranked", () => {
  const none = run(
    "ram",
    "",
    `  - { login: { adapter: hba0, target: disk }, expect: ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE }`,
  );
  assertEquals(candidatesOf(none, "hba0").map(([, , , outcome]) => outcome), ["none", "none", "none", "none"]);
  const brought = run(
    "ram",
    "any: a key of the login",
    `  - setGroupKey: { key: a key for the group }
  - login: { adapter: hba0, target: disk, key: a key of the login }`,
  );
  assertEquals(candidatesOf(brought, "hba0").map(([, source, , outcome]) => [source, outcome]), [
    ["login", "used"],
    ["explicit", "none"],
    ["all ports", "none"],
    ["group", "outranked"],
  ]);
});
