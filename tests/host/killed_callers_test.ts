/** Applications that die in the middle of a call, and many that call at once. */

import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, contains, keySetting, login, loginCall, MAIN, PORT, secondsOf } from "./world_support.ts";
import { setKey, targetWithKey, text, unit } from "./world_support.ts";

const WORLDS = 12;
const VICTIMS = 10;
const SURVIVOR = "the key of the survivor";
const SECOND_NS = 1e9;
const CACHE_FULL = 0xefff_002c;

/** The calls that are killed, each with a key of its own. */
const VICTIM_CALLS: readonly ((world: World, key: string) => Task<unknown>)[] = [
  (world, key) => keySetting(world, key),
  (world, key) => loginCall(world, { key }),
  (world, key) => {
    const input = Uint8Array.of(key.length, 0, 0, 0, ...text(key));
    const methodId = SecurityMethod.setGroupPresharedKey;
    return world.host.wmi.executeMethod(ADAPTER, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4);
  },
  (world) => {
    const command = MailboxCommand.getAdapterInformation;
    return world.host.mailbox(ADAPTER, { command, request: new Uint8Array(0), responseBytes: 48 });
  },
];

for (const keyStorage of ["nvram", "ram", "none"] as const) {
  Deno.test(`Callers that are killed at any moment leave nothing held and no key behind, storage ${keyStorage}`, () => {
    const random = new RandomStreams(`killed callers ${keyStorage}`).stream("moments");
    for (let index = 0; index < WORLDS; index++) {
      const world = bootWorld({
        seed: index,
        adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }],
        targets: [targetWithKey(SURVIVOR)],
      });
      for (let victim = 0; victim < VICTIMS; victim++) {
        const call = VICTIM_CALLS[random.below(VICTIM_CALLS.length)];
        assert(call !== undefined);
        const process = world.kernel.spawn("victim", call(world, `the key of victim ${victim}`));
        world.advance(random.below(random.below(2) === 0 ? 20_000 : 3_000_000));
        if (!process.over) world.kernel.killProcess(process);
        const seconds = secondsOf(world, () => assertEquals(setKey(world, SURVIVOR), 0, `world ${index}, ${victim}`));
        assert(seconds < 5, `world ${index}, victim ${victim}: the next call took ${seconds} s`);
      }
      // Requests of the dead may still be under way; then no key is where it is not needed any more.
      world.advance(world.cycles(400 * SECOND_NS));
      assertEquals(login(world), 0, `world ${index}`);
      world.advance(world.cycles(2 * SECOND_NS));
      for (const memory of world.host.wmi.buffers.memory()) {
        assert(!contains(memory, text("the key of")), `world ${index}: a key is left in a system buffer`);
      }
    }
  });
}

Deno.test("Two hundred applications that set keys at once get exactly what they are told", () => {
  const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }] });
  const names = 150;
  const calls = Array.from({ length: 200 }, (_, index) => {
    const options = { id: text(`host${index % names}.example`), idType: 2, flags: MAIN };
    const key = `key ${index}`;
    return { ...options, key, process: world.kernel.spawn("set", keySetting(world, key, options)) };
  });
  world.advance(world.cycles(120 * SECOND_NS));
  const statuses = calls.map(({ process }) => process.result);
  assertEquals(new Set(statuses), new Set([0, CACHE_FULL]), "the flash has no room for all names");

  const expected = new Map<string, string>();
  for (const [index, { id, key }] of calls.entries()) {
    if (statuses[index] === 0) expected.set(id.join(), text(key).join());
  }
  const table = unit(world).adapter.cache?.keyTable;
  assert(table !== undefined);
  const found = new Map(table.entries().map((entry) => [entry.id.join(), table.copyKey(entry)?.join() ?? ""]));
  assertEquals([...found].sort(), [...expected].sort(), "the key acknowledged last of each name, and no other");
});
