import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";

for (const name of SHIPPED_SCENARIOS) {
  Deno.test(`scenarios/${name} holds, with five seeds`, () => {
    const source = readShipped(name);
    for (const seed of ["1", "2", "3", "4", "five"]) {
      const report = runScenarioText(source, name, { seed });
      assert(report.verdicts.length > 0);
      assertEquals(report.verdicts.filter(({ holds }) => !holds), [], `seed ${seed}`);
    }
  });
}

Deno.test("runScenarioText() says which expectation does not hold, and what was found instead", () => {
  const report = runScenarioText(
    `
name: an expectation that is wrong
adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }]
steps:
  - setGroupKey: { key: for all, expect: ISDSC_HBA_SECURITY_CACHE_FULL }
`,
    "wrong.yaml",
  );
  assertEquals(report.holds, false);
  assertEquals(report.verdicts.map(({ line, expected, actual }) => [line, expected, actual]), [
    [5, "ISDSC_HBA_SECURITY_CACHE_FULL", "SUCCESS"],
  ]);
});

Deno.test("A tampered firmware image leaves the adapter failed, and every call says so", () => {
  const report = runScenarioText(
    `
name: tampered
adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10], image: tampered }]
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
`,
    "tampered.yaml",
  );
  assertEquals(report.holds, false);
  assertEquals(report.world.host.adapterState("hba0"), "failed");
});
