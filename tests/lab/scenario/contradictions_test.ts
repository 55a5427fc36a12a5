/** Parts of a scenario file that are each accepted and do not go together are refused where they stand. */

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { WorldOptionsError } from "../../../sim/lab/world/world.ts";
import { hbasim, withFile } from "../command/command_line.ts";

const LINES = {
  seed: "seed: 1",
  adapters: "adapters:",
  hba0: "  hba0: { storage: nvram, ports: [192.0.2.10] }",
  targets: "targets:",
  real: "  real: { address: 192.0.2.30, outside: true }",
  disk: "  disk: { address: 192.0.2.20, keys: { any: k } }",
  network: "network: {}",
  steps: "allowNothing: true\nsteps: []",
};

/** A file with some lines changed; `name: test` is line 1. */
function file(changed: Partial<typeof LINES>): string {
  return ["name: test", ...Object.values({ ...LINES, ...changed })].join("\n");
}

function place(source: string): string {
  const error = assertThrows(() => runScenarioText(source, "test.yaml"), ScenarioError);
  const [told = "", ...frame] = error.message.split("\n");
  assert(frame.length > 0, "the line is not shown");
  // Columns stand behind, so that the sentences read like sentences.
  return told.replace(/:(\d+): (.*)$/, ": $2 (column $1)");
}

const REFUSALS: readonly (readonly [Partial<typeof LINES>, string])[] = [
  [
    { disk: "  disk: { address: 192.0.2.10 }" },
    "test.yaml:7: targets.disk.address: that 192.0.2.10 occurs twice is not accepted here; " +
    "expected an address of its own: adapters.hba0.ports[0] has it (column 20)",
  ],
  [
    { disk: "  hba0: { address: 192.0.2.20 }" },
    'test.yaml:7: targets.hba0: that "hba0" occurs twice is not accepted here; ' +
    "expected a name of its own: adapters.hba0 has it (column 3)",
  ],
  [
    { disk: "  disk: { address: 192.0.2.20, keys: { any: '' } }" },
    "test.yaml:7: targets.disk.keys[0]: a text of 0 characters is not accepted here; " +
    "expected a key of a byte at least: a text, or 0x and bytes in hex (column 45)",
  ],
  [
    { disk: "  disk: { address: 192.0.2.20, keys: { type1:00: k } }" },
    "test.yaml:7: targets.disk.keys[0]: 1 bytes is not accepted here; expected 4 bytes (column 40)",
  ],
  [
    { disk: "  disk: { address: 192.0.2.20, policy: { suites: [] } }" },
    "test.yaml:7: targets.disk.policy.suites: a list of 0 is not accepted here; expected 1 to 64 (column 50)",
  ],
  [
    { hba0: "  hba0: { storage: nvram, ports: [] }" },
    "test.yaml:4: adapters.hba0.ports: a list of 0 is not accepted here; expected 1 to 256 (column 34)",
  ],
  [
    { adapters: "adapters: {}", hba0: "" },
    "test.yaml:3: adapters: a list of 0 is not accepted here; expected at least 1 (column 11)",
  ],
  [
    { hba0: `  "*": { storage: ram, ports: [192.0.2.10] }` },
    'test.yaml:4: adapters."*": "*" is not accepted here; expected a name of 1 to 255 characters, none of them a ' +
    'control or format character, not all of them blank, and not "*" (column 3)',
  ],
  [
    { hba0: `${LINES.hba0.replace(" }", ", flash: { faults: [{ eraseFailure: { times: 2, sector: 99 } }] } }")}` },
    "test.yaml:4: adapters.hba0.flash.faults[0].eraseFailure.sector: 99 is not accepted here; expected 0 to 15 (column 102)",
  ],
  [
    { hba0: `${LINES.hba0}\n  hba1: { storage: ram, flash: { sectors: 4 }, ports: [192.0.2.11] }` },
    "test.yaml:5: adapters.hba1.flash: a flash part with storage: ram is not accepted here; " +
    "expected storage: nvram, or no flash part (column 32)",
  ],
  [
    { disk: "  disk: { address: 192.0.2.20, keys: { 192.0.2.10: k, type1:c000020a: l } }" },
    "test.yaml:7: targets.disk.keys[1]: an id that has a key is not accepted here; " +
    "expected one other than that of key 1 (column 55)",
  ],
  [
    { disk: "  disk: { address: 192.0.2.20, keys: { A.example: k, a.EXAMPLE: l } }" },
    "test.yaml:7: targets.disk.keys[1]: that an identifier of type 2 occurs twice is not accepted here; " +
    "expected an identifier of its own: targets.disk.keys[0] has it (column 54)",
  ],
  [
    { network: "network: { latency: 1ms, jitter: 20s }" },
    "test.yaml:8: network.jitter: 5000000000 cycles is not accepted here; " +
    "expected a whole number from 0 to 4294967295, of 4ns each (column 34)",
  ],
  [
    { network: "network: { reorders: 2% }" },
    "test.yaml:8: network.reorders: datagrams that are held back for no time is not accepted here; " +
    "expected reorderDelay beside it, or none (column 22)",
  ],
  [
    { network: "network: { links: { hba0 > disk: { loss: 5% }, disk > hba9: { loss: 5% } } }" },
    'test.yaml:8: network.links."disk > hba9": "hba9" is not accepted here; did you mean hba0? ' +
    "expected one of hba0, real, or disk (column 48)",
  ],
  [
    { network: "network: { links: { hba0 > disk: { reorders: 5% } } }" },
    'test.yaml:8: network.links."hba0 > disk": reorderDelay of 0 is not accepted here; ' +
    "expected 1 or more, as reorders is 50 (column 34)",
  ],
  [
    {
      steps: "steps:\n  - { wait: 1ms, faults: [{ powerOff: { adapter: hba0, boot: 1, commit: 1 } }] }",
    },
    "test.yaml:10: steps[0].faults[0].powerOff.commit: boot and commit is not accepted here; " +
    "expected one anchor (column 73)",
  ],
];

