import { assertEquals } from "@std/assert";
import { hex } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

for (const storage of ["nvram", "ram", "none"] as const) {
  Deno.test(`WindowsHost: a persistent key on an adapter with storage "${storage}" survives a power cycle and is used by a login`, () => {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    assertEquals(world.host.adapterState(HBA), "ready");
    assertEquals(world.run(world.setKey(testKey(1))), 0);
    assertEquals(world.run(world.login()).status, 0);
    world.reboot();
    const login = world.run(world.login());
    assertEquals(login.status, 0);
    const used = world.adapter.logins.at(-1);
    assertEquals(used?.key, hex(testKey(1)));
    assertEquals(used?.source, storage === "none" ? "login" : "explicit");
    assertEquals(world.askForKey(), {
      status: 0,
      securityFlags: 0x27n,
    });
  });
}
