/**
 * A host that boots resets the adapters that a driver has had before: what an
 * earlier run of the host has left in them, sessions above all, is nobody's.
 */

import { assert, assertEquals } from "@std/assert";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, login, PORT, setKey, targetWithKey, text, unit } from "./world_support.ts";

const KEY = "the key of the port";
const CAPACITY = 3;

function boot(): World {
  const adapters = [{ name: ADAPTER, ports: [PORT], sessionCapacity: CAPACITY }];
  const world = bootWorld({ adapters, targets: [targetWithKey(KEY)] });
  assertEquals(setKey(world, KEY), 0);
  return world;
}

/** Only the host loses its power; its adapters keep theirs, as from an auxiliary supply. */
function rebootHostAlone(world: World): void {
  world.host.powerOff();
  world.advance(world.cycles(1e9));
  world.host.powerOn();
  world.settle();
}

const sessions = (world: World) => world.run(world.host.api.getIScsiSessionList()).sessions;
const resets = (world: World) =>
  [...world.recorder.events()].filter(({ component, fields }) =>
    component === ADAPTER && fields["state"] === "reset requested"
  ).length;

Deno.test("A host that boots finds no sessions of its earlier run, however often it does", () => {
  const world = boot();
  for (let count = 0; count <= CAPACITY; count++) {
    assertEquals(login(world), 0, `run ${count} of the host`);
    assertEquals(sessions(world).map(({ targetName }) => targetName), ["iqn.2026-01.example:disk"]);
    rebootHostAlone(world);
    assertEquals(sessions(world), []);
  }
});

Deno.test("A second session to a target is refused after a reboot of the host as before it", () => {
  const world = boot();
  const targetPortal = { address: "192.0.2.20" };
  const parameters = { targetName: "iqn.2026-01.example:disk", initiatorInstance: ADAPTER, targetPortal };
  const logIn = () => world.run(world.host.api.loginIScsiTarget({ ...parameters, key: text(KEY) })).status;
  const first = [logIn(), logIn()];
  rebootHostAlone(world);
  assertEquals([logIn(), logIn()], first);
  assert(first[1] !== 0);
});

Deno.test("An adapter that has just got its power is not reset, nor one without any", () => {
  const world = boot();
  assertEquals(resets(world), 0);
  world.powerOff();
  world.powerOn();
  world.settle();
  assertEquals(resets(world), 0);
  world.host.powerOff();
  unit(world).adapter.powerOff();
  world.host.powerOn();
  world.settle();
  assertEquals(resets(world), 0);
  unit(world).adapter.powerOn();
  world.settle();
  assertEquals([resets(world), login(world)], [0, 0]);
});
