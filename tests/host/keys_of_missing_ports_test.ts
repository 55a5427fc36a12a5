/**
 * Keys for a port that an adapter has not got yet: it has refused them, and what it takes from then on has its room for
 * good, also when the machine has an adapter with that port one day.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { keyName, type TestStorage } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const SECOND = 250_000_000;
const PORTS = { P: 1, A: ALL, B: ALL, C: ALL } as const;
type Name = keyof typeof PORTS;

function named(name: Name) {
  return { idType: 2, id: new TextEncoder().encode(name), port: PORTS[name] };
}

function set(world: TestHost, name: Name, options: { adapter?: undefined; persist?: boolean } = {}): number {
  return world.run(world.setKey(testKey(3), { ...named(name), ...options }));
}

function present({ adapter }: TestHost): string {
  const keyOf = (name: Name) => keyName({ portNumber: PORTS[name], ...named(name) });
  return (["P", "A", "B", "C"] as const).filter((name) => adapter.content()?.keys.has(keyOf(name))).join("");
}

function hostOf(storage: TestStorage, numberOfPorts: 1 | 2, before?: TestHost): TestHost {
  const adapters = [{ storage, numberOfPorts, capacity: 3 }, { storage: "nvram" as const }];
  const world = new TestHost({ adapters, ...(before === undefined ? {} : { keyStore: before.store }) });
  for (const [index, adapter] of before?.adapters.entries() ?? []) world.adapters[index]?.restore(adapter.image());
  return world.boot();
}

function withSecondPort(before: TestHost, storage: TestStorage): TestHost {
  before.powerOff();
  return hostOf(storage, 2, before);
}

/** What has no name vouch for the cache, or has it filled while the port is missing. */
const BEFORE: Readonly<Record<string, (world: TestHost) => void>> = {
  "nothing else is set": () => {},
  "something volatile is in force": (world) =>
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), false)), 0),
  "the adapter is away when it is set for all": (world) => {
    world.adapter.powerOff();
    world.askForKey();
    world.pass(20 * SECOND);
    assertEquals(set(world, "P", { adapter: undefined }), 0);
    world.adapter.powerOn();
    world.pass(5 * SECOND);
  },
};

/** What has the cache filled when the port is there. */
const AFTER: Readonly<Record<string, (world: TestHost) => void>> = {
  "nothing else happens": () => {},
  "another tool clears the cache": (world) =>
    void world.run(
      world.host.mailbox(HBA, { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 }),
    ),
  "the driver resets the adapter": (world) => world.host.resetAdapter(HBA),
};

for (const storage of ["nvram", "ram"] as const) {
  for (const [what, prepare] of Object.entries(BEFORE)) {
    for (const [then, happen] of Object.entries(AFTER)) {
      Deno.test(`A key that was refused for want of a port takes no room of later ones when the port is there, storage ${storage}; ${what}; ${then}`, () => {
        let world = hostOf(storage, 1);
        prepare(world);
        assertEquals(set(world, "P", { adapter: undefined }), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
        for (const name of ["A", "B", "C"] as const) assertEquals(set(world, name), 0);
        world.reboot();
        assertEquals(present(world), "ABC", "control: before");
        world = withSecondPort(world, storage);
        happen(world);
        for (let run = 0; run < 2; run++) {
          world.pass(5 * SECOND);
          world.askForKey(named("A"));
          assertEquals(present(world), "ABC");
          world.reboot();
        }
      });
    }
  }

  Deno.test(`Control: where there is room a key that was refused for want of a port is there with the port, storage ${storage}`, () => {
    const world = hostOf(storage, 1);
    assertEquals(set(world, "P", { adapter: undefined }), IsdscStatus.OPERATION_NOT_ALL_SUCCESS);
    for (const name of ["A", "B"] as const) assertEquals(set(world, name), 0);
    assertEquals(present(withSecondPort(world, storage)), "PAB");
  });
}
