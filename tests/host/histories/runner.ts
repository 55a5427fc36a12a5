/**
 * Runs histories on a host with fake adapters and asks the oracle of each.
 *
 * @module
 */

import { IsdscStatus, MailboxCommand } from "../../../firmware/manual/interface.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Process } from "../../../sim/kernel/process.ts";
import type { Cycle, Cycles, Task } from "../../../sim/kernel/task.ts";
import { hex, keyName } from "../adapter_model.ts";
import type { FakeAdapter } from "../fake_adapter.ts";
import { ID, TestHost } from "../test_host.ts";
import { drawHistory, type History, SETTING_NAMES, type SettingName, type Step } from "./history.ts";
import { Oracle, type Value, type Writing } from "./oracle.ts";

/** What went wrong. */
export interface Violation {
  /** The number of the step. */
  readonly step: number;
  /** What is in force, and what may be. */
  readonly what: string;
}

const ALL = 0xffff_ffff;
const OTHER_ID = Uint8Array.of(192, 0, 2, 77);

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

/** Runs a history to its end, or to the first violation. */
export function runHistory(history: History): Violation | undefined {
  const run = new HistoryRun(history);
  for (const [index, step] of history.steps.entries()) {
    const what = run.step(step);
    if (what !== undefined) return { step: index, what };
  }
  return undefined;
}

class HistoryRun {
  readonly #world: TestHost;
  readonly #oracle: Oracle;
  readonly #pending = new Set<Process<unknown>>();
  #keys = 0;
  /** When all that accidents have taken away is back. */
  #quietFrom: Cycle = 0;
  #starting: Process<void> | undefined = undefined;

  constructor({ adapters }: History) {
    this.#world = new TestHost({ adapters: adapters.map((storage) => ({ storage })) }).boot();
    // So slow that accidents often hit them.
    for (const adapter of this.#world.adapters) adapter.commandCycles = COMMAND_CYCLES;
    this.#oracle = new Oracle(adapters.length);
  }

  /** What went wrong, if anything did. */
  step(step: Step): string | undefined {
    const { host, kernel } = this.#world;
    switch (step.type) {
      case "set":
        return this.#set(step);
      case "get":
        this.#finish(this.#spawn(this.#query(step.adapter, step.name)));
        return undefined;
      case "login":
        return this.#login(step);
      case "foreign clear": {
        const request = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
        if (host.powered) this.#spawn(host.mailbox(adapterName(step.adapter), request));
        return undefined;
      }
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
    const key = uniqueKey(++this.#keys);
    const { kernel, host } = this.#world;
    const writing: Writing = { adapter, name, persist, value: hex(key), begun: kernel.now, run: this.#oracle.run };
    // There is no group key of a single adapter.
    const scope = name === "group key" ? "all" : adapter;
    const call = name === "group key"
      ? host.api.setIScsiGroupPresharedKey(key, persist)
      : this.#world.setKey(key, { adapter: scope === "all" ? undefined : adapterName(scope), id: idOf(name), persist });
    const process = this.#spawn(call);
    process.onEnd(() => {
      const acknowledged = process.state === "finished" && process.result === IsdscStatus.SUCCESS;
      this.#oracle.written({ ...writing, adapter: scope }, acknowledged, kernel.now);
    });
    if (wait) this.#finish(process);
    return undefined;
  }

  #login({ adapter, how }: Extract<Step, { readonly type: "login" }>): string | undefined {
    const before = this.#adapter(adapter).logins.length;
    const isQuiet = this.#pending.size === 0;
    const key = how === "brings a key" ? uniqueKey(++this.#keys) : undefined;
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
    for (const name of SETTING_NAMES) {
      if (name === "group key") continue;
      const { status } = this.#finish(this.#spawn(this.#query(adapter, name))).result;
      const mayBe = this.#oracle.allowed(adapter, name).has(undefined);
      const mustNotBe = mayBe && this.#oracle.allowed(adapter, name).size === 1;
      if (status === IsdscStatus.SUCCESS ? mustNotBe : !mayBe) {
        return `${name} of ${adapter} (${storage}): the query is answered 0x${status.toString(16)}`;
      }
    }
    const content = storage === "none" ? undefined : this.#contentOf(adapter);
    for (const name of SETTING_NAMES) {
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
    const expected = found.get("own address") ?? found.get("group key");
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
    const own = this.#oracle.allowed(adapter, "own address");
    return own.has(used) || (own.has(undefined) && this.#oracle.allowed(adapter, "group key").has(used));
  }

  /** The keys in an adapter by the names of the history. */
  #contentOf(adapter: number): ReadonlyMap<SettingName, Value> {
    const content = this.#adapter(adapter).content();
    const keyOf = (id: Uint8Array) => content?.keys.get(keyName({ portNumber: ALL, idType: 1, id }));
    return new Map<SettingName, Value>([
      ["own address", keyOf(ID)],
      ["other address", keyOf(OTHER_ID)],
      ["group key", content?.groupKey],
    ]);
  }

  #held(adapter: number, name: SettingName): Value {
    const held = this.#world.host.service.run?.context.held;
    const records = held?.effective(adapterName(adapter)).map((row) => held.open(row)) ?? [];
    for (const record of records) {
      if (record?.kind === "group-key" && name === "group key") return hex(record.key);
      if (record?.kind === "preshared-key" && name !== "group key" && hex(record.id) === hex(idOf(name))) {
        return hex(record.key);
      }
    }
    return undefined;
  }

  #query(adapter: number, name: SettingName) {
    return this.#world.host.api.getIScsiIKEInfo(adapterName(adapter), ALL, undefined, {
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

function adapterName(index: number): string {
  return `hba ${index}`;
}

function idOf(name: SettingName): Uint8Array {
  return name === "other address" ? OTHER_ID : ID;
}

function uniqueKey(number: number): Uint8Array {
  const key = new Uint8Array(16).fill(0xa5);
  new DataView(key.buffer).setUint32(0, number);
  return key;
}
