/** Datagrams that came too late: an explanation says so in the place of a peer that is silent, and holds against the wire. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { parseCoordinate } from "../../sim/trace/coordinate.ts";
import { explain } from "../../sim/trace/explain/explain.ts";
import { reasons } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";

/** The world of a login in line 6, and the reasons of what came of it, from the trace alone. */
function told(login: string, { network = "", then = "" } = {}) {
  const source = `name: late
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, ${login} }
${then}${network}
`;
  const { world } = runScenarioText(source, "late.yaml");
  const graph = new TraceGraph(decodeTrace(encodeTrace(world.recorder, world.kernel.frequencyHz)));
  const step = graph.steps.find(({ line }) => line === 6);
  const [call] = graph.callsBetween(step?.first ?? 0, step?.beyond ?? 0);
  assert(call !== undefined);
  return { world, lines: reasons(explain(graph, call)) };
}

const late = (lines: readonly string[]) => lines.filter((line) => line.startsWith("late: "));

const DELAY = "faults: [{ delay: { datagram: each, from: disk, to: hba0, by: 60s } }]";

Deno.test("answers that are still on their way when phase 1 fails are told as late, each with its sending", () => {
  const { lines, world } = told(DELAY);
  const answers = world.network.captures.filter(({ datagram }) => datagram.source.address[3] === 20);
  assertEquals(late(lines).length, answers.length);
  assertEquals(lines.slice(0, answers.length), late(lines), "the reason stands before the failure that it explains");
  answers.forEach(({ cycle }, index) => {
    assertMatch(
      late(lines)[index] ?? "",
      /^late: disk sent main mode 2: SA, VID, VID( \(again\))? at c\d+\.s\d+, and it was still on its way when hba0 came to "phase 1 failed" \(c\d+\.s\d+\)$/,
    );
    const sent = / at (c\d+\.s\d+)/.exec(late(lines)[index] ?? "")?.[1] ?? "";
    assertEquals(parseCoordinate(sent)?.cycle, cycle);
  });
});

Deno.test("of those that arrive in the end it is told when", () => {
  const { lines, world } = told(DELAY, { then: "  - wait: 100s\n" });
  const [first] = world.network.captures.filter(({ datagram }) => datagram.source.address[3] === 20);
  const [, sending = "", arrival = ""] =
    / at (c\d+\.s\d+), and it was still on its way when hba0 came to "phase 1 failed": it arrived at (c\d+\.s\d+) \(/
      .exec(late(lines)[0] ?? "") ?? [];
  const [sent = 0, arrived = 0] = [sending, arrival].map((at) => parseCoordinate(at)?.cycle);
  assertEquals(sent, first?.cycle);
  assert(arrived - sent >= world.cycles(60e9) && arrived - sent < world.cycles(60.1e9), `${sent} ${arrived}`);
});

Deno.test("on a slow network the first message is late already; where no arrival is in the trace, that is said", () => {
  const network = "network: { latency: 20s }";
  assertMatch(
    late(told("name: it", { network, then: "  - wait: 100s\n" }).lines)[0] ?? "",
    /^late: hba0 sent main mode 1: SA, VID, VID at /,
  );
  const { lines } = told("name: it", { network });
  assertMatch(
    lines[0] ?? "",
    /^the trace has no arrival of what hba0 sent \(main mode 1: SA, VID, VID\), and of 3 more: the other end is silent /,
  );
  assertEquals(late(lines), []);
});

Deno.test("what arrives in time is not told as late: lost answers, a short delay, a cut link", () => {
  const lose = (from: string, to: string) => `faults: [{ lose: { datagram: each, from: ${from}, to: ${to} } }]`;
  const cases = [
    "name: it",
    lose("disk", "hba0"),
    lose("hba0", "disk"),
    "faults: [{ delay: { datagram: each, from: disk, to: hba0, by: 1ms } }]",
    "faults: [{ cutLink: { from: hba0, to: disk, after: 0us } }]",
  ];
  for (const each of cases) {
    const { lines } = told(each, { then: "  - wait: 100s\n" });
    assertEquals(late(lines), [], each);
  }
});
