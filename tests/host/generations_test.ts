/** Names of generations: no two caches that differ bear the same one, whatever is restored and begun again. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { World } from "../../sim/lab/world/world.ts";
import type { WorldImage } from "../../sim/lab/world/world_options.ts";
import { ADAPTER, bootWorld, login, PORT, setKey, targetWithKey, text, unit } from "./world_support.ts";

const ADAPTERS = [{ name: ADAPTER, ports: [PORT] }];

interface Branch {
  readonly guid: string;
  readonly image: WorldImage;
}

/** Goes on from an image, or from nothing, with one change. */
function branch(image: WorldImage | undefined, change: (world: World) => number): Branch {
  const world = bootWorld({ adapters: ADAPTERS, ...(image === undefined ? {} : { image }) });
  assertEquals(change(world), 0);
  const { cache } = unit(world).adapter;
  assert(cache !== undefined);
  const guid = cache.information().generationalGuid.toHex();
  world.powerOff();
  return { guid, image: world.image() };
}

/** Changes that differ in nothing but one value. */
const CHANGES: Readonly<Record<string, (world: World, value: string) => number>> = {
  "a key": (world, value) => setKey(world, value),
  "a key that is not to last": (world, value) => setKey(world, value, { persist: false }),
  "the group key": (world, value) => world.run(world.host.api.setIScsiGroupPresharedKey(text(value), true)),
  "a tunnel address": (world, value) => {
    const gateway = `203.0.113.${value.length}`;
    return world.run(world.host.api.setIScsiTunnelModeOuterAddress(ADAPTER, 0, "198.51.100.1", gateway, true));
  },
};

for (const [name, change] of Object.entries(CHANGES)) {
  Deno.test(`Two worlds that go on from one image name their caches differently: ${name}`, () => {
    const { image } = branch(undefined, (world) => setKey(world, "the first key"));
    const one = branch(image, (world) => change(world, "of the one"));
    const other = branch(image, (world) => change(world, "of the other"));
    assertNotEquals(one.guid, other.guid);
    assertEquals(branch(image, (world) => change(world, "of the one")).guid, one.guid, "and do so again");
  });
}

Deno.test("The flash of one branch does not pass for what the store of the other has acknowledged", () => {
  const { image } = branch(undefined, (world) => setKey(world, "the first key"));
  const one = branch(image, (world) => setKey(world, "KEY-OF-ONE"));
  const other = branch(image, (world) => setKey(world, "key-of-two"));
  const world = bootWorld({
    adapters: ADAPTERS,
    targets: [targetWithKey("key-of-two")],
    image: { ...other.image, flash: one.image.flash },
  });
  assertEquals(login(world), 0);
});
