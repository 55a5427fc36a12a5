/** SecurityFlags that are VALID and do not ask for IKE: a session without phase 1. */

import { LoginFlag } from "../../../host/iscsidsc/structures.ts";
import { assertEquals } from "@std/assert";
import { World } from "../../../sim/lab/world/world.ts";

const WITHOUT_IKE = 0x01n;
const MAIN = 0x07n;
const SUCCESS = 0;
const INVALID_SESSION_ID = 0xefff_001c;

function boot(): World {
  const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], sessionCapacity: 2 }] });
  world.powerOn();
  world.settle();
  return world;
}

function login(world: World, securityFlags: bigint) {
  return world.run(world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: "hba0",
    targetPortal: { address: "192.0.2.20" },
    loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
    securityFlags,
  }));
}

Deno.test("A login whose flags do not ask for IKE is established without a key and without a datagram", () => {
  const world = boot();
  for (const flags of [WITHOUT_IKE, 0x05n, 0x25n]) {
    const { status, session } = login(world, flags);
    assertEquals([status, world.network.captures.length], [SUCCESS, 0], `flags 0x${flags.toString(16)}`);
    assertEquals(session === undefined ? undefined : world.run(world.host.api.logoutIScsiTarget(session)), SUCCESS);
    assertEquals(session === undefined ? 0 : world.run(world.host.api.logoutIScsiTarget(session)), INVALID_SESSION_ID);
  }
  assertEquals(login(world, MAIN).status === SUCCESS, false, "with IKE there is no key");
});

Deno.test("Sessions without phase 1 count like others, and end with the adapter", () => {
  const world = boot();
  assertEquals([login(world, WITHOUT_IKE).status, login(world, WITHOUT_IKE).status], [SUCCESS, SUCCESS]);
  assertEquals(login(world, WITHOUT_IKE).status === SUCCESS, false, "no room for a third");
  world.host.resetAdapter("hba0");
  world.settle();
  assertEquals(login(world, WITHOUT_IKE).status, SUCCESS);
});

Deno.test("The flags of a key's entry count as those of the login that gives none", () => {
  const world = boot();
  const id = Uint8Array.of(192, 0, 2, 10);
  const information = { authMethod: 1, securityFlags: WITHOUT_IKE, idType: 1, id, key: new Uint8Array(16) };
  assertEquals(world.run(world.host.api.setIScsiIKEInfo("hba0", 0xffff_ffff, information, true)), SUCCESS);
  assertEquals([login(world, 0n).status, world.network.captures.length], [SUCCESS, 0]);
});
