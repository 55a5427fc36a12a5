/**
 * What the service decides of a login before and beside the adapter: which
 * adapter, whether IPsec is required, which flags count.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { LoginFlag, type LoginParameters } from "../../host/iscsidsc/structures.ts";
import { HBA, type TestAdapter, TestHost, testKey } from "./test_host.ts";

const S = IsdscStatus;
const VALID = 0x01n;
const MAIN = 0x27n;
const NAME = "iqn.2002-01.com.example:disk";

function boot(...adapters: readonly TestAdapter[]): TestHost {
  return new TestHost({ adapters }).boot();
}

function logIn(world: TestHost, change: Partial<LoginParameters> = {}, loginFlags = 0): number {
  return world.run(world.host.api.loginIScsiTarget({
    targetName: NAME,
    targetPortal: { address: "198.51.100.7" },
    loginOptions: { version: 0, loginFlags: loginFlags | LoginFlag.multipathEnabled },
    ...change,
  })).status;
}

/** Logins that each adapter has seen. */
function seen(world: TestHost): readonly number[] {
  return world.adapters.map(({ logins }) => logins.length);
}

/** SecurityFlags of the logins that the first adapter has seen. */
function flagsSeen(world: TestHost): readonly bigint[] {
  return world.adapter.logins.map(({ securityFlags }) => securityFlags);
}

Deno.test("the service selects the first adapter, and a refusal is no reason to try the next", () => {
  const world = boot({ storage: "nvram" }, { storage: "nvram" });
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true));
  assertEquals(logIn(world), 0);
  assertEquals(seen(world), [1, 0]);
  for (const adapter of world.adapters) adapter.loginStatus = S.AUTHENTICATION_FAILURE;
  assertEquals(logIn(world), S.AUTHENTICATION_FAILURE);
  assertEquals(seen(world), [2, 0]);
});

Deno.test("the service passes over an adapter that has failed, and one that is gone", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "nvram" }, { storage: "nvram" }] });
  const [failed, gone] = world.adapters;
  if (failed !== undefined) failed.badImage = true;
  world.boot();
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true));
  gone?.powerOff();
  assertEquals(logIn(world), 0);
  assertEquals(seen(world), [0, 0, 1]);
});

Deno.test("a login through a named adapter goes through no other", () => {
  const world = boot({ storage: "nvram" }, { storage: "nvram" });
  world.run(world.host.api.setIScsiGroupPresharedKey(testKey(1), true));
  world.adapter.powerOff();
  assertEquals(logIn(world, { initiatorInstance: HBA }) === 0, false);
  assertEquals(seen(world), [0, 0]);
});

for (const storage of ["nvram", "ram", "none"] as const) {
  Deno.test(`IPsec that is required and that flags switch off is no usable key, storage ${storage}`, () => {
    const world = boot({ storage });
    assertEquals(world.run(world.setKey(testKey(1), { flags: VALID })), 0);
    // The flags of the login, then those of the key.
    assertEquals(logIn(world, { securityFlags: VALID }, LoginFlag.requireIpsec), S.TARGET_PRESHAREDKEY_UNAVAILABLE);
    assertEquals(logIn(world, {}, LoginFlag.requireIpsec), S.TARGET_PRESHAREDKEY_UNAVAILABLE);
    assertEquals(seen(world), [0], "no adapter is asked");
    assertEquals(logIn(world, { securityFlags: MAIN }, LoginFlag.requireIpsec), 0);
  });

  Deno.test(`IPsec that is required is asked for whatever the key's flags leave open, storage ${storage}`, () => {
    const world = boot({ storage });
    assertEquals(world.run(world.setKey(testKey(1), { flags: 0n })), 0);
    assertEquals(logIn(world, {}, LoginFlag.requireIpsec), 0);
    assertEquals(world.run(world.setKey(testKey(1), { flags: 0x2bn })), 0);
    assertEquals(logIn(world, {}, LoginFlag.requireIpsec), 0);
    assertEquals(logIn(world, { key: testKey(2) }, LoginFlag.requireIpsec), 0);
    assertEquals(flagsSeen(world), [0x0fn, 0x2bn, 0x0fn]);
  });
}

Deno.test("flags of a login that are not VALID give way to the registry's", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }], defaultSecurityFlags: 0x2bn }).boot();
  world.run(world.setKey(testKey(1)));
  for (const securityFlags of [0n, 0x26n, MAIN]) assertEquals(logIn(world, { securityFlags }), 0);
  assertEquals(flagsSeen(world), [0x2bn, 0x2bn, MAIN]);
});
