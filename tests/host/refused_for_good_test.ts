/**
 * Settings for all adapters that one of them refuses for good: it has no such
 * port, or no room. What it has refused keeps nothing else out of order: its
 * cache gets its name, and is filled once and not at each call.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { AdapterDescription } from "../../sim/lab/world/world_options.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../../host/wmi/security_config_operations.ts";
import { TestHost, testKey } from "./test_host.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  ALL_PORTS,
  bootWorld,
  getKey,
  login,
  PORT,
  reboot,
  secondsOf,
  setKey,
  targetWithKey,
  text,
} from "./world_support.ts";

const KEY = "the key of the port";
const [THIRD, FOURTH] = [Uint8Array.of(192, 0, 2, 12), Uint8Array.of(192, 0, 2, 13)];
const NOT_ALL = IsdscStatus.OPERATION_NOT_ALL_SUCCESS;

/** Two adapters, of which the first has one port and perhaps little room. */
function twoAdapters(first: Partial<AdapterDescription> = {}): World {
  return bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT], ...first }, { name: "hba1", ports: [THIRD, FOURTH] }],
    targets: [targetWithKey(KEY)],
  });
}

/** SetIScsiIKEInfo for all adapters. */
function setForAll(world: World, portNumber: number, idType: number, id: Uint8Array): number {
  const information = { authMethod: 1, securityFlags: AGGRESSIVE, idType, id, key: text("a key for all adapters") };
  return world.run(world.host.api.setIScsiIKEInfo(undefined, portNumber, information, true));
}

function clears(world: World): number {
  return [...world.recorder.events()]
    .filter(({ component, fields }) => component === "initiator service" && fields["operation"] === "ClearCache")
    .length;
}

function hasName(world: World): boolean | undefined {
  return world.run(
    world.host.wmi.readInstance(ADAPTER, HBA_INFORMATION_GUID, 4152, (data) => HBA_INFORMATION.decode(data).CacheValid),
  ).value;
}

/** What one adapter refuses, and what it is asked for. */
const REFUSALS: Readonly<Record<string, { readonly first?: Partial<AdapterDescription>; set(world: World): number }>> =
  {
    "a port that it has not got": { set: (world) => setForAll(world, 1, 1, FOURTH) },
    "keys for which it has no room": {
      first: { keyTableEntries: 2 },
      set: (world) => {
        assertEquals(setForAll(world, ALL_PORTS, 2, text("one.example")), 0);
        return setForAll(world, ALL_PORTS, 2, text("two.example"));
      },
    },
    "a gateway of a port that it has not got": {
      set: (world) =>
        world.run(world.host.api.setIScsiTunnelModeOuterAddress(undefined, 1, "192.0.2.20", "192.0.2.9", true)),
    },
  };

for (const [what, { first, set }] of Object.entries(REFUSALS)) {
  for (const keyStorage of ["nvram", "ram"] as const) {
    Deno.test(`An adapter that has refused ${what} is filled once after a reboot, storage ${keyStorage}`, () => {
      const world = twoAdapters({ keyStorage, ...first });
      assertEquals([setKey(world, KEY), set(world)], [0, NOT_ALL]);
      reboot(world);
      const begun = clears(world);
      assertEquals(secondsOf(world, () => assertEquals(getKey(world), 0)) < 0.1, true);
      assertEquals([login(world), setKey(world, KEY), getKey(world)], [0, 0, 0]);
      assertEquals(clears(world) - begun, 0);
      if (keyStorage === "nvram") assertEquals(hasName(world), true);
      reboot(world);
      reboot(world);
      assertEquals([getKey(world), login(world)], [0, 0]);
      // The name vouches for what the adapter took; RAM has to be filled again.
      if (keyStorage === "nvram") assertEquals(clears(world) - begun, 0);
    });
  }
}

Deno.test("What an adapter has refused for want of room is refused still after a restart, and the other adapter has it", () => {
  const world = twoAdapters({ keyTableEntries: 2 });
  const two = { id: text("two.example"), idType: 2 };
  assertEquals([setKey(world, KEY), REFUSALS["keys for which it has no room"]?.set(world)], [0, NOT_ALL]);
  const statuses = () => [getKey(world, two), getKey(world, { ...two, adapter: "hba1" })];
  const before = statuses();
  assertEquals(before, [IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE, 0]);
  reboot(world);
  assertEquals(statuses(), before);
  const begun = clears(world);
  world.run(world.host.stopService());
  world.run(world.host.startService());
  world.settle();
  for (let index = 0; index < 3; index++) assertEquals(statuses(), before);
  assertEquals(clears(world) - begun, 0);
});

Deno.test("An adapter that can take at a later start what it had refused is given it then", () => {
  const world = twoAdapters();
  assertEquals([setKey(world, KEY), setForAll(world, 1, 2, text("one.example"))], [0, NOT_ALL]);
  reboot(world);
  world.powerOff();
  const later = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT, Uint8Array.of(192, 0, 2, 14)] }, {
      name: "hba1",
      ports: [THIRD, FOURTH],
    }],
    targets: [targetWithKey(KEY)],
    image: world.image(),
  });
  const query = { authMethod: 1, idType: 2, id: text("one.example") } as const;
  assertEquals(later.run(later.host.api.getIScsiIKEInfo(ADAPTER, 1, undefined, query)).status, 0);
  assertEquals(hasName(later), true);
});

Deno.test("An adapter that fails at each key is cleared and filled again ever more rarely, and at once when it is another", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  world.adapter.nonvolatile.guid = new Uint8Array(16);
  world.adapter.forcedStatus.set(MailboxCommand.setPresharedKeyForId, IsdscStatus.OUT_OF_RESOURCES);
  world.reboot();
  const filled = () => world.adapter.commands.filter((code) => code === MailboxCommand.clearCache).length;
  const before = filled();
  // A call each second for an hour.
  for (let call = 0; call < 3600; call++) {
    world.run(world.login());
    world.pass(world.kernel.frequencyHz);
  }
  assertEquals(filled() - before < 20, true, `${filled() - before} times`);
  world.adapter.forcedStatus.clear();
  world.reboot();
  assertEquals(world.run(world.login()).status, 0);
  assertEquals(world.adapter.nonvolatile.guid.some((byte) => byte !== 0), true);
});

Deno.test("A foreign cache that leaves no room for a key that was acknowledged is cleared", () => {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT], keyTableEntries: 1 }],
    targets: [targetWithKey(KEY)],
  });
  // A login cannot bring the key of a name.
  const own = { id: text("own.example"), idType: 2, flags: AGGRESSIVE };
  assertEquals(setKey(world, KEY, own), 0);
  world.run(world.host.stopService());
  const execute = (methodId: number, input: Uint8Array) =>
    world.run(world.host.wmi.executeMethod(ADAPTER, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4));
  execute(SecurityMethod.clearCache, new Uint8Array(0));
  const key = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: ALL_PORTS,
    SecurityFlags: AGGRESSIVE,
    IdType: 2,
    Id: text("rom.example"),
    Key: text("the key of an option ROM"),
  });
  assertEquals([...execute(SecurityMethod.setPresharedKeyForId, key).data], [0, 0, 0, 0]);
  execute(SecurityMethod.setGenerationalGuid, new Uint8Array(16).fill(7));
  world.run(world.host.startService());
  world.settle();
  assertEquals([getKey(world, own), login(world), hasName(world)], [0, 0, true]);
});
