/**
 * Adapters that take keys and do not tell of them, or never get their name: what
 * is mended in vain is mended ever more rarely, because each time the whole cache
 * is cleared and filled, which wears flash and takes all keys away for a moment.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { hex, keyName } from "./adapter_model.ts";
import type { FakeAdapter } from "./fake_adapter.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const ABSENT = IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
const OTHERS = [Uint8Array.of(192, 0, 2, 77), Uint8Array.of(192, 0, 2, 78)] as const;
const OWN = keyName({ portNumber: ALL, idType: 1, id: ID });
const SECONDS = 120;

/** So often in that time: three times at once, then after 1, 2, 4, … seconds. */
const AT_MOST = 3 + Math.ceil(Math.log2(SECONDS));

/** What an adapter does to be filled again and again. */
const FAILINGS: Readonly<Record<string, (adapter: FakeAdapter) => void>> = {
  "says of every key that it is absent": ({ forcedStatus }) =>
    void forcedStatus.set(MailboxCommand.getPresharedKeyForId, ABSENT),
  "says of every key that its cache is damaged": ({ forcedStatus }) =>
    void forcedStatus.set(MailboxCommand.getPresharedKeyForId, IsdscStatus.CACHE_CORRUPTED),
  "forgets one key whenever it is asked for something": (adapter) => {
    const forget = () => {
      for (const { keys } of [adapter.volatile, adapter.nonvolatile]) keys.delete(OWN);
    };
    adapter.onCommand = (code) => {
      if ([MailboxCommand.getPresharedKeyForId, MailboxCommand.openSession].some((each) => each === code)) forget();
    };
  },
  "takes no name": ({ forcedStatus }) =>
    void forcedStatus.set(MailboxCommand.setGenerationalGuid, IsdscStatus.OUT_OF_RESOURCES),
};

/** What is asked for each second. */
const CALLS: Readonly<Record<string, (world: TestHost) => Task<unknown>>> = {
  "a question": (world) => world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, { authMethod: 1, idType: 1, id: ID }),
  "a login": (world) => world.login(),
  "a volatile key": (world) => world.setKey(testKey(4), { id: OTHERS[0], persist: false }),
  "a key": (world) => world.setKey(testKey(4), { id: OTHERS[0] }),
};

function clears({ commands }: FakeAdapter): number {
  return commands.filter((code) => code === MailboxCommand.clearCache).length;
}

/** A host with keys for the port and, if there are several, for two others. */
function hostWithKeys(storage: "nvram" | "ram", several: boolean): TestHost {
  const world = new TestHost({ adapters: [{ storage }], campaign: new CampaignMemory() }).boot();
  // The port's is between the others: those bear witness for it.
  for (const id of several ? [OTHERS[0], ID, OTHERS[1]] : [ID]) {
    assertEquals(world.run(world.setKey(testKey(2), { id })), 0);
  }
  return world;
}

for (const storage of ["nvram", "ram"] as const) {
  for (const [what, fail] of Object.entries(FAILINGS)) {
    Deno.test(`An adapter that ${what} is cleared and filled ever more rarely, storage ${storage}`, () => {
      for (const several of [false, true]) {
        for (const [which, call] of Object.entries(CALLS)) {
          const world = hostWithKeys(storage, several);
          fail(world.adapter);
          const before = clears(world.adapter);
          for (let second = 0; second < SECONDS; second++) {
            world.run(call(world));
            world.pass(world.kernel.frequencyHz);
          }
          const count = clears(world.adapter) - before;
          assert(count <= AT_MOST, `${which}, ${several ? "three keys" : "one key"}: ${count} times`);
        }
      }
    });
  }

  Deno.test(`An adapter that says of every key that it is absent has them all, and logins go with them, storage ${storage}`, () => {
    const world = hostWithKeys(storage, true);
    FAILINGS["says of every key that it is absent"]?.(world.adapter);
    for (let count = 0; count < 20; count++) world.run(CALLS["a question"]?.(world) ?? world.login());
    assertEquals(world.run(world.login()).status, 0);
    assertEquals(world.adapter.logins.at(-1)?.key, hex(testKey(2)));
    assertEquals(world.adapter.content()?.keys.size, 3);
  });

  Deno.test(`An adapter that was left alone and tells the truth again is asked again after its next reset, storage ${storage}`, () => {
    const world = hostWithKeys(storage, true);
    const { adapter } = world;
    FAILINGS["forgets one key whenever it is asked for something"]?.(adapter);
    for (let count = 0; count < 20; count++) assertEquals(world.askForKey().status, ABSENT);
    adapter.onCommand = () => {};
    // It is left alone, with the key that it has lost; a reset ends that.
    for (const { keys } of [adapter.volatile, adapter.nonvolatile]) keys.delete(OWN);
    assertEquals(world.askForKey().status, ABSENT);
    world.host.resetAdapter(HBA);
    world.pass(5 * world.kernel.frequencyHz);
    assertEquals(world.askForKey().status, 0);
  });

  Deno.test(`A key that is lost time and again, and found when it is asked for, is set again each time, storage ${storage}`, () => {
    const world = hostWithKeys(storage, true);
    const { adapter } = world;
    for (let count = 0; count < 20; count++) {
      for (const { keys } of [adapter.volatile, adapter.nonvolatile]) keys.delete(OWN);
      assertEquals(world.askForKey().status, 0, `time ${count}`);
      for (const { keys } of [adapter.volatile, adapter.nonvolatile]) keys.delete(OWN);
      assertEquals(world.run(world.login()).status, 0, `time ${count}`);
    }
  });
}
