/**
 * An adapter is reset at any moment of a synchronisation. What was begun before
 * the reset says nothing of the adapter after it: when all is up again every
 * key is there, without anybody asking the service for anything.
 */

import { assertEquals } from "@std/assert";
import { TestHost, testKey } from "./test_host.ts";

/** Ways in which it is reset. */
const RESETS: Readonly<Record<string, (world: TestHost) => void>> = {
  "by its driver": (world) => world.host.resetAdapter("hba 0"),
  "by itself": (world) => world.adapter.reset(),
};

function reset(
  storage: "nvram" | "ram",
  how: (world: TestHost) => void,
  request: number,
  delayCycles: number,
): boolean {
  const world = new TestHost({ adapters: [{ storage }] }).boot();
  for (const id of [10, 77]) {
    assertEquals(world.run(world.setKey(testKey(id), { id: Uint8Array.of(192, 0, 2, id) })), 0);
  }
  world.host.killService();
  if (storage === "nvram") world.adapter.nonvolatile.guid = world.adapter.volatile.guid = new Uint8Array(16);
  let requests = 0;
  world.adapter.onCommand = () => {
    if (requests++ === request) world.kernel.schedule(delayCycles, () => how(world));
  };
  world.run(world.host.startService());
  world.run(world.host.untilReady());
  // The reset may have come only now.
  world.pass(5_000_000);
  world.run(world.host.untilReady());
  const isInTime = requests > request;
  assertEquals(world.adapter.content()?.keys.size, 2, `reset ${delayCycles} cycles after request ${request}`);
  return isInTime;
}

for (const [name, how] of Object.entries(RESETS)) {
  for (const storage of ["nvram", "ram"] as const) {
    Deno.test(`A synchronisation within which the adapter is reset ${name} begins again, storage ${storage}`, () => {
      for (const delayCycles of [1, 15_000, 25_000]) {
        for (let request = 0; reset(storage, how, request, delayCycles); request++);
      }
    });
  }
}
