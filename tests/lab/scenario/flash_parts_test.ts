/** What scenario files say of a flash part reaches the part; what makes no sense is refused with its field. */

import { assertEquals, assertThrows } from "@std/assert";
import { FAULT_FIELDS, nameInFiles } from "../../../sim/parts/flash/faults.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { openScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { worldOf, worldOptions } from "../../../sim/lab/scenario/world_of_scenario.ts";

const scenario = (flash: string, steps = "[]") => `
name: parts
adapters:
  hba0:
    storage: nvram
    ports: [192.0.2.10]
    flash: { ${flash} }
allowNothing: true
steps: ${steps}
`;

const adapterOf = (flash: string) => worldOptions(openScenario(scenario(flash), "parts.yaml").scenario, {}).adapters[0];

Deno.test("worldOptions() makes of a file's flash part what it says, and leaves the rest as the part has it", () => {
  const adapter = adapterOf(
    "sectorBytes: 8192, sectors: 6, pageBytes: 128, programBytes: 8, blockSectors: 4, erasedValue: 0xff, " +
      "enduranceCycles: 77, failBits: true, misuse: ignored, " +
      "timing: { column: drawn, readByte: 20ns, eraseSector: { typical: 1ms, maximum: 9ms }, programPage: 5ms }",
  );
  assertEquals(adapter?.flash?.geometry, {
    sectorBytes: 8192,
    sectorCount: 6,
    pageBytes: 128,
    programBytes: 8,
    blockSectors: 4,
    erasedValue: 255,
  });
  const { timing, enduranceCycles, commands } = adapter?.flash ?? {};
  assertEquals([timing?.readByteNanoseconds, timing?.readSetupNanoseconds], [20, 640]);
  assertEquals(timing?.eraseSector, { typicalNanoseconds: 1_000_000, maximumNanoseconds: 9_000_000 });
  assertEquals(timing?.programPage, { typicalNanoseconds: 5_000_000, maximumNanoseconds: 5_000_000 });
  assertEquals([enduranceCycles, commands?.failBits, commands?.writeInhibitNanoseconds], [77, true, 5_000_000]);
  assertEquals([adapter?.flashTiming, adapter?.flashMisuse], ["drawn", "ignored"]);
});

Deno.test("openScenario() reads every kind of fault, and a cut with its number of undecided bits", () => {
  const written: Record<string, string> = {
    flip: "{ address: 0x60, mask: 4 }",
    stuck: "{ address: 1, mask: 255, level: 0 }",
    weak: "{ address: 2, mask: 1 }",
    retention: "{ address: 0, lengthBytes: 100, bits: 2 }",
    readDisturb: "{ address: 0, lengthBytes: 100, bits: 2 }",
    programFailure: "{ address: 0, lengthBytes: 256 }",
    eraseFailure: "3",
    endurance: "{ failure: silent, spreadPercent: 50 }",
    badCells: "5",
    disturbingReads: "1000",
    chargeLoss: "10000",
    storage: "24",
    brownOut: "{ afterNanoseconds: 100, nanoseconds: 5000 }",
    programCut: "{ cut: weak bits, weakBits: 9 }",
    eraseCut: "{ cut: { zeroBytes: 300 } }",
    statusCut: "mixed",
  };
  assertEquals(Object.keys(written), [...FAULT_FIELDS.keys()].map(nameInFiles), "every kind is written");
  const faults = Object.entries(written).map(([name, value]) => `{ ${name}: ${value} }`).join(", ");
  const file = openScenario(scenario(`sectors: 4, faults: [${faults}]`), "parts.yaml");
  worldOf(file, {});
  assertEquals(file.scenario.adapters[0]?.flash?.faults?.slice(6), [
    { kind: "erase failure", sector: 3, times: Infinity, reported: true },
    { kind: "endurance", failure: "silent", spreadPercent: 50 },
    { kind: "bad cells", perMillion: 5 },
    { kind: "disturbing reads", reads: 1000 },
    { kind: "charge loss", hours: 10_000 },
    { kind: "storage", hours: 24 },
    { kind: "brown out", afterNanoseconds: 100, nanoseconds: 5000 },
    { kind: "program cut", cut: "weak bits", weakBits: 9 },
    { kind: "erase cut", cut: { phase: "zeroed from the end", zeroBytes: 300 } },
    { kind: "status cut", cut: "mixed" },
  ]);
});

Deno.test("worldOf() refuses parts that make no sense: file, field, given, accepted", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["part: STM32H743, sectors: 32", "flash.sectors: 32 is not accepted here; expected 3 to 16"],
    ["sectorBytes: 1000", "flash.sectorBytes: 1000 is not accepted here; expected a multiple of pageBytes, 256"],
    ["pageBytes: 300", "flash: sectorBytes 4096 is not accepted here; expected a multiple of pageBytes, 300"],
    ["pageBytes: 8, programBytes: 16", "flash.pageBytes: 8 is not accepted here; expected a multiple of programBytes"],
    ["programBytes: 3", 'flash.programBytes: "3" is not accepted here; expected 1, 2, 4, 8, 16, or 32'],
    ["erasedValue: 7", 'flash.erasedValue: "7" is not accepted here; expected 0 or 255'],
    [
      "timing: { eraseSector: { typical: 2s, maximum: 1s } }",
      "flash.timing.eraseSector.maximum: 1s is not accepted here; expected at least typical, 2s",
    ],
    ["sectorBytes: 524288", "flash.sectorBytes: 524288 is not accepted here; expected at most 262144"],
    ["blockSectors: 100", "flash.blockSectors: 100 is not accepted here; expected a power of two"],
    ["blockSectors: 16777216", "flash.blockSectors: 16777216 is not accepted here"],
    ["faults: [{ programCut: { cut: clean, weakBits: 3 } }]", "programCut.weakBits: 3"],
    ["faults: [{ programCut: { cut: weak bits, weakBits: 9999 } }]", "programCut.weakBits: 9999"],
    ["faults: [{ eraseCut: { cut: { zeroBytes: 4097 } } }]", "eraseCut.cut.zeroBytes: 4097"],
    ["faults: [{ badCells: 0 }]", "badCells"],
  ];
  for (const [flash, message] of rows) {
    const run = () => worldOf(openScenario(scenario(flash), "parts.yaml"), {});
    assertThrows(run, ScenarioError, `parts.yaml:7`, flash);
    assertThrows(run, ScenarioError, message, flash);
  }
});

Deno.test("a key survives a power cycle on each part that scenarios can name", () => {
  const steps = `
  - { setGroupKey: { key: for all }, expect: SUCCESS }
  - powerCycle: { adapter: hba0 }
  - { information: { adapter: hba0 }, expect: { health: working } }
`;
  const parts = ["W25Q64JV", "BY25Q64AS", "MX25V1635F", "S25HL512T", "M25P64", "STM32L4", "STM32H743"];
  for (const part of parts) {
    const report = runScenarioText(scenario(`part: ${part}, sectors: 4`, steps), `${part}.yaml`);
    assertEquals(report.verdicts.map(({ holds }) => holds), [true, true], part);
  }
});
