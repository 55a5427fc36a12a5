/** The step after a power cut finds the adapter as it is once power has come back. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { judgePlaces, type Places } from "../../../sim/lab/scenario/steps/setting_in_doubt.ts";
import { scenario } from "../../../sim/lab/scenario/story.ts";
import type { StoryFault } from "../../../sim/lab/scenario/story_types.ts";
import { tell } from "./story.ts";

/** A key is set anew, the power goes some time after that began and stays away for some time; then comes a step. */
function afterPowerCut(after: string, off: string, next: string): readonly string[] {
  const report = runScenarioText(
    `
name: after a power cut
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: k } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: [ike, main, pfs] }
    faults: [{ powerCycle: { adapter: hba0, after: ${after}, off: ${off}, mayMiss: true } }]
    expect: old or new
  - ${next}
`,
    "power_cut.yaml",
  );
  assert(report.verdicts.length > 1);
  const wrong = report.verdicts.filter(({ holds }) => !holds);
  return wrong.map(({ step, actual }) => `cut after ${after}, off ${off}: ${step}: ${actual}`);
}

const NEXT = [
  "{ login: { adapter: hba0, target: disk }, expect: { mode: main } }",
  "getKey: { adapter: hba0, id: 192.0.2.10 }",
  "{ information: { adapter: hba0 }, expect: { health: working, cacheValid: true } }",
];

Deno.test("after a power cut the next step finds the adapter on again, whenever the power went and for how long", () => {
  const wrong = ["0ms", "1ms", "6ms", "20ms", "100ms", "2s"].flatMap((after) =>
    ["1ms", "100ms", "5s"].flatMap((off) => NEXT.flatMap((next) => afterPowerCut(after, off, next)))
  );
  assertEquals(wrong, []);
});

Deno.test("old or new: key table, flash and the service's store agree, or what differs is told", () => {
  const cases: readonly (readonly [found: Places, isAcknowledged: boolean, isServed: boolean, actual: string])[] = [
    [{ table: "b", flash: "b", store: "b" }, true, true, "holds: the new one"],
    [{ table: "a", flash: "a", store: "a" }, false, true, "holds: the old one"],
    [{ table: "b", store: "b" }, false, true, "holds: the new one"],
    [{ table: "a", flash: "a" }, false, true, "holds: the old one"],
    [{ table: "a", flash: "a", store: "a" }, true, true, "the old one"],
    [{ table: "b", flash: "a", store: "b" }, false, true, "the new one, but on flash a"],
    [{ table: "b", flash: "b", store: "a" }, false, true, "the new one, but in the service's store a"],
    [{ table: "a", flash: "a", store: "b" }, false, true, "the old one, but in the service's store b"],
    [{ table: "a", store: "none" }, false, true, "the old one, but in the service's store none"],
    [{ table: "b", store: "a" }, true, true, "the new one, but in the service's store a"],
    [{ table: "b", store: "a" }, true, false, "the new one, but in the service's store a"],
    [{ table: "b", store: "a" }, false, false, "holds: the new one, but in the service's store a until it starts"],
    [{ table: "b", store: "c" }, false, false, "the new one, but in the service's store c"],
    [{ table: "c", flash: "c", store: "c" }, false, true, "another one: c, but in the service's store c"],
  ];
  for (const [found, isAcknowledged, isServed, told] of cases) {
    const before = { table: "a", flash: "a", store: "a" };
    const { actual, holds } = judgePlaces({ before, found, asked: "b", isAcknowledged, isServed });
    assertEquals(`${holds ? "holds: " : ""}${actual}`, told, JSON.stringify(found));
  }
});

Deno.test("old or new holds whatever is lost while a key is replaced: power, the host, the service", () => {
  const key = (key: string) => ({ adapter: "hba0", id: "192.0.2.10", key, flags: ["ike", "main"] }) as const;
  const told = new Set<string>();
  for (const storage of ["nvram", "ram"] as const) {
    for (let moment = 0; moment <= 12_000; moment += 1500) {
      const after = `${moment}us` as const;
      const faults: readonly StoryFault<"hba0", never>[] = [
        { powerCycle: { adapter: "hba0", after, mayMiss: true } },
        { rebootHost: { after, mayMiss: true } },
        { killService: { after, mayMiss: true } },
      ];
      for (const fault of faults) {
        const { verdicts } = scenario({
          name: "a key is replaced",
          adapters: { hba0: { storage, ports: ["192.0.2.10"] } },
          steps: [{ setKey: key("old") }, { setKey: key("new"), faults: [fault], expect: "old or new" }],
        }).run();
        assertEquals(verdicts.filter(({ holds }) => !holds), [], `${storage} ${JSON.stringify(fault)}`);
        told.add(verdicts[1]?.actual.replace(/^.*?, and /, "").replace(/ key .* until/, " … until") ?? "");
      }
    }
  }
  assertEquals([...told].toSorted(), [
    "the new one",
    "the new one, but in the service's store … until it starts",
    "the old one",
  ]);
});

Deno.test("old or new: a command that the host has given up is waited for, before flash and key table are looked at", () => {
  // At the longest times of the sheet eleven sectors of 256 KiB are cleared in 29 s and more; the port driver waits 30 s.
  const { verdicts } = runScenarioText(
    `
name: a clear that takes longer than its request
adapters:
  hba0:
    storage: nvram
    ports: [192.0.2.10]
    flash:
      part: S25HL512T
      sectors: 11
      timing: maximum
      faults: [{ eraseFailure: { sector: 5, reported: true } }]
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: before, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: behind, flags: [ike, main] }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 30us } }]
    expect: old or new
`,
    "slow_clear.yaml",
  );
  const [verdict] = verdicts.filter(({ expected }) => expected === "old or new");
  assert(verdict !== undefined && !verdict.actual.includes("on flash"), verdict?.actual);
});

Deno.test("old or new is excused only by what touches the adapter of the call, its service or its host", () => {
  const set = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
  const judged = (before: readonly string[], fault: string) => {
    const { verdicts } = tell([...before, `{ ${set}, expect: old or new, faults: [${fault}] }`]);
    const verdict = verdicts.find(({ expected }) => expected === "old or new");
    return `${verdict?.holds} ${verdict?.actual}`;
  };
  for (
    const fault of [
      "powerCycle: { adapter: hba1, after: 1us }",
      "unplug: { adapter: hba1, after: 1us }",
      "reset: { adapter: hba1, by: firmware, after: 1us }",
      "damage: { adapter: hba1, keyTableBit: { row: 0, bit: 0 }, after: 1us, mayMiss: true }",
      "cutLink: { from: hba1, to: disk, after: 1us }",
    ]
  ) {
    for (const before of [["stopService: {}"], ["unplug: { adapter: hba0 }", "wait: 3s"]]) {
      const said = judged(before, fault);
      assertMatch(said, /^false .*, but nothing has interrupted the call$/, fault);
    }
  }
  // An accident of its own adapter is none of a service that did not run before.
  assertMatch(
    judged(["stopService: {}"], "powerCycle: { adapter: hba0, after: 1us }"),
    /^false ISDSC_SERVICE_NOT_RUNNING, and .*, but the service did not run before the call$/,
  );
  for (
    const fault of [
      "powerCycle: { adapter: hba0, after: 1ms }",
      "killService: { after: 1ms }",
      "rebootHost: { after: 1ms }",
      "refuseDma: { adapter: hba0, dma: each }",
    ]
  ) {
    assertMatch(judged([], fault), /^true (?!SUCCESS)/, fault);
  }
});
