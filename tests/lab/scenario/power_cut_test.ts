/** The step after a power cut finds the adapter as it is once power has come back. */

import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

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
