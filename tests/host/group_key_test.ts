/** The group key alone: it serves logins of both modes, and makes no identifier configured. */

import { assertEquals } from "@std/assert";
import { ADAPTER, AGGRESSIVE, bootWorld, getKey, login, PORT, targetWithKey, text } from "./world_support.ts";

Deno.test("A group key is enough for logins without flags and for those in aggressive mode, and cannot be asked for", () => {
  for (const keyStorage of ["nvram", "ram", "none"] as const) {
    const world = bootWorld({
      adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }],
      targets: [targetWithKey("a key for all")],
    });
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text("a key for all"), true)), 0);
    assertEquals([login(world), login(world, { flags: AGGRESSIVE })], [0, 0], keyStorage);
    assertEquals(getKey(world) === 0, false, keyStorage);
  }
});
