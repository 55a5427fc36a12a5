/**
 * Another tool calls ClearCache through WMI, past the service. A key that the
 * service has acknowledged as persistent is usable nevertheless.
 */

import { assertEquals } from "@std/assert";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { runHistory } from "./histories/runner.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, AGGRESSIVE, assertHolds, bootWorld, getKey, login, MAIN, PORT } from "./world_support.ts";
import { setKey, targetWithKey, text } from "./world_support.ts";

const KEY = "a key that was acknowledged";
const TEN_MINUTES_NS = 600e9;

function clearedWorld(keyStorage: "nvram" | "ram"): World {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(setKey(world, KEY), 0);
  const clearCache = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache };
  const answer = world.run(world.host.wmi.executeMethod(ADAPTER, { ...clearCache, input: new Uint8Array(0) }, 4));
  assertEquals([...answer.data], [0, 0, 0, 0], "another tool's ClearCache");
  return world;
}

for (const keyStorage of ["nvram", "ram"] as const) {
  Deno.test(`A login right after a foreign ClearCache succeeds, storage ${keyStorage}`, () => {
    assertEquals(login(clearedWorld(keyStorage)), 0);
  });

  Deno.test(`A login ten minutes after a foreign ClearCache succeeds, storage ${keyStorage}`, () => {
    const world = clearedWorld(keyStorage);
    world.advance(world.cycles(TEN_MINUTES_NS));
    assertEquals(login(world), 0);
  });

  Deno.test(`GetIScsiIKEInfo finds the key after a foreign ClearCache, storage ${keyStorage}`, () => {
    assertEquals(getKey(clearedWorld(keyStorage)), 0);
  });
}

function setOtherKey(world: World): void {
  assertEquals(setKey(world, "another key", { id: text("other.example"), idType: 2, flags: AGGRESSIVE }), 0);
}

Deno.test("The next setting after a foreign ClearCache brings the other keys back, storage nvram", () => {
  const world = clearedWorld("nvram");
  setOtherKey(world);
  assertEquals(login(world, { flags: MAIN }), 0);
});

Deno.test("The next setting after a foreign ClearCache brings the other keys back, storage ram", () => {
  const world = clearedWorld("ram");
  setOtherKey(world);
  assertEquals(login(world, { flags: MAIN }), 0);
});

Deno.test("A scenario in which another tool clears the cache holds", () => {
  assertHolds(`
name: cleared by another tool
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the lasting key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the lasting key, flags: [ike, main] }
  - { wmi: { adapter: hba0, method: 5, hex: "" }, expect: SUCCESS }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`);
});

for (const name of ["own address", "group key"] as const) {
  Deno.test(`The only key of an adapter survives a ClearCache at any time of its setting: ${name}`, () => {
    // From before the setting begins at the adapter to after it has a name, in steps of 80 µs.
    for (let cycles = 800_000; cycles < 2_400_000; cycles += 20_000) {
      const set = { type: "set", adapter: name === "group key" ? "all" : 0, name, persist: true, wait: false } as const;
      const steps = [set, { type: "pass", cycles }, { type: "foreign clear", adapter: 0 }, { type: "check" }] as const;
      assertEquals(
        runHistory({ adapters: [{ storage: "nvram", numberOfPorts: 2 }], steps }),
        undefined,
        `${cycles} cycles`,
      );
    }
  });
}
