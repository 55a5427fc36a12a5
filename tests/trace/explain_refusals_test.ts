/** What decided a call that was refused stands in its reasons, and what came behind that, or is another's, does not. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { explain, type Explanation } from "../../sim/trace/explain/explain.ts";
import { reasons, renderExplanation } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";

/** The trace of a scenario whose first step is in line 5. */
function graphOf(steps: string, storage: string): TraceGraph {
  const head = `name: refusals
adapters: { hba0: { storage: ${storage}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
`;
  const { kernel, recorder } = runScenarioText(head + steps, "refusals.yaml").world;
  return new TraceGraph({ events: [...recorder.events()], frequencyHz: kernel.frequencyHz, marks: recorder.marks });
}

/** The explanations of what an application asked for, by lines. */
function explained(steps: string, storage = "nvram"): ReadonlyMap<number, Explanation> {
  const graph = graphOf(steps, storage);
  const calls = graph.events.filter(({ kind, component }) => kind === "call" && component === "application");
  return new Map(calls.map((call) => [graph.markOf(call)?.line ?? 0, explain(graph, call)]));
}

function told(explanations: ReadonlyMap<number, Explanation>, line: number): readonly string[] {
  const explanation = explanations.get(line);
  assert(explanation !== undefined, `nothing in line ${line}`);
  return reasons(explanation);
}

const keysAt = (explanations: ReadonlyMap<number, Explanation>, line: number) => {
  const explanation = explanations.get(line);
  assert(explanation !== undefined);
  return [...renderExplanation(explanation)].filter((each) => /^ {2}\d (login|explicit|all ports|group)/.test(each));
};

const GET = "{ getKey: { adapter: hba0, id: nobody.example }, expect: any }";
const UNAVAILABLE =
  /^hba0 firmware was the first to say no: getPresharedKeyForId = mailbox 0x4005 ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE /;

Deno.test("a refusal decides, though the service has handed over something on the way", () => {
  const of = explained(
    `  - setGroupKey: { key: a key }
  - ${GET}
  - { login: { adapter: hba0, target: disk, persistent: true, key: a key }, expect: any }
`,
    "ram",
  );
  assertMatch(told(of, 6)[0] ?? "", UNAVAILABLE);
  assertMatch(told(of, 6)[1] ?? "", /^the service handed over /);
  assertMatch(
    told(of, 7)[0] ?? "",
    /^hba0 firmware was the first to say no: savePersistentLogin = mailbox 0x4005 ISDSC_COULD_NOT_SAVE_/,
  );
});

Deno.test("a refusal decides, and not what came behind it while its answer was on the way, nor a change before it", () => {
  const stopped = explained(`  - parallel:
      a: [ ${GET} ]
      b: [ wait: 100us, stopService: {} ]
`);
  const [only, ...others] = told(stopped, 5);
  assertMatch(only ?? "", UNAVAILABLE);
  assertEquals(others, []);
  const changed = explained(`  - change: { targets: { disk: { silent: true } } }
  - ${GET}
`);
  assertMatch(told(changed, 6)[0] ?? "", UNAVAILABLE);
});

Deno.test("of several refusals in one call that one decides whose status the call has, and the chain shows it whole", () => {
  const of = explained(
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: b key, flags: [ike, main] }, expect: any,
      faults: [ refuseDma: { adapter: hba0, dma: each } ] }
`,
    "ram",
  );
  assertMatch(told(of, 6)[0] ?? "", /^hba0 firmware was the first to say no: setPresharedKeyForId = mailbox 0x4002 /);
  const chain = of.get(6)?.chain.map(({ component, text }) => `${component} ${text}`) ?? [];
  for (const operation of ["getPresharedKeyForId", "setPresharedKeyForId"]) {
    assert(chain.includes(`hba0 firmware <- hba0: ${operation} = mailbox 0x4002`), chain.join("\n"));
  }
});

Deno.test("who carries a refusal has not made it", () => {
  const of = explained(`  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [ reset: { adapter: hba0, by: driver, after: 6ms } ] }
`);
  assertMatch(
    told(of, 6)[0] ?? "",
    /^miniport hba0 was the first to say no: LoginToTarget = ISDSC_CONNECTION_FAILED /,
  );
});

Deno.test("keys of a login that a reset opens again are none of the call that was given up with it", () => {
  const of = explained(`  - setGroupKey: { key: a key }
  - { login: { adapter: hba0, target: disk, persistent: true }, expect: any }
  - powerCycle: { adapter: hba0 }
  - wait: 10s
  - { listSessions: {}, expect: any }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: b key, flags: [ike, main] }, expect: any,
      faults: [ loseInterrupt: { adapter: hba0, interrupt: 1 } ] }
`);
  assertEquals(of.get(10)?.choices, []);
  const lines = told(of, 10);
  assert(!lines.some((each) => each.includes("has read what was set")), lines.join("\n"));
  assert(lines.some((each) => each.startsWith('miniport hba0 came to "initializing" (mailbox timeout) meanwhile')));
});

Deno.test("removed is what was there, by what removed it: not by whosever call brought keys back", () => {
  const never = explained(
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: b key, flags: [ike, main] }, expect: any,
      faults: [ refuseDma: { adapter: hba0, dma: each } ] }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
  - { login: { adapter: hba0, target: disk }, expect: any }
`,
    "ram",
  );
  assertEquals(keysAt(never, 9).filter((each) => each.includes("removed")), []);
  const volatile = explained(
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, persist: false, flags: [ike, main] }
  - killService: {}
  - startService: {}
  - { login: { adapter: hba0, target: disk }, expect: any }
