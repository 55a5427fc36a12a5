/** Faults as data in a program: planned at a world, told of when they are over. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KEY_TABLE_ENTRY_BYTES } from "../../../firmware/cache/key_table.ts";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { readTape } from "../../../sim/lab/explore/tape/tape_reader.ts";
import {
  type EventPattern,
  type Fault,
  FaultError,
  impossibleAccident,
  PlannedFaults,
  tellFault,
} from "../../../sim/lab/faults/mod.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { WorldOptionsError } from "../../../sim/lab/world/world_options_error.ts";

const HBA = "hba0";
const PORT = Uint8Array.of(192, 0, 2, 10);
const once = { least: 1, most: 1 } as const;

function boot(): World {
  const world = new World({ adapters: [{ name: HBA, ports: [PORT] }] });
  world.powerOn();
  world.settle();
  return world;
}

const groupKey = (world: World) =>
  world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(7), true));

const CUT: Fault = {
  harm: { kind: "powerCycle", adapter: HBA, off: 50_000_000 },
  anchor: { at: "flashProgram", adapter: HBA, ordinals: once },
  after: { bytes: 17 },
};

Deno.test("a planned power cut happens at its byte, in a program as in a file", () => {
  const world = boot();
  const faults = new PlannedFaults([CUT], world);
  groupKey(world);
  assertEquals(world.run(faults.healed()), true);
  assertEquals(world.run(faults.healed()), false);
  assertEquals(world.adapters.get(HBA)?.adapter.powered, true);
  const [outcome] = faults.end();
  assertEquals([outcome?.fired, outcome?.missed], [1, undefined]);
  assertEquals(outcome?.sentence, "the 1st flash program of hba0, after 17 bytes: power of hba0 off for 50ms");
});

Deno.test("what has ended does not happen any more, and leaves nothing behind at the parts", () => {
  const world = boot();
  const quiet = boot();
  const faults = new PlannedFaults([
    CUT,
    { harm: { kind: "loseDoorbell" }, anchor: { at: "doorbell", adapter: HBA, ordinals: once } },
    { harm: { kind: "powerOff", adapter: HBA }, anchor: { at: "begin" }, after: { nanoseconds: 1_000_000 } },
  ], world);
  assertEquals(faults.end().map(({ missed }) => missed), [
    "the 1st flash program of hba0 never came (there were 0)",
    "the 1st doorbell of hba0 never came (there were 0)",
    "all was over before that moment",
  ]);
  assertEquals([groupKey(world), groupKey(quiet)], [0, 0]);
  assertEquals(world.digest(), quiet.digest());
});

/** Patterns that fit no event of any world, or all of them. */
const NO_EVENTS: readonly (readonly [event: EventPattern, message: string])[] = [
  [
    { kind: "nonsense" },
    'event.kind: "nonsense", expected one of call, candidate, flash, note, packet, return, or state',
  ],
  [{}, "event: an event of any kind, expected component, kind, or a field of it"],
  [
    { kind: "note", state: "reset" },
    "event.state: the field state of note, expected one of text, which note has",
  ],
  [
    { state: "reset", text: "*" },
    "event.state: state, text together, expected fields that one kind of event has",
  ],
];

Deno.test("a fault that cannot happen is refused by name, and none of those beside it is planned", () => {
  const world = boot();
  const wrong: readonly (readonly [Fault, string])[] = [
    [{ ...CUT, harm: { kind: "powerOff", adapter: "hba1" } }, "adapter: hba1, expected hba0"],
    [
      { harm: { kind: "lose" }, anchor: { at: "commit", ordinals: once } },
      "commit: lose at commit, expected datagram or message",
    ],
    [{
      harm: { kind: "loseInterrupt" },
      anchor: { at: "interrupt", adapter: HBA, ordinals: once },
      after: { bytes: 1 },
    }, "after: loseInterrupt later than its anchor, expected none: it happens at once"],
    ...NO_EVENTS.map(([event, message]) =>
      [{ harm: { kind: "killService" }, anchor: { at: "event", event } }, message] as const
    ),
  ];
  for (const [fault, message] of wrong) {
    const error = assertThrows(() => new PlannedFaults([CUT, fault], world), FaultError);
    assertEquals((error as Error).message, `Cannot plan "${tellFault(fault)}": ${message}`);
  }
  assertEquals(groupKey(world), 0);
});

