/** Explanations, each held against what is known without the trace: the keys' own digests, the wire, the clock, the file. */

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { parseCoordinate } from "../../sim/trace/coordinate.ts";
import { explain, type Explanation } from "../../sim/trace/explain/explain.ts";
import { winnerOf } from "../../sim/trace/explain/key_choices.ts";
import { reasons, renderExplanation } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";
import { readShipped } from "../support/shipped_scenarios.ts";

/** A run, and the explanation of what was asked for in a line of its text. */
function explained(source: string, line: number, onWorld: (world: World) => void = () => {}) {
  const { world } = runScenarioText(source, "explained.yaml", { onWorld });
  // By way of a file: nothing but the trace is there to answer from.
  const graph = new TraceGraph(decodeTrace(encodeTrace(world.recorder, world.kernel.frequencyHz)));
  const step = graph.steps.find((each) => each.line === line);
  assert(step !== undefined, `no step in line ${line}`);
  const explanations = graph.callsBetween(step.first, step.beyond).map((call) => explain(graph, call));
  const [explanation] = explanations;
  assert(explanation !== undefined && explanations.length === 1);
  return { world, explanation, graph };
}

/** The line of a text in which something stands for the n-th time. */
function lineOf(source: string, part: string, nth = 1): number {
  const lines = source.split("\n").flatMap((line, index) => line.includes(part) ? [index + 1] : []);
  return lines[nth - 1] ?? 0;
}

/** As `sim/trace/fingerprint.ts` does it, by another implementation of SHA-256. */
const mark = (key: string) => createHash("sha256").update(key).digest("hex").slice(0, 8);

const cycleOf = (at: string | undefined) => parseCoordinate(at ?? "")?.cycle;

const winners = ({ choices }: Explanation) =>
  choices.map((choice) => [choice.component, winnerOf(choice)?.source, winnerOf(choice)?.fingerprint]);

Deno.test("a wrong key at the target: whose keys differ, by the keys; which packet ended it, by the wire", () => {
  const source = readShipped("wrong_key_at_target.yaml");
  const { explanation, world } = explained(source, lineOf(source, "login:"));
  assertEquals(explanation.outcome?.status, "ISDSC_AUTHENTICATION_FAILURE");
  assertEquals(winners(explanation), [
    ["hba0", "all ports", mark("the adapter's key")],
    ["disk", "explicit", mark("the target's key")],
  ]);
  assert(
    reasons(explanation).includes(
      `the keys differ: hba0 has ${mark("the adapter's key")}, disk has ${mark("the target's key")}`,
    ),
  );
  // On the wire: the encrypted messages of main mode that the adapter sent within the login, and what came back last.
  const [ending] = explanation.endings;
  const end = cycleOf(explanation.outcome?.at) ?? 0;
  const within = world.network.captures.filter(({ cycle }) => cycle < end);
  const encrypted = within.filter(({ datagram }) =>
    datagram.source.address[3] === 10 && datagram.payload[18] === 2 && ((datagram.payload[19] ?? 0) & 1) === 1
  );
  const answered = within.filter(({ datagram }) => datagram.source.address[3] === 20).at(-1);
  const decisive = encrypted.findLast(({ cycle }) => cycle < (answered?.cycle ?? 0));
  assertEquals(cycleOf(ending?.packet?.at), decisive?.cycle);
  assertEquals(ending?.packet?.component, "hba0");
  assertEquals(ending?.verdict?.component, "disk");
  assertEquals(ending?.failure.component, "hba0");
});

Deno.test("a group key that loses to an explicit one: ranks, and in which lines both were set", () => {
  const source = readShipped("explicit_key_beats_group_key.yaml");
  const { explanation } = explained(source, lineOf(source, "login:", 3));
  const [choice] = explanation.choices;
  const group = (/setGroupKey: \{ key: ([^},]+)/.exec(source)?.[1] ?? "").trim();
  const explicit = /setKey: \{[^}]*key: ([^},]+)/.exec(source)?.[1] ?? "";
  const told = choice?.candidates.filter(({ fingerprint }) => fingerprint !== "")
    .map(({ fingerprint, outcome, origin }) => [fingerprint, outcome, origin?.line]);
  assertEquals(told, [
    [mark(explicit), "used", lineOf(source, "setKey:")],
    [mark(group), "outranked", lineOf(source, "setGroupKey:")],
  ]);
  assertEquals(choice?.candidates.map(({ rank }) => rank), [1, 2, 3, 4]);
});

