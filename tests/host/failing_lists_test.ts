/**
 * One adapter that fails a list says nothing of the others': what they answer
 * still counts where the service looks for a session, a portal or a number.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { LoginParameters } from "../../host/iscsidsc/structures.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { loginToTarget, queryPersistentLogins } from "../../host/wmi/adapter_client.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { loginIn } from "./provider_world.ts";
import { bootWorld, OTHER_PORT, PORT, TARGET, targetWithKey, text } from "./world_support.ts";

const KEY = "the key of the target";
const NAME = "iqn.2026-01.example:disk";
const NAMES = ["hba0", "hba1"] as const;
const FIRST_OF_SAVED_LOGINS = 0x8000;

function boot(): World {
  return bootWorld({
    adapters: [{ name: "hba0", ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
}

/** From now on every query of an adapter's classes is an I/O error; gives the adapter its senses back. */
function failQueries(world: World, name: string): () => void {
  const { wmi } = world.host;
  const query = wmi.queryInstance.bind(wmi);
  wmi.queryInstance = function* (deviceName, ...more) {
    if (deviceName !== name) return yield* query(deviceName, ...more);
    return { ntStatus: NtStatus.ioDeviceError, data: new Uint8Array(0), srbStatus: SrbStatus.error };
  };
  return () => void (wmi.queryInstance = query);
}

function logIn(world: World, change: Partial<LoginParameters>): number {
  return world.run(world.host.api.loginIScsiTarget({
    targetName: NAME,
    targetPortal: { address: TARGET.join(".") },
    securityFlags: 0x27n,
    key: text(KEY),
    ...change,
  })).status;
}

for (const healthy of NAMES) {
  const failing = NAMES.find((name) => name !== healthy) ?? healthy;

  Deno.test(`A session of ${healthy} is seen, whatever ${failing} fails to say: there is no second one without MULTIPATH`, () => {
    const world = boot();
    assertEquals(logIn(world, { initiatorInstance: healthy }), 0);
    failQueries(world, failing);
    assertNotEquals(world.run(world.host.api.getIScsiSessionList()).status, 0, "the list itself is not complete");
    assertEquals(logIn(world, { initiatorInstance: healthy }), IsdscStatus.TARGET_ALREADY_LOGGED_IN);
    assertEquals(logIn(world, { initiatorInstance: healthy, targetName: `${NAME}.2` }), 0);
  });

  Deno.test(`The portal of a login that ${healthy} has saved is known, whatever ${failing} fails to say`, () => {
    const world = boot();
    assertEquals(logIn(world, { initiatorInstance: healthy, isPersistent: true }), 0);
    failQueries(world, failing);
    assertEquals(logIn(world, { initiatorInstance: healthy, targetPortal: undefined }), 0);
  });

  Deno.test(`The number of a login that another tool has saved on ${healthy} is not given, whatever ${failing} fails to say`, () => {
    const world = boot();
    const client = { wmi: world.host.wmi, deviceName: healthy };
    const foreign = loginIn({ UniqueIdForISID: FIRST_OF_SAVED_LOGINS, TargetName: `${NAME}.2` });
    const saved = world.run(loginToTarget(client, foreign));
    assertEquals(saved.type === "answered" && saved.status, 0);
    const restore = failQueries(world, failing);
    assertEquals(logIn(world, { initiatorInstance: healthy, isPersistent: true }), 0);
    restore();
    const logins = world.run(queryPersistentLogins(client));
    assertEquals(
      logins.type === "answered" && logins.value.map(({ UniqueIdForISID }) => UniqueIdForISID),
      [FIRST_OF_SAVED_LOGINS, FIRST_OF_SAVED_LOGINS + 1],
    );
  });
}
