/** All mistakes of a file are told at once, whatever stage finds them, and none that only follows from another. */

import { assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { checkScenario, openCases } from "../../../sim/lab/scenario/open_scenario.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { hbasim, withFile } from "../command/command_line.ts";

/** A file in which nothing is wrong. */
const RIGHT = `name: right
limit: 1h
network: { latency: 10us, loss: 1% }
host: { timeouts: { mailbox: 60s } }
adapters:
  hba0:
    storage: nvram
    ports: [192.0.2.10]
    keyTableEntries: 16
    flash: { sectors: 8 }
  hba1:
    storage: ram
    ports: [192.0.2.11]
targets:
  disk:
    address: 192.0.2.20
    keys: { any: a key }
  tape:
    address: 192.0.2.21
    keys: { any: a key }
faults:
  - lose: { from: hba0, to: disk, datagram: 1, mayMiss: true }
  - powerCycle: { adapter: hba1, boot: 2, mayMiss: true }
invariants:
  kept: { keyTable: { adapter: hba1, count: ..3 } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main], port: 0 }
    name: set
  - setKey: { adapter: hba1, id: 192.0.2.11, key: a key, flags: [ike, main], port: 0 }
  - { wait: 5ms, after: 10s }
  - login: { adapter: hba0, target: disk }
    name: first
    expect: any
  - logout: { session: first }
    expect: any
  - parallel:
      one:
        - wait: { until: { kind: call, component: application }, within: 5s }
      other:
        - { wait: 1ms, after: 1s }
  - wait: 1s
    name: last
    expect: { within: 2s, flash: { adapter: hba0, records: 1.. }, trace: { never: { component: hba1 firmware } } }
  - expect: { keyTable: { adapter: hba1, port: 0 } }
`;

/** Each mistake of its own: what is changed, into what; the line is where it is told. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ["limit: 1h", "limit: 1hour"],
  ["latency: 10us", "latancy: 10us"],
  ["loss: 1%", "loss: 101%"],
  ["mailbox: 60s", "mailbox: 0s"],
  ["storage: nvram", "storage: nvrm"],
  ["ports: [192.0.2.10]", "ports: [192.0.2]"],
  ["keyTableEntries: 16", "keyTableEntries: 0"],
  ["sectors: 8", "sectors: 1"],
  ["storage: ram", "storag: ram"],
  ["address: 192.0.2.21", "address: 192.0.2.11"],
  ["address: 192.0.2.20", "address: disk"],
  ["  tape:", "  DISK:"],
  ["datagram: 1", "datagram: 0"],
  ["adapter: hba1, boot: 2", "adapter: hba2, boot: 2"],
  ["count: ..3", "count: ..9999"],
  ["hba0, id: 192.0.2.10, key: a key, flags: [ike, main], port: 0", "hba0, id: 192.0.2.10, key: a key, prot: 0"],
  ["keyTable: { adapter: hba1, port: 0", "keyTable: { adapter: hba1, port: 7"],
  ["wait: 5ms, after: 10s", "wait: 5ms, at: 1s, after: 10s"],
  ["login: { adapter: hba0, target: disk }", "logn: { adapter: hba0, target: disk }"],
  ["session: first", "session: frist"],
  ["component: application", "component: aplication"],
  ["wait: 1ms, after: 1s", "wait: 1ms, after: 2000h"],
  ["name: last", "name: set"],
  ["within: 2s", "within: 2"],
  ["component: hba1 firmware", "component: hba5 firmware"],
];

function wrong(
  mistakes: readonly (readonly [string, string])[],
): { readonly source: string; readonly lines: number[] } {
  let source = RIGHT;
  const lines = mistakes.map(([before, after]) => {
    const [head = "", ...rest] = source.split(before);
    if (rest.length !== 1) throw new Error(`${before} stands there ${rest.length} times`);
    source = `${head}${after}${rest[0]}`;
    return head.split("\n").length;
  });
  return { source, lines: lines.toSorted((a, b) => a - b) };
}

function told(source: string): readonly number[] {
  return assertThrows(() => checkScenario(source, "f.yaml"), ScenarioError, undefined, source)
    .mistakes.map(({ line }) => line);
}

/** Mistakes of which one makes the other invisible, or is refused as a consequence of it. */
function bear(one: string, other: string): boolean {
  const pairs = [
    // The address is another's.
    ["address: disk", "  DISK:"],
    ["address: 192.0.2.11", "  DISK:"],
    // What is as long as the limit is told only of a limit.
    ["limit: 1hour", "wait: 1ms, after: 2000h"],
  ];
  return !pairs.some((pair) => pair.includes(one) && pair.includes(other));
}

Deno.test("the file with none of the mistakes is right, and each alone is told once", () => {
  checkScenario(RIGHT, "f.yaml");
  for (const mistake of MISTAKES) {
    const { source, lines } = wrong([mistake]);
    assertEquals(told(source), lines, mistake.join(" -> "));
  }
});

Deno.test("of 3 or 4 mistakes in different stages all are told in one check, each once, in order of line", () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      "name: f\nadapters: { hba0: { storage: nvrm, ports: [192.0.2.10] } }\n" +
      "targets: { disk: { address: 192.0.2.10 } }\nsteps:\n  - { wait: 5ms, at: 1s, after: 10ms }\n" +
      "  - wait: { until: { kind: packet, component: hba5 }, within: 5s }\n",
      [
        "2:30 adapters.hba0.storage",
        "3:29 targets.disk.address",
        "5:33 steps[0].after",
        "6:47 steps[1].wait.until.component",
      ],
    ],
    [
      "name: f\nlimit: 1\nadapters: { hba0: { storage: ram, ports: [192.0.2.10], flash: { sectors: 4 } } }\n" +
      "steps:\n  - { wiat: 5ms, at: 1s, after: 10ms }\n  - nonsense\n  - expect: { keyTable: { adapter: hba0, port: 3 } }\n",
      [
        "2:8 limit",
        "3:63 adapters.hba0.flash",
        "5:7 steps[0]",
        "5:33 steps[0].after",
        "6:5 steps[1]",
        "7:48 steps[2].expect.keyTable.port",
      ],
    ],
    [
      "name: f\nseed: 1.5\nadapters: { hba0: { storage: ram, ports: [192.0.2.10] }, HBA0: { storage: ram, ports: [192.0.2.10] } }\n" +
      "network: { links: { hba0 > hba9: { loss: 1% } } }\nsteps:\n  - repeat: 0\n    wait: 1ms\n    name: here\n    expect: { since: none, trace: { never: { kind: note } } }\n",
      [
        "2:7 seed",
        "3:58 adapters.HBA0",
        '4:21 network.links."hba0 > hba9"',
        "6:13 steps[0].repeat",
        "9:22 steps[0].expect.since",
      ],
    ],
  ];
  for (const [source, places] of rows) {
    const { mistakes } = assertThrows(() => checkScenario(source, "f.yaml"), ScenarioError);
    assertEquals(mistakes.map(({ line, column, field }) => `${line}:${column} ${field}`), places);
    // Whoever opens or runs it hears of the same.
    for (const look of [() => openCases(source, "f.yaml"), () => runScenarioText(source, "f.yaml")]) {
      assertEquals(assertThrows(look, ScenarioError).mistakes.length, places.length);
    }
  }
});

