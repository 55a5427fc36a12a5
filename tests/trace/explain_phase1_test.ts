/** Which packet ended a login, where it was dropped; and that nobody is told of an end that was another's. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { explain, type Explanation } from "../../sim/trace/explain/explain.ts";
import { reasons } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";

/** The explanations of the logins in a text, in order, from a file of its trace. */
function logins(source: string): readonly Explanation[] {
  const { recorder, kernel } = runScenarioText(source, "phase1.yaml").world;
  const graph = new TraceGraph(decodeTrace(encodeTrace(recorder, kernel.frequencyHz)));
  return graph.events.filter(({ kind, component, fields }) =>
    kind === "call" && component === "application" && fields["operation"] === "LoginIScsiTarget"
  ).map((call) => explain(graph, call));
}

/** A login of which a fault spoils datagrams. */
function spoiled(fault: string, expected = "CONNECTION_FAILED"): Explanation {
  const [login] = logins(`name: spoiled
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], policy: { retransmission: [200ms, 400ms] } } }
targets: { disk: { address: 192.0.2.20, keys: { any: key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: key, flags: [ike, main] }
  - login: { adapter: hba0, target: disk }
    faults: [{ ${fault} }]
    expect: ${expected}
`);
  assert(login !== undefined);
  return login;
}

const FROM_DISK = "from: disk, to: hba0";
const TO_DISK = "from: hba0, to: disk";

/** What drops what, by who sent that. */
const DROPS: readonly (readonly [fault: string, sender: string, packet: string, verdict: RegExp])[] = [
  [`truncate: { ${FROM_DISK}, datagram: each, bytes: 20 }`, "disk", "main mode 2", /^hba0 .*: 20 bytes are no header$/],
  [
    `mutate: { ${FROM_DISK}, datagram: each, field: responderCookie, value: 0 }`,
    "disk",
    "main mode 2",
    /^hba0 .*: an answer without the responder's cookie$/,
  ],
  [
    `mutate: { ${FROM_DISK}, datagram: each, field: length, value: 9999 }`,
    "disk",
    "main mode 2",
    /^hba0 .*: .*9999 bytes/,
  ],
  [`mutate: { ${FROM_DISK}, datagram: each, field: flags, value: 0x80 }`, "disk", "main mode 2", /^hba0 .*flags/],
  [`mutate: { ${TO_DISK}, datagram: each, field: version, value: 0x63 }`, "hba0", "main mode 1", /^disk .*version 6$/],
  [
    `mutate: { ${TO_DISK}, datagram: 2.., field: responderCookie, value: 1 }`,
    "hba0",
    "main mode 3",
    /^disk .*: unknown cookies$/,
  ],
];

for (const [fault, sender, packet, verdict] of DROPS) {
  Deno.test(`the packet that ended a login is the last that was dropped: ${fault}`, () => {
    const login = spoiled(fault);
    const [ending, ...others] = login.endings.filter(({ failure }) => failure.component === "hba0");
    assertEquals(others, []);
    assertEquals(ending?.packet?.component, sender);
    assertStringIncludes(ending?.packet?.text ?? "", packet);
    assertMatch(`${ending?.verdict?.component} ${ending?.verdict?.text.replace("-- phase 1: dropped", "")}`, verdict);
    // Each is told, the last as what ended it.
    assertEquals(login.drops.length, 2);
    const lines = reasons(login);
    assertEquals(lines.filter((line) => line.includes("dropped: ")).length, 2);
    for (const { at } of login.drops) assert(lines.some((line) => line.endsWith(`(${at})`)), at);
  });
}

Deno.test("a packet that was dropped once, and taken when it came again, has ended nothing", () => {
  const dropped = `truncate: { ${FROM_DISK}, datagram: 1, bytes: 20 }`;
  const login = spoiled(
    `${dropped} }, { lose: { ${TO_DISK}, message: main 3 } }, { lose: { ${TO_DISK}, datagram: 3.. }`,
  );
  assertEquals(login.drops.length, 1);
  assertStringIncludes(login.endings[0]?.packet?.text ?? "", "main mode 3");
  assertEquals(login.endings[0]?.verdict, undefined);
  const repaired = spoiled(dropped, "SUCCESS");
  assertEquals([repaired.endings.length, repaired.drops.length], [0, 1]);
});

Deno.test("an exchange that gave way is told to its own login as its end, to the other's as what that did", () => {
  const [first, second] = logins(`name: crowded
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], policy: { retransmission: [200ms, 400ms] } }
  hba1: { storage: nvram, ports: [192.0.2.12] }
targets: { full: { address: 192.0.2.21, keys: { any: key }, policy: { halfOpenLimit: 1 } } }
steps:
  - setGroupKey: { key: key }
  - parallel:
      one:
        - login: { adapter: hba0, target: full }
          faults: [{ lose: { from: hba0, to: full, datagram: 2.. } }]
          expect: CONNECTION_FAILED
      other:
        - wait: 100ms
        - login: { adapter: hba1, target: full }
`);
  assert(first !== undefined && second !== undefined);
  assertEquals(second.outcome?.status, "SUCCESS");
  assertEquals(second.endings, []);
  const told = second.onTheWay.filter(({ says }) => says.includes("crowded out"));
  assertEquals(told.map(({ says }) => says), ["it crowded out the exchange of 192.0.2.10:500 at full"]);
  assertEquals(first.onTheWay.filter(({ says }) => says.includes("crowded out")), []);
  const [gaveWay] = first.endings.filter(({ failure }) => failure.component === "full");
  assertEquals(gaveWay?.failure.at, told[0]?.at);
  assertStringIncludes(gaveWay?.packet?.text ?? "", "sends 192.0.2.10:500");
});
