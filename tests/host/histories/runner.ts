/**
 * Runs histories on a host with fake adapters and asks the oracle of each.
 *
 * @module
 */

import { IsdscStatus, MailboxCommand } from "../../../firmware/manual/interface.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Process } from "../../../sim/kernel/process.ts";
import type { Cycle, Cycles, Task } from "../../../sim/kernel/task.ts";
import { LastWriter, type Value, type Writing } from "../../../sim/lab/explore/oracle/last_writer.ts";
import type { CampaignMemory } from "../../../sim/lab/world/campaign_memory.ts";
import { isLeftBehind } from "../../../host/initiator_service/left_tunnels.ts";
import { hex, keyName } from "../adapter_model.ts";
import type { FakeAdapter } from "../fake_adapter.ts";
import { TestHost } from "../test_host.ts";
import {
  ANSWERED_BY,
  COUNT_AT_LOGIN,
  drawHistory,
  type History,
  KEY_NAMES,
  type KeyName,
  OF_NO_PORT,
  SETTING_NAMES,
  type SettingName,
  type Step,
} from "./history.ts";
import { adapterName, idOf, nameOf, portOf, uniqueValue } from "./named.ts";

/** What went wrong. */
export interface Violation {
  /** The number of the step. */
  readonly step: number;
  /** What is in force, and what may be. */
  readonly what: string;
}

const DESTINATION = Uint8Array.of(198, 51, 100, 1);

/** Until an adapter that has its power again is noticed. */
const NOTICE_CYCLES = 5_000_000;

/** What a mailbox command takes: 1 ms. */
const COMMAND_CYCLES = 250_000;

/** Longer than anything that ends by itself. */
const LIMIT_CYCLES = 250_000_000 * 1200;

/** Draws the history of a number. */
export function historyOf(number: number): History {
  return drawHistory(new RandomStreams(`history ${number}`).stream("steps"));
}

/** What came of a history. */
export interface Outcome {
  readonly violation: Violation | undefined;
  /** How many events the host's kernel has dispatched. */
  readonly turns: number;
}

/** Runs a history to its end, or to the first violation. */
export function runHistory(history: History): Violation | undefined {
  return outcomeOf(history).violation;
}

/** Runs a history; as one of a campaign it keeps no trace. */
export function outcomeOf(history: History, campaign?: CampaignMemory): Outcome {
  const run = new HistoryRun(history, campaign);
  for (const [index, step] of history.steps.entries()) {
    const what = run.step(step);
    if (what !== undefined) return { violation: { step: index, what }, turns: run.turns };
  }
  return { violation: undefined, turns: run.turns };
}

class HistoryRun {
  readonly #world: TestHost;
  readonly #oracle: LastWriter<SettingName>;
  readonly #pending = new Set<Process<unknown>>();
  #keys = 0;
  /** When all that accidents have taken away is back. */
  #quietFrom: Cycle = 0;
  #starting: Process<void> | undefined = undefined;