`,
  );
  const removed = keysAt(volatile, 8).filter((each) => each.includes("removed"));
  assertEquals(removed.map((each) => each.replace(/c\d+\.s\d+/, "@")), [
    "  3 all ports  -         none       for 192.0.2.10, all ports  removed by ClearCache at @",
  ]);
});

Deno.test("a key that goes with a login was set by who gave it to the service, be the login saved or not", () => {
  const of = explained(
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any }
  - { login: { adapter: hba0, target: disk, key: a key }, expect: any }
`,
    "none",
  );
  assertMatch(keysAt(of, 6)[0] ?? "", /^ {2}1 login .* set by SetIScsiIKEInfo in line 5 \(/);
  assertMatch(keysAt(of, 7)[0] ?? "", /^ {2}1 login .* set by LoginIScsiTarget in line 7 \(/);
  const saved = graphOf(
    `  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk, persistent: true, key: a key }, expect: any }
  - powerCycle: { adapter: hba0 }
  - wait: 10s
`,
    "nvram",
  );
  const session = saved.events.find(({ component, fields }) =>
    component === "hba0" && String(fields["text"]).includes(" uses the ")
  );
  assert(session !== undefined);
  const { choices, onTheWay } = explain(saved, session);
  const [login] = choices[0]?.candidates ?? [];
  assertEquals([login?.source, login?.outcome, login?.origin?.operation, login?.origin?.line], [
    "login",
    "used",
    "LoginIScsiTarget",
    6,
  ]);
  assert(onTheWay.some(({ says }) => says.startsWith("hba0 has read what was set by LoginIScsiTarget in line 6 ")));
});

Deno.test("keys differ between the two ends of an attempt, not from one attempt to the next", () => {
  const of = explained(`  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any }
`);
  const explanation = of.get(6);
  const [adapter, disk] = explanation?.choices ?? [];
  assert(explanation !== undefined && adapter !== undefined && disk !== undefined);
  const other = (choice: typeof adapter) => ({
    ...choice,
    candidates: choice.candidates.map((each) => ({ ...each, fingerprint: each.fingerprint.replace(/./g, "0") })),
  });
  const differing = (choices: Explanation["choices"]) =>
    reasons({ ...explanation, choices }).filter((each) => each.startsWith("the keys differ")).length;
  assertEquals(differing([adapter, disk, other(adapter), other(disk)]), 0);
  assertEquals(differing([other(adapter), disk, adapter, disk]), 1);
});

/** What is told of each application's call of one step, in order, without coordinates. */
function toldOfEach(steps: string, storage = "nvram"): readonly (readonly [operation: unknown, told: string])[] {
  const graph = graphOf(steps, storage);
  return graph.events.filter(({ kind, component }) => kind === "call" && component === "application").map((call) => [
    call.fields["operation"],
    reasons(explain(graph, call)).join("\n").replace(/ \(c\d+\.s\d+\)/g, ""),
  ]);
}

/** A key is set for the adapter, and a step besides, while something happens. */
const besidesASet = (step: string, fault: string) =>
  `  - parallel:
      a: [ { setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }, expect: any } ]
      b: [ { ${step}, expect: any } ]
    faults: [ ${fault} ]
`;

Deno.test("who has answered well has not refused: not a query of before, nor the one that comes before a method", () => {
  const gone = `hba0 came to "power off" meanwhile
miniport hba0 came to "absent" (surprise removal) meanwhile`;
  const saved = "login: { adapter: hba0, target: disk, persistent: true }";
  const waiting = toldOfEach(besidesASet(saved, "powerOff: { adapter: hba0, after: 100us }"));
  assertEquals(waiting[1], [
    "LoginIScsiTarget",
    `initiator service was the first to say no: LoginIScsiTarget = Win32 error 2 (fileNotFound)\n${gone}`,
  ]);
  const queried = toldOfEach(
    `  - parallel:
      a: [ { login: { adapter: hba0, target: disk }, expect: any } ]
      b: [ powerOff: { adapter: hba0 } ]
      c: [ { ${saved}, expect: any } ]
`,
    "ram",
  );
  assertEquals(queried[0], [
    "LoginIScsiTarget",
    `wmi was the first to say no: LoginToTarget = Win32 error 2 (fileNotFound)\n${gone}`,
  ]);
});

Deno.test("what another application's call came to is no refusal of this one, and the service's end is told once", () => {
  for (const after of ["25us", "30us", "35us"]) {
    const [set, list] = toldOfEach(besidesASet("listInitiators: {}", `killService: { after: ${after} }`));
    for (const [operation, told] of [set ?? [], list ?? []]) {
      assert(!told?.includes("was the first to say no"), `${after}: ${operation}: ${told}`);
      assertEquals(told?.match(/^the initiator service answered "ended": it is stopped in line 5$/gm)?.length, 1);
    }
  }
});
