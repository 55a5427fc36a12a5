/**
 * Of several names an adapter presents the one that was set on it first, and no
 * accident changes that: another tool clears the cache behind each request of a
 * setting, or of a replay, and afterwards every key is there, those of one port
 * among each other and those for all ports among each other by their age.
 *
 * A key for all ports that no login uses, because each port has a key of its own
 * for that identifier, may be missing: nothing tells (`cache_witness.ts`).
 */

import { assert, assertEquals } from "@std/assert";
import { IdentificationType, IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import { FLAGS, HBA, TestHost, testKey } from "./test_host.ts";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { assertHolds } from "./world_support.ts";

const ALL = 0xffff_ffff;
const GROUP = "group";

// A key, as "0/zeta", "*/zeta" or "group".
type Place = string;

function nameOf(place: Place): { readonly portNumber: number; readonly idType: number; readonly id: Uint8Array } {
  const [port = "", name = ""] = place.split("/");
  return {
    portNumber: port === "*" ? ALL : Number(port),
    idType: IdentificationType.ID_FQDN,
    id: new TextEncoder().encode(name),
  };
}

/** Two names, with keys for all ports and for one, in both orders of age; and what stands beside them. */
const SETTINGS: readonly (readonly Place[])[] = [
  ["0/zeta", "*/zeta", "0/beta"],
  ["0/zeta", "0/beta", "*/zeta"],
  ["*/zeta", "0/zeta", "0/beta", "*/beta"],
  ["0/zeta", "*/beta", "*/zeta", "0/beta"],
  ["*/zeta", "*/beta"],
  ["*/zeta", "*/beta", "*/alpha"],
  ["0/zeta", "0/beta", GROUP],
  [GROUP, "*/zeta", "0/zeta"],
  ["0/zeta", "1/zeta", "0/beta", "*/beta"],
  ["0/zeta", "1/beta", "0/beta", "*/zeta", GROUP],
];

interface Trial {
  readonly world: TestHost;
  keys: number;
}

function* set(trial: Trial, place: Place): Task {
  const { world } = trial;
  const key = testKey(++trial.keys);
  if (place === GROUP) return assertEquals(yield* world.host.api.setIScsiGroupPresharedKey(key, true), 0);
  const { portNumber, idType, id } = nameOf(place);
  const information = { authMethod: 1, securityFlags: FLAGS, idType, id, key };
  assertEquals(yield* world.host.api.setIScsiIKEInfo(HBA, portNumber, information, true), 0);
}

function* clearCache({ world }: Trial): Task {
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache, input: new Uint8Array(0) };
  yield* world.host.wmi.executeMethod(HBA, call, 4);
}

const TOOLS_KEY = new TextEncoder().encode("a key of another tool");

/** Another tool clears the cache, and sets a key of its own for an identifier of the service's, in between two requests. */
function replaceKey({ world: { adapter } }: Trial, place: Place): void {
  const name = nameOf(place);
  for (
    const memory of adapter.options.storage === "nvram" ? [adapter.nonvolatile, adapter.volatile] : [adapter.volatile]
  ) {
    memory.guid = new Uint8Array(16);
    memory.groupKey = undefined;
    memory.keys.clear();
    memory.keys.set(keyName(name), { ...name, securityFlags: FLAGS, key: TOOLS_KEY });
  }
}

/** Runs a task, with a ClearCache behind one of its requests. False if there were fewer. */
function clearedBehind(trial: Trial, request: number, task: Task<unknown>): boolean {
  const { world } = trial;
  let requests = 0;
  world.adapter.onCommand = () => {
    if (requests++ === request) world.kernel.spawn("another tool", clearCache(trial));
  };
  world.run(task);
  world.adapter.onCommand = () => {};
  const isInTime = requests > request;
  world.pass(10_000_000);
  if (!isInTime) world.run(clearCache(trial));
  return isInTime;
}

function assertInOrder({ world }: Trial, places: readonly Place[], ports: number, when: string): void {
  world.askForKey({ id: Uint8Array.of(192, 0, 2, 99) });
  const content = world.adapter.content();
  assert(content !== undefined);
  const isUnused = (place: Place) =>
    place.startsWith("*") &&
    Array.from({ length: ports }, (_, port) => port).every((port) => places.includes(place.replace("*", `${port}`)));
  const there = [...content.keys.keys()];
  for (const port of ["*", "0", "1"]) {
    const wanted = places.filter((place) => place.startsWith(`${port}/`) && !isUnused(place)).map(nameOf).map(keyName);
    assertEquals(there.filter((name) => wanted.includes(name)), wanted, `${when}, port ${port}`);
  }
  assertEquals(content.groupKey !== undefined, places.includes(GROUP), when);
}

/** Rows are sealed again and again. */
const campaign = new CampaignMemory();

function begin(storage: TestStorage, ports: number, places: readonly Place[]): Trial {
  const trial: Trial = {
    world: new TestHost({ adapters: [{ storage, numberOfPorts: ports }], campaign }).boot(),
    keys: 0,
  };
  for (const place of places) trial.world.run(set(trial, place));
  return trial;
}

