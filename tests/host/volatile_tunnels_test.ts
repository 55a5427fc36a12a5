/**
 * A tunnel address with Persist false holds until the service ends. ClearCache
 * leaves tunnel addresses and no method removes one, so the next run of the
 * service puts right what the one before has left, on whatever adapter.
 */

import { assert, assertEquals } from "@std/assert";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { internetAddress, IsdscStatus, MailboxCommand, networkAddress } from "../../firmware/manual/interface.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";
import { ADAPTER, ALL_PORTS, bootWorld, OTHER_PORT, PORT, reboot, setKey, unit } from "./world_support.ts";

const DESTINATION = "198.51.100.1";
const LASTING = "203.0.113.1";
const PASSING = "203.0.113.2";
const STORAGES = ["nvram", "ram"] as const;

function boot(keyStorage: typeof STORAGES[number]): World {
  return bootWorld({ adapters: [{ name: ADAPTER, keyStorage, ports: [PORT, OTHER_PORT] }] });
}

function settingOf(world: World, port: number, gateway: string, persist: boolean) {
  return world.host.api.setIScsiTunnelModeOuterAddress(ADAPTER, port, DESTINATION, gateway, persist);
}

function setGateway(world: World, port: number, gateway: string, persist: boolean): void {
  assertEquals(world.run(settingOf(world, port, gateway, persist)), 0);
}

/** What holds for each port. */
function gateways(world: World): string[] {
  const { cache } = unit(world).adapter;
  assert(cache !== undefined);
  const destination = internetAddress(Uint8Array.of(198, 51, 100, 1));
  assert(destination !== undefined);
  return [0, 1].map((port) => {
    const found = cache.tunnelAddress(port, destination);
    return found === undefined || found === "damaged" ? `${found}` : formatInternetAddress(networkAddress(found));
  });
}

function restartService(world: World): void {
  world.run(world.host.stopService());
  world.run(world.host.startService());
  world.settle();
}

/** Another tool gives the cache a name of its own. */
function nameCache(world: World): void {
  const input = new Uint8Array(16).fill(9);
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setGenerationalGuid, input };
  world.run(world.host.wmi.executeMethod(ADAPTER, call, 4));
}

/** What lasts, what passes, what holds meanwhile and afterwards: each by port, undefined for nothing. */
const CASES: readonly {
  readonly lasting: number | undefined;
  readonly passing: number;
  readonly meanwhile: readonly string[];
  readonly afterwards: readonly string[];
}[] = [
  { lasting: ALL_PORTS, passing: 0, meanwhile: [PASSING, LASTING], afterwards: [LASTING, LASTING] },
  { lasting: ALL_PORTS, passing: ALL_PORTS, meanwhile: [PASSING, PASSING], afterwards: [LASTING, LASTING] },
  { lasting: 1, passing: 1, meanwhile: ["undefined", PASSING], afterwards: ["undefined", LASTING] },
  { lasting: 0, passing: ALL_PORTS, meanwhile: [LASTING, PASSING], afterwards: [LASTING, DESTINATION] },
  { lasting: undefined, passing: ALL_PORTS, meanwhile: [PASSING, PASSING], afterwards: [DESTINATION, DESTINATION] },
  { lasting: undefined, passing: 1, meanwhile: ["undefined", PASSING], afterwards: ["undefined", DESTINATION] },
];

