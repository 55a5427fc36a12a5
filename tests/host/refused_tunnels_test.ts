/**
 * A tunnel address for all adapters and a port that one of them lacks. What the
 * adapter has refused it has not got: no later setting for all its ports has to
 * bring it there, or fails because that is refused. And an address that an
 * adapter has taken counts as taken by it, whatever becomes of the ports that
 * have to follow.
 */

import { assert, assertEquals } from "@std/assert";
import { internetAddress, IsdscStatus, MailboxCommand, networkAddress } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { HBA, TestHost } from "./test_host.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  ALL_PORTS,
  bootWorld,
  getKey,
  PORT,
  reboot,
  setKey,
  text,
  unit,
} from "./world_support.ts";

const [THIRD, FOURTH] = [Uint8Array.of(192, 0, 2, 12), Uint8Array.of(192, 0, 2, 13)];
const DESTINATION = "198.51.100.2";
const [FIRST, SECOND, THIRD_GATEWAY] = ["203.0.113.1", "203.0.113.7", "203.0.113.8"] as const;
const NOT_ALL = IsdscStatus.OPERATION_NOT_ALL_SUCCESS;

function tunnel(world: World, adapter: string | undefined, port: number, gateway: string, persist: boolean) {
  return world.host.api.setIScsiTunnelModeOuterAddress(adapter, port, DESTINATION, gateway, persist);
}

function inForce(world: World, adapter = ADAPTER, port = 0): string {
  const destination = internetAddress(Uint8Array.of(198, 51, 100, 2));
  const { cache } = unit(world, adapter).adapter;
  assert(cache !== undefined && destination !== undefined);
  const found = cache.tunnelAddress(port, destination);
  return found === undefined || found === "damaged" ? `${found}` : formatInternetAddress(networkAddress(found));
}

function boot(keyStorage: "nvram" | "ram"): World {
  return bootWorld({
    adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }, { name: "hba1", ports: [THIRD, FOURTH] }],
  });
}

function restartService(world: World): void {
  world.run(world.host.stopService());
  world.run(world.host.startService());
  world.settle();
}

function notes(world: World, adapter = ADAPTER): number {
  return world.image().serviceStore.rows.filter((row) => row.kind === "volatile-note" && row.adapter === adapter)
    .length;
}

/** What has come before a setting for all ports of the adapter that has but one. */
const BEFORE: Readonly<Record<string, (world: World) => void>> = {
  "an address that is not persistent": (world) => {
    assertEquals(world.run(tunnel(world, undefined, 1, FIRST, false)), NOT_ALL);
  },
  "one, and another setting": (world) => {
    assertEquals(world.run(tunnel(world, undefined, 1, FIRST, false)), NOT_ALL);
    assertEquals(setKey(world, "a key"), 0);
    assertEquals(notes(world), 0);
  },
  "one, and a reset": (world) => {
    assertEquals(world.run(tunnel(world, undefined, 1, FIRST, false)), NOT_ALL);
    world.host.resetAdapter(ADAPTER);
    world.advance(world.cycles(5e9));
    world.settle();
    getKey(world);
    assertEquals(notes(world), 0);
  },
  "one that is persistent": (world) => {
    assertEquals(world.run(tunnel(world, undefined, 1, FIRST, true)), NOT_ALL);
  },
  ...Object.fromEntries([200, 2000, 4000, 6000].map((microseconds) => [
    `one whose setting died after ${microseconds} µs`,
    (world: World) => {
      world.kernel.spawn("application", tunnel(world, undefined, 1, FIRST, true));
      world.advance(world.cycles(microseconds * 1000));
      world.host.killService();
      world.advance(world.cycles(1e8));
    },
  ])),
};

for (const keyStorage of ["nvram", "ram"] as const) {
  for (const [what, before] of Object.entries(BEFORE)) {
    Deno.test(`An address for all ports is taken by an adapter that has refused ${what} of a port that it lacks, storage ${keyStorage}`, () => {
      const world = boot(keyStorage);
      before(world);
      reboot(world);
      for (const gateway of [SECOND, THIRD_GATEWAY]) {
        assertEquals([world.run(tunnel(world, ADAPTER, ALL_PORTS, gateway, true)), inForce(world)], [0, gateway]);
      }
      assertEquals(world.run(tunnel(world, undefined, ALL_PORTS, SECOND, true)), 0);
      for (const passes of [reboot, restartService, reboot]) {
        passes(world);
        assertEquals([inForce(world), inForce(world, "hba1")], [SECOND, SECOND]);
        assertEquals(world.run(tunnel(world, ADAPTER, ALL_PORTS, FIRST, false)), 0);
        assertEquals(world.run(tunnel(world, undefined, ALL_PORTS, SECOND, true)), 0);
      }
    });
  }
}