Deno.test("SERVICE_NOT_RUNNING: since when the service is stopped, by the line that stopped it", () => {
  const source = readShipped("no_nvram_service_stopped.yaml");
  const { explanation } = explained(source, lineOf(source, "setKey:", 2));
  assertEquals(explanation.outcome?.status, "ISDSC_SERVICE_NOT_RUNNING");
  const stopped = explanation.circumstances.find(({ component }) => component === "initiator service");
  assertEquals(stopped?.text, "== stopped");
  assert(stopped?.says.endsWith(`it is stopped in line ${lineOf(source, "stopService:")}`), stopped?.says);
});

Deno.test("a fallback: the adapter says no, the service keeps the key and hands it over, as its store says", () => {
  const source = readShipped("no_key_storage.yaml");
  const set = explained(source, lineOf(source, "setKey:"));
  assertEquals(set.explanation.outcome?.status, "SUCCESS");
  const kept = set.explanation.onTheWay.find(({ says }) => says.includes("keeps it in the adapter's place"));
  assertEquals([kept?.component, kept?.text], ["key store", "<- initiator service: commit = committed"]);
  assert(set.world.image().serviceStore.rows.some(({ kind }) => kind === "preshared-key"));
  assertEquals(set.world.adapters.get("hba0")?.adapter.cache?.keyTable.size, 0);
  const { explanation } = explained(source, lineOf(source, "login:", 2));
  const handed = explanation.onTheWay.find(({ says }) => says.includes("handed over"));
  assert(handed?.says.includes(`by SetIScsiIKEInfo in line ${lineOf(source, "setKey:")} `), handed?.says);
  assertEquals(winners(explanation)[0]?.[1], "login");
});

Deno.test("a power cut: when it was, by the file's own time and place, what it cut off, and what never answered", () => {
  const shipped = readShipped("power_cut_during_set.yaml");
  const place = "flashProgram: 1, after: 17bytes";
  assert(shipped.includes(place));
  for (const source of [shipped, shipped.replace(place, "after: 5150us")]) {
    const { explanation, world } = explained(source, lineOf(source, "setKey:", 3));
    const begin = cycleOf(explanation.subject.at) ?? 0;
    const off = explanation.circumstances.find(({ text }) => text === "== power off");
    const cut = explanation.circumstances.find(({ component }) => component === "hba0 flash");
    assertEquals(cycleOf(cut?.at), cycleOf(off?.at));
    assert(/a program cut off at \d+, after \d+ bytes/.test(cut?.says ?? ""), cut?.says);
    if (source === shipped) assert(cut?.says.includes("after 17 bytes"), cut?.says);
    else assertEquals(cycleOf(off?.at), begin + world.cycles(5_150_000));
    const silent = explanation.circumstances.filter(({ says }) => says.includes("never answered"));
    assertEquals(silent.map(({ text }) => text.split(",")[0]), ["-> hba0 firmware: setPresharedKeyForId"]);
    assert((cycleOf(silent[0]?.at) ?? Infinity) < (cycleOf(off?.at) ?? 0));
  }
});

const LOGIN = `
name: a login over a wire that loses
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
  - { login: { adapter: hba0, target: disk }, expect: any }
`;
const [ADAPTER, DISK] = [Uint8Array.of(192, 0, 2, 10), Uint8Array.of(192, 0, 2, 20)];

Deno.test("a login with lost packets: each one, by the wire; what was sent again made it good", () => {
  const { explanation, world } = explained(LOGIN, lineOf(LOGIN, "login:"), ({ network }) => {
    network.addFault({ from: ADAPTER, to: DISK, nth: 1, effect: "lose" });
    network.addFault({ from: DISK, to: ADAPTER, nth: 2, effect: "lose" });
  });
  assertEquals(explanation.outcome?.status, "SUCCESS");
  const lost = world.network.captures.filter(({ fate }) => fate === "lost");
  assertEquals(lost.length, 2);
  assertEquals(explanation.losses.map(({ at }) => cycleOf(at)), lost.map(({ cycle }) => cycle));
  assert(explanation.losses[0]?.text.startsWith("lost: hba0 sent main mode 1: SA"), explanation.losses[0]?.text);
  assert(explanation.losses[1]?.text.startsWith("lost: disk sent main mode 4: KE"), explanation.losses[1]?.text);
  assertEquals(explanation.endings, []);
});

