/**
 * Random histories of settings for all adapters that one of them refuses, and an
 * oracle of its own: what each adapter has by the written rules, in the order in
 * which it has it. Adapter hba0 has one port and room for three keys, hba1 two
 * ports. Between the settings, and in the middle of them, another tool clears a
 * cache, the service is killed or restarted, an adapter is reset and the machine
 * loses its power.
 *
 * @module
 */

import { assert } from "@std/assert";
import { internetAddress, IsdscStatus, networkAddress } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ALL_PORTS, bootWorld, OTHER_PORT, PORT, text, unit } from "./world_support.ts";

const PORTS = { hba0: [PORT], hba1: [OTHER_PORT, Uint8Array.of(192, 0, 2, 12)] } as const;
type Adapter = keyof typeof PORTS;
const ADAPTERS: readonly Adapter[] = ["hba0", "hba1"];
/** How many keys each has room for. */
const ROOM: Readonly<Record<Adapter, number>> = { hba0: 3, hba1: 12 };
/** How long a history is. */
const STEPS = 18;
const NAMES = ["zeta", "beta", "alpha"] as const;
const DESTINATIONS = ["198.51.100.1", "198.51.100.2"] as const;

/** What a setting is of: the port (`*` for all) and the name, or the destination. */
type Place = string;

interface Value {
  readonly text: string;
  readonly age: number;
}

/** What the oracle knows of one place of one adapter. */
interface Held {
  durable: Value | undefined;
  volatile: Value | undefined;
}

function isTunnel(place: Place): boolean {
  return DESTINATIONS.some((destination) => place.endsWith(destination));
}

function portOf(place: Place): number {
  return place.startsWith("*") ? ALL_PORTS : Number(place[0]);
}

function hasPort(adapter: Adapter, place: Place): boolean {
  return place.startsWith("*") || portOf(place) < PORTS[adapter].length;
}

/** What the rules say. */
class Rules {
  readonly #held = new Map<Adapter, Map<Place, Held>>(ADAPTERS.map((adapter) => [adapter, new Map()]));
  /** Tunnel addresses that an adapter may have, for good: no method removes one. */
  readonly #left = new Map<Adapter, Set<Place>>(ADAPTERS.map((adapter) => [adapter, new Set()]));
  #now = 0;

  set(adapters: readonly Adapter[], place: Place, value: string, persist: boolean): void {
    this.#now++;
    for (const adapter of adapters) {
      const held = this.#of(adapter, place);
      const age = Math.min(held.durable?.age ?? this.#now, held.volatile?.age ?? this.#now);
      if (persist) Object.assign(held, { durable: { text: value, age }, volatile: undefined });
      else held.volatile = { text: value, age };
    }
  }

  /** An adapter may have taken a tunnel address that is not held. */
  mayHave(adapter: Adapter, place: Place): void {
    this.#left.get(adapter)?.add(place);
  }

  /** The run of the service has ended. */
  end(): void {
    for (const places of this.#held.values()) {
      for (const held of places.values()) held.volatile = undefined;
    }
  }

  /** Whether an adapter has room for a key of a place. */
  fits(adapter: Adapter, place: Place): boolean {
    return this.table(adapter).some(([each]) => each === place) || this.table(adapter).length < ROOM[adapter];
  }

  /** The keys that an adapter has, the oldest first: if there is not room for all, the oldest. */
  table(adapter: Adapter): readonly (readonly [Place, string])[] {
    return this.#rows(adapter).filter(([place]) => !isTunnel(place) && hasPort(adapter, place))
      .slice(0, ROOM[adapter]).map(([place, value]) => [place, value.text]);
  }

  /** The gateways that may be in force for a destination at a port. */
  gateways(adapter: Adapter, port: number, destination: string): ReadonlySet<string> {
    const find = (place: Place) => this.#rows(adapter).find(([each]) => each === place)?.[1].text;
    const held = find(`${port}/${destination}`) ?? find(`*/${destination}`);
    const isLeft = [`${port}/${destination}`, `*/${destination}`].some((place) => this.#left.get(adapter)?.has(place));
    return new Set(held !== undefined ? [held] : isLeft ? ["undefined", destination] : ["undefined"]);
  }

  #rows(adapter: Adapter): readonly (readonly [Place, Value])[] {
    return [...this.#held.get(adapter) ?? []]
      .flatMap(([place, { durable, volatile }]) => {
        const value = volatile ?? durable;
        const age = Math.min(durable?.age ?? Infinity, volatile?.age ?? Infinity);
        return value === undefined ? [] : [[place, { text: value.text, age }] as const];
      })
      .sort(([, a], [, b]) => a.age - b.age);
  }

  #of(adapter: Adapter, place: Place): Held {
    const places = this.#held.get(adapter);
    assert(places !== undefined);
    let held = places.get(place);
    if (held === undefined) places.set(place, held = { durable: undefined, volatile: undefined });
    return held;
  }
}

/** A history as it goes on. */
class Run {
  readonly rules = new Rules();
  readonly log: string[] = [];
  readonly world: World;
  readonly #random;
  #values = 0;

