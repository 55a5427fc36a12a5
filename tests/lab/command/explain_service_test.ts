/** What explain says of calls that the service did not take: since when it is what it is, and who made it so. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { hbasim, withFile } from "./command_line.ts";

const HEAD = `name: no service
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
`;

const CALLS = [
  "listInitiators: {}",
  "listSessions: {}",
  "listPersistentLogins: {}",
  "setGroupKey: { key: a key }",
  "getKey: { adapter: hba0, id: 192.0.2.10 }",
  "login: { adapter: hba0, target: disk }",
  "removePersistentLogin: { adapter: hba0, target: disk }",
  "setTunnelAddress: { adapter: hba0, destination: 192.0.2.20, outer: 198.51.100.1 }",
];

function explained(more: string, steps: readonly string[], line: number): string {
  let told = "";
  const text = `${HEAD}${more}steps:\n${steps.map((each) => `  - ${each}\n`).join("")}`;
  withFile(text, (file) => told = hbasim("explain", file, String(line)).stdout);
  return told;
}

Deno.test("each call that finds the service stopped is explained by what has stopped it, or that nothing has started it", () => {
  const calls = `sequence: [${CALLS.map((call) => `{ ${call} }`).join()}]`;
  const because = (told: string) => told.split("\n").filter((each) => each.includes("the initiator service answered"));
  const stopped = because(explained("", ["stopService: {}", calls], 6));
  const neverStarted = because(explained("host: { service: stopped }\n", [calls], 6));
  for (
    const [told, why] of [[stopped, "it is stopped in line 5"], [neverStarted, "nothing in the trace before"]] as const
  ) {
    assertEquals(told.length, CALLS.length);
    for (const each of told) assertStringIncludes(each, `answered "not running: stopped": ${why}`);
  }
});

Deno.test("a list that never came is explained by the service, and not by what would be in it", () => {
  const list = "{ listInitiators: {}, expect: { count: 1 } }";
  const told = explained("", ["stopService: {}", list], 6).split("\n").slice(0, 8).map((each) => each.trim());
  const events = told.slice(4, 8).map((each) => each.replace(/^c\d+\.s\d+ +/, ""));
  assertEquals(told.slice(1, 4), [
    "does not hold: expected 1 in the list",
    "found: no list (ISDSC_SERVICE_NOT_RUNNING)",
    "the last events that made it so:",
  ]);
  assertEquals(
    events,
    ["starting", "running", "stopping", "stopped"].map((state) => `initiator service  == ${state}`),
  );
});

Deno.test("what the service is said to be is its own state, not that of an adapter that it tells of", () => {
  const steps = `parallel:
      a: [{ listSessions: {}, expect: any }, rebootHost: { orderly: true }]
      b:
        - { setKey: { adapter: hba0, id: hba.example, key: a key }, expect: any }
        - { getKey: { adapter: hba0, id: hba.example }, expect: any }
      c: [{ login: { adapter: hba0, target: disk }, expect: any }]
    faults: [refuseDma: { adapter: hba0, dma: each }]`;
  const said = explained("", [steps], 9).split("\n").filter((each) => each.includes("answered"));
  assertEquals(said.map((each) => each.replace(/ \(c\d+\.s\d+\)$/, "")), [
    '  the initiator service answered "not running: stopping": it is stopping in line 6',
  ]);
});
