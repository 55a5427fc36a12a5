/** What a word cannot mean is refused before anything runs: parts of cycles, waits beyond the limit, worlds that are none. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { report, World, WorldOptionsError } from "../../../mod.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { failures, refusals, tell } from "./story.ts";

Deno.test("a duration has whole nanoseconds, or whole cycles", () => {
  for (const time of ["0.3cycles", "1.5 cycles", "0.4ns", "1.0005us", "0.0000001ms"]) {
    assert(refusals([`wait: ${time}`])[0]?.includes("(a duration such as"), time);
  }
  for (const time of ["3cycles", "1.5us", "0.001us", "0.5s", "1.5ms"]) {
    assertEquals(failures(`wait: ${time}`), [], time);
  }
});

Deno.test("a time beyond the limit of the run is refused where it stands", () => {
  const limit = "limit: 1s\n";
  assertEquals(
    refusals(["wait: 2s", "{ wait: 1ms, at: 3s }", "{ wait: 1ms, after: 90min }"], limit).map((each) =>
      each.split(" ")[0]
    ),
    [
      "1:11",
      "2:22",
      "3:25",
    ],
  );
  assert(refusals(["wait: 2s"], limit)[0]?.endsWith("2s (at most 1s, or a higher limit of the file)"));
  assert(refusals(["wait: 2h"])[0]?.includes("(at most 1h, or a higher limit of the file)"));
  assertEquals(tell(["wait: 2h"], "limit: 3h\nallowNothing: true\n").holds, true);
});

Deno.test("a step has one moment: after beside at is refused, wherever the step stands", () => {
  const both = "{ wait: 1ms, at: 2s, after: 1ms }";
  assertEquals(refusals([both, `sequence: [${both}]`, `parallel: { a: [${both}] }`]), [
    "1:33 steps[0].after: after beside at (one of them)",
    "2:44 steps[1].sequence[0].after: after beside at (one of them)",
    "3:49 steps[2].parallel.a[0].after: after beside at (one of them)",
  ]);
  for (const one of ["at: 2s", "after: 1ms"]) tell([`{ wait: 1ms, ${one} }`, "setGroupKey: { key: k }"]);
});

Deno.test("what goes wrong beside a look has gone wrong before it looks", () => {
  const set = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
  const look = (step: string, expect: string) =>
    `{ ${step}, ${expect}faults: [{ powerOff: { adapter: hba0, after: 0us } }] }`;
  const table = "{ keyTable: { adapter: hba0, count: 1 } }";
  for (const step of [look(`expect: ${table}`, ""), look("wait: 0ms", `expect: ${table}, `)]) {
    const found = failures(set, step);
    assertEquals([found.length, found[0]?.endsWith("1 key in the key table of hba0, but none")], [1, true], `${found}`);
  }
});

Deno.test("a report of what is no world says so", () => {
  for (const world of [{}, undefined, { recorder: {} }, "world"]) {
    const error = assertThrows(() => report(world as never), WorldOptionsError);
    assert(error.message.endsWith("expected a World"), error.message);
  }
  const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
  assertThrows(() => report(world, { events: -1 }), WorldOptionsError, "events: -1");
});

Deno.test("dotted numbers that are no address, keys of nothing, flags and tags told twice, a run of no time are refused", () => {
  const set = (id: string, key: string, flags: string) =>
    refusals([`setKey: { adapter: hba0, id: ${id}, key: ${key}, flags: ${flags} }`])[0] ?? "";
  for (const id of ["192.0.2.300", "192.0.2", "1.2.3.4.5", "192.0.2.010", "1.2"]) {
    assertMatch(set(id, "k", "[ike]"), /^1:34 steps\[0\]\.setKey\.id: .* \(an address, a host name, /, id);
  }
  for (const id of ["192.0.2.10", "hba0.example", "1.example", "a.2x"]) {
    tell([`setKey: { adapter: hba0, id: ${id}, key: k }`]);
  }
  for (const key of ["''", "0x", "0X"]) {
    assertMatch(set("a.b", key, "[ike]"), /setKey\.key: .* \(a key of a byte at least: /);
  }
  const capital = tell(["setGroupKey: { key: 0XAB }", "expect: { keyTable: { adapter: hba0, id: any, key: 0xab } }"]);
  assertEquals(capital.verdicts.at(-1)?.holds, true, "0X is hex, too");
  assertMatch(set("a.b", "k", "[ike, main, ike]"), /setKey\.flags\[2\]: "ike" a second time \(each once\)$/);
  assertMatch(refusals(["wait: 1ms"], "tags: [a, b, a]\n")[0] ?? "", /tags\[2\]: "a" a second time/);
  for (const limit of ["0s", "0ms"]) assertMatch(refusals(["wait: 0ms"], `limit: ${limit}\n`)[0] ?? "", /and not 0\)$/);
});

Deno.test("what has no unit is told with those that it may have had, ranges too, and what a range must leave out", () => {
  const within = (text: string) =>
    /did you mean (.*?)\?/.exec(refusals([`{ wait: 1ms, expect: { within: ${text} } }`])[0] ?? "")?.[1];
  assertEquals(["5", "1..2", "1..", "..2", "1ms..2", "1..2s", "5 hours"].map(within), [
    "5ms or 5s",
    "1ms..2ms or 1s..2s",
    "1ms.. or 1s..",
    "..2ms or ..2s",
    "1ms..2ms",
    "1s..2s",
    undefined,
  ]);
  assertMatch(
    refusals(["expect: { keyTable: { adapter: hba0, count: 0.. } }"])[0] ?? "",
    /"0\.\." \(a whole number from 0, or a range such as 1\.\.3, 1\.\. or \.\.3 that some number is not in\)$/,
  );
});

Deno.test("a list of what may come holds each value once, however it is spelled", () => {
  const [first = "", second = ""] = ["setGroupKey: { key: k }", "wmi: { adapter: hba0, method: ClearCache }"];
  const mailbox = "mailbox: { adapter: hba0, command: 0xfe }";
  const keyTable = (keys: string) => `expect: { keyTable: { adapter: hba0, key: ${keys}, count: 0 } }`;
  const there = "a value that is in the list already (each once)";
  const cases: readonly (readonly [step: string, told: string])[] = [
    [`{ ${first}, expect: [SUCCESS, 0] }`, 'expect[1]: "0", which is "SUCCESS", (each once)'],
    [`{ ${first}, expect: [SUCCESS, SUCCESS] }`, 'expect[1]: "SUCCESS" a second time (each once)'],
    [
      `{ ${first}, expect: { status: [NOT_FOUND, ISDSC_NOT_FOUND] } }`,
      'expect.status[1]: "ISDSC_NOT_FOUND", which is "NOT_FOUND", (each once)',
    ],
    [`{ ${second}, expect: [SUCCESS, 0] }`, `expect[1]: ${there}`],
    [
      `{ ${second}, expect: { ntStatus: [STATUS_SUCCESS, 0x0] } }`,
      'expect.ntStatus[1]: "0x0", which is "STATUS_SUCCESS", (each once)',
    ],
    [
      `{ ${mailbox}, expect: { mailbox: [0x4001, commandComplete, 16385] } }`,
      'expect.mailbox[2]: "16385", which is "0x4001", (each once)',
    ],
    [keyTable("[abc, 0x616263]"), `expect.keyTable.key[1]: ${there}`],
    [keyTable("[abc, abc]"), `expect.keyTable.key[1]: ${there}`],
  ];
  for (const [step, told] of cases) {
    assertEquals(refusals([step]).map((each) => each.slice(each.indexOf(" ") + 1)), [`steps[0].${told}`]);
  }
  // What names stand for may be equal in one case of many.
  const names = "cases: { one: { old: k, new: k }, two: { old: k, new: l } }\n";
  const both = "expect: { keyTable: { adapter: hba0, key: [$old, $new], count: 0 } }";
  for (const [step, more] of [[both, names], [keyTable("[abc, abd]"), ""]] as const) {
    const file = `name: t\nadapters: { hba0: { storage: ram, ports: [192.0.2.10] } }\n${more}steps: [${step}]\n`;
    checkScenario(file, "t.yaml");
  }
});
