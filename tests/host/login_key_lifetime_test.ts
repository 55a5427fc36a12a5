/** A key that is handed over with a login is in host memory only until the adapter has taken it. */

import { assert, assertEquals } from "@std/assert";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, contains, login, loginCall, PORT, setKey, text, unit } from "./world_support.ts";

const KEY = "a key that goes with the login";
const SECOND_NS = 1e9;
const CONNECTION_FAILED = 0xefff_0003;

function keyInSystemBuffers(world: World): boolean {
  return world.host.wmi.buffers.memory().some((memory) => contains(memory, text(KEY)));
}

/** A login to a target that does not answer: its phase 1 takes many seconds. */
function slowLogin() {
  const world = bootWorld({ adapters: [{ name: ADAPTER, keyStorage: "none", ports: [PORT] }] });
  assertEquals(setKey(world, KEY), 0);
  const process = world.kernel.spawn("login", loginCall(world));
  const limit = world.now + world.cycles(SECOND_NS);
  while (!keyInSystemBuffers(world) && world.now < limit) world.advance(500);
  assert(keyInSystemBuffers(world), "the key never went through a system buffer, so its search proves nothing");
  return { world, process };
}

Deno.test("The key of a login is out of the system buffers while phase 1 is still under way", () => {
  const { world, process } = slowLogin();
  world.advance(world.cycles(SECOND_NS));
  assert(!process.over, "phase 1 is over already");
  assert(contains(unit(world).adapter.ram.bytes, text(KEY)), "the adapter has the key for its exchange");
  assert(!keyInSystemBuffers(world), "the key is in a system buffer a second after the adapter has taken it");
});

Deno.test("The key of a login is nowhere when the login is over, and the peer's silence is its result", () => {
  const { world, process } = slowLogin();
  world.kernel.runUntil(process, world.now + world.cycles(60 * SECOND_NS));
  world.advance(world.cycles(SECOND_NS));
  assertEquals(process.result.status, CONNECTION_FAILED);
  assert(!keyInSystemBuffers(world));
  assert(!contains(unit(world).adapter.ram.bytes, text(KEY)));
  assertEquals(login(world), CONNECTION_FAILED, "and the next one finds it again with the service");
});
