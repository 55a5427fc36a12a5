import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatInternetAddress } from "../../../sim/network/internet_address.ts";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import { World } from "../../../sim/lab/world/world.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a key");
const MINUTE = 60_000_000_000;

/** A session whose association lives for ten minutes. */
function establish(options: { readonly key?: Uint8Array } = {}) {
  const phase1 = {
    ...DEFAULT_POLICY,
    suites: [parseSuite("aes128-sha1-modp1024")],
    lifetimeSeconds: 600,
    rekeyMarginSeconds: 60,
  };
  const world = new World({
    // Keying anew needs no room for another session.
    adapters: [{ name: "hba0", ports: [PORT], phase1, sessionCapacity: 1 }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
  });
  world.powerOn();
  world.settle();
  if (options.key === undefined) assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true)), 0);
  const { status, session } = world.run(world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: "hba0",
    targetPortal: { address: formatInternetAddress(TARGET) },
    ...options,
  }));
  assertEquals(status, 0);
  assert(session !== undefined);
  const sessions = () => world.adapters.get("hba0")?.adapter.sessions?.sessions() ?? [];
  return { world, session, sessions, target: world.targets.get("disk") };
}

Deno.test("A session is re-keyed before its lifetime ends, again and again, and stays the same session", () => {
  for (const options of [{}, { key: KEY }]) {
    const { world, sessions, target } = establish(options);
    const cookies = new Set<string>();
    for (let count = 0; count < 6; count++) {
      const [session, ...others] = sessions();
      assertEquals([session?.state, session?.number, others.length], ["active", 1, 0]);
      cookies.add(String(session?.association?.initiatorCookie));
      world.advance(world.cycles(10 * MINUTE));
    }
    assertEquals(cookies.size, 6);
    assert((target?.established ?? 0) >= 6);
    assertEquals(target?.exchangeCount, 1, "old associations are gone at the target, too");
  }
});

Deno.test("A session is re-keyed with the key as it stands then; if the target has another by now, it ends with its lifetime", () => {
  const { world, sessions } = establish();
  world.run(world.host.api.setIScsiGroupPresharedKey(new TextEncoder().encode("another key"), true));
  world.advance(world.cycles(5 * MINUTE));
  assertEquals(sessions().map(({ state }) => state), ["active"]);
  world.advance(world.cycles(20 * MINUTE));
  assertEquals(sessions(), []);
});

Deno.test("Logging out and stopping the firmware delete the association at the target, too", () => {
  const out = establish();
  assertEquals(out.target?.exchangeCount, 1);
  assertEquals(out.world.run(out.world.host.api.logoutIScsiTarget(out.session)), 0);
  out.world.advance(out.world.cycles(MINUTE / 60));
  assertEquals([out.sessions().length, out.target?.exchangeCount], [0, 0]);

  const stopped = establish();
  const { mailbox } = stopped.world.host;
  const answer = stopped.world.run(
    mailbox.call(stopped.world.host, "hba0", {
      command: MailboxCommand.stopFirmware,
      request: new Uint8Array(0),
      responseBytes: 0,
    }),
  );
  assertEquals(answer.type, "completed");
  stopped.world.advance(stopped.world.cycles(MINUTE / 60));
  assertEquals(stopped.target?.exchangeCount, 0);
  assertNotEquals(stopped.sessions()[0]?.state, "active");
});
