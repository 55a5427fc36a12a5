/**
 * The names of adapters: what the API's `InitiatorName`, WMI and the service's
 * store can tell apart. MAX_ISCSI_HBANAME_LEN is 256 with its terminator
 * (`iscsidsc.h`), so a name has 1 to 255 characters and no NUL; the empty name
 * would mean "all adapters".
 */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { World, WorldOptionsError } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, getKey, OTHER_PORT, PORT, reboot, setKey, text } from "./world_support.ts";

const BAD_NAMES = [
  ["256 characters", "h".repeat(256), /256/],
  ["300 characters", "h".repeat(300), /300/],
  ["no character", "", /""/],
  ["a NUL at the end", "hba0\u0000", /\\u0000/],
  ["a NUL alone", "\u0000", /\\u0000/],
] as const;

for (const [what, name, given] of BAD_NAMES) {
  Deno.test(`A world refuses an adapter whose name has ${what}, and says place, given and accepted`, () => {
    const { message } = assertThrows(() => new World({ adapters: [{ name, ports: [PORT] }] }), WorldOptionsError);
    assertMatch(message, /name/);
    assertMatch(message, given);
    assertMatch(message, /1 to 255 characters/);
  });

  Deno.test(`A world refuses a second adapter whose name has ${what}`, () => {
    const adapters = [{ name: ADAPTER, ports: [PORT] }, { name, ports: [OTHER_PORT] }];
    assertThrows(() => new World({ adapters }), WorldOptionsError);
  });
}

Deno.test("Every other name of an adapter works, in the API and in the service's store", () => {
  for (const name of ["PCI\\VEN_1077&DEV_4010_0", "hba 0", "Ünïcode", "a|b", "h", "h".repeat(255)]) {
    for (const keyStorage of ["nvram", "ram"] as const) {
      const world = bootWorld({ adapters: [{ name, keyStorage, ports: [PORT] }] });
      assertEquals(setKey(world, "a key", { adapter: name }), 0, name);
      reboot(world);
      assertEquals(getKey(world, { adapter: name }), 0, `${name}, after a reboot`);
    }
  }
});

Deno.test("A key that was set for one adapter is with that adapter only, also after a reboot", () => {
  const world = bootWorld({
    adapters: [
      { name: "a", keyStorage: "ram", ports: [PORT] },
      { name: "b", keyStorage: "ram", ports: [OTHER_PORT] },
    ],
  });
  const id = { id: text("host.example"), idType: 2 };
  assertEquals(setKey(world, "a key", { adapter: "a", ...id }), 0);
  const found = () => ["a", "b"].map((adapter) => getKey(world, { adapter, ...id }) === 0);
  assertEquals(found(), [true, false]);
  reboot(world);
  assertEquals(found(), [true, false], "after a reboot");
});

Deno.test("Names that have only the small letter in common are two adapters, whatever the call spells", () => {
  const [kelvin, capitalSharpS] = ["\u212a", "\u1e9e"];
  for (const [one, other] of [["k", kelvin], [kelvin, "k"], ["ß", capitalSharpS], [capitalSharpS, "ß"]] as const) {
    const world = bootWorld({ adapters: [{ name: one, ports: [PORT] }, { name: other, ports: [OTHER_PORT] }] });
    assertEquals(setKey(world, "a key", { adapter: other }), 0);
    const held = () => [one, other].map((name) => world.adapters.get(name)?.adapter.cache?.keyTable.size);
    assertEquals(held(), [0, 1], other);
    reboot(world);
    assertEquals(held(), [0, 1], `${other}, after a reboot`);
  }
  const world = bootWorld({ adapters: [{ name: "k", ports: [PORT] }] });
  assertEquals(setKey(world, "a key", { adapter: "K" }), 0);
  assertEquals(setKey(world, "a key", { adapter: kelvin }), IsdscStatus.INITIATOR_NOT_FOUND);
});