  constructor({ adapters }: History, campaign: CampaignMemory | undefined) {
    const shared = campaign === undefined ? {} : { campaign };
    this.#world = new TestHost({ adapters: adapters.map((storage) => ({ storage })), ...shared }).boot();
    // So slow that accidents often hit them.
    for (const adapter of this.#world.adapters) adapter.commandCycles = COMMAND_CYCLES;
    this.#oracle = new LastWriter(adapters.length);
  }

  get turns(): number {
    return this.#world.kernel.dispatched;
  }

  /** What went wrong, if anything did. */
  step(step: Step): string | undefined {
    const { host, kernel } = this.#world;
    switch (step.type) {
      case "set":
        return this.#set(step);
      case "get":
        this.#get(step);
        return undefined;
      case "login":
        return this.#login(step);
      case "lost keys":
        return this.#loseKeys(step.adapter);
      case "foreign clear":
        this.#foreignRequest(step.adapter, MailboxCommand.clearCache, new Uint8Array(0));
        return undefined;
      case "foreign name":
        this.#foreignRequest(step.adapter, MailboxCommand.setGenerationalGuid, new Uint8Array(16).fill(9));
        return undefined;
      case "driver reset":
        if (host.powered) host.resetAdapter(adapterName(step.adapter));
        return undefined;
      case "firmware reset":
        this.#adapter(step.adapter).reset();
        return undefined;
      case "power cut":
        this.#adapter(step.adapter).powerOff();
        this.#later(step.offCycles, () => this.#adapter(step.adapter).powerOn());
        return undefined;
      case "no DMA":
        this.#adapter(step.adapter).reachesMemory = false;
        this.#later(step.offCycles, () => this.#adapter(step.adapter).reachesMemory = true);
        return undefined;
      case "kill service":
        host.killService();
        this.#oracle.runEnds();
        return undefined;
      case "stop service":
        this.#world.run(host.stopService());
        this.#oracle.runEnds();
        return undefined;
      case "start service":
        this.#starting = kernel.spawn("start", host.startService());
        return undefined;
      case "reboot":
        this.#world.powerOff();
        this.#oracle.runEnds();
        this.#world.powerOn();
        return undefined;
      case "full disk":
        this.#world.memoryStore.setFailing(true);
        this.#later(step.offCycles, () => this.#world.memoryStore.setFailing(false));
        return undefined;
      case "pass":
        this.#world.pass(step.cycles);
        return undefined;
      case "check":
        return this.#check();
      default:
        return step satisfies never;
    }
  }

  #set({ adapter, name, persist, wait }: Extract<Step, { readonly type: "set" }>): string | undefined {
    const { kernel } = this.#world;
    const value = uniqueValue(name, ++this.#keys);
    const writing: Writing<SettingName> = {
      adapter,
      name,
      persist,
      value: hex(value),
      begun: kernel.now,
      run: this.#oracle.run,
    };
    // There is no group key of a single adapter.
    const scope = name === "group key" ? "all" : adapter;
    const process = this.#spawn(this.#setting(scope, name, value, persist));
    process.onEnd(() => {
      const acknowledged = process.state === "finished" && process.result === IsdscStatus.SUCCESS;
      this.#oracle.written({ ...writing, adapter: scope }, acknowledged, kernel.now);
    });
    if (wait) this.#finish(process);
    return undefined;
  }

  #setting(scope: number | "all", name: SettingName, value: Uint8Array, persist: boolean): Task<number> {
    const { api } = this.#world.host;
    const adapter = scope === "all" ? undefined : adapterName(scope);
    switch (name) {
      case "group key":
        return api.setIScsiGroupPresharedKey(value, persist);
      case "tunnel":
      case "tunnel, port 0":
        return api.setIScsiTunnelModeOuterAddress(
          adapter,
          portOf(name),
          DESTINATION.join("."),
          value.join("."),
          persist,
        );
      case "own address":
      case "own address, port 0":
      case "other address":
      case "other address, port 0":
        return this.#world.setKey(value, { adapter, port: portOf(name), id: idOf(name), persist });
      default:
        return name satisfies never;
    }
  }

