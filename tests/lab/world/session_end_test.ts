/** Whenever a session ends, nothing of it is left: neither at the adapter nor at the target. */

import { LoginFlag } from "../../../host/iscsidsc/structures.ts";
import { assert, assertEquals } from "@std/assert";
import { formatInternetAddress } from "../../../sim/network/internet_address.ts";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { World } from "../../../sim/lab/world/world.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a key");
const SECOND = 1_000_000_000;

const PHASE1 = {
  ...DEFAULT_POLICY,
  suites: [parseSuite("aes128-sha1-modp1024")],
  lifetimeSeconds: 600,
  rekeyMarginSeconds: 60,
  deadPeerDetection: undefined,
};

function makeWorld(sessionCapacity = 8) {
  const world = new World({
    adapters: [{ name: "hba0", ports: [PORT], phase1: PHASE1, sessionCapacity }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1: PHASE1 }],
  });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true)), 0);
  const { api } = world.host;
  const login = () =>
    api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: "hba0",
      targetPortal: { address: formatInternetAddress(TARGET) },
      loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
    });
  const adapter = world.adapters.get("hba0")?.adapter;
  const target = world.targets.get("disk");
  assert(adapter !== undefined && target !== undefined);
  return { world, login, adapter, target, sessions: () => adapter.sessions?.sessions() ?? [] };
}

Deno.test("A logout at any moment of a re-key leaves no association at the target, now or later", () => {
  for (let moment = 0; moment < 24; moment++) {
    const { world, login, target, sessions, adapter } = makeWorld();
    const { session } = world.run(login());
    assert(session !== undefined);
    // The re-key is due after 540 seconds; half a millisecond later each time.
    world.advance(world.cycles(540 * SECOND - 4_000_000 + moment * 500_000));
    assertEquals(world.run(world.host.api.logoutIScsiTarget(session)), 0);
    world.advance(world.cycles(5 * SECOND));
    assertEquals([sessions().length, target.exchangeCount], [0, 0], `moment ${moment}`);
    assert(adapter.keySlots.bytes.every((byte) => byte === 0));
    world.advance(world.cycles(1200 * SECOND));
    assertEquals([sessions().length, target.exchangeCount], [0, 0], `moment ${moment}, later`);
  }
});

Deno.test("A session that is closed at any moment of its negotiation never becomes an association that stays", () => {
  for (let moment = 0; moment < 40; moment++) {
    const { world, login, target, sessions, adapter } = makeWorld();
    const process = world.kernel.spawn("login", login());
    // Until the adapter has the session, and then some time more.
    while (sessions().length === 0) world.advance(2500);
    world.advance(world.cycles(moment * 250_000));
    for (const { number } of sessions()) {
      const { sessions: manager } = adapter;
      assert(manager !== undefined);
      assertEquals(world.run(manager.close(number)), 0);
    }
    world.advance(world.cycles(200 * SECOND));
    assertEquals([sessions().length, target.exchangeCount], [0, 0], `moment ${moment}`);
    assert(process.over, "the login hangs");
  }
});

Deno.test("An adapter at its capacity re-keys all its sessions at once, again and again", () => {
  const capacity = 8;
  const { world, login, target, sessions } = makeWorld(capacity);
  const logins = Array.from({ length: capacity }, (_, index) => world.kernel.spawn(`login ${index}`, login()));
  world.advance(world.cycles(30 * SECOND));
  assertEquals(logins.map(({ result }) => result.status), new Array(capacity).fill(0));
  world.advance(world.cycles(1500 * SECOND));
  assertEquals([sessions().length, target.exchangeCount], [capacity, capacity]);
  assert(target.established >= 3 * capacity);
});

Deno.test("A re-key that fails is tried again while the association lives", () => {
  const { world, login, target, sessions } = makeWorld();
  world.run(login());
  const [before] = sessions();
  const first = String(before?.association?.initiatorCookie);
  // Nothing gets through from a second before the re-key is due until 20 seconds after.
  world.advance(world.cycles(539 * SECOND));
  for (const [from, to] of [[PORT, TARGET], [TARGET, PORT]] as const) world.network.block(from, to);
  world.advance(world.cycles(21 * SECOND));
  for (const [from, to] of [[PORT, TARGET], [TARGET, PORT]] as const) world.network.unblock(from, to);
  world.advance(world.cycles(300 * SECOND));
  assertEquals(sessions().length, 1);
  assert(String(sessions()[0]?.association?.initiatorCookie) !== first);
  assertEquals(target.exchangeCount, 1);
});

Deno.test("A host that goes down in good order has its adapters tell the targets; one that loses its power does not", () => {
  for (const orderly of [true, false]) {
    const report = runScenarioText(
      `
name: reboot
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main, pfs, tunnel] }
  - setTunnelAddress: { destination: 192.0.2.20, outer: 198.51.100.1 }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
  - rebootHost: { orderly: ${orderly} }
`,
      "reboot.yaml",
    );
    assertEquals(report.verdicts.filter(({ holds }) => !holds), []);
    assertEquals(report.world.targets.get("disk")?.exchangeCount, orderly ? 0 : 1);
    const [session] = report.sessions;
    assertEquals([session?.mode, session?.pfs, session?.preference], ["main", true, "tunnel"]);
    const lines = [...renderVerdicts(report)].join("\n");
    assert(/hba0, session 1: main mode; for phase 2: perfect forward secrecy on, preference tunnel/.test(lines), lines);
  }
});

Deno.test("A peer that says nothing is told so by each retransmission preset, to the host, too", () => {
  for (const [preset, leastSeconds] of [["doubling", 14], ["strongSwan", 160]] as const) {
    const report = runScenarioText(
      `
name: silence
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], policy: { retransmission: ${preset} } } }
targets: { disk: { address: 192.0.2.20, outside: true } }
steps:
  - setKey: { adapter: hba0, id: host.example, key: a key, flags: [ike, main, aggressive] }
  - { login: { adapter: hba0, target: disk, flags: [ike, main, aggressive] }, expect: ISDSC_CONNECTION_FAILED }
`,
      "silence.yaml",
    );
    assertEquals(report.verdicts.filter(({ holds }) => !holds), [], preset);
    // Main mode first, then aggressive mode.
    const { now, kernel } = report.world;
    assert(now > 2 * leastSeconds * kernel.frequencyHz, `${preset}: ${now} cycles`);
  }
});
