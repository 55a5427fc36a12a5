/**
 * Two accidents in one call: something happens to the adapter while one of the
 * call's commands is under way, and, at one of the ticks at which the port
 * driver submits busy requests again, something ends the service or the host.
 * Then the service begins anew, and somebody sets a key until it is
 * acknowledged.
 *
 * @module
 */

import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import {
  exportKeyStore,
  importKeyStore,
  type KeyStore,
  type KeyStoreContent,
} from "../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import type { Cycle, Cycles, Task } from "../../sim/kernel/task.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, ID, testKey } from "./test_host.ts";

type World = HostOf<RealAdapter>;

const MILLISECOND: Cycles = 250_000;
const ALL = 0xffff_ffff;
/** The second port's address. */
const OTHER_ID = Uint8Array.of(192, 0, 2, 11);
const [OLD, STALE, NEWEST, OTHER, GROUP] = [1, 2, 3, 4, 5].map(testKey) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** What is interrupted. */
const CALLS = {
  SetIScsiIKEInfo: (world: World) => world.setKey(STALE),
  *synchronisation(world: World): Task {
    const clear = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
    yield* world.host.mailbox(HBA, clear);
    world.host.killService();
    yield* world.host.startService();
    yield* world.host.untilReady();
  },
} as const satisfies Record<string, (world: World) => Task<unknown>>;

/** What happens to the adapter. */
const ACCIDENTS = {
  "driver reset": (world: World) => world.host.resetAdapter(HBA),
  "firmware reset": (world: World) => world.adapter.reset(),
  "loss of its power": (world: World) => {
    world.adapter.powerOff();
    world.kernel.schedule(4 * MILLISECOND, () => world.adapter.powerOn());
  },
} as const;

/** What ends the service, and what begins it again. */
const ENDS = {
  "service killed": { end: (world: World) => world.host.killService(), begin: startService },
  "service stopped": { end: (world: World) => world.run(world.host.stopService()), begin: startService },
  "host rebooted": { end: (world: World) => world.powerOff(), begin: (world: World) => world.powerOn() },
} as const;

/** A reset by the driver takes a second: four ticks, and one after it. */
const TICKS = [0, 1, 2, 3, 4, 5];

/** A request that waits for its next tick meets the new run at any phase of its own ticks. */
const START_DELAYS_MILLISECONDS = [30, 110, 190];

/** What came of all cases of a storage. */
export interface CrossedResult {
  /** How many cases were run. */
  readonly cases: number;
  /** The first one that failed, and how. */
  readonly failure?: string;
}

/** Runs all cases of a storage, or up to the first that fails. */
export function runCrossedAccidents(storage: TestStorage): CrossedResult {
  const before = powerOffWhenSet(storage);
  let cases = 0;
  for (const { name, run } of casesOf(storage, before)) {
    cases++;
    const failure = run();
    if (failure !== undefined) return { cases, failure: `${storage}: ${name}: ${failure}` };
  }
  return { cases };
}

function* casesOf(
  storage: TestStorage,
  before: PoweredOff,
): Generator<{ readonly name: string; readonly run: () => string | undefined }> {
  for (const [callName, call] of Object.entries(CALLS)) {
    for (const [index, moment] of commandsOf(before, storage, call).entries()) {
      for (const [accidentName, accident] of Object.entries(ACCIDENTS)) {
        for (const [endName, { end, begin }] of Object.entries(ENDS)) {
          for (const tick of TICKS) {
            for (const delay of START_DELAYS_MILLISECONDS) {
              const name = `${callName}, ${accidentName} at command ${index + 1}, ${endName} at tick ${tick}, ` +
                `begun again after ${delay} ms`;
              yield { name, run: () => crossed(before, storage, { call, moment, accident, end, begin, tick, delay }) };
            }
          }
        }
      }
    }
  }
}

interface Case {
  readonly call: (world: World) => Task<unknown>;
  readonly moment: Cycles;
  readonly accident: (world: World) => void;
  readonly end: (world: World) => void;
  readonly begin: (world: World) => void;
  readonly tick: number;
  readonly delay: number;
}

