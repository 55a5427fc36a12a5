/** Accidents at one moment: each asks whether it would do anything when those before it have acted. */

import { assert, assertEquals } from "@std/assert";
import { failures, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";
const WAY = "from: hba0, to: disk";
const OFF = "hba0 is off already";

/** What becomes of faults beside a login. */
const beside = (...faults: readonly string[]) =>
  tell([
    SET,
    `{ login: { adapter: hba0, target: disk }, expect: any, faults: [${faults.map((each) => `{ ${each} }`)}] }`,
    "wait: 20s",
  ]);

/** Accidents that do nothing where the same has just happened, and why. */
const EQUAL: readonly (readonly [accident: string, why: string])[] = [
  ["powerCycle: { adapter: hba0, AT }", OFF],
  ["powerOff: { adapter: hba0, AT }", OFF],
  ["reset: { adapter: hba0, AT }", "the driver is to reset hba0 already"],
  ["unplug: { adapter: hba0, for: 1s, AT }", OFF],
  ["unplug: { adapter: hba0, AT }", OFF],
  ["stopService: { AT }", "the service is stopping already"],
  ["killService: { AT }", "the service is stopped already"],
  ["rebootHost: { AT }", "the host is off already"],
  ["cutLink: { from: hba0, to: disk, AT }", "it is cut already"],
];

const ANCHORS = ["after: 1ms", "dma: 1", `datagram: 1, ${WAY}`];

Deno.test("of two equal accidents at one moment the second is told as missed, and changes nothing", () => {
  let count = 0;
  for (const [accident, why] of EQUAL) {
    for (const anchor of ANCHORS) {
      const isOfAnother = anchor.startsWith("dma") && !accident.includes("adapter:") ||
        anchor.startsWith("datagram") && accident.startsWith("cutLink");
      if (isOfAnother) continue;
      const fault = accident.replace("AT", anchor);
      const two = beside(fault, fault);
      assertEquals(two.faults.map(({ missed }) => missed), [undefined, why], fault);
      assertEquals([two.holds, two.digest], [false, beside(fault).digest], fault);
      count++;
    }
  }
  assertEquals(count, 22);
});

Deno.test("of two different ones the second misses if the first lasts as long, and what ends first brings nothing back", () => {
  const cut = "powerCycle: { adapter: hba0, flashProgram: 1 }";
  const set = (...faults: readonly string[]) =>
    tell([`{ ${SET}, expect: old or new, faults: [${faults.map((each) => `{ ${each} }`)}] }`, "wait: 20s"]);
  const mixed = set(cut, "unplug: { adapter: hba0, for: 5s, flashProgram: 1 }");
  assertEquals(mixed.faults.map(({ missed }) => missed), [undefined, undefined]);
  assertEquals(mixed.holds, true);
  const shorter = set(cut, "unplug: { adapter: hba0, for: 1ms, flashProgram: 1 }");
  assertEquals(shorter.faults.map(({ missed }) => missed), [undefined, OFF]);
  assertEquals([shorter.holds, shorter.digest], [false, set(cut).digest]);
  const gone = set("powerOff: { adapter: hba0, flashProgram: 1 }", cut.replace("1 }", "1, mayMiss: true }"));
  assertEquals(gone.faults.map(({ missed }) => missed), [undefined, OFF]);
  assertEquals(gone.world.adapters.get("hba0")?.adapter.powered, false);
});

Deno.test("a lasting accident in the very cycle in which its step ends is asked before it is told", () => {
  const cut = `{ cutLink: { ${WAY}, after: 1ms } }`;
  const { faults } = tell([SET, `{ wait: 1ms, faults: [${cut}, ${cut}] }`, `{ ${LOGIN}, expect: any }`]);
  assertEquals(faults.map(({ missed }) => missed).sort(), ["it is cut already", undefined]);
});

Deno.test("steps of several applications at one moment: what the second of them does not do fails it", () => {
  const both = (step: string) => `parallel: { a: [${step}], b: [${step}] }`;
  const pairs: readonly (readonly [before: string, step: string, why: string])[] = [
    ["wait: 1ms", "powerOff: { adapter: hba0 }", OFF],
    ["powerOff: { adapter: hba0 }", "powerOn: { adapter: hba0 }", "hba0 is on already"],
    ["wait: 1ms", "killService: {}", "the service is stopped already"],
    ["stopService: {}", "startService: {}", "the service is starting already"],
    ["wait: 1ms", "reset: { adapter: hba0 }", "the driver is to reset hba0 already"],
    ["wait: 1ms", "unplug: { adapter: hba0 }", OFF],
    ["wait: 1ms", `cutLink: { ${WAY} }`, "it is cut already"],
  ];
  for (const [before, step, why] of pairs) {
    const [failure = "", ...others] = failures(before, both(`{ ${step} }`));
    assert(failure.endsWith(`nothing: ${why}`) && others.length === 0, `${step}: ${failure} ${others}`);
  }
});

Deno.test("a reset that the driver does not hear of changes nothing", () => {
  const reset = (after: string) => `{ reset: { adapter: hba0, after: ${after} } }`;
  const { faults } = tell([`{ wait: 5ms, faults: [${reset("1ms")}, ${reset("1001us")}] }`]);
  assertEquals(faults.map(({ missed }) => missed), [undefined, "the driver brings hba0 up already"]);
});

Deno.test("a look sees what all applications do in its moment, whoever of them has come to it first", () => {
  const table = (count: number) => `expect: { keyTable: { adapter: hba0, count: ${count} } }`;
  const waits = [["{ wait: 2ms }"], ["{ wait: 1ms }", "{ wait: 1ms }"], ["{ wait: 1ms, repeat: 2 }"]];
  /** Steps that do something at a moment, and how many keys a look finds then. */
  const acts: readonly (readonly [steps: readonly string[], found: number])[] = [
    [["{ powerOff: { adapter: hba0 } }"], 0],
    [["{ change: { network: { loss: 1% } } }", "{ powerOff: { adapter: hba0 } }"], 0],
    [["{ powerOff: { adapter: hba0 } }", "{ wait: 1ms }", "{ powerOn: { adapter: hba0 } }"], 0],
    [["{ wait: 1us }", "{ powerOff: { adapter: hba0 } }"], 1],
  ];
  for (const [act, found] of acts) {
    const looks = [...waits.map((wait) => [...wait, `{ ${table(found)} }`]), [`{ wait: 2ms, ${table(found)} }`]];
    for (const look of looks) {
      for (const wait of waits) {
        const [a, b] = [`a: [${look}]`, `b: [${[...wait, ...act]}]`];
        assertEquals(failures(SET, `parallel: { ${a}, ${b} }`), [], `${a}, ${b}`);
        assertEquals(failures(SET, `parallel: { ${b}, ${a} }`), [], `${b}, ${a}`);
      }
    }
  }
});
