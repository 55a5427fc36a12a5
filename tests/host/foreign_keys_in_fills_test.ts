/**
 * Another tool sets a key of its own between the service's ClearCache and the
 * end of the fill that it begins: what the full cache has no room for then is
 * not what waits for room. The cache is cleared and filled once more, and no
 * refusal is noted of a key that was acknowledged.
 */

import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../firmware/manual/interface.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../../host/wmi/security_config_operations.ts";
import { keyName } from "./adapter_model.ts";
import { FLAGS, HBA, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const SECOND = 250_000_000;
/** A command takes so long: the foreign one finds its place between two. */
const COMMAND_CYCLES = 250_000;
const FOREIGN = named("foreign");

function named(name: string) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

/** Which of some names the adapter has a key for. */
function present({ adapter }: TestHost, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => adapter.content()?.keys.has(keyName({ portNumber: ALL, ...named(name) })));
}

/** The other tool sets its key as soon as the adapter has begun so many ClearCaches of the service, once. */
function interfere(world: TestHost, afterClears: number): { readonly isDone: boolean } {
  const input = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: ALL,
    SecurityFlags: FLAGS,
    IdType: FOREIGN.idType,
    Id: FOREIGN.id,
    Key: testKey(7),
  });
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.setPresharedKeyForId, input };
  const state = { isDone: false };
  let clears = 0;
  world.adapter.onCommand = (code) => {
    if (code !== MailboxCommand.clearCache || ++clears !== afterClears) return;
    world.kernel.schedule(COMMAND_CYCLES - 50_000, () => {
      const foreign = world.kernel.spawn("another tool", world.host.wmi.executeMethod(HBA, call, 4));
      foreign.onEnd(() => state.isDone = foreign.result.data.every((byte) => byte === 0));
    });
  };
  return state;
}

/** What has the service clear and fill a cache. */
const FILLS: Readonly<Record<string, (world: TestHost) => void>> = {
  "after the end of a volatile setting": (world) => {
    world.run(world.host.stopService());
    world.run(world.host.startService());
  },
  "after a setting that died under way": (world) => {
    world.kernel.spawn("setting", world.setKey(testKey(5), named("first")));
    world.pass(9 * COMMAND_CYCLES);
    world.host.killService();
    world.run(world.host.startService());
  },
};

for (const storage of ["nvram", "ram"] as const) {
  for (const [what, fill] of Object.entries(FILLS)) {
    Deno.test(`A key that another tool sets during a fill takes nobody's room for good: ${what}, storage ${storage}`, () => {
      const world = new TestHost({ adapters: [{ storage, capacity: 2 }] }).boot();
      world.adapter.commandCycles = COMMAND_CYCLES;
      for (const name of ["first", "second"]) assertEquals(world.run(world.setKey(testKey(1), named(name))), 0);
      if (what.includes("volatile")) {
        assertEquals(world.run(world.setKey(testKey(2), { ...named("first"), persist: false })), 0);
      }
      const foreign = interfere(world, 1);
      fill(world);
      world.run(world.host.untilReady());
      world.pass(SECOND);
      assert(foreign.isDone, "control: the other tool's key found room");
      const noted = () => world.memoryStore.rows().filter(({ kind }) => kind === "refusal-note");
      for (let run = 0; run < 2; run++) {
        assertEquals(present(world, "first", "second", "foreign"), ["first", "second"]);
        assertEquals(world.askForKey(named("second")).status, 0);
        assertEquals(noted(), []);
        world.reboot();
      }
    });
  }
}

for (const afterClears of [1, 2, 3, 4]) {
  Deno.test(`So it is in a cache that is filled by claim, in the fill after ClearCache ${afterClears}`, () => {
    const world = new TestHost({ adapters: [{ storage: "nvram", capacity: 2 }, { storage: "nvram" }] }).boot();
    const { adapter, host } = world;
    adapter.commandCycles = COMMAND_CYCLES;
    const keys = [{ port: 0, ...named("first") }, { port: 1, ...named("second") }];
    for (const key of keys) assertEquals(world.run(world.setKey(testKey(1), key)), 0);
    adapter.powerOff();
    // The driver finds out that it is gone.
    world.askForKey();
    world.pass(20 * SECOND);
    // A key for all ports is given first, and claims no room before the older ones.
    assertEquals(world.run(world.setKey(testKey(3), { adapter: undefined, ...named("younger") })), 0);
    const foreign = interfere(world, afterClears);
    adapter.powerOn();
    world.pass(5 * SECOND);
    world.run(host.untilReady());
    for (let run = 0; run < 2; run++) {
      for (const key of keys) assertEquals(world.askForKey(key).status, 0);
      assertEquals(present(world, "younger", "foreign"), []);
      world.reboot();
    }
    assertEquals(foreign.isDone, true, "control: the other tool's key found room");
  });
}