  constructor(seed: number, campaign: CampaignMemory | undefined) {
    this.#random = new RandomStreams(`refusals ${seed}`).stream("steps");
    const storages = ADAPTERS.map(() => this.#pick(["nvram", "nvram", "ram"] as const));
    this.log.push(storages.join(" "));
    this.world = bootWorld({
      seed,
      adapters: ADAPTERS.map((name, index) => ({
        name,
        keyStorage: storages[index] ?? "ram",
        ports: PORTS[name],
        keyTableEntries: ROOM[name],
      })),
      ...(campaign === undefined ? {} : { campaign }),
    });
  }

  #draw(limit: number): number {
    return this.#random.next() % limit;
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[this.#draw(values.length)];
    assert(value !== undefined);
    return value;
  }

  /** One step; what is wrong then, if anything is. */
  step(): string | undefined {
    const kind = this.#draw(16);
    if (kind < 11) return this.#set();
    if (kind < 12) return this.#check();
    const adapter = this.#pick(ADAPTERS);
    const accidents: readonly (readonly [string, () => void])[] = [
      [`clear ${adapter}`, () => this.world.run(this.#clear(adapter))],
      [`reset ${adapter}`, () => {
        this.world.host.resetAdapter(adapter);
        if (this.#draw(2) === 0) this.world.advance(this.world.cycles(this.#draw(1500) * 1e6));
      }],
      ["kill", () => this.#kill()],
      ["stop", () => {
        this.world.run(this.world.host.stopService());
        this.rules.end();
      }],
      ["power", () => {
        this.world.powerOff();
        this.rules.end();
      }],
    ];
    const [name, happen] = this.#pick(accidents);
    this.log.push(name);
    happen();
    this.#up();
    return undefined;
  }

  #kill(): void {
    this.world.host.killService();
    this.rules.end();
  }

  #up(): void {
    const { world } = this;
    if (!world.host.powered) world.powerOn();
    if (world.host.service.state === "stopped") world.run(world.host.startService());
    world.settle();
  }

  *#clear(adapter: Adapter): Task {
    const call = {
      guid: SECURITY_CONFIG_OPERATIONS_GUID,
      methodId: SecurityMethod.clearCache,
      input: new Uint8Array(0),
    };
    yield* this.world.host.wmi.executeMethod(adapter, call, 4);
  }

  #set(): string | undefined {
    const place = this.#draw(3) === 0
      ? `${this.#pick(["*", "*", "0", "1"])}/${this.#pick(DESTINATIONS)}`
      : `${this.#pick(["*", "0", "1", "1"])}/${this.#pick(NAMES)}`;
    const named = this.#pick(["hba0", "hba0", "hba1", "all", "all"] as const);
    const owner = named === "all" ? undefined : named;
    const persist = this.#draw(5) > 1;
    const value = isTunnel(place) ? `203.0.113.${++this.#values}` : `key ${++this.#values} of ${place}`;
    const adapters = owner === undefined ? ADAPTERS : [owner];
    const before = this.#stored();
    const task = this.#setting(owner, place, value, persist);
    const accident = this.#draw(4) === 0 ? this.#pick(["kill", "clear", "reset"] as const) : undefined;
    const status = this.#runSetting(task, accident);
    const isStored = this.#stored() !== before;
    this.log.push(
      `${named} ${place} ${persist ? "" : "volatile "}${value} ${accident ?? ""}: ${status?.toString(16)}`,
    );
    const isTaken = status === IsdscStatus.SUCCESS || status === IsdscStatus.OPERATION_NOT_ALL_SUCCESS;
    if (isTaken && persist && !isStored) return "acknowledged, and not stored";
    const expected = adapters.map((each) => hasPort(each, place) && (isTunnel(place) || this.rules.fits(each, place)));
    const good = expected.every((each) => each)
      ? IsdscStatus.SUCCESS
      : expected.some((each) => each)
      ? IsdscStatus.OPERATION_NOT_ALL_SUCCESS
      : undefined;
    const isRefused = status !== undefined && !isTaken;
    if (accident === undefined && (good === undefined ? !isRefused : status !== good)) return `status ${status}`;
    for (const each of adapters) if (isTunnel(place) && hasPort(each, place)) this.rules.mayHave(each, place);
    if (persist ? isStored && (isTaken || accident === "kill") : isTaken && accident !== "kill") {
      this.rules.set(adapters, place, value, persist);
    }
    if (accident === "kill") this.rules.end();
    this.#up();
    return undefined;
  }

  /** The status; `undefined` if the service was killed before. */
  #runSetting(task: Task<number>, accident: "kill" | "clear" | "reset" | undefined): number | undefined {
    const { world } = this;
    if (accident === undefined) return world.run(task);
    const adapter = this.#pick(ADAPTERS);
    const process = world.kernel.spawn("application", task);
    world.advance(world.cycles(this.#draw(12_000) * 1000));
    if (accident === "kill") world.host.killService();
    if (accident === "clear") world.kernel.spawn("another tool", this.#clear(adapter));
    if (accident === "reset") world.host.resetAdapter(adapter);
    world.advance(world.cycles(30e9));
    return process.over && process.state === "finished" ? process.result : undefined;
  }

  #setting(owner: Adapter | undefined, place: Place, value: string, persist: boolean): Task<number> {
    const [, name = ""] = place.split("/");
    const { api } = this.world.host;
    if (isTunnel(place)) return api.setIScsiTunnelModeOuterAddress(owner, portOf(place), name, value, persist);
    const information = { authMethod: 1, securityFlags: 0x2bn, idType: 2, id: text(name), key: text(value) };
    return api.setIScsiIKEInfo(owner, portOf(place), information, persist);
  }

  /** The settings in the store, as a text that changes with each. */
  #stored(): string {
    return this.world.image().serviceStore.rows
      .filter(({ kind }) => kind === "preshared-key" || kind === "tunnel-address")
      .map(({ adapter, kind, name, value }) => `${kind} ${adapter} ${name.toHex()} ${value.toHex()}`).join("\n");
  }

  #check(): string | undefined {
    this.#up();
    this.log.push("check");
    for (const adapter of ADAPTERS) {
      const question = { authMethod: 1, idType: 2, id: text("nobody") };
      this.world.run(this.world.host.api.getIScsiIKEInfo(adapter, ALL_PORTS, undefined, question));
      const wrong = this.#wrongKeys(adapter) ?? this.#wrongTunnels(adapter);
      if (wrong !== undefined) return `${adapter}: ${wrong}`;
    }
    return undefined;
  }

