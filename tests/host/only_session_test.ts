/**
 * A login without MULTIPATH_ENABLED while an adapter logs in to the same target
 * by itself: one session, whatever the moment.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { bootProvider, KEY, save, sessions, TARGET_NAME } from "./provider_world.ts";
import { ADAPTER, OTHER_PORT, PORT, setKey, TARGET, text } from "./world_support.ts";

const MILLISECOND_NS = 1e6;
const ALREADY = IsdscStatus.TARGET_ALREADY_LOGGED_IN;

/** The status of a login that begins now, and how many sessions there are when all is quiet again. */
function logInNow(
  world: World,
  initiatorInstance: string,
  meanwhile: () => void = () => {},
): { readonly status: number; readonly sessions: number } {
  const process = world.kernel.spawn(
    "login",
    world.host.api.loginIScsiTarget({
      targetName: TARGET_NAME,
      initiatorInstance,
      targetPortal: { address: TARGET.join(".") },
      key: text(KEY),
      securityFlags: 0x27n,
    }),
  );
  meanwhile();
  world.kernel.runUntil(process, world.now + world.cycles(60e9));
  assert(process.over);
  world.advance(world.cycles(12e9));
  const adapters = [...world.adapters.keys()].flatMap((name) => sessions(world, name));
  const count = adapters.filter(({ ConnectionsList }) => ConnectionsList.some(({ State }) => State === 1)).length;
  return { status: process.result.status, sessions: count };
}

/** Delays around moments, in steps of a tenth of a millisecond to some milliseconds. */
function* delays(from: number, to: number, step: number): Generator<number> {
  for (let milliseconds = from; milliseconds < to; milliseconds += step) yield milliseconds;
}

const TWO_ADAPTERS = { adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }] };

Deno.test("A login that races a saved one after a reset of its adapter is the second session, and is refused", () => {
  // The driver has the adapter again after 1010 ms; a request that it finds busy comes again after 250 ms.
  for (const milliseconds of [...delays(0, 42, 3), ...delays(1000, 1050, 0.5)]) {
    const world = bootProvider();
    save(world);
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(milliseconds * MILLISECOND_NS));
    assertEquals(logInNow(world, ADAPTER), { status: ALREADY, sessions: 1 }, `after ${milliseconds} ms`);
  }
});

Deno.test("A login through another adapter that races a saved one: one session", () => {
  for (const milliseconds of [...delays(0, 1000, 50), ...delays(1000, 1060, 1)]) {
    const world = bootProvider(TWO_ADAPTERS);
    save(world);
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(milliseconds * MILLISECOND_NS));
    assertEquals(logInNow(world, "hba1").sessions, 1, `after ${milliseconds} ms`);
  }
});

Deno.test("Another adapter is reset during a login, perhaps twice, and makes its saved login then: one session", () => {
  // The adapters are asked until 0.25 ms, the login takes until 33 ms; the first reset is over after 1010 ms.
  const resets = [...[0.1, 0.3, 1, 3, 10, 20, 30].flatMap((at) => [[at], [at, 1025]]), [1, 1035]];
  for (const moments of resets) {
    const world = bootProvider(TWO_ADAPTERS);
    save(world);
    const begun = world.now;
    const { sessions } = logInNow(world, "hba1", () => {
      for (const milliseconds of moments) {
        world.advance(begun + world.cycles(milliseconds * MILLISECOND_NS) - world.now);
        world.host.resetAdapter(ADAPTER);
      }
    });
    assertEquals(sessions, 1, `after ${moments} ms`);
  }
});

Deno.test("A login that races the next try of a saved one that has failed: one session", () => {
  for (const milliseconds of [...delays(0, 5000, 250), ...delays(3900, 4100, 10)]) {
    const world = bootProvider();
    save(world, { Key: new Uint8Array(0) });
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(2000 * MILLISECOND_NS));
    assertEquals(setKey(world, KEY), 0);
    world.advance(world.cycles(milliseconds * MILLISECOND_NS));
    assertEquals(logInNow(world, ADAPTER), { status: ALREADY, sessions: 1 }, `after ${milliseconds} ms`);
  }
});

Deno.test("A login that has waited for a try in vain gives its session up if the next one, at the same time, succeeds", () => {
  const statuses = new Set<number>();
  // Tries without a key are over at once, after 1010, 6010 and 11,010 ms.
  for (const milliseconds of delays(4950, 5060, 5)) {
    const world = bootProvider();
    save(world, { Key: new Uint8Array(0) });
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(milliseconds * MILLISECOND_NS));
    const { status, sessions } = logInNow(world, ADAPTER, () => {
      world.advance(world.cycles(3000 * MILLISECOND_NS));
      assertEquals(setKey(world, KEY), 0);
    });
    assertEquals(sessions, 1, `after ${milliseconds} ms`);
    statuses.add(status);
  }
  assertEquals(statuses, new Set([ALREADY]));
});

Deno.test("A saved login that keeps failing keeps nobody out: a login waits for one try, and has the session", () => {
  const world = bootProvider();
  save(world, { Key: text("a key that the target does not know") });
  world.host.resetAdapter(ADAPTER);
  world.settle();
  const begun = world.now;
  assertEquals(logInNow(world, ADAPTER), { status: 0, sessions: 1 });
  assert(world.now - begun < world.cycles(30e9));
});

Deno.test("A service that is killed while another adapter is reset leaves both sessions: they are told, taken for taken, and end each by itself", () => {
  const both = new Set<number>();
  // The login is accepted after some 5 ms and has its session after 33 ms; the saved one is made after 1010 ms.
  for (const milliseconds of [1, 4, 6, 10, 20, 30]) {
    const world = bootProvider(TWO_ADAPTERS);
    save(world);
    const { api } = world.host;
    const login = {
      targetName: TARGET_NAME,
      initiatorInstance: "hba1",
      targetPortal: { address: TARGET.join(".") },
      key: text(KEY),
      securityFlags: 0x27n,
    };
    world.kernel.spawn("login", api.loginIScsiTarget(login));
    world.advance(world.cycles(0.5 * MILLISECOND_NS));
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(milliseconds * MILLISECOND_NS));
    world.host.killService();
    world.run(world.host.startService());
    world.advance(world.cycles(12e9));
    const { sessions: listed = [] } = world.run(api.getIScsiSessionList());
    both.add(listed.length);
    assert(listed.length > 0, `${milliseconds} ms`);
    // Nothing in a session says whether MULTIPATH_ENABLED was asked for: the next login finds the target taken.
    assertEquals(world.run(api.loginIScsiTarget(login)).status, ALREADY);
    for (const { sessionId } of listed) assertEquals(world.run(api.logoutIScsiTarget(sessionId)), 0);
    assertEquals(world.run(api.getIScsiSessionList()).sessions ?? [], []);
  }
  assert(both.has(2), `${[...both]} sessions`);
});