Deno.test("a login that nobody answers: the last packet that went out is the one that ended it", () => {
  const { explanation, world } = explained(
    LOGIN,
    lineOf(LOGIN, "login:"),
    ({ network }) => network.block(DISK, ADAPTER),
  );
  assertEquals(explanation.outcome?.status, "ISDSC_CONNECTION_FAILED");
  const ofAdapter = explanation.endings.find(({ failure }) => failure.component === "hba0");
  const out = world.network.captures.filter(({ datagram }) => datagram.source.address[3] === 10);
  assertEquals(cycleOf(ofAdapter?.packet?.at), out.at(-1)?.cycle);
  assertEquals(ofAdapter?.complaint, undefined);
  const blocked = world.network.captures.filter(({ fate, cycle }) =>
    fate === "blocked" && cycle <= (cycleOf(explanation.outcome?.at) ?? 0)
  );
  assertEquals(explanation.losses.length, blocked.length);
});

Deno.test("one event is explained by what led to it, and by what it has read", () => {
  const source = readShipped("key_survives_power_cycle.yaml");
  const { graph } = explained(source, lineOf(source, "setKey:"));
  const matched = graph.events.find(({ fields }) => fields["detail"] === "generational GUID matches");
  assert(matched !== undefined);
  const { subject, outcome, chain, reads } = explain(graph, matched);
  assertEquals([subject.component, outcome], ["initiator service", undefined]);
  assertEquals(chain.at(-1), subject);
  assertEquals(reads.map(({ reader, writer }) => [reader.at, writer.component]), [[subject.at, "key store"]]);
});

Deno.test("an explanation has no key, and no text of it steers the terminal", () => {
  const source = LOGIN.replaceAll("a key", "an unmistakable key");
  const { explanation } = explained(source, lineOf(source, "login:"));
  const text = [JSON.stringify(explanation), ...renderExplanation(explanation)].join("\n");
  assert(text.includes(mark("an unmistakable key")) && !text.includes("an unmistakable key"));
});

const CAUSES = `
name: causes
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
`;
const LOGIN_HERE = "login: { adapter: hba0, target: disk }";

Deno.test("what ended a call is named: a reset, a killed service, an unplugged adapter, a change, the first refusal", () => {
  const set = "setKey: { adapter: hba0, id: 192.0.2.10, key: another, flags: [ike, main] }";
  const cases: readonly (readonly [steps: string, line: number, said: RegExp])[] = [
    [
      `  - { ${LOGIN_HERE}, expect: any, faults: [ { reset: { adapter: hba0, by: driver, after: 8ms } } ] }`,
      7,
      /^miniport hba0 came to "initializing" \(requested\) meanwhile \(c134795424\.s\d+\)$/,
    ],
    [
      `  - { ${set}, expect: any, faults: [ { killService: { after: 1ms } } ] }`,
      7,
      /^initiator service came to "stopped" meanwhile /,
    ],
    [
      `  - { ${LOGIN_HERE}, expect: any, faults: [ { unplug: { adapter: hba0, after: 8ms } } ] }`,
      7,
      /^miniport hba0 came to "absent" \(surprise removal\) meanwhile /,
    ],
    [
      `  - change: { targets: { disk: { silent: true } } }\n  - { ${LOGIN_HERE}, expect: any }`,
      8,
      /^the step change in line 7 came before, of which the trace has no event /,
    ],
    [
      "  - { getKey: { adapter: hba0, id: 192.0.2.11 }, expect: any }",
      7,
      /^hba0 firmware was the first to say no: getPresharedKeyForId = .*ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE \(c/,
    ],
    [
      "  - { login: { adapter: hba0, port: 7, target: disk }, expect: any }",
      7,
      /^initiator service was the first to say no: LoginIScsiTarget = ISDSC_INVALID_PORT_NUMBER \(c/,
    ],
  ];
  for (const [steps, line, said] of cases) {
    const { explanation } = explained(`${CAUSES}${steps}\n`, line);
    const told = reasons(explanation);
    assert(told.some((reason) => said.test(reason)), `${said} is not among:\n${told.join("\n")}`);
  }
  // What came back well has no such reasons, whatever came before.
  const { explanation } = explained(
    `${CAUSES}  - change: { targets: { disk: { silent: false } } }\n  - ${LOGIN_HERE}\n`,
    8,
  );
  assert(!reasons(explanation).some((reason) => /no event|say no|meanwhile/.test(reason)));
});
