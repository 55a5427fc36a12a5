/** The longest waits that a world accepts, at the edges of the frequencies that it accepts: nothing ends the clock. */

import { assertEquals } from "@std/assert";
import type { IkePolicy } from "../../../firmware/ike/mod.ts";
import type { KeyStorage } from "../../../firmware/cache/security_cache.ts";
import { login, text } from "../../host/world_support.ts";
import { World } from "../../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../../sim/lab/world/world_options.ts";

const LONGEST = 2 ** 31 - 1;

const WAITS: Readonly<Record<string, Partial<IkePolicy>>> = {
  "the default waits": {},
  "the longest lifetime": { lifetimeSeconds: 2 ** 32 - 1 },
  "the longest wait for message 5": { halfOpenMilliseconds: LONGEST },
  "the longest dead peer detection": {
    deadPeerDetection: { idleMilliseconds: LONGEST, retryMilliseconds: LONGEST, attempts: 2 ** 31 },
  },
  "the longest retransmissions": { retransmission: { name: "longest", delaysMilliseconds: [LONGEST, LONGEST] } },
};

function loginAt(frequencyHz: number, phase1: Partial<IkePolicy>, keyStorage: KeyStorage, more: Partial<WorldOptions>) {
  const world = new World({
    frequencyHz,
    adapters: [{ name: "hba0", keyStorage, ports: [Uint8Array.of(192, 0, 2, 10)], phase1 }],
    targets: [{ name: "disk", address: Uint8Array.of(192, 0, 2, 20), keys: [{ id: "any", key: text("k") }], phase1 }],
    ...more,
  });
  world.powerOn();
  world.settle();
  return login(world, { key: "k" });
}

for (const frequencyHz of [1e6, 250e6, 1e10]) {
  for (const [what, phase1] of Object.entries(WAITS)) {
    Deno.test(`A login succeeds at ${frequencyHz} Hz with ${what}`, () => {
      for (const keyStorage of ["nvram", "none"] as const) {
        assertEquals(loginAt(frequencyHz, phase1, keyStorage, {}), 0, keyStorage);
      }
    });
  }
}

Deno.test("A login fails by time, not by the end of the clock, on the slowest network that is accepted", () => {
  for (const network of [{ latencyCycles: 2 ** 50 }, { reordersPerMille: 1000, reorderCycles: 2 ** 50 }]) {
    assertEquals(loginAt(250e6, {}, "nvram", { network }) === 0, false);
  }
});