/** Faults that are none in any world, each with what is wrong with it. */
const MALFORMED: readonly (readonly [fault: object, message: string])[] = [
  [{ ...CUT, anchor: { ...CUT.anchor, ordinals: { least: 3, most: 1 } } }, "anchor.ordinals.most: 1, expected a whole"],
  [
    { ...CUT, anchor: { ...CUT.anchor, ordinals: { least: 0, most: 0 } } },
    "anchor.ordinals.least: 0, expected a whole",
  ],
  [{ ...CUT, anchor: { ...CUT.anchor, ordinals: { least: 1, most: 1.5 } } }, "anchor.ordinals.most: 1.5, expected a"],
  [{ ...CUT, after: { bytes: -1 } }, "after.bytes: -1, expected a whole number from 0"],
  ...[5, {}, { nanoSeconds: 5 }].map((after) =>
    [
      { ...CUT, after },
      `after: ${after === 5 ? 5 : "an object"}, expected an object with either nanoseconds or bytes`,
    ] as const
  ),
  [{ ...CUT, after: { nanoseconds: -5 } }, "after.nanoseconds: -5, expected a number from 0"],
  [{ ...CUT, harm: { ...CUT.harm, off: -1 } }, "harm.off: -1, expected a number from 0"],
  [{ ...CUT, harm: { ...CUT.harm, off: NaN } }, "harm.off: NaN, expected a number from 0"],
  [{ ...CUT, harm: { kind: "explode" } }, 'harm.kind: "explode", expected one of powerCycle'],
  [{ ...CUT, harm: { kind: "reset", adapter: HBA, by: "magic" } }, 'harm.by: "magic", expected'],
  [{ ...CUT, anchor: { at: "time", time: -1 } }, "anchor.time: -1, expected a number from 0"],
  ...[1e9, -1, 0.5].map((bit) =>
    [
      { ...CUT, harm: { kind: "damage", adapter: HBA, damage: { kind: "key table bit", row: 1, bit } } },
      `harm.damage.bit: ${bit}, expected a whole number from 0 to ${8 * KEY_TABLE_ENTRY_BYTES - 1}`,
    ] as const
  ),
  ...([
    [{ kind: "truncate", bytes: -1 }, "harm.bytes: -1, expected a whole number from 0"],
    [{ kind: "mutate", field: "version", value: 999 }, "harm.value: 999, expected a whole number from 0 to 255"],
    [{ kind: "mutate", field: "nope", value: 1 }, 'harm.field: "nope", expected "initiatorCookie"'],
    [{ kind: "delay", by: -1 }, "harm.by: -1, expected a number from 0"],
  ] as const).map(([harm, message]) =>
    [{ harm, anchor: { at: "message", from: HBA, to: "disk", message: "main 1" } }, message] as const
  ),
  [
    { harm: { kind: "lose" }, anchor: { at: "message", from: HBA, to: "disk", message: "(" } },
    'anchor.message: "(", exp',
  ],
];

Deno.test("what is no fault in any world is refused alike by programs, tapes and bundles, with the field", () => {
  const world = boot();
  for (const [fault, message] of MALFORMED) {
    const planned = assertThrows(() => new PlannedFaults([fault as Fault], world), FaultError);
    assertStringIncludes(planned.message, `Cannot plan a fault: ${message}`);
    const read = assertThrows(() => readTape([{ decision: "fault", fault }], "tape"), WorldOptionsError);
    assertStringIncludes(read.message, `tape[0].fault.${message}`);
  }
  const accident = { kind: "damage", adapter: HBA, damage: { kind: "key table bit", row: 1, bit: 1e9 } } as const;
  assertEquals(impossibleAccident(accident, world)?.field, "damage.bit");
});

Deno.test("a file may not say such a fault either", () => {
  const steps = (fault: string) =>
    `name: a\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }\n` +
    `targets: { disk: { address: 192.0.2.20 } }\nsteps:\n  - { setGroupKey: { key: a key }, faults: [${fault}] }\n`;
  for (
    const fault of [
      "powerCycle: { adapter: hba0, flashProgram: 3..1 }",
      "powerCycle: { adapter: hba0, flashProgram: 0 }",
      "powerCycle: { adapter: hba0, flashProgram: 1, after: -1 bytes }",
      "damage: { adapter: hba0, keyTableBit: { row: 1, bit: 1000000000 } }",
      "truncate: { from: hba0, to: disk, message: main 1, bytes: -1 }",
      "mutate: { from: hba0, to: disk, message: main 1, field: version, value: 999 }",
      ...NO_EVENTS.map(([event]) => `killService: { event: ${JSON.stringify(event)} }`),
    ]
  ) {
    const source = steps(`{ ${fault} }`);
    assertThrows(() => checkScenario(source, "a.yaml"), InputError, undefined, fault);
  }
  checkScenario(steps("{ powerCycle: { adapter: hba0, flashProgram: 1..3 } }"), "a.yaml");
});
