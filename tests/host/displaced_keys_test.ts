/**
 * Keys that had their room, and have none while another tool has a login of its own in it: they keep their claim. They
 * come back when the room is free again, and neither a new key nor a login that is saved takes it before.
 */

import { assertEquals, fail } from "@std/assert";
import {
  internetAddress,
  IsdscStatus,
  MailboxCommand,
  PERSISTENT_LOGIN_NAME,
  PERSISTENT_LOGIN_REQUEST,
} from "../../firmware/manual/interface.ts";
import { keyName } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const FULL = IsdscStatus.HBA_SECURITY_CACHE_FULL;
const PARTLY = IsdscStatus.OPERATION_NOT_ALL_SUCCESS;
const SECOND = 250_000_000;
const TOOLS_TARGET = "iqn.2026-01.com.example:tool";
const NAMES = ["k0", "k1", "k2"];
const LOGIN_NAME = {
  portNumber: ALL,
  target: internetAddress(Uint8Array.of(198, 51, 100, 7)) ?? fail("no address"),
  socket: 3260,
  targetName: new TextEncoder().encode(TOOLS_TARGET),
};

function named(name: string) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

function set(world: TestHost, name: string, options: { adapter?: undefined; persist?: boolean } = {}): number {
  return world.run(world.setKey(testKey(name.length), { ...named(name), ...options }));
}

/** The names for which the first adapter has a key. */
function present({ adapter }: TestHost, ...others: readonly string[]): readonly string[] {
  const has = (name: string) => adapter.content()?.keys.has(keyName({ portNumber: ALL, ...named(name) }));
  return [...NAMES, ...others].filter(has);
}

function byTool(world: TestHost, command: number, request: Uint8Array = new Uint8Array(0)): void {
  world.run(world.host.mailbox(HBA, { command, request, responseBytes: 0 }));
}

function saveByTool(world: TestHost): void {
  byTool(world, MailboxCommand.clearCache);
  const request = PERSISTENT_LOGIN_REQUEST.encode({
    ...LOGIN_NAME,
    securityFlags: 7n,
    reserved: 0,
    key: testKey(9),
    password: new Uint8Array(0),
    description: new Uint8Array(0),
  });
  byTool(world, MailboxCommand.savePersistentLogin, request);
}

/** A full cache. The second adapter has room for whatever is set for all. */
function fullHost(): TestHost {
  const world = new TestHost({ adapters: [{ storage: "nvram", capacity: NAMES.length }, { storage: "nvram" }] }).boot();
  for (const name of NAMES) assertEquals(set(world, name), 0);
  return world;
}

/** One in which another tool's login has the room of the youngest key. */
function displacedHost(): TestHost {
  const world = fullHost();
  saveByTool(world);
  look(world);
  assertEquals(present(world), ["k0", "k1"], "control: there is no room for all");
  return world;
}

/** Whatever the service notices, it notices now. */
function look(world: TestHost): void {
  world.pass(20 * SECOND);
  world.askForKey(named("k0"));
}

/** How the tool's login goes. */
const REMOVALS: Readonly<Record<string, (world: TestHost) => void>> = {
  "by the mailbox": (world) =>
    byTool(world, MailboxCommand.removePersistentLogin, PERSISTENT_LOGIN_NAME.encode(LOGIN_NAME)),
  "by the service": (world) =>
    assertEquals(world.run(world.host.api.removeIScsiPersistentTarget(HBA, ALL, TOOLS_TARGET, undefined)), 0),
};

/** What happens while it is there. */
const MEANWHILE: Readonly<Record<string, (world: TestHost) => void>> = {
  "nothing else happens": () => {},
  "the service starts anew": (world) => {
    world.run(world.host.stopService());
    world.run(world.host.startService());
    world.run(world.host.untilReady());
  },
  "the service dies": (world) => {
    world.host.killService();
    world.run(world.host.startService());
    world.run(world.host.untilReady());
  },
  "the machine boots": (world) => world.reboot(),
  "the driver resets the adapter": (world) => {
    world.host.resetAdapter(HBA);
    world.pass(5 * SECOND);
  },
  "the tool clears the cache once more": (world) => {
    byTool(world, MailboxCommand.clearCache);
    look(world);
  },
  "a new key is tried": (world) => assertEquals(set(world, "tried"), FULL),
  "the key is set once more": (world) => assertEquals(set(world, "k2"), FULL),
  "the key is set once more for all": (world) => assertEquals(set(world, "k2", { adapter: undefined }), PARTLY),
  "another one is set for all": (world) => assertEquals(set(world, "for all", { adapter: undefined }), PARTLY),
  "something volatile is in force": (world) => assertEquals(set(world, "k0", { persist: false }), 0),
};

for (const [how, remove] of Object.entries(REMOVALS)) {
  for (const [what, happen] of Object.entries(MEANWHILE)) {
    Deno.test(`A key that another tool's login displaces comes back when that is removed ${how}, and no new one takes its room; ${what}`, () => {
      const world = displacedHost();
      happen(world);
      assertEquals(present(world, "tried", "for all"), ["k0", "k1"], "control: it is there still");
      remove(world);
      assertEquals(set(world, "new"), FULL);
      for (let run = 0; run < 3; run++) {
        assertEquals(present(world, "new", "tried", "for all"), NAMES);
        for (const name of NAMES) assertEquals(world.askForKey(named(name)).status, 0);
        world.reboot();
      }
    });
  }
}

Deno.test("Control: beside no login of another tool all keys come back, and there is no room for a new one", () => {
  const world = fullHost();
  byTool(world, MailboxCommand.clearCache);
  look(world);
  assertEquals(present(world), NAMES);
  assertEquals(set(world, "new"), FULL);
});

Deno.test("A key that was displaced is there at once when the service has removed the login", () => {
  const world = displacedHost();
  REMOVALS["by the service"]?.(world);
  assertEquals(present(world), NAMES);
});

Deno.test("No login is saved in the room of a key that is displaced", () => {
  const world = displacedHost();
  const save = () => world.run(world.login({ targetName: "iqn.2026-01.com.example:own", isPersistent: true })).status;
  assertEquals(save(), IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA, "control: there is no room");
  REMOVALS["by the mailbox"]?.(world);
  assertEquals(save(), IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA);
  look(world);
  assertEquals(present(world), NAMES);
});

Deno.test("What is there can be set while another key is displaced, and a key that waits takes none of its room", () => {
  const world = displacedHost();
  assertEquals(set(world, "waits", { adapter: undefined }), PARTLY);
  assertEquals(set(world, "k1"), 0);
  REMOVALS["by the mailbox"]?.(world);
  assertEquals(set(world, "waits"), FULL);
  world.reboot();
  assertEquals(present(world, "waits"), NAMES);
});

Deno.test("An adapter that lacks a displaced key is asked to take it, and not filled again, as long as it has no room", () => {
  const world = displacedHost();
  const clears = () => world.adapter.commands.filter((code) => code === MailboxCommand.clearCache).length;
  const before = clears();
  for (let call = 0; call < 10; call++) look(world);
  assertEquals(clears(), before);
});
