/**
 * After a reset the firmware numbers its sessions from 1 again: an identifier of before is nobody's, and what an
 * application does with it leaves the sessions of others alone, whenever the reset comes.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { UniqueConnectionId, UniqueSessionId } from "../../host/iscsidsc/structures.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { bootProvider, persistentLogins, save, sessions } from "./provider_world.ts";
import { ADAPTER, bootWorld, loginCall, MAIN, PORT, TARGET, targetWithKey, text, unit } from "./world_support.ts";

const S = IsdscStatus;
const KEY = "the key of the target";
const LOGIN = { flags: MAIN, key: KEY } as const;
const PORTAL = { targetPortal: { address: TARGET.join(".") }, securityFlags: MAIN, key: text(KEY) } as const;

/** A reset takes a second and a half, and the port driver tries again each second. */
const RESET_SECONDS = 5;

/** In so many steps a call goes through a login. */
const PARTS = 60;

interface Opened {
  readonly session: UniqueSessionId;
  /** A further one. */
  readonly connection: UniqueConnectionId;
}

/** What an application does with a session that it has, and how that ends when the session is over. */
const CALLS: Readonly<Record<string, (world: World, opened: Opened) => Task<number>>> = {
  "a logout": (world, { session }) => world.host.api.logoutIScsiTarget(session),
  *"a further connection"(world, { session }) {
    return (yield* world.host.api.addIScsiConnection({ ...PORTAL, uniqueSessionId: session })).status;
  },
  "the removal of a connection": (world, { session, connection }) =>
    world.host.api.removeIScsiConnection(session, connection),
};

/** How the adapter comes to another life. */
const RESETS: Readonly<Record<string, (world: World) => void>> = {
  "the driver resets it": (world) => world.host.resetAdapter(ADAPTER),
  "it resets itself": (world) => unit(world).adapter.reset(),
  "it loses its power": (world) => {
    unit(world).adapter.powerOff();
    pass(world, 1);
    unit(world).adapter.powerOn();
  },
};

function boot(): World {
  return bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] });
}

function pass(world: World, seconds: number): void {
  world.run(world.kernel.sleep(seconds * world.kernel.frequencyHz));
}

/** Logs in, and adds a connection. */
function open(world: World): Opened {
  const { status, session } = world.run(loginCall(world, LOGIN));
  assert(session !== undefined, `the login ended ${status}`);
  const added = world.run(world.host.api.addIScsiConnection({ ...PORTAL, uniqueSessionId: session }));
  assert(added.connection !== undefined, `the connection ended ${added.status}`);
  return { session, connection: added.connection };
}

/** The identifiers of the connections of each session, as the API lists them. */
function listed(world: World): readonly (readonly bigint[])[] {
  return world.run(world.host.api.getIScsiSessionList()).sessions.map(({ sessionId, connections }) => [
    sessionId.adapterSpecific,
    ...connections.map(({ connectionId }) => connectionId.adapterSpecific),
  ]);
}

/** The firmware's numbers. */
function numbers(world: World): readonly number[] {
  return unit(world).adapter.connections.map(({ connection }) => connection);
}

/** What happens, and the cycles that pass between. */
type Order = readonly ("reset" | "login" | "call" | number)[];

/** A call for a session of before, a reset, and another's login, which comes about and stays. */
function judgeCrossing(call: (world: World, opened: Opened) => Task<number>, order: Order, at: string): void {
  const world = boot();
  const dead = open(world);
  const login = () => world.kernel.spawn("another's login", loginCall(world, LOGIN));
  let other: ReturnType<typeof login> | undefined = undefined;
  for (const each of order) {
    if (typeof each === "number") world.advance(each);
    else if (each === "reset") unit(world).adapter.reset();
    else if (each === "login") other = login();
    else world.kernel.spawn("call", call(world, dead));
  }
  world.advance(world.cycles(RESET_SECONDS * 1e9));
  assert(other?.over, `${at}: the login is still waited for`);
  const { status, session } = other.result;
  const id = session?.adapterSpecific ?? 0n;
  assertEquals([status, listed(world)], [S.SUCCESS, [[id, id]]], at);
}