Deno.test("What an adapter refuses of what is not persistent does not cost another tool's keys at the next start", () => {
  const clearCache = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache };
  const fill = (world: World) => {
    world.run(world.host.wmi.executeMethod(ADAPTER, { ...clearCache, input: new Uint8Array(0) }, 4));
    getKey(world);
  };
  for (const passes of [() => {}, fill]) {
    const world = boot("nvram");
    const named = { id: text("port.example"), idType: 2, flags: AGGRESSIVE };
    const information = { authMethod: 1, securityFlags: AGGRESSIVE, idType: 2, id: named.id, key: text("a key") };
    assertEquals(world.run(world.host.api.setIScsiIKEInfo(undefined, 1, information, false)), NOT_ALL);
    passes(world);
    world.run(world.host.stopService());
    const input = new Uint8Array(16).fill(9);
    const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setGenerationalGuid, input };
    world.run(world.host.wmi.executeMethod(ADAPTER, call, 4));
    world.run(world.host.startService());
    world.settle();
    const states = [...world.recorder.events()].map(({ fields }) => `${fields["detail"]}`);
    assertEquals(states.filter((state) => state.startsWith("over volatile settings")), []);
    assertEquals(getKey(world, named), IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE);
  }
});

for (const storage of ["nvram", "ram"] as const) {
  for (const persist of [true, false]) {
    Deno.test(`An address for all ports that one port does not follow is not taken, and nothing is left of it, storage ${storage}${persist ? "" : ", not persistent"}`, () => {
      const world = new TestHost({ adapters: [{ storage }] }).boot();
      const set = (port: number, gateway: string, lasts: boolean) =>
        world.run(world.host.api.setIScsiTunnelModeOuterAddress(HBA, port, DESTINATION, gateway, lasts));
      // Port 1 is left with an address of an earlier run, and goes by that for all ports.
      assertEquals([set(ALL_PORTS, FIRST, true), set(1, SECOND, false)], [0, 0]);
      world.reboot();
      let sets = 0;
      world.adapter.onCommand = (code) => {
        if (code !== MailboxCommand.setTunnelModeOuterAddress) return;
        sets++;
        if (sets === 2) world.adapter.forcedStatus.set(code, IsdscStatus.OUT_OF_RESOURCES);
      };
      const status = set(ALL_PORTS, THIRD_GATEWAY, persist);
      assertEquals([status, sets], [IsdscStatus.OUT_OF_RESOURCES, 2], "its port did not follow");
      world.adapter.forcedStatus.clear();
      world.askForKey();
      const first = "cb007101";
      assertEquals(world.adapter.content()?.tunnels, [first, first], "as it was");
      assertEquals(set(ALL_PORTS, THIRD_GATEWAY, true), 0);
      world.reboot();
      assertEquals(world.adapter.content()?.tunnels, ["cb007108", "cb007108"]);
    });
  }

  Deno.test(`An address that an adapter has refused once, and takes another time, ends with the service, storage ${storage}`, () => {
    const world = new TestHost({ adapters: [{ storage }, { storage }] }).boot();
    const set = (adapter: string | undefined, gateway: string) =>
      world.run(world.host.api.setIScsiTunnelModeOuterAddress(adapter, 0, DESTINATION, gateway, false));
    world.adapter.forcedStatus.set(MailboxCommand.setTunnelModeOuterAddress, IsdscStatus.INVALID_PARAMETER);
    assertEquals(set(undefined, FIRST), NOT_ALL);
    world.adapter.forcedStatus.clear();
    const begun = world.adapter.commands.length;
    assertEquals([set(HBA, SECOND), world.adapter.content()?.tunnels], [0, ["cb007107"]]);
    assertEquals(world.adapter.commands.slice(begun).includes(MailboxCommand.clearCache), false, "nothing is missing");
    world.run(world.host.stopService());
    world.run(world.host.startService());
    world.run(world.host.untilReady());
    assertEquals(world.adapter.content()?.tunnels, ["c6336402"]);
  });

  Deno.test(`A first address that one port does not follow is noted, and put right by a later run, storage ${storage}`, () => {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    const set = (port: number, gateway: string, lasts: boolean) =>
      world.run(world.host.api.setIScsiTunnelModeOuterAddress(HBA, port, DESTINATION, gateway, lasts));
    assertEquals(set(1, SECOND, false), 0);
    world.reboot();
    let sets = 0;
    world.adapter.onCommand = (code) => {
      if (code !== MailboxCommand.setTunnelModeOuterAddress) return;
      if (++sets === 2) world.adapter.forcedStatus.set(code, IsdscStatus.OUT_OF_RESOURCES);
    };
    assertEquals(set(ALL_PORTS, THIRD_GATEWAY, true), IsdscStatus.OUT_OF_RESOURCES);
    world.host.killService();
    world.adapter.forcedStatus.clear();
    world.pass(1_000_000_000);
    world.run(world.host.startService());
    world.run(world.host.untilReady());
    // The destination's own address: a tunnel without a gateway.
    assertEquals(world.adapter.content()?.tunnels.every((gateway) => gateway === "c6336402"), true);
  });
}