const portsOf = (places: readonly Place[]) => places.some((place) => place.startsWith("1")) ? [2] : [1, 2];

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`A ClearCache at any moment of a setting leaves the names in the order of their age, storage ${storage}`, () => {
    let moments = 0;
    for (const places of SETTINGS) {
      for (const ports of portsOf(places)) {
        for (const then of places) {
          for (const isNew of then === places.at(-1) ? [true, false] : [false]) {
            for (let request = 0, isInTime = true; isInTime; request++, moments++) {
              const trial = begin(storage, ports, isNew ? places.slice(0, -1) : places);
              isInTime = clearedBehind(trial, request, set(trial, then));
              const when = `${places}; ${ports} ports; ${then} set, cleared behind request ${request}`;
              assertInOrder(trial, places, ports, when);
            }
          }
        }
      }
    }
    console.log(`moments: ${moments}`);
  });

  Deno.test(`A ClearCache at any moment of a replay leaves the names in the order of their age, storage ${storage}`, () => {
    let moments = 0;
    for (const places of SETTINGS) {
      for (const ports of portsOf(places)) {
        for (let request = 0, isInTime = true; isInTime; request++, moments++) {
          const trial = begin(storage, ports, places);
          trial.world.run(clearCache(trial));
          const { api } = trial.world.host;
          const question = { authMethod: 1, idType: 1, id: Uint8Array.of(192, 0, 2, 98) };
          isInTime = clearedBehind(trial, request, api.getIScsiIKEInfo(HBA, ALL, undefined, question));
          assertInOrder(trial, places, ports, `${places}; ${ports} ports; replay cleared behind request ${request}`);
        }
      }
    }
    console.log(`moments: ${moments}`);
  });

  Deno.test(`A tool that clears the cache and sets one key for an identifier of the service's costs no other key, storage ${storage}`, () => {
    const question = { authMethod: 1, idType: 1, id: Uint8Array.of(192, 0, 2, 98) };
    const replay = (trial: Trial): Task<unknown> => {
      trial.world.run(clearCache(trial));
      return trial.world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, question);
    };
    for (const places of [["*/zeta", "*/beta"], ["0/zeta", "1/zeta", "1/beta"]]) {
      for (const call of [replay, ...places.map((place) => (trial: Trial): Task<unknown> => set(trial, place))]) {
        for (const replaced of [...places, "*/zeta"]) {
          for (let request = 0, isInTime = true; isInTime; request++) {
            const trial = begin(storage, 2, places);
            const task = call(trial);
            let requests = 0;
            trial.world.adapter.onCommand = () => {
              if (requests++ === request) replaceKey(trial, replaced);
            };
            trial.world.run<unknown>(task);
            trial.world.adapter.onCommand = () => {};
            isInTime = requests > request;
            trial.world.askForKey({ id: Uint8Array.of(192, 0, 2, 99) });
            const keys = trial.world.adapter.content()?.keys;
            const isThere = (place: Place) => keys?.has(keyName(nameOf(place)));
            const isOurs = (place: Place) => keys?.get(keyName(nameOf(place))) !== hex(TOOLS_KEY);
            const lost = places.filter((place) => !isThere(place) || (place !== replaced && !isOurs(place)));
            assertEquals(lost, [], `${places}: ${replaced} behind request ${request}`);
          }
        }
      }
    }
  });

  Deno.test(`Without room for all the oldest keys have it after a replay, whichever ports they are for, storage ${storage}`, () => {
    const trial: Trial = {
      world: new TestHost({ adapters: [{ storage, capacity: 3 }, { storage }] }).boot(),
      keys: 0,
    };
    const { world } = trial;
    for (const place of ["0/zeta", "*/beta", "0/alpha"]) world.run(set(trial, place));
    const { portNumber, idType, id } = nameOf("*/late");
    const information = { authMethod: 1, securityFlags: FLAGS, idType, id, key: testKey(99) };
    assertEquals(world.run(world.host.api.setIScsiIKEInfo(undefined, portNumber, information, true)) === 0, false);
    for (const replays of [() => world.run(clearCache(trial)), () => world.adapter.reset(), () => world.reboot()]) {
      replays();
      world.pass(1_000_000_000);
      assertInOrder(trial, ["0/zeta", "*/beta", "0/alpha"], 2, "");
      // The service knows what has no room, and looks for it nowhere.
      const begun = world.adapter.commands.length;
      assertEquals(world.askForKey({ id, idType }).status, IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE);
      assertEquals(world.adapter.commands.slice(begun).includes(MailboxCommand.clearCache), false);
    }
  });
}

/** Names that were set on one port, on all and again on one: the oldest of the port is presented, cleared or not. */
const NAMES = ["zeta.example", "beta.example"] as const;

for (const [first, second] of [NAMES, [NAMES[1], NAMES[0]] as const]) {
  Deno.test(`A cache without a name that another tool has cleared presents ${first} again, which was set first`, () => {
    assertHolds(`
name: a foreign clear does not change which of two names is presented
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { ${first}: the key of the first, ${second}: the key of the second } } }
steps:
  - setKey: { adapter: hba0, port: 0, id: ${first}, key: the key of the first, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: ${first}, key: the key of the first, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, port: 0, id: ${second}, key: another key, flags: [ike, aggressive] }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: ${first} } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { getKey: { adapter: hba0, id: ${first} }, expect: SUCCESS }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: ${first} } }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
`);
  });
}
