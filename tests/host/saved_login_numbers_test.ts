/**
 * Saved logins of one machine have different ISIDs, whichever adapters save
 * them and when: with the same one the second session would end the first
 * (RFC 7143 §6.3.5).
 */

import { assertEquals } from "@std/assert";
import type { LoginParameters } from "../../host/iscsidsc/structures.ts";
import { queryPersistentLogins } from "../../host/wmi/adapter_client.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { bootWorld, OTHER_PORT, PORT, reboot, TARGET, targetWithKey, text, unit } from "./world_support.ts";

const KEY = "the key of the target";
const NAMES = ["hba0", "hba1"] as const;

function boot(): World {
  return bootWorld({
    adapters: [{ name: NAMES[0], ports: [PORT] }, { name: NAMES[1], ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
}

function saving(world: World, adapter: string | undefined) {
  return world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: adapter,
    targetPortal: { address: formatInternetAddress(TARGET) },
    key: text(KEY),
    isPersistent: true,
  });
}

/** The ISIDs of the sessions that are there after the next boot. */
function isidsAfterBoot(world: World): readonly string[] {
  reboot(world);
  world.run(world.kernel.sleep(10 * world.kernel.frequencyHz));
  return world.run(world.host.api.getIScsiSessionList()).sessions.map(({ isid }) => isid.join());
}

Deno.test("Two logins that are saved at the same time have different ISIDs", () => {
  const world = boot();
  const processes = NAMES.map((name) => world.kernel.spawn(`save on ${name}`, saving(world, name)));
  for (const process of processes) world.kernel.runUntil(process, world.now + 60 * world.kernel.frequencyHz);
  assertEquals(processes.map((process) => process.state === "finished" && process.result.status), [0, 0]);
  assertEquals(new Set(isidsAfterBoot(world)).size, 2);
});

Deno.test("A login that is saved while another one's adapter is away has an ISID of its own", () => {
  const world = boot();
  assertEquals(world.run(saving(world, NAMES[0])).status, 0);
  unit(world, NAMES[0]).adapter.powerOff();
  world.run(world.kernel.sleep(2 * world.kernel.frequencyHz));
  assertEquals(world.run(saving(world, NAMES[1])).status, 0);
  assertEquals(new Set(isidsAfterBoot(world)).size, 2);
});

Deno.test("A login that any adapter may save goes to the first that keeps logins", () => {
  const world = bootWorld({
    adapters: [
      { name: NAMES[0], ports: [PORT], keyStorage: "ram" },
      { name: NAMES[1], ports: [OTHER_PORT] },
    ],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(world.run(saving(world, NAMES[0])).status, 0xefff_0041, "the named one keeps none");
  assertEquals(world.run(saving(world, undefined)).status, 0);
  const { persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
  assertEquals(persistentLogins.map(({ initiatorInstance }) => initiatorInstance), [NAMES[1]]);
});

Deno.test("A save that the adapter refuses takes no number: the next login has the one that was meant for it", () => {
  const world = boot();
  const client = { wmi: world.host.wmi, deviceName: NAMES[0] };
  const save = (change: Partial<LoginParameters>) =>
    world.run(world.host.api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: NAMES[0],
      targetPortal: { address: formatInternetAddress(TARGET) },
      key: text(KEY),
      isPersistent: true,
      ...change,
    })).status;
  const tooLong = { version: 0, informationSpecified: 0x20, username: new Uint8Array(1000) };
  const numbers = () => {
    const saved = world.run(queryPersistentLogins(client));
    return saved.type === "answered" && saved.value.map(({ UniqueIdForISID }) => UniqueIdForISID);
  };
  assertEquals(save({ loginOptions: tooLong }), 0xefff_0041);
  assertEquals([save({}), numbers()], [0, [0x8000]]);
  for (let count = 0; count < 3; count++) assertEquals(save({ key: new Uint8Array(257) }) === 0, false);
  assertEquals([save({ targetName: "iqn.2026-01.example:tape" }), numbers()], [0, [0x8000, 0x8001]]);
});