  #get({ adapter, name, wait }: Extract<Step, { readonly type: "get" }>): void {
    const process = this.#spawn(this.#query(adapter, name));
    if (wait) this.#finish(process);
  }

  #foreignRequest(adapter: number, command: number, request: Uint8Array): void {
    const { host } = this.#world;
    if (host.powered) this.#spawn(host.mailbox(adapterName(adapter), { command, request, responseBytes: 0 }));
  }

  #login({ adapter, how }: Extract<Step, { readonly type: "login" }>): string | undefined {
    const before = this.#adapter(adapter).logins.length;
    const isQuiet = this.#pending.size === 0;
    const key = how === "brings a key" ? uniqueValue("own address", ++this.#keys) : undefined;
    const { result } = this.#finish(this.#spawn(this.#world.login({
      adapter: adapterName(adapter),
      requiresIpsec: how === "requires IPsec",
      ...(key === undefined ? {} : { key }),
    })));
    if (result.status !== IsdscStatus.SUCCESS || !isQuiet) return undefined;
    const used = this.#adapter(adapter).logins.slice(before).at(-1)?.key;
    // Nothing of it is kept: the checks would find a key that nobody has set.
    if (key !== undefined) {
      return used === hex(key) ? undefined : `login through ${adapter} brought a key, used ${used}`;
    }
    return this.#isAllowedAtLogin(adapter, used) ? undefined : `login through ${adapter} used ${used}`;
  }

  /** The adapter still bears the name of its cache. */
  #loseKeys(adapter: number): string | undefined {
    this.#recover();
    const { nonvolatile, volatile } = this.#adapter(adapter);
    for (const memory of [nonvolatile, volatile]) {
      memory.keys.clear();
      memory.groupKey = undefined;
    }
    this.#finish(this.#spawn(this.#world.login({ adapter: adapterName(adapter) })));
    return this.#checkAdapter(adapter);
  }

  #check(): string | undefined {
    this.#recover();
    for (let adapter = 0; adapter < this.#world.adapters.length; adapter++) {
      const what = this.#checkAdapter(adapter);
      if (what !== undefined) return what;
    }
    return undefined;
  }

  #checkAdapter(adapter: number): string | undefined {
    const { storage } = this.#adapter(adapter).options;
    const found = new Map<SettingName, Value>();
    for (const name of KEY_NAMES) {
      const { status } = this.#finish(this.#spawn(this.#query(adapter, name))).result;
      if (storage === "none" && OF_NO_PORT.includes(name)) {
        if (status !== IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE) {
          return `${name} of ${adapter}, which no login can use`;
        }
        continue;
      }
      const allowed = ANSWERED_BY[name].map((each) => this.#oracle.allowed(adapter, each));
      const mayBeNone = allowed.every((values) => values.has(undefined));
      const mustBeNone = mayBeNone && allowed.every((values) => values.size === 1);
      if (status === IsdscStatus.SUCCESS ? mustBeNone : !mayBeNone) {
        return `${name} of ${adapter} (${storage}): the query is answered 0x${status.toString(16)}`;
      }
    }
    const content = storage === "none" ? undefined : this.#contentOf(adapter);
    for (const name of SETTING_NAMES) {
      if (storage === "none" && OF_NO_PORT.includes(name)) continue;
      const held = this.#held(adapter, name);
      const value = content === undefined ? held : content.get(name);
      found.set(name, value);
      if (value !== held) return `${name} of ${adapter} (${storage}) is ${value}, the service holds ${held}`;
      const allowed = this.#oracle.allowed(adapter, name);
      if (!allowed.has(value)) {
        return `${name} of ${adapter} (${storage}) is ${value}, not ${[...allowed].join(" or ")}`;
      }
      this.#oracle.seen(adapter, name, value);
    }
    const expected = COUNT_AT_LOGIN.map((name) => found.get(name)).find((value) => value !== undefined);
    const before = this.#adapter(adapter).logins.length;
    const { status } = this.#finish(this.#spawn(this.#world.login({ adapter: adapterName(adapter) }))).result;
    const used = this.#adapter(adapter).logins.slice(before).at(-1)?.key;
    if (expected === undefined) {
      return status === IsdscStatus.SUCCESS ? `login through ${adapter} used ${used}` : undefined;
    }
    return status === IsdscStatus.SUCCESS && used === expected
      ? undefined
      : `login through ${adapter} (${storage}) ended 0x${status.toString(16)} with ${used}, expected ${expected}`;
  }

  /** Everything comes up again, and whatever is under way comes to its end. */
  #recover(): void {
    const { host, kernel } = this.#world;
    for (const process of [...this.#pending]) this.#finish(process);
    if (kernel.now < this.#quietFrom) this.#world.pass(this.#quietFrom - kernel.now);
    if (this.#starting !== undefined) kernel.runUntil(this.#starting, kernel.now + LIMIT_CYCLES);
    this.#starting = undefined;
    this.#world.run(host.startService());
    this.#world.pass(NOTICE_CYCLES);
    this.#world.run(host.untilReady());
  }

  #later(delayCycles: Cycles, action: () => void): void {
    const { kernel } = this.#world;
    kernel.schedule(delayCycles, action);
    this.#quietFrom = Math.max(this.#quietFrom, kernel.now + delayCycles);
  }

  #isAllowedAtLogin(adapter: number, used: Value): boolean {
    const isWithout = this.#adapter(adapter).options.storage === "none";
    for (const name of COUNT_AT_LOGIN.filter((each) => !isWithout || !OF_NO_PORT.includes(each))) {
      const allowed = this.#oracle.allowed(adapter, name);
      if (allowed.has(used)) return true;
      if (!allowed.has(undefined)) return false;
    }
    return false;
  }

  /** The keys in an adapter by the names of the history. */
  #contentOf(adapter: number): ReadonlyMap<SettingName, Value> {
    const { volatile } = this.#adapter(adapter);
    const content = this.#adapter(adapter).content();
    const keyOf = (name: KeyName) =>
      content?.keys.get(keyName({ portNumber: portOf(name), idType: 1, id: idOf(name) }));
    const gatewayOf = (name: SettingName): Value => {
      const found = [...volatile.tunnels].find(([place]) => place.startsWith(`${portOf(name)}/`))?.[1];
      return found === undefined ? undefined : hex(found.subarray(0, 4));
    };
    const [everywhere, own] = [gatewayOf("tunnel"), gatewayOf("tunnel, port 0")];
    return new Map<SettingName, Value>([
      ...KEY_NAMES.map((name): [SettingName, Value] => [name, keyOf(name)]),
      ["group key", content?.groupKey],
      // No method removes a tunnel address: what stands for none is the address of the destination, or that for all ports.
      ["tunnel", everywhere === hex(DESTINATION) ? undefined : everywhere],
      ["tunnel, port 0", own === (everywhere ?? hex(DESTINATION)) ? undefined : own],
    ]);
  }

  #held(adapter: number, name: SettingName): Value {
    const held = this.#world.host.service.run?.context.held;
    const rows = held?.effective(adapterName(adapter)).filter((row) => !isLeftBehind(row)) ?? [];
    for (const record of rows.map((row) => held?.open(row))) {
      if (record === undefined || nameOf(record) !== name) continue;
      return hex(record.kind === "tunnel-address" ? record.outerAddress.bytes.subarray(0, 4) : record.key);
    }
    return undefined;
  }

  #query(adapter: number, name: KeyName) {
    return this.#world.host.api.getIScsiIKEInfo(adapterName(adapter), portOf(name), undefined, {
      authMethod: 1,
      idType: 1,
      id: idOf(name),
    });
  }

  #spawn<T>(task: Task<T>): Process<T> {
    const process = this.#world.kernel.spawn("application", task);
    this.#pending.add(process as Process<unknown>);
    process.onEnd(() => this.#pending.delete(process as Process<unknown>));
    return process;
  }

  #finish<T>(process: Process<T>): Process<T> {
    const { kernel } = this.#world;
    kernel.runUntil(process as Process<unknown>, kernel.now + LIMIT_CYCLES);
    if (!process.over) throw new Error(`A call does not end: ${JSON.stringify(kernel.standstill())}`);
    return process;
  }

  #adapter(index: number): FakeAdapter {
    const adapter = this.#world.adapters[index];
    if (adapter === undefined) throw new RangeError(`No adapter ${index}`);
    return adapter;
  }
}