function crossed(before: PoweredOff, storage: TestStorage, each: Case): string | undefined {
  const world = restore(before, storage);
  const process = world.kernel.spawn("call", each.call(world));
  world.kernel.run(world.kernel.now + each.moment + MILLISECOND / 100);
  each.accident(world);
  world.kernel.run(world.kernel.now + each.tick * 250 * MILLISECOND + MILLISECOND / 10);
  each.end(world);
  world.pass(each.delay * MILLISECOND);
  each.begin(world);
  setUntilAcknowledged(world);
  const now = differences(world, storage);
  if (now.length > 0) return `as soon as the newest key is acknowledged: ${now.join(", ")}`;
  world.pass(10_000 * MILLISECOND);
  if (!process.over) world.kernel.killProcess(process as Parameters<typeof world.kernel.killProcess>[0]);
  const later = differences(world, storage);
  if (later.length > 0) return `ten seconds later: ${later.join(", ")}`;
  world.reboot();
  const rebooted = differences(world, storage);
  return rebooted.length > 0 ? `after a reboot: ${rebooted.join(", ")}` : undefined;
}

function setUntilAcknowledged(world: World): void {
  const limit = world.kernel.now + 400_000 * MILLISECOND;
  while (world.run(world.setKey(NEWEST)) !== IsdscStatus.SUCCESS) {
    if (world.kernel.now > limit) throw new Error("the newest key was never acknowledged");
    world.pass(5 * MILLISECOND);
  }
}

/** What is not as it should be: the newest key, and the others untouched. */
function differences(world: World, storage: TestStorage): string[] {
  const login = world.run(world.login());
  const used = world.adapter.logins.at(-1)?.key;
  const found: [string, unknown, unknown][] = [
    ["the login's status", login.status, IsdscStatus.SUCCESS],
    ["the login's key", used, hex(NEWEST)],
    ["the other key", world.run(queryOther(world)).status, IsdscStatus.SUCCESS],
  ];
  const content = world.adapter.content();
  if (storage !== "none") {
    const keyOf = (id: Uint8Array) => content?.keys.get(keyName({ portNumber: ALL, idType: 1, id }));
    found.push(["the key", keyOf(ID), hex(NEWEST)], ["the other key", keyOf(OTHER_ID), hex(OTHER)]);
    found.push(["the group key", content?.groupKey, hex(GROUP)]);
  }
  return found.filter(([, is, shall]) => is !== shall).map(([what, is, shall]) => `${what} is ${is}, not ${shall}`);
}

function queryOther(world: World) {
  return world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, { authMethod: 1, idType: 1, id: OTHER_ID });
}

function startService(world: World): void {
  world.kernel.spawn("start", world.host.startService());
}

/** The cycles, from a call's beginning, at which its commands begin. */
function commandsOf(before: PoweredOff, storage: TestStorage, call: (world: World) => Task<unknown>): Cycles[] {
  const world = restore(before, storage);
  const begin = world.kernel.now;
  const first = world.recorder.length;
  world.run(call(world));
  const moments = new Set<Cycle>();
  for (let sequence = first; sequence < world.recorder.length; sequence++) {
    const { component, kind, cycle } = world.recorder.at(sequence);
    if (component === `miniport ${HBA}` && kind === "call") moments.add(cycle - begin);
  }
  return [...moments];
}

/** A world without power in which everything was set and acknowledged, as store and adapter keep it. */
interface PoweredOff {
  readonly store: KeyStoreContent;
  readonly adapter: unknown;
}

function powerOffWhenSet(storage: TestStorage): PoweredOff {
  const world = worldOf(storage, new MemoryKeyStore()).boot();
  world.run(world.setKey(OLD));
  world.run(world.setKey(OTHER, { id: OTHER_ID }));
  world.run(world.host.api.setIScsiGroupPresharedKey(GROUP, true));
  world.powerOff();
  return { store: exportKeyStore(world.store), adapter: world.adapter.image() };
}

function restore(before: PoweredOff, storage: TestStorage): World {
  const store = new MemoryKeyStore();
  importKeyStore(store, before.store);
  const world = worldOf(storage, store);
  world.adapter.restore(before.adapter);
  return world.boot();
}

function worldOf(storage: TestStorage, keyStore: KeyStore): World {
  return new HostOf({ adapters: [{ storage }], keyStore }, (options) => new RealAdapter(options));
}
