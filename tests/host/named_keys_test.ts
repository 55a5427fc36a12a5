/** Keys of names: what SetIScsiIKEInfo acknowledges can be used, whatever memory the adapter has. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { KeyStorage } from "../../firmware/cache/security_cache.ts";
import { ADAPTER, AGGRESSIVE, bootWorld, getKey, login, MAIN, PORT } from "./world_support.ts";
import { secondsOf, setKey, TARGET, targetWithKey, text } from "./world_support.ts";

const NAME = { id: text("host.example"), idType: 2 } as const;
const KEY = "the key of a name";
const AUTHENTICATION_FAILURE = 0xefff_0009;

function worldWith(keyStorage: KeyStorage) {
  return bootWorld({
    adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }],
    targets: [{ ...targetWithKey(KEY), keys: [{ id: { type: NAME.idType, bytes: NAME.id }, key: text(KEY) }] }],
  });
}

Deno.test(
  "The key of a name on an adapter without storage is refused, or can be read back and logged in with",
  () => {
    const world = worldWith("none");
    if (setKey(world, KEY, { ...NAME, flags: AGGRESSIVE }) === 0) {
      assertEquals([getKey(world, NAME), login(world)], [0, 0]);
    } else {
      assertNotEquals(getKey(world, NAME), 0, "a refused key is not there");
      assertNotEquals(login(world), 0);
    }
  },
);

Deno.test("The key of a name on an adapter with storage can be read back and logged in with", () => {
  for (const keyStorage of ["ram", "nvram"] as const) {
    const world = worldWith(keyStorage);
    assertEquals(setKey(world, KEY, { ...NAME, flags: AGGRESSIVE }), 0);
    assertEquals([getKey(world, NAME), login(world)], [0, 0], keyStorage);
  }
});

Deno.test("The key of a name with main mode only is accepted, and fails at a target that looks keys up by address", () => {
  const world = worldWith("nvram");
  assertEquals(setKey(world, KEY, { ...NAME, flags: MAIN }), 0);
  const seconds = secondsOf(world, () => assertEquals(login(world), AUTHENTICATION_FAILURE));
  assert(seconds < 60, `the login took ${seconds} s`);
});

Deno.test("A target may answer with another identifier than its address", () => {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }],
    targets: [{ ...targetWithKey(KEY), address: TARGET, id: { type: 2, bytes: text("other.example") } }],
  });
  assertEquals(setKey(world, KEY), 0);
  assertEquals(login(world), 0);
});