Deno.test("what contradicts itself in a file is refused with line, column and the names of the file", () => {
  runScenarioText(file({}), "test.yaml");
  for (const [changed, expected] of REFUSALS) assertEquals(place(file(changed)), expected);
});

Deno.test("the command says where in the file parts contradict one another, with --world, too", () => {
  for (const [changed, expected] of REFUSALS.slice(0, 2)) {
    withFile(file(changed), (path, directory) => {
      const iscsicli = ["iscsicli", "--state", `${directory}/state`, "--world", path, "ListInitiators"];
      for (const command of [["run", path], iscsicli]) {
        const { code, stderr } = hbasim(...command);
        assertEquals(code, 2, stderr);
        const [, line, sentence, column] = /:(\d+): (.*) \(column (\d+)\)$/.exec(expected) ?? [];
        assert(stderr.includes(`scenario.yaml:${line}:${column}: ${sentence}\n`), stderr);
      }
    });
  }
});

Deno.test("a seed or an image that does not stand in the file is refused as the option that it is", () => {
  const error = assertThrows(() => runScenarioText(file({}), "test.yaml", { seed: "" }));
  assertInstanceOf(error, WorldOptionsError);
  assertEquals(error.path, "seed");
});

Deno.test("numbers beyond what a status, a code, flags, a duration or a seed can be are refused with the range", () => {
  const step = (text: string) => file({ steps: `steps:\n  - ${text}` });
  const cases: readonly (readonly [string, string])[] = [
    [step("{ setGroupKey: { key: k }, expect: 4294967296 }"), "or a number from 0 to 0xffffffff"],
    [step("{ setGroupKey: { key: k }, expect: 9999999999 }"), "or a number from 0 to 0xffffffff"],
    [step("mailbox: { adapter: hba0, command: 65536 }"), "or a code from 0 to 0xffff"],
    [
      step("login: { adapter: hba0, target: disk, flags: 18446744073709551616 }"),
      "a number from 0 to 0xffffffffffffffff, or a list of",
    ],
    [step("wait: 10000h"), "a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h"],
    [step("wait: 2501.1h"), "at most 2501h"],
    ...[".nan", "-1", "1.5", "1e3", "+1", "1.", ".5", "-.inf", "1.5e-3", '""'].map((seed) =>
      [file({ seed: `seed: ${seed}` }), "a seed: a text that is not empty, or a whole number from 0"] as const
    ),
  ];
  for (const [source, expected] of cases) {
    const error = assertThrows(() => readScenario(source, "test.yaml"), ScenarioError);
    assertEquals(error.first.accepted.includes(expected), true, error.message);
    assertEquals(error.first.line, source.includes("seed: 1\n") ? 10 : 2);
  }
  for (const seed of ["0", "7", "0x10", "01", "a text", "2026-01-01", "1e", "e3", "99999999999999999999"]) {
    assertEquals(readScenario(file({ seed: `seed: ${seed}` }), "test.yaml").seed, seed);
  }
  for (const text of ["wait: 2501h", "{ setGroupKey: { key: k }, expect: 4294967295 }", "reset: { adapter: hba0 }"]) {
    assertEquals(readScenario(step(text), "test.yaml").steps.length, 1);
  }
});