  /** Keys of each port, and those for all, must be those of the rules, and in their order. */
  #wrongKeys(adapter: Adapter): string | undefined {
    const { cache } = unit(this.world, adapter).adapter;
    assert(cache !== undefined);
    const found = cache.keyTable.entries().map((entry) => {
      const name = new TextDecoder().decode(entry.id);
      const key = new TextDecoder().decode(cache.keyTable.copyKey(entry));
      return [`${entry.portNumber === ALL_PORTS ? "*" : entry.portNumber}/${name}`, key] as const;
    });
    const wanted = this.rules.table(adapter);
    // A key for all ports that no login uses may be missing: nothing tells.
    const isUnused = ([place]: readonly [Place, string]) =>
      place.startsWith("*") &&
      PORTS[adapter].every((_, port) => wanted.some(([each]) => each === place.replace("*", `${port}`)));
    for (const port of ["*", "0", "1"]) {
      const of = (keys: readonly (readonly [Place, string])[]) =>
        JSON.stringify(keys.filter((each) => each[0].startsWith(port) && !isUnused(each)));
      if (of(found) !== of(wanted)) return `${of(found)}, wanted ${of(wanted)}`;
    }
    return undefined;
  }

  #wrongTunnels(adapter: Adapter): string | undefined {
    const { cache } = unit(this.world, adapter).adapter;
    assert(cache !== undefined);
    for (const destination of DESTINATIONS) {
      const address = internetAddress(Uint8Array.from(destination.split("."), Number));
      assert(address !== undefined);
      for (const port of PORTS[adapter].keys()) {
        const gateway = cache.tunnelAddress(port, address);
        const found = gateway === undefined || gateway === "damaged"
          ? `${gateway}`
          : formatInternetAddress(networkAddress(gateway));
        const wanted = this.rules.gateways(adapter, port, destination);
        if (!wanted.has(found)) return `port ${port} to ${destination}: ${found}, wanted ${[...wanted]}`;
      }
    }
    return undefined;
  }

  /** At the end: a machine that is started again and again, without settings in between, fills no cache with a name. */
  lastCheck(): string | undefined {
    const names: string[] = [];
    for (let reboot = 0; reboot < 2; reboot++) {
      this.world.powerOff();
      this.rules.end();
      const wrong = this.#check();
      if (wrong !== undefined) return wrong;
      names.push(this.#generations());
    }
    return names[0] === names[1] ? undefined : `generations ${names}`;
  }

  #generations(): string {
    return this.world.image().serviceStore.rows.filter(({ kind }) => kind === "generational-guid")
      .map(({ adapter, value }) => `${adapter} ${value.toHex()}`).join(" ");
  }
}

/** Runs a history; what is wrong with it, and its steps. */
export function runRefusals(seed: number, campaign?: CampaignMemory): string | undefined {
  const run = new Run(seed, campaign);
  const report = (what: string) => `history ${seed}: ${what}\n  ${run.log.join("\n  ")}`;
  for (let step = 0; step < STEPS; step++) {
    const wrong = run.step();
    if (wrong !== undefined) return report(wrong);
  }
  const wrong = run.lastCheck();
  return wrong === undefined ? undefined : report(wrong);
}
