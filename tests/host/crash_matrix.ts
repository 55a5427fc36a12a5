/**
 * Every call, interrupted before and after each of its steps, by every kind of
 * accident, on every kind of adapter. Steps are enumerated from a run without
 * accident: each cycle in which something is traced or stored.
 *
 * Afterwards, when everything has come up again: a persistent setting that was
 * acknowledged is in force, one that was not is in force or the old one is,
 * unrelated settings are untouched, the generational GUIDs agree, and a second
 * power cycle takes nothing away that was acknowledged.
 */
import { assert, assertEquals } from "@std/assert";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import {
  exportKeyStore,
  importKeyStore,
  type KeyStore,
  type KeyStoreContent,
} from "../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import type { Process } from "../../sim/kernel/process.ts";
import type { Cycle, Task } from "../../sim/kernel/task.ts";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { type AdapterModel, type AdapterModelOptions, hex, keyName, type TestStorage } from "./adapter_model.ts";
import { HBA, HostOf, ID, testKey } from "./test_host.ts";

export type World = HostOf<AdapterModel>;

const ALL = 0xffff_ffff;
/** The second port's address. */
const OTHER_ID = Uint8Array.of(192, 0, 2, 11);
const GATEWAY = Uint8Array.of(203, 0, 113, 1);
const DESTINATION = Uint8Array.of(203, 0, 113, 9);

const OLD = testKey(1);
const NEW = testKey(2);
const OTHER = testKey(3);
const OLD_GROUP = testKey(4);
const NEW_GROUP = testKey(5);

/** The settings as a login or a query would meet them. */
interface Settings {
  readonly key: string | undefined;
  readonly group: string | undefined;
  readonly tunnel: string | undefined;
}

export interface Call {
  readonly name: string;
  readonly start: (world: World) => Task<unknown>;
  /** What the call changes. */
  readonly changes: Partial<Settings>;
}

export const CALLS: readonly Call[] = [
  { name: "SetIScsiIKEInfo", start: (world) => world.setKey(NEW), changes: { key: hex(NEW) } },
  {
    name: "SetIScsiGroupPresharedKey",
    start: (world) => world.host.api.setIScsiGroupPresharedKey(NEW_GROUP, true),
    changes: { group: hex(NEW_GROUP) },
  },
  {
    name: "SetIScsiTunnelModeOuterAddress",
    start: (world) =>
      world.host.api.setIScsiTunnelModeOuterAddress(
        HBA,
        ALL,
        formatInternetAddress(DESTINATION),
        formatInternetAddress(GATEWAY),
        true,
      ),
    changes: { tunnel: hex(GATEWAY) },
  },
  {
    name: "GetIScsiIKEInfo",
    start: (world) => world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, { authMethod: 1, idType: 1, id: ID }),
    changes: {},
  },
  { name: "LoginIScsiTarget", start: (world) => world.login(), changes: {} },
  { name: "synchronisation", start: (world) => restartService(world), changes: {} },
];

export interface Kind {
  readonly name: string;
  readonly make: (options: AdapterModelOptions) => AdapterModel;
  readonly storage: TestStorage;
  /** What makes its cache invalid before the call. */
  readonly spoil?: (world: World) => void;
}

/** How long an adapter is without power: 4 ms. */
const OFF_CYCLES = 1_000_000;

const ACCIDENTS = {
  "service killed": (world: World) => world.host.killService(),
  "host power lost": (world: World) => world.powerOff(),
  "adapter reset": (world: World) => world.adapter.reset(),
  "adapter power lost": (world: World) => {
    world.adapter.powerOff();
    world.kernel.schedule(OFF_CYCLES, () => world.adapter.powerOn());
  },
} as const;

function* restartService(world: World): Task {
  world.host.killService();
  yield* world.host.startService();
  yield* world.host.untilReady();
}

/** A world without power in which everything was set and acknowledged, as store and adapter keep it. */
interface PoweredOff {
  readonly store: KeyStoreContent;
  readonly adapter: unknown;
}

const POWERED_OFF = new Map<Kind, PoweredOff>();

/** What cases need not compute again: none of them is looked at by its trace. */
const CAMPAIGN = new CampaignMemory();

function worldOf(kind: Kind, keyStore: KeyStore, campaign?: CampaignMemory): World {
  const shared = campaign === undefined ? {} : { campaign };
  return new HostOf<AdapterModel>({ adapters: [{ storage: kind.storage }], keyStore, ...shared }, kind.make);
}

function powerOffWhenSet(kind: Kind): PoweredOff {
  const world = worldOf(kind, new MemoryKeyStore()).boot();
  assertEquals(world.run(world.setKey(OLD)), 0);
  assertEquals(world.run(world.setKey(OTHER, { id: OTHER_ID })), 0);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(OLD_GROUP, true)), 0);
  world.powerOff();
  return { store: exportKeyStore(world.store), adapter: world.adapter.image() };
}

/** A world in which everything is set and acknowledged, begun from the state of one that was powered off. */
function prepare(kind: Kind, campaign?: CampaignMemory): World {
  const before = POWERED_OFF.get(kind) ?? powerOffWhenSet(kind);
  POWERED_OFF.set(kind, before);
  const store = new MemoryKeyStore();
  importKeyStore(store, before.store);
  const world = worldOf(kind, store, campaign);
  world.adapter.restore(before.adapter);
  world.boot();
  kind.spoil?.(world);
  return world;
}

