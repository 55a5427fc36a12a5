import { assert, assertEquals } from "@std/assert";
import { AdapterComponents, Components } from "../../../sim/trace/components.ts";
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

Deno.test("Traces have adapters, targets, and the components of the table that no adapter or target may be called like", () => {
  const met = new Set<string>();
  for (const name of SHIPPED_SCENARIOS) {
    const { recorder, adapters, targets } = runScenarioText(readShipped(name), name).world;
    const perAdapter = Object.entries(AdapterComponents).flatMap(([kind, nameOf]) =>
      [...adapters.keys()].map((adapter) => [nameOf(adapter), kind] as const)
    );
    const kinds = new Map<string, string>([
      ...perAdapter,
      ...Object.values(Components).map((each) => [each, each] as const),
    ]);
    for (const component of recorder.components) {
      if (adapters.has(component) || targets.has(component)) continue;
      assert(kinds.has(component), `${name}: ${component} is not in the table`);
      met.add(kinds.get(component) ?? "");
    }
  }
  assertEquals([...met].sort(), [...Object.values(Components), ...Object.keys(AdapterComponents)].sort());
});

Deno.test("runScenarioText() says which expectation does not hold, and what was found instead", () => {
  const report = runScenarioText(
    `
name: an expectation that is wrong
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - { setGroupKey: { key: for all }, expect: ISDSC_HBA_SECURITY_CACHE_FULL }
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
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], image: tampered } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
`,
    "tampered.yaml",
  );
  assertEquals(report.holds, false);
  assertEquals(report.world.host.adapterState("hba0"), "failed");
});
