/** Faults as data in a program: planned at a world, told of when they are over. */

import { assertEquals, assertThrows } from "@std/assert";
import { type Fault, FaultError, PlannedFaults, tellFault } from "../../../sim/lab/faults/mod.ts";
import { World } from "../../../sim/lab/world/world.ts";

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
  ];
  for (const [fault, message] of wrong) {
    const error = assertThrows(() => new PlannedFaults([CUT, fault], world), FaultError);
    assertEquals((error as Error).message, `Cannot plan "${tellFault(fault)}": ${message}`);
  }
  assertEquals(groupKey(world), 0);
});