/** The steps of a call: every cycle in which something is traced or stored. */
function stepsOf(call: Call, kind: Kind): readonly Cycle[] {
  const world = prepare(kind);
  const steps = new Set<Cycle>();
  const begin = world.kernel.now;
  const first = world.recorder.length;
  world.adapter.onStep = () => steps.add(world.kernel.now - begin);
  world.run(call.start(world));
  for (let sequence = first; sequence < world.recorder.length; sequence++) {
    steps.add(world.recorder.at(sequence).cycle - begin);
  }
  return [...steps].sort((a, b) => a - b);
}

/** What the adapter has in force. */
function adapterSettings(world: World): Settings {
  const content = world.adapter.content();
  const [gateway] = content?.tunnels ?? [];
  return {
    key: content?.keys.get(keyName({ portNumber: ALL, idType: 1, id: ID })),
    group: content?.groupKey,
    // No method removes a tunnel address. One that may have arrived unacknowledged is set to the destination's own: none.
    tunnel: gateway === hex(DESTINATION) ? undefined : gateway,
  };
}

/** What the service holds. */
function serviceSettings(world: World): Settings {
  const run = world.host.service.run;
  assert(run !== undefined);
  const records = run.context.held.effective(HBA).map((row) => run.context.held.open(row));
  const key = records.find((record) => record?.kind === "preshared-key" && hex(record.id) === hex(ID));
  const group = records.find((record) => record?.kind === "group-key");
  return {
    key: key?.kind === "preshared-key" ? hex(key.key) : undefined,
    group: group?.kind === "group-key" ? hex(group.key) : undefined,
    tunnel: undefined,
  };
}

function acknowledged(process: Process<unknown>): boolean {
  return process.state === "finished" && process.result === IsdscStatus.SUCCESS;
}

/** Brings everything up again, and lets the call end. */
function recover(world: World, process: Process<unknown>): void {
  if (!world.host.powered) world.powerOn();
  world.kernel.runUntil(process, world.kernel.now + 250_000_000 * 900);
  assert(process.over, `the call does not end: ${JSON.stringify(world.kernel.standstill())}`);
  // Until the adapter has its power again, and its driver has noticed.
  world.pass(2 * OFF_CYCLES);
  if (world.host.service.state === "stopped") world.run(world.host.startService());
  world.run(world.host.untilReady());
}

function check(world: World, call: Call, acked: boolean, where: string): void {
  const before: Settings = { key: hex(OLD), group: hex(OLD_GROUP), tunnel: undefined };
  const after: Settings = { ...before, ...call.changes };
  const { storage } = world.adapter.options;
  const held = serviceSettings(world);
  const found = storage === "none" ? held : adapterSettings(world);
  assertEquals([found.key, found.group], [held.key, held.group], `${where}: adapter and service do not hold the same`);
  for (const field of ["key", "group", "tunnel"] as const) {
    const accepted = acked ? [after[field]] : [before[field], after[field]];
    assert(accepted.includes(found[field]), `${where}: ${field} is ${found[field]}, expected ${accepted.join(" or ")}`);
  }
  const login = world.run(world.login());
  assertEquals(login.status, IsdscStatus.SUCCESS, `${where}: login`);
  assertEquals(world.adapter.logins.at(-1)?.key, found.key, `${where}: login used another key`);
  const other = world.run(
    world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, { authMethod: 1, idType: 1, id: OTHER_ID }),
  );
  assertEquals(other.status, IsdscStatus.SUCCESS, `${where}: an unrelated key is lost`);
  if (storage === "nvram") {
    const stored = world.store.rows().find(({ kind }) => kind === "generational-guid")?.value ?? new Uint8Array(0);
    const content = world.adapter.content();
    assertEquals(content?.guid, hex(stored), `${where}: GUIDs differ`);
    assert(content?.cacheValid, `${where}: the cache is not valid`);
  }
}

export interface Case {
  /** Cycles from the call's begin to the accident. */
  readonly offset: number;
  readonly accident: keyof typeof ACCIDENTS;
}

/** Every accident before each step of a call, and after it. */
export function casesOf(call: Call, kind: Kind): Case[] {
  const accidents = Object.keys(ACCIDENTS) as (keyof typeof ACCIDENTS)[];
  const offsets = stepsOf(call, kind).flatMap((step) => step === 0 ? [0] : [step - 1, step]);
  return offsets.flatMap((offset) => accidents.map((accident) => ({ offset, accident })));
}

/** Interrupts a call so, lets everything come up again, and looks. */
export function tryCase(call: Call, kind: Kind, { offset, accident }: Case): void {
  const world = prepare(kind, CAMPAIGN);
  const process = world.kernel.spawn("call", call.start(world)) as Process<unknown>;
  world.kernel.runUntil(process, world.kernel.now + offset);
  ACCIDENTS[accident](world);
  recover(world, process);
  const acked = acknowledged(process);
  const where = `${accident} at +${offset}`;
  check(world, call, acked, where);
  world.powerOff();
  world.boot();
  check(world, call, acked, `${where}, and a power cycle later`);
}
