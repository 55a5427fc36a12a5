import { assertEquals, assertThrows } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";

const scenario = (faults: string, steps = "[]") => `
name: faults
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], flash: { sectors: 4, faults: ${faults} } } }
allowNothing: true
steps: ${steps}
`;

Deno.test("readScenario() reads every kind of flash fault", () => {
  const faults = [
    "{ flip: { address: 0x60, mask: 4 } }",
    "{ stuck: { address: 1, mask: 255, level: 0 } }",
    "{ weak: { address: 2, mask: 1 } }",
    "{ retention: { address: 0, lengthBytes: 100, bits: 2 } }",
    "{ readDisturb: { address: 0, lengthBytes: 100, bits: 2 } }",
    "{ programFailure: { address: 0, lengthBytes: 256, times: 3, reported: false } }",
    "{ eraseFailure: { sector: 3 } }",
    "{ endurance: { failure: silent } }",
    "{ programCut: torn byte }",
    "{ eraseCut: half erased }",
  ];
  const [adapter] = readScenario(scenario(`[${faults.join(", ")}]`), "faults.yaml").adapters;
  assertEquals(adapter?.flash?.faults, [
    { kind: "flip", address: 0x60, mask: 4 },
    { kind: "stuck", address: 1, mask: 255, level: 0 },
    { kind: "weak", address: 2, mask: 1 },
    { kind: "retention", address: 0, lengthBytes: 100, bits: 2 },
    { kind: "read disturb", address: 0, lengthBytes: 100, bits: 2 },
    { kind: "program failure", address: 0, lengthBytes: 256, times: 3, reported: false },
    { kind: "erase failure", sector: 3, times: Infinity, reported: true },
    { kind: "endurance", failure: "silent" },
    { kind: "program cut", cut: "torn byte" },
    { kind: "erase cut", cut: { phase: "half erased" } },
  ]);
});

Deno.test("runScenarioText() refuses faults that make no sense, with the place or the adapter", () => {
  const run = (text: string) => () => runScenarioText(text, "faults.yaml");
  assertThrows(run(scenario("[{ fire: {} }]")), ScenarioError, "faults.yaml:3");
  assertThrows(run(scenario("[{ flip: { address: 0, mask: 256 } }]")), ScenarioError, "a whole number from 1 to 255");
  assertThrows(
    run(scenario("[{ eraseFailure: { sector: 4 } }]")),
    ScenarioError,
    "faults.yaml:3:114: adapters.hba0.flash.faults[0].eraseFailure.sector: 4 is not accepted here; expected 0 to 3",
  );
  const step = (fault: string, adapter = "hba0") => `[{ damage: { adapter: ${adapter}, ${fault} } }]`;
  assertThrows(
    run(scenario("[]", step("flip: { address: 16384, mask: 1 }"))),
    ScenarioError,
    "faults.yaml:5:53: steps[0].damage.flip.address: 16384 is not accepted here; expected 0 to 16383",
  );
  const noFlash = scenario("[]", step("flip: { address: 0, mask: 1 }")).replace("storage: nvram", "storage: ram")
    .replace(/, flash: .* } } }/, " } }");
  assertThrows(run(noFlash), ScenarioError, "a flash fault of hba0, which has no such part");
});