Deno.test("a mistake in an adapter, a target or a step hides no other one that does not depend on it", () => {
  const adapter = (fields: string) => `adapters: { hba0: { ${fields} }, hba1: { storage: ram, ports: [192.0.2.11] } }`;
  const ends = (fields: string, targets = "disk: { address: 192.0.2.20 }") =>
    `name: f\n${adapter(fields)}\ntargets: { ${targets} }\nsteps:\n`;
  const nvram = "storage: nvram, ports: [192.0.2.10]";
  const never = (event: string) => `  - { wait: 1s, expect: { trace: { never: { ${event} } } } }\n`;
  const table = (fields: string) => `  - { expect: { keyTable: { ${fields} } } }\n`;
  const rows: readonly (readonly [string, readonly number[]])[] = [
    // The part that could not be read, and what stands in another line of the same adapter.
    [ends("storage: nvrm, ports: [192.0.2.10]") + never("component: hba0 flsah"), [2, 5]],
    [ends(`${nvram}, flash: { sectros: 8 }`) + never("kind: flash, component: hba0 flsah"), [2, 5]],
    [ends(`${nvram}, flash: { sectros: 8 }`) + never("kind: state, state: hba0 synchronisd"), [2, 5]],
    [ends(`${nvram}, frob: 1`) + table("adapter: hba0, port: 7"), [2, 5]],
    [ends("sotrage: nvram, ports: [192.0.2.10]") + table("adapter: hba0, port: 7"), [2, 5]],
    [ends("storage: nvram, ports: [192.0.2]") + table("adapter: hba0, id: any, port: 1"), [2, 5]],
    [ends("storage: nvram, ports: [192.0.2]") + table("adapter: hba0, count: ..999"), [2, 5]],
    [ends("storage: nvrm, ports: [192.0.2.10]") + "  - cutLink: { from: hba0, to: hba1, for: 1s }\n", [2, 5]],
    [ends("storage: nvrm, ports: [192.0.2.10]") + "  - { wait: 1s, name: hba0 }\n  - { wait: 1s, name: hba0 }\n", [
      2,
      6,
    ]],
    [ends(nvram, "disk: { address: 192.0.2 }") + "  - expect: { sessions: { of: disk, with: disk } }\n", [3, 5]],
    [ends(nvram, "disk: { address: 192.0.2.20 }, DISK: { address: 192.0.2.21 }") + never("component: DIKS"), [3, 5]],
    // A name that was left out may be used, and no other.
    [ends(nvram, "disk: { address: 192.0.2.20 }, DISK: { address: 192.0.2.21 }") + never("component: DISK"), [3]],
    // Steps that could not be read.
    [ends(nvram) + "  - nonsense\n  - { wait: 1s, name: first }\n  - logout: { session: frist }\n", [5, 7]],
    [ends(nvram) + "  - { logn: { adapter: hba0 }, name: first }\n  - logout: { session: frist }\n", [5, 6]],
    [ends(nvram) + "  - { logn: { adapter: hba0 }, name: first }\n  - logout: { session: first }\n", [5]],
    [
      ends(nvram) +
      "  - parallel:\n      a: [{ login: { adapter: hba0, target: disk }, nmae: first }, 7]\n      b: [5]\n" +
      "  - logout: { session: first }\n  - logout: { session: frist }\n",
      [6, 6, 7, 9],
    ],
    // What does depend on it.
    [ends("storage: nvrm, ports: [192.0.2.10]") + "  - { expect: { flash: { adapter: hba0 } } }\n", [2]],
    [ends("storage: nvram, ports: [192.0.2]") + table("adapter: hba0, port: 7"), [2]],
    [ends(`${nvram}, keyTableEntries: x`) + table("adapter: hba0, count: ..999"), [2]],
    [ends(`${nvram}, flash: { sectors: x }`) + never("kind: flash, address: 1000000.."), [2]],
    [
      ends(`${nvram}, flash: { sectors: x }`) +
      "  - damage: { adapter: hba0, flip: { address: 70000, mask: 1 } }\n",
      [2],
    ],
  ];
  for (const [source, lines] of rows) assertEquals(told(source), lines, source);
});

Deno.test("of 50 drawn combinations of mistakes all are told, and no others", () => {
  const random = new RandomStreams("all mistakes").stream("combinations");
  for (let trial = 0; trial < 50; trial++) {
    const drawn: (readonly [string, string])[] = [];
    while (drawn.length < 2 + trial % 5) {
      const mistake = MISTAKES[random.below(MISTAKES.length)];
      if (mistake === undefined || drawn.includes(mistake)) continue;
      if (drawn.every(([, other]) => bear(mistake[1], other))) drawn.push(mistake);
    }
    const { source, lines } = wrong(drawn);
    assertEquals(told(source), lines, drawn.map((each) => each.join(" -> ")).join("\n"));
  }
});

Deno.test("hbasim check tells them at once", () => {
  const { source, lines } = wrong(MISTAKES.slice(4, 8));
  withFile(source, (file) => {
    const { code, stderr } = hbasim("check", file);
    const told = stderr.split("\n").flatMap((line) => line.match(/\.yaml:(\d+):/)?.[1] ?? []).map(Number);
    assertEquals([code, told], [2, lines]);
  });
});
