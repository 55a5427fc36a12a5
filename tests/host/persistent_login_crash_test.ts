/**
 * Saving a persistent login on real firmware, interrupted before and after each of its steps by every kind of
 * accident. Afterwards the adapter logs in with the old key or the new one, with the new one if that was acknowledged;
 * the keys of the cache and their generation are as they were.
 */

import { assert, assertEquals } from "@std/assert";
import { exportKeyStore, importKeyStore } from "../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import { loginToTarget, queryPersistentLogins } from "../../host/wmi/adapter_client.ts";
import type { Process } from "../../sim/kernel/process.ts";
import type { Cycle } from "../../sim/kernel/task.ts";
import { hex } from "./adapter_model.ts";
import { loginIn } from "./provider_world.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, testKey } from "./test_host.ts";

type Host = HostOf<RealAdapter>;

const OLD = testKey(7);
const NEW = testKey(8);
const OFF_CYCLES = 1_000_000;

const ACCIDENTS = {
  "host power lost": (world: Host) => world.powerOff(),
  "adapter reset": (world: Host) => world.adapter.reset(),
  "adapter power lost": (world: Host) => {
    world.adapter.powerOff();
    world.kernel.schedule(OFF_CYCLES, () => world.adapter.powerOn());
  },
} as const;

function make(keyStore: MemoryKeyStore): Host {
  return new HostOf({ adapters: [{ storage: "nvram" }], keyStore }, (options) => new RealAdapter(options));
}

function* save(world: Host, key: Uint8Array) {
  const client = { wmi: world.host.wmi, deviceName: HBA };
  // Longer than a part of a record.
  const outcome = yield* loginToTarget(client, loginIn({ Key: key, Username: new Uint8Array(200).fill(0x75) }));
  return outcome.type === "answered" ? outcome.status : outcome.ntStatus;
}

const BEFORE = (() => {
  const world = make(new MemoryKeyStore()).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  assertEquals(world.run(save(world, OLD)), 0);
  world.powerOff();
  return { store: exportKeyStore(world.store), adapter: world.adapter.image() };
})();

function prepare(): Host {
  const store = new MemoryKeyStore();
  importKeyStore(store, BEFORE.store);
  const world = make(store);
  world.adapter.restore(BEFORE.adapter);
  return world.boot();
}

/** Every cycle in which something is traced or programmed while a login is saved. */
function steps(): readonly Cycle[] {
  const world = prepare();
  const begin = world.kernel.now;
  const first = world.recorder.length;
  const cycles = new Set<Cycle>();
  world.adapter.onStep = () => cycles.add(world.kernel.now - begin);
  assertEquals(world.run(save(world, NEW)), 0);
  for (let sequence = first; sequence < world.recorder.length; sequence++) {
    cycles.add(world.recorder.at(sequence).cycle - begin);
  }
  return [...cycles].sort((a, b) => a - b);
}

/** The key with which the adapter logs in by itself after a power cycle. */
function keyAfterPowerCycle(world: Host, where: string): string | undefined {
  world.powerOff();
  const before = world.adapter.logins.length;
  world.boot();
  const outcome = world.run(queryPersistentLogins({ wmi: world.host.wmi, deviceName: HBA }));
  assertEquals(outcome.type === "answered" ? outcome.value.length : -1, 1, `${where}: persistent logins`);
  const made = world.adapter.logins.slice(before);
  assertEquals(made.map(({ source }) => source), ["login"], where);
  return made[0]?.key;
}

for (const [name, accident] of Object.entries(ACCIDENTS)) {
  Deno.test(`crash matrix: a persistent login, ${name}`, () => {
    const found = new Set<string | undefined>();
    // Before, at and half way from each step to the next: in the middle of a program, too.
    const offsets = steps().flatMap((step, index, all) => {
      const next = all[index + 1] ?? step;
      return [Math.max(0, step - 1), step, step + Math.floor((next - step) / 2)];
    });
    assert(offsets.length >= 45, `${offsets.length} moments`);
    for (const offset of offsets) {
      const world = prepare();
      const content = world.adapter.content();
      const process: Process<number> = world.kernel.spawn("save", save(world, NEW));
      world.kernel.runUntil(process as Process<unknown>, world.kernel.now + offset);
      accident(world);
      if (!world.host.powered) world.powerOn();
      world.kernel.runUntil(process as Process<unknown>, world.kernel.now + 250_000_000 * 400);
      world.pass(2 * OFF_CYCLES);
      world.run(world.host.untilReady());
      const isAcknowledged = process.state === "finished" && process.result === 0;
      for (const boot of ["first", "second"]) {
        const where = `${name} at +${offset}, ${boot} power cycle`;
        const key = keyAfterPowerCycle(world, where);
        assert([...(isAcknowledged ? [] : [hex(OLD)]), hex(NEW)].includes(`${key}`), `${where}: ${key}`);
        // A write that was interrupted leaves a doubt, and the service then fills the cache and names it anew.
        assertEquals({ ...world.adapter.content(), guid: "" }, { ...content, guid: "" }, `${where}: the key cache`);
        found.add(key);
      }
    }
    assert(found.has(hex(NEW)), "it is never saved");
  });
}
