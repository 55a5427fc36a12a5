/** Whose doing something was, where several have to do with it: who has set a key, and what a call has led to. */

import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import type { TraceEvent } from "../../sim/trace/recorder.ts";
import { explain, type Explanation } from "../../sim/trace/explain/explain.ts";
import { winnerOf } from "../../sim/trace/explain/key_choices.ts";
import { reasons } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";

const HEAD = `name: whose doing
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: first key } } }
steps:
`;

function graphOf(steps: string): TraceGraph {
  const { world } = runScenarioText(HEAD + steps, "origins.yaml");
  const { frequencyHz } = world.kernel;
  return new TraceGraph({ events: [...world.recorder.events()], frequencyHz, marks: world.recorder.marks });
}

function explainedCalls(graph: TraceGraph, isWanted: (call: TraceEvent) => boolean): readonly Explanation[] {
  return graph.events.filter((event) => event.kind === "call" && isWanted(event)).map((call) => explain(graph, call));
}

const asked = (graph: TraceGraph, operation: string) =>
  explainedCalls(graph, ({ component, fields }) => component === "application" && fields["operation"] === operation);

const setterLines = ({ choices }: Explanation) => choices.map((choice) => winnerOf(choice)?.origin?.line);

Deno.test("a key that is brought back in another application's call was set by who has set it", () => {
  const graph = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.10, key: first key, flags: [ike, main] }
  - setGroupKey: { key: a group's }
  - parallel:
      operator: [powerCycle: { adapter: hba0 }]
      application:
        - wait: 105ms
        - { setKey: { adapter: hba0, id: 192.0.2.11, key: second key, flags: [ike, main] }, expect: any }
  - login: { adapter: hba0, target: disk }
`);
  const [login] = asked(graph, "LoginIScsiTarget");
  assert(login !== undefined);
  const keys = login.choices[0]?.candidates.filter(({ fingerprint }) => fingerprint !== "");
  assertEquals(keys?.map(({ source, origin }) => [source, origin?.operation, origin?.line]), [
    ["all ports", "SetIScsiIKEInfo", 6],
    ["group", "SetIScsiGroupPresharedKey", 7],
  ]);
});

Deno.test("a setting that goes on after somebody's reset was made by who asked for it", () => {
  const graph = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.11, key: a key, flags: [ike, main] }
  - parallel:
      application: [setKey: { adapter: hba0, id: 192.0.2.11, key: a longer key, flags: [ike, main] }]
      operator: [reset: { adapter: hba0, by: firmware }]
  - setKey: { adapter: hba0, id: 192.0.2.10, key: first key, flags: [ike, main] }
  - powerCycle: { adapter: hba0 }
`);
  // The length tells which key it is: 28 bytes and four of the address before it.
  const handed = graph.events.filter(({ kind, because, fields }) =>
    kind === "call" && because >= 0 && fields["operation"] === "SetPresharedKeyForId"
  );
  const lineOf = (lengthBytes: number) => ({ [32 + 5]: 6, [32 + 12]: 7, [32 + 9]: 10 })[lengthBytes];
  const lengths = new Set(handed.map(({ fields }) => Number(fields["lengthBytes"])));
  assert(lengths.has(32 + 12) && lengths.has(32 + 9), [...lengths].join());
  for (const call of handed) {
    const line = lineOf(Number(call.fields["lengthBytes"]));
    const said = reasons(explain(graph, call)).filter((reason) => reason.includes("handed over"));
    assert(said[0]?.includes(`set by SetIScsiIKEInfo in line ${line} `), `${line}: ${said.join()}`);
  }
});

Deno.test("a login that waits until its adapter is synchronised is explained as one a moment later is", () => {
  const graph = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another key, flags: [ike, aggressive] }
  - parallel:
      operator: [powerCycle: { adapter: hba0 }]
      application: [{ wait: 105ms }, { login: { adapter: hba0, target: disk }, expect: any }]
  - { login: { adapter: hba0, target: disk }, expect: any }
`);
  const logins = asked(graph, "LoginIScsiTarget");
  const told = logins.map(({ chain, outcome, endings, ...login }) => ({
    status: outcome?.status,
    setters: setterLines(login as Explanation),
    endings: endings.length,
    first: chain[0]?.component,
  }));
  const one = { status: "ISDSC_AUTHENTICATION_FAILURE", setters: [6, undefined], endings: 1, first: "application" };
  assertEquals(told, [one, one]);
});

Deno.test("a call that a reset of the bus cuts off is explained by it, whoever has reset the bus", () => {
  const byHand = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.10, key: first key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [ { reset: { adapter: hba0, by: bus, after: 8ms } } ] }
`);
  const byTimeout = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.10, key: first key, flags: [ike, main] }
  - change: { targets: { disk: { silent: true } } }
  - parallel:
      one: [{ listSessions: {}, expect: any }]
      two: [{ wait: 29s }, { login: { adapter: hba0, target: disk }, expect: any }]
    faults: [loseInterrupt: { adapter: hba0, interrupt: 1 }]
`);
  const why = "port driver: hba0 did not complete IRP_MN_QUERY_SINGLE_INSTANCE in time";
  for (const [graph, since] of [[byHand, ""], [byTimeout, `, since ${why}`]] as const) {
    const said = `miniport hba0: bus reset: outstanding requests given up${since} (`;
    const cutOff = asked(graph, "LoginIScsiTarget");
    assertEquals(cutOff.map(({ outcome }) => outcome?.isGood), [false]);
    for (const each of cutOff) {
      assert(reasons(each).some((reason) => reason.startsWith(said)), `${said}\n${reasons(each).join("\n")}`);
      assert(each.chain.some(({ text }) => text.includes("LoginToTarget")));
    }
  }
});

Deno.test("what a request that ran out of time came to is told as it was: nobody kept anything in the adapter's place", () => {
  const graph = graphOf(`
  - setKey: { adapter: hba0, id: 192.0.2.10, key: first key, flags: [ike, main] }
  - { setKey: { adapter: hba0, id: 192.0.2.11, key: another, flags: [ike, main] },
      faults: [loseInterrupt: { adapter: hba0, interrupt: 1 }] }
`);
  const set = asked(graph, "SetIScsiIKEInfo")[1];
  assert(set?.outcome?.isGood === true);
  const told = set.onTheWay.map(({ says }) => says);
  assert(
    told.includes("the adapter did not answer GetPresharedKeyForId in time: it was asked again, and that went well"),
  );
  assert(!told.some((says) => /keeps it|the adapter answered/.test(says)), told.join("\n"));
});
