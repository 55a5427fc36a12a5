import { assert, assertEquals } from "@std/assert";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { World } from "../../../sim/lab/world/world.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const KEY = new TextEncoder().encode("a key");
const SESSIONS = 2000;

Deno.test("Two thousand logins at once, while keys are being set, all come about", () => {
  // A queue of thousands of exponentiations takes many seconds: peers wait longer than the default before they repeat.
  const phase1 = {
    ...DEFAULT_POLICY,
    suites: [parseSuite("aes128-sha1-modp1024")],
    retransmission: { name: "patient", delaysMilliseconds: [60_000, 60_000] },
    halfOpenLimit: SESSIONS,
    halfOpenMilliseconds: 120_000,
  };
  const world = new World({
    adapters: [{ name: "hba0", ports: [PORT], phase1, sessionCapacity: SESSIONS }],
    targets: Array.from({ length: 4 }, (_, index) => ({
      name: `disk ${index}`,
      address: Uint8Array.of(192, 0, 2, 20 + index),
      keys: [{ id: "any" as const, key: KEY }],
      phase1,
    })),
  });
  world.powerOn();
  world.settle();
  const { api } = world.host;
  assertEquals(world.run(api.setIScsiGroupPresharedKey(KEY, true)), 0);
  const logins = Array.from({ length: SESSIONS }, (_, index) =>
    world.kernel.spawn(
      `login ${index}`,
      api.loginIScsiTarget({
        targetName: `iqn.2026-01.example:${index}`,
        initiatorInstance: "hba0",
        targetPortal: { address: `192.0.2.${20 + index % 4}` },
      }),
    ));
  const settings = Array.from({ length: 20 }, (_, index) =>
    world.kernel.spawn(
      `setting ${index}`,
      api.setIScsiIKEInfo("hba0", ALL_PORTS, {
        authMethod: 1,
        securityFlags: 0x07n,
        idType: 2,
        id: new TextEncoder().encode(`host${index}.example`),
        key: KEY,
      }, true),
    ));
  for (const process of [...logins, ...settings]) {
    const outcome = world.kernel.runUntil(process, world.now + world.cycles(600_000_000_000));
    assertEquals(outcome.type, "done", process.name);
  }
  assertEquals(new Set(logins.map(({ result }) => result.status)), new Set([0]));
  assertEquals(new Set(settings.map(({ result }) => result)), new Set([0]));
  const unit = world.adapters.get("hba0");
  assertEquals(unit?.adapter.sessions?.sessions().length, SESSIONS);
  assertEquals([...world.targets.values()].reduce((sum, { established }) => sum + established, 0), SESSIONS);
  const engine = unit?.adapter.publicKeyEngine;
  assert(engine !== undefined && engine.busyCycles > 0.5 * engine.done * 500_000);
});
