/** What cannot fail is no expectation: a file of nothing else fails, or is refused. */

import { assertEquals, assertThrows } from "@std/assert";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { STEP_EXAMPLES } from "../../../sim/lab/scenario/step_examples.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";

Deno.test("a file that only takes what comes has judged nothing, whichever call it makes", () => {
  const any = (step: string) => `{ ${step}, expect: any }`;
  const calls: readonly (readonly string[])[] = [
    [any(SET)],
    [any("wmi: { adapter: hba0, method: ClearCache }")],
    [any("mailbox: { adapter: hba0, command: getFirmwareState }")],
    ["rebootHost: {}", any("getKey: { adapter: hba0, id: 192.0.2.10 }")],
    [`{ ${LOGIN}, name: first, expect: any }`, "{ logout: { session: first }, expect: any }"],
    [`{ parallel: { one: [${any(SET)}] } }`],
  ];
  for (const steps of calls) {
    const report = tell(steps);
    assertEquals([report.holds, report.verdicts.every(({ isUnjudged }) => isUnjudged)], [false, true], steps.join());
    assertEquals([...renderVerdicts(report)].at(-1)?.startsWith("FAIL  nothing was judged"), true);
    assertEquals(tell(steps, "allowNothing: true\n").holds, true);
    assertEquals(tell([...steps, "expect: { keyTable: { adapter: hba0, count: ..100 } }"]).holds, true);
  }
});

Deno.test("an expectation of nothing is refused, alone and beside a verb without an answer", () => {
  const steps = ["expect: {}", "{ expect: { since: it } }", "{ wait: 1ms, expect: {} }"];
  for (const step of steps) {
    const [mistake = ""] = refusals([`{ ${SET}, name: it }`, step]);
    assertEquals([mistake.includes(": nothing that could fail (one of "), mistake.slice(0, 2)], [true, "2:"], step);
  }
});

Deno.test("an expectation of nothing is refused beside each step that there is", () => {
  for (const [name, example] of Object.entries(STEP_EXAMPLES)) {
    if (name === "expect") continue;
    const verb = example.replace(/^\{ (.*) \}$/, "$1").replace(/, (name|expect|repeat): .*$/, "");
    for (const empty of ["{}", "{ since: it }"]) {
      const first = `{ ${LOGIN}, name: first }`;
      const told = refusals([`{ ${SET}, name: it }`, first, `{ ${verb}, expect: ${empty} }`]);
      const [mistake = "", ...more] = told.map((each) => each.slice(each.indexOf(" ") + 1));
      assertEquals([mistake.slice(0, 49), more], ["steps[2].expect: nothing that could fail (one of ", []], name);
    }
  }
});

Deno.test("what is empty where one at least is meant is refused, with its place", () => {
  const STEPS = "steps: [setGroupKey: { key: a key }]";
  const empty: readonly (readonly [text: string, told: string])[] = [
    [`matrix: {}\n${STEPS}`, "4:9: matrix: a mapping of nothing"],
    [`cases: {}\n${STEPS}`, "4:8: cases: a mapping of nothing"],
    [`cases: { a: {} }\n${STEPS}`, "4:13: cases"],
    [`parameters: {}\n${STEPS}`, "4:13: parameters: a mapping of nothing"],
    [`invariants: {}\n${STEPS}`, "4:13: invariants: a mapping of nothing"],
    [`tags: []\n${STEPS}`, "4:7: tags: a list of nothing"],
    [
      "steps: []",
      "4:8: steps: a list of nothing is not accepted here; expected one step at least, or allowNothing: true",
    ],
    [`faults: []\n${STEPS}`, "4:9: faults: a list of nothing"],
    ["steps: [{ setGroupKey: { key: a key }, faults: [] }]", "4:48: steps[0].faults: a list of nothing"],
    [`network: { links: {} }\n${STEPS}`, "4:19: network.links: a mapping of nothing"],
    [`network: { links: { hba0 > disk: {} } }\n${STEPS}`, "4:34: network.links"],
    ["steps: [change: { network: { links: {} } }]", "4:37: steps[0].change.network.links: a mapping of nothing"],
    ["steps: [parallel: {}]", "4:19: steps[0].parallel: a mapping of nothing"],
    ["steps: [parallel: { a: [] }]", "4:24: steps[0].parallel"],
    ["steps: [sequence: []]", "4:19: steps[0].sequence: a list of nothing"],
    ["steps: [change: {}]", "4:17: steps[0].change: no change"],
    ["steps: [change: { network: {} }]", "4:28: steps[0].change.network: no change"],
    ["steps: [change: { targets: {} }]", "4:28: steps[0].change.targets: a mapping of nothing"],
    ["steps: [change: { targets: { disk: {} } }]", "4:36: steps[0].change.targets"],
    ["steps: [{ setGroupKey: { key: a key }, expect: [] }]", "4:48: steps[0].expect: a list of nothing"],
    ["steps: [expect: { trace: { seen: {} } }]", "4:34: steps[0].expect.trace.seen: an event of any kind"],
    ["steps: [wait: { until: {} }]", "4:24: steps[0].wait.until: an event of any kind"],
    [
      "steps: [expect: { keyTable: { adapter: hba0, key: [] } }]",
      "4:51: steps[0].expect.keyTable.key: a list of nothing",
    ],
  ];
  const head = "name: t\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }\n" +
    "targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }\n";
  for (const [text, told] of empty) {
    const error = assertThrows(() => checkScenario(head + text, "f.yaml"), ScenarioError, undefined, text);
    assertEquals(error.message.slice(0, `f.yaml:${told}`.length), `f.yaml:${told}`);
    assertEquals(error.mistakes.length, 1, text);
  }
  for (const judged of ["allowNothing: true", "invariants: { k: { keyTable: { adapter: hba0, count: 0 } } }"]) {
    assertEquals(checkScenario(`${head}${judged}\nsteps: []`, "f.yaml").length, 1, judged);
  }
  for (const text of ["flags: []", "flags: [ike]"]) tell([SET.replace(/flags: \[.*\]/, text)]);
});
