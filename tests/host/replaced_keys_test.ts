/**
 * Another tool clears an adapter's cache at any moment of a call of the
 * service, and sets a key of its own for an identifier that the service has
 * acknowledged a key for, without a name. That its key is there proves nothing
 * of the others: whatever was acknowledged is in force after the next call.
 *
 * Where no name tells of it, a key that was only replaced stays so: nobody can
 * tell it from one that was set over another without a ClearCache.
 */

import { assert, assertEquals } from "@std/assert";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_GENERATIONAL_GUID_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../../host/wmi/security_config_operations.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const GROUP = "group key";
const LAST_BYTES = [10, 77, 78, 79] as const;
const THEIRS = testKey(200);

/** The last byte of the identifier of a key for all ports, or the group key. */
type Place = typeof LAST_BYTES[number] | typeof GROUP;

/** What is set before, and what while another tool works. */
const SETTINGS: readonly { readonly before: readonly Place[]; readonly then: Place }[] = [
  { before: [10, GROUP], then: 77 },
  { before: [10], then: 77 },
  { before: [10], then: GROUP },
  { before: [10, 77], then: GROUP },
  { before: [77, 10, GROUP], then: 78 },
  { before: [77, 78, 10, GROUP], then: 79 },
];

function idOf(lastByte: number): Uint8Array {
  return Uint8Array.of(...ID.subarray(0, 3), lastByte);
}

class Attacked {
  readonly world: TestHost;
  readonly storage: TestStorage;
  readonly acknowledged: Map<Place, string> = new Map();

  constructor(storage: TestStorage) {
    this.storage = storage;
    this.world = new TestHost({ adapters: [{ storage }] }).boot();
  }

  *set(place: Place): Task {
    const key = testKey(1 + this.acknowledged.size);
    const status = yield* place === GROUP
      ? this.world.host.api.setIScsiGroupPresharedKey(key, true)
      : this.world.setKey(key, { port: ALL, id: idOf(place), persist: true });
    assertEquals(status, 0);
    this.acknowledged.set(place, hex(key));
  }

  *clear(): Task {
    yield* this.method(SecurityMethod.clearCache, new Uint8Array(0));
  }

  /** Another tool's two requests, one after the other. */
  *clearAndReplace(lastByte: number): Task {
    yield* this.clear();
    yield* this.replace(lastByte);
  }

  *replace(lastByte: number): Task {
    const theirs = { PortNumber: ALL, SecurityFlags: 0x27n, IdType: 1, Id: idOf(lastByte), Key: THEIRS };
    yield* this.method(SecurityMethod.setPresharedKeyForId, SET_PRESHARED_KEY_FOR_ID_IN.encode(theirs));
  }

  *method(methodId: number, input: Uint8Array): Task {
    yield* this.world.host.wmi.executeMethod(HBA, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4);
  }

  /** Runs a task, and another tool's behind one of its requests; false if it made fewer. */
  during(request: number, task: Task<unknown>, theirs: () => Task): boolean {
    let requests = 0;
    this.world.adapter.onCommand = () => {
      if (requests++ === request) this.world.kernel.spawn("another tool", theirs());
    };
    this.world.run(task);
    this.world.adapter.onCommand = () => {};
    this.world.pass(10_000_000);
    return requests > request;
  }

  ask(lastByte: number): number {
    return this.world.askForKey({ id: idOf(lastByte) }).status;
  }

  assertInForce(replaced: number, when: string): void {
    const content = this.world.adapter.content();
    assert(content !== undefined);
    for (const [place, key] of this.acknowledged) {
      const inForce = place === GROUP
        ? content.groupKey
        : content.keys.get(keyName({ portNumber: ALL, idType: 1, id: idOf(place) }));
      const accepted = this.storage === "ram" && place === replaced ? [key, hex(THEIRS)] : [key];
      assert(inForce !== undefined && accepted.includes(inForce), `${when}: ${place} is ${inForce}, not ${key}`);
    }
  }
}

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`Another tool's key, at any moment of a setting, bears witness for no other, storage ${storage}`, () => {
    let moments = 0;
    for (const { before, then } of SETTINGS) {
      for (const replaced of before) {
        if (replaced === GROUP) continue;
        for (let request = 0, isInTime = true; isInTime; request++, moments++) {
          const attacked = new Attacked(storage);
          for (const place of before) attacked.world.run(attacked.set(place));
          isInTime = attacked.during(request, attacked.set(then), () => attacked.clearAndReplace(replaced));
          attacked.ask(99);
          attacked.assertInForce(replaced, `${before}; then ${then}; ${replaced} replaced behind request ${request}`);
        }
      }
    }
    console.log(`moments: ${moments}`);
  });

  Deno.test(`Another tool's key, at any moment of a replay, bears witness for no other, storage ${storage}`, () => {
    let moments = 0;
    for (const before of [[10, 77, GROUP], [77, 10, 78], [10, GROUP]] as const) {
      for (let request = 0, isInTime = true; isInTime; request++, moments++) {
        const attacked = new Attacked(storage);
        for (const place of before) attacked.world.run(attacked.set(place));
        attacked.world.run(attacked.clear());
        const { api } = attacked.world.host;
        const question = api.getIScsiIKEInfo(HBA, ALL, undefined, { authMethod: 1, idType: 1, id: idOf(99) });
        isInTime = attacked.during(request, question, () => attacked.clearAndReplace(10));
        attacked.ask(99);
        attacked.assertInForce(10, `${before}; 10 replaced behind request ${request} of the replay`);
      }
    }
    console.log(`moments: ${moments}`);
  });

  Deno.test(`A question finds its key although the cache is cleared behind any of its requests, storage ${storage}`, () => {
    for (const theirs of ["clearAndReplace", "clear"] as const) {
      for (let request = 0, isInTime = true; isInTime; request++) {
        const attacked = new Attacked(storage);
        for (const place of [10, 77, 78] as const) attacked.world.run(attacked.set(place));
        const question = function* (): Task {
          const { api } = attacked.world.host;
          const asked = { authMethod: 1, idType: 1, id: idOf(77) };
          const answer = yield* api.getIScsiIKEInfo(HBA, ALL, undefined, asked);
          assertEquals(answer.status, 0, `${theirs} behind request ${request}`);
        };
        isInTime = attacked.during(request, question(), () => attacked[theirs](10));
      }
    }
  });

  Deno.test(`Keys that another tool has not set again are found absent by a question, storage ${storage}`, () => {
    const attacked = new Attacked(storage);
    for (const place of [10, 77, 78, GROUP] as const) attacked.world.run(attacked.set(place));
    attacked.world.run(attacked.clearAndReplace(10));
    attacked.world.run(attacked.replace(77));
    assertEquals(attacked.ask(78), 0);
    attacked.assertInForce(10, "after the question");
  });
}

Deno.test("What is absent although the store vouches for the cache is set again, and all with it", () => {
  const attacked = new Attacked("nvram");
  for (const place of [10, 77, GROUP] as const) attacked.world.run(attacked.set(place));
  const content = attacked.world.adapter.content();
  assert(content !== undefined);
  attacked.world.run(attacked.clearAndReplace(10));
  const input = SET_GENERATIONAL_GUID_IN.encode({ GenerationalGuid: Uint8Array.fromHex(content.guid) });
  attacked.world.run(attacked.method(SecurityMethod.setGenerationalGuid, input));
  assertEquals(attacked.ask(77), 0);
  attacked.assertInForce(99, "after the question");
});