for (const keyStorage of STORAGES) {
  for (const { lasting, passing, meanwhile, afterwards } of CASES) {
    const name = `${lasting ?? "nothing"} lasting and ${passing} passing, storage ${keyStorage}`;
    Deno.test(`A volatile tunnel address ends with the service: ${name}`, () => {
      for (const isNamed of [false, true]) {
        const world = boot(keyStorage);
        if (lasting !== undefined) setGateway(world, lasting, LASTING, true);
        setGateway(world, passing, PASSING, false);
        assertEquals(gateways(world), meanwhile);
        if (isNamed) nameCache(world);
        restartService(world);
        assertEquals(gateways(world), afterwards, "after a restart of the service");
        reboot(world);
        assertEquals(gateways(world), afterwards, "after a reboot");
      }
    });
  }

  Deno.test(`What a port is left with follows the address for all ports, and gives way to its own, storage ${keyStorage}`, () => {
    const world = boot(keyStorage);
    setGateway(world, ALL_PORTS, LASTING, true);
    setGateway(world, 0, PASSING, false);
    for (const passes of [restartService, reboot]) {
      passes(world);
      setGateway(world, ALL_PORTS, "203.0.113.7", true);
      assertEquals(gateways(world), ["203.0.113.7", "203.0.113.7"]);
      setGateway(world, ALL_PORTS, LASTING, true);
      assertEquals(gateways(world), [LASTING, LASTING]);
      setGateway(world, ALL_PORTS, "203.0.113.8", false);
      assertEquals(gateways(world), ["203.0.113.8", "203.0.113.8"]);
    }
    reboot(world);
    assertEquals(gateways(world), [LASTING, LASTING]);
    setGateway(world, 0, "203.0.113.9", true);
    setGateway(world, ALL_PORTS, "203.0.113.7", true);
    assertEquals(gateways(world), ["203.0.113.9", "203.0.113.7"]);
    reboot(world);
    assertEquals(gateways(world), ["203.0.113.9", "203.0.113.7"]);
    assertEquals(setKey(world, "a key, so that the cache gets a name"), 0);
    const notes = world.image().serviceStore.rows.filter(({ kind }) => kind === "volatile-note");
    assertEquals(notes, [], "the note goes with what it is about");
  });

  Deno.test(`A tunnel address whose setting dies under way is either as before or put right, storage ${keyStorage}`, () => {
    for (let microseconds = 200; microseconds < 9000; microseconds += keyStorage === "ram" ? 200 : 400) {
      const world = boot(keyStorage);
      setGateway(world, ALL_PORTS, LASTING, true);
      const process = world.kernel.spawn("application", settingOf(world, 0, PASSING, true));
      world.advance(world.cycles(microseconds * 1000));
      const isAcknowledged = process.over && process.state === "finished";
      world.host.killService();
      world.advance(world.cycles(1e8));
      nameCache(world);
      world.run(world.host.startService());
      world.settle();
      const [first, second] = gateways(world);
      if (isAcknowledged) assertEquals(first, PASSING, `${microseconds} µs`);
      const held = world.image().serviceStore.rows.filter(({ kind }) => kind === "tunnel-address").length;
      assertEquals([first, second], [held === 2 ? PASSING : LASTING, LASTING], `${microseconds} µs`);
    }
  });
}

/** Answers to SetTunnelModeOuterAddress that may go by. */
const PASSING_FAILURES = [IsdscStatus.OUT_OF_RESOURCES, IsdscStatus.CACHE_CORRUPTED];

for (const storage of STORAGES) {
  for (const status of PASSING_FAILURES) {
    Deno.test(`A volatile tunnel address ends with the next call if the adapter fails once to put it right, storage ${storage}, status ${status.toString(16)}`, () => {
      for (const lasting of [undefined, LASTING]) {
        const world = new TestHost({ adapters: [{ storage }] }).boot();
        const { adapter, host } = world;
        const set = (port: number, gateway: string, persist: boolean) =>
          assertEquals(
            world.run(host.api.setIScsiTunnelModeOuterAddress(HBA, port, DESTINATION, gateway, persist)),
            0,
          );
        const inForce = (port: number) => {
          const found = [...adapter.volatile.tunnels].find(([name]) => name.startsWith(`${port}/`))?.[1];
          return found === undefined ? undefined : [...found.subarray(0, 4)].join(".");
        };
        assertEquals(world.run(world.setKey(testKey(1))), 0);
        if (lasting !== undefined) set(ALL_PORTS, lasting, true);
        set(0, PASSING, false);
        assertEquals(inForce(0), PASSING);
        world.run(host.stopService());
        adapter.forcedStatus.set(MailboxCommand.setTunnelModeOuterAddress, status);
        world.run(host.startService());
        world.run(host.untilReady());
        assertEquals(inForce(0), PASSING, "control: it could not be put right yet");
        adapter.forcedStatus.clear();
        // It is left alone for a time meanwhile, as it has failed as often as it is filled at once.
        world.pass(world.kernel.frequencyHz * 10);
        assertEquals(world.askForKey().status, 0);
        assertEquals(inForce(0), lasting ?? DESTINATION);
      }
    });
  }
}
