/**
 * Another tool clears an adapter's cache at any moment of a call of the
 * service. Whatever was acknowledged is in force afterwards, for logins through
 * every port, although a question for one port may be answered by the key of
 * another, and a group key cannot be asked for.
 */

import { assert, assertEquals } from "@std/assert";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import { HBA, ID, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const OTHER_ID = Uint8Array.of(192, 0, 2, 77);
const GROUP = "group key";

/** A setting: the port and identifier of a key, or the group key. */
type Place = { readonly port: number; readonly id: Uint8Array } | typeof GROUP;

const A0: Place = { port: 0, id: ID };
const A1: Place = { port: 1, id: ID };
const A: Place = { port: ALL, id: ID };
const B: Place = { port: ALL, id: OTHER_ID };
const B0: Place = { port: 0, id: OTHER_ID };

/** What is set before, and what while the cache is cleared. */
const SETTINGS: readonly { readonly ports: number; readonly before: readonly Place[]; readonly then: Place }[] = [
  { ports: 2, before: [A], then: A1 },
  { ports: 2, before: [A0], then: A },
  { ports: 2, before: [A, A1, GROUP], then: A1 },
  { ports: 2, before: [A0, A1], then: A },
  { ports: 2, before: [GROUP, A0], then: A },
  { ports: 2, before: [GROUP], then: B },
  { ports: 2, before: [GROUP], then: GROUP },
  { ports: 2, before: [A], then: GROUP },
  { ports: 2, before: [A, B], then: A },
  { ports: 2, before: [A, B, B0], then: B0 },
  // Every port has a key of its own beside the one for all: neither can be told from the other.
  { ports: 1, before: [A, GROUP], then: A0 },
  { ports: 1, before: [A0, GROUP], then: A },
  { ports: 1, before: [A0, B], then: A },
];

interface Cleared {
  readonly world: TestHost;
  /** What was acknowledged, by place. */
  readonly acknowledged: Map<Place, string>;
  keys: number;
}

function begin(storage: TestStorage, ports: number): Cleared {
  const world = new TestHost({ adapters: [{ storage, numberOfPorts: ports }] }).boot();
  return { world, acknowledged: new Map(), keys: 0 };
}

function* setting(cleared: Cleared, place: Place, persist = true): Task {
  const { world, acknowledged } = cleared;
  const key = testKey(++cleared.keys);
  const status = yield* place === GROUP
    ? world.host.api.setIScsiGroupPresharedKey(key, persist)
    : world.setKey(key, { port: place.port, id: place.id, persist });
  assertEquals(status, 0);
  acknowledged.set(place, hex(key));
}

function* clearCache({ world }: Cleared): Task {
  const clear = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache };
  yield* world.host.wmi.executeMethod(HBA, { ...clear, input: new Uint8Array(0) }, 4);
}

/**
 * Runs a task, and another tool's ClearCache behind one of its requests to the adapter, before the next.
 *
 * @returns False if there were fewer requests: the cache was cleared after the task.
 */
function clearedBehind(cleared: Cleared, request: number, task: Task<unknown>): boolean {
  const { world } = cleared;
  let requests = 0;
  world.adapter.onCommand = () => {
    if (requests++ === request) world.kernel.spawn("another tool", clearCache(cleared));
  };
  world.run(task);
  world.adapter.onCommand = () => {};
  const isInTime = requests > request;
  world.pass(10_000_000);
  if (!isInTime) world.run(clearCache(cleared));
  return isInTime;
}

/** A question about something else: whatever the service notices, it notices now. Then every key must be there. */
function assertInForce({ world, acknowledged }: Cleared, when: string): void {
  world.askForKey({ id: Uint8Array.of(192, 0, 2, 99) });
  const content = world.adapter.content();
  assert(content !== undefined);
  for (const [place, key] of acknowledged) {
    const inForce = place === GROUP
      ? content.groupKey
      : content.keys.get(keyName({ portNumber: place.port, idType: 1, id: place.id }));
    const isShadowed = place !== GROUP && place.port === ALL && world.adapter.options.numberOfPorts === 1 &&
      acknowledged.has(A0) && place !== B;
    // A key for all ports that no login can use is not asked for.
    if (!isShadowed) assertEquals(inForce, key, `${when}: ${place === GROUP ? GROUP : `${place.id} of ${place.port}`}`);
  }
}

function describe({ before, then }: { readonly before: readonly Place[]; readonly then: Place }): string {
  const name = (place: Place) =>
    place === GROUP ? GROUP : `${place.id.at(-1)}/${place.port === ALL ? "all" : place.port}`;
  return `${before.map(name).join(", ")}; then ${name(then)}`;
}

for (const storage of ["nvram", "ram"] as const) {
  Deno.test(`A ClearCache at any moment of a setting loses nothing that was acknowledged, storage ${storage}`, () => {
    let moments = 0;
    for (const each of SETTINGS) {
      for (let request = 0, isInTime = true; isInTime; request++, moments++) {
        const cleared = begin(storage, each.ports);
        for (const place of each.before) cleared.world.run(setting(cleared, place));
        isInTime = clearedBehind(cleared, request, setting(cleared, each.then));
        const when = `${describe(each)}, cleared behind request ${request}`;
        assertInForce(cleared, when);
        cleared.world.reboot();
        assertInForce(cleared, `${when}, after a reboot`);
      }
    }
    console.log(`moments: ${moments}`);
  });

  Deno.test(`A ClearCache at any moment of a replay loses nothing that was acknowledged, storage ${storage}`, () => {
    let moments = 0;
    for (const places of [[GROUP, B], [B, GROUP], [GROUP], [A0, A, GROUP], [GROUP, A1, A0, A]] as const) {
      for (let request = 0, isInTime = true; isInTime; request++, moments++) {
        const cleared = begin(storage, 2);
        for (const place of places) cleared.world.run(setting(cleared, place));
        cleared.world.run(clearCache(cleared));
        const question = { authMethod: 1, idType: 1, id: OTHER_ID };
        isInTime = clearedBehind(
          cleared,
          request,
          cleared.world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, question),
        );
        assertInForce(cleared, `${places.length} settings, cleared behind request ${request} of the replay`);
      }
    }
    console.log(`moments: ${moments}`);
  });
}