for (const [what, call] of Object.entries(CALLS)) {
  for (const [how, reset] of Object.entries(RESETS)) {
    Deno.test(`${what} by an identifier of before leaves another's session alone: ${how}`, () => {
      const world = boot();
      const dead = open(world);
      const before = numbers(world);
      reset(world);
      pass(world, RESET_SECONDS);
      const other = open(world);
      assertEquals(numbers(world), before, "the firmware gives the same numbers again");
      const list = listed(world);
      assertEquals(list, [[
        other.session.adapterSpecific,
        other.session.adapterSpecific,
        other.connection.adapterSpecific,
      ]]);
      assertEquals(world.run(call(world, dead)), S.INVALID_SESSION_ID);
      assertEquals(listed(world), list, "nothing is touched");
      // Control: whoever has it ends it.
      assertEquals(world.run(call(world, other)), S.SUCCESS);
      assertNotEquals(listed(world), list);
    });
  }

  Deno.test(`${what} by an identifier of before leaves another's login under way alone, whenever each comes`, () => {
    const world = boot();
    open(world);
    unit(world).adapter.reset();
    const begun = world.now;
    assertEquals(world.run(loginCall(world, LOGIN)).status, S.SUCCESS);
    const cycles = world.now - begun;
    for (let part = 0; part <= PARTS; part++) {
      judgeCrossing(call, ["reset", "login", Math.floor((cycles * part) / PARTS), "call"], `part ${part} of the login`);
    }
    // The call is with the driver, in the mailbox, or back.
    for (const microseconds of [5, 10, 20, 40, 80, 100, 120, 140, 160, 200, 400, 1000]) {
      const order: Order = ["call", world.cycles(1000 * microseconds), "reset", "login"];
      judgeCrossing(call, order, `${microseconds} µs of the call`);
    }
  });
}

Deno.test("A login tells of the life in which its session was made, also when a reset comes before it answers", () => {
  const calm = boot();
  const begun = calm.now;
  assertEquals(calm.run(loginCall(calm, LOGIN)).status, S.SUCCESS);
  const cycles = calm.now - begun;
  const outcomes = new Set<string>();
  for (let microseconds = 0; microseconds <= 1200; microseconds += 10) {
    const world = boot();
    const login = world.kernel.spawn("login", loginCall(world, LOGIN));
    world.advance(cycles - world.cycles(1000 * microseconds));
    unit(world).adapter.reset();
    world.advance(world.cycles(RESET_SECONDS * 1e9));
    assert(login.over, `${microseconds} µs`);
    const { session } = login.result;
    const isThere = listed(world).some(([id]) => id === session?.adapterSpecific);
    outcomes.add(session === undefined ? "failed" : isThere ? "made again" : "over");
    if (session === undefined || isThere) continue;
    const other = open(world);
    const list = listed(world);
    assertEquals(world.run(world.host.api.logoutIScsiTarget(session)), S.INVALID_SESSION_ID, `${microseconds} µs`);
    assertEquals([listed(world), list[0]?.[0]], [list, other.session.adapterSpecific], `${microseconds} µs`);
  }
  assert(outcomes.has("over") && outcomes.has("failed"), [...outcomes].join());
});

Deno.test("What the adapter opens by itself has other identifiers in each life, and lists agree on them", () => {
  const world = bootProvider();
  assertEquals(save(world), S.SUCCESS);
  assertEquals(persistentLogins(world).map(({ UniqueSessionId }) => UniqueSessionId), [0n], "it is not made yet");
  const seen = new Set<bigint>();
  for (let life = 1; life <= 3; life++) {
    world.host.resetAdapter(ADAPTER);
    pass(world, RESET_SECONDS);
    const id = (BigInt(life) << 32n) + 0x8000_0001n;
    assertEquals(sessions(world).map(({ UniqueSessionId }) => UniqueSessionId), [id]);
    assertEquals(persistentLogins(world).map(({ UniqueSessionId }) => UniqueSessionId), [id]);
    for (const dead of seen) {
      assertEquals(
        world.run(world.host.api.logoutIScsiTarget({ adapterUnique: 1n, adapterSpecific: dead })),
        S.INVALID_SESSION_ID,
      );
    }
    seen.add(id);
  }
  assertEquals(sessions(world).length, 1);
});

Deno.test("A bus reset ends no session, and its identifiers stay", () => {
  const world = boot();
  const { session } = open(world);
  const list = listed(world);
  world.host.resetBus(ADAPTER);
  pass(world, RESET_SECONDS);
  assertEquals(listed(world), list);
  assertEquals(world.run(world.host.api.logoutIScsiTarget(session)), S.SUCCESS);
});
