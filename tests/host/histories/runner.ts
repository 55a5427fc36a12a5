/**
 * Runs histories on a host with fake adapters and asks the oracle of each.
 *
 * @module
 */

import { Control, IsdscStatus, MailboxCommand, Register } from "../../../firmware/manual/interface.ts";
import type { Process } from "../../../sim/kernel/process.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import type { Value } from "../../../sim/lab/explore/oracle/last_writer.ts";
import type { CampaignMemory } from "../../../sim/lab/world/campaign_memory.ts";
import { hex } from "../adapter_model.ts";
import type { FakeAdapter } from "../fake_adapter.ts";
import { TestHost } from "../test_host.ts";
import { Accidents } from "./accidents.ts";
import { AnotherTool } from "./another_tool.ts";
import { forgettingCall, queryCall, savingCall, settingCall } from "./calls.ts";
import { Expectation } from "./expectation.ts";
import { type History, KEY_NAMES, SETTING_NAMES, type SettingName, type Step } from "./history.ts";
import { contentOf, departuresOf, heldBy, NOTHING_HELD, savedWrongly } from "./inspection.ts";
import {
  CLEARS_BY_AGE,
  COMMAND_CYCLES,
  IMPEDED_CYCLES,
  LIMIT_CYCLES,
  NOTICE_CYCLES,
  UNIMPEDED_CYCLES,
} from "./limits.ts";
import { adapterName, isOfNoLogin, uniqueValue } from "./named.ts";

/** What went wrong. */
export interface Violation {
  /** The number of the step. */
  readonly step: number;
  /** What is in force, and what may be. */
  readonly what: string;
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
  readonly #history: History;
  readonly #world: TestHost;
  readonly #oracle: Expectation;
  readonly #pending = new Set<Process<unknown>>();
  #keys = 0;
  /** What was wrong with the status of a setting, if anything was. */
  #wrongStatus: string | undefined = undefined;
  readonly #accidents: Accidents;
  readonly #tool: AnotherTool;
  #starting: Process<void> | undefined = undefined;

  constructor(history: History, campaign: CampaignMemory | undefined) {
    const { adapters } = history;
    this.#history = history;
    this.#world = new TestHost({ adapters, ...(campaign === undefined ? {} : { campaign }) }).boot();
    // So slow that accidents often hit them.
    for (const adapter of this.#world.adapters) adapter.commandCycles = COMMAND_CYCLES;
    this.#oracle = new Expectation(adapters);
    this.#accidents = new Accidents(this.#world);
    this.#tool = new AnotherTool(this.#world);
  }

  get turns(): number {
    return this.#world.kernel.dispatched;
  }

  /** What went wrong, if anything did. */
  step(step: Step): string | undefined {
    return this.#take(step) ?? this.#wrongStatus;
  }

  #take(step: Step): string | undefined {
    const { host, kernel } = this.#world;
    switch (step.type) {
      case "set":
        this.#set(step);
        return undefined;
      case "get":
        this.#get(step);
        return undefined;
      case "login":
        return this.#login(step);
      case "save":
        this.#save(step);
        return undefined;
      case "forget":
        this.#forget(step);
        return undefined;
      case "login beside reset":
        return this.#loginBesideReset(step);
      case "lost keys":
        return this.#loseKeys(step.adapter);
      case "foreign clear":
      case "foreign name":
      case "foreign save":
      case "foreign forget":
      case "foreign key":
        if (host.powered) this.#spawn(this.#tool.ask(step.adapter, step.type));
        return undefined;
      case "driver reset":
      case "bus reset":
      case "firmware reset":
      case "power cut":
      case "no DMA":
      case "clears fail":
      case "full disk":
        this.#accidents.happen(step);
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
      case "second port":
      case "reboot":
        this.#world.powerOff();
        this.#oracle.runEnds();
        if (step.type === "second port") {
          this.#adapter(step.adapter).numberOfPorts = 2;
          this.#oracle.portComes(step.adapter);
        }
        this.#world.powerOn();
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

  #set({ adapter, name, persist, wait }: Extract<Step, { readonly type: "set" }>): void {
    const { kernel } = this.#world;
    const value = uniqueValue(name, ++this.#keys);
    // There is no group key of a single adapter.
    const scope = name === "group key" ? "all" : adapter;
    const isUndisturbed = wait && this.#isQuiet();
    const setting = {
      scope,
      name,
      persist,
      value: hex(value),
      begun: kernel.now,
      run: this.#oracle.run,
      isUndisturbed,
    };
    const departures = departuresOf(this.#world);
    const process = this.#spawn(settingCall(this.#world, { scope, name, value, persist }));
    process.onEnd(() => {
      const status = process.state === "finished" ? process.result : undefined;
      const after = departuresOf(this.#world);
      const stayed = [...after.keys()].filter((each) => after[each] !== undefined && after[each] === departures[each]);
      this.#wrongStatus ??= this.#oracle.ended({ ...setting, stayed, status, end: kernel.now });
    });
    if (wait) this.#finish(process);
  }

  /** All is up, and nothing is under way. */
  #isQuiet(): boolean {
    const { host, adapters } = this.#world;
    const isUp = (adapter: FakeAdapter, index: number) =>
      host.adapterState(adapterName(index)) === "ready" &&
      (adapter.registers.read(Register.controlStatus) & (Control.softReset | Control.netResetInterrupt)) === 0;
    return this.#pending.size === 0 && this.#accidents.areOver && host.powered &&
      host.service.state === "running" && host.service.settled && adapters.every(isUp);
  }

  #get({ adapter, name, wait }: Extract<Step, { readonly type: "get" }>): void {
    const process = this.#spawn(queryCall(this.#world, adapter, name));
    if (wait) this.#finish(process);
  }

  #save({ adapter, target, port, wait }: Extract<Step, { readonly type: "save" }>): void {
    const key = uniqueValue("own address", ++this.#keys);
    const process = this.#spawn(savingCall(this.#world, { adapter, target, port }, key));
    process.onEnd(() => {
      const isAcknowledged = process.state === "finished" && process.result.status === IsdscStatus.SUCCESS;
      this.#oracle.savingEnded({ adapter, target, port }, hex(key), isAcknowledged);
    });
    if (wait) this.#finish(process);
  }

  #forget({ adapter, target }: Extract<Step, { readonly type: "forget" }>): void {
    for (const process of [...this.#pending]) this.#finish(process);
    const { result } = this.#finish(this.#spawn(forgettingCall(this.#world, adapter, target)));
    this.#oracle.forgettingEnded(adapter, target, result === IsdscStatus.SUCCESS);
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
    return this.#oracle.mayUse(adapter, used) ? undefined : `login through ${adapter} used ${used}`;
  }

  /** What happens to one adapter is nothing to a login through another. */
  #loginBesideReset(
    { adapter, reset, by, afterCycles, isOnly }: Extract<Step, { readonly type: "login beside reset" }>,
  ): string | undefined {
    this.#recover();
    const { host, kernel } = this.#world;
    if (by === "driver") host.resetAdapter(adapterName(reset));
    else this.#adapter(reset).reset();
    this.#world.pass(afterCycles);
    const before = this.#adapter(adapter).logins.length;
    const begun = kernel.now;
    // Each time another target: none has a session yet.
    const targetName = `iqn.2026-01.com.example:disk-${begun}`;
    const login = this.#world.login({ adapter: adapterName(adapter), targetName, isOnly });
    const { status } = this.#finish(this.#spawn(login)).result;
    const used = this.#adapter(adapter).logins.slice(before).at(-1)?.key;
    const what = `login through ${adapter} while ${reset} is reset`;
    const isFailed = status !== IsdscStatus.SUCCESS;
    if (isFailed && this.#oracle.hasKey(adapter)) return `${what} ended 0x${status.toString(16)}`;
    if (!isFailed && !this.#oracle.mayUse(adapter, used)) return `${what} used ${used}`;
    const cycles = kernel.now - begun;
    return cycles > (isOnly ? IMPEDED_CYCLES : UNIMPEDED_CYCLES) ? `${what} took ${cycles} cycles` : undefined;
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
    const { commands } = this.#adapter(adapter);
    const before = commands.length;
    const what = this.#checkAnswers(adapter) ?? this.#checkValues(adapter) ??
      savedWrongly(this.#world, adapter, this.#oracle);
    if (what !== undefined) return what;
    // What was disturbed before is mended once, and then rests: nothing is set anew for each call.
    const clears = commands.slice(before).filter((code) => code === MailboxCommand.clearCache).length;
    const { capacity } = this.#adapter(adapter).options;
    return clears > (capacity === undefined ? 1 : CLEARS_BY_AGE)
      ? `the cache of ${this.#described(adapter)} is filled ${clears} times at rest`
      : undefined;
  }

  #checkAnswers(adapter: number): string | undefined {
    // Microsoft's sample cannot be asked.
    if (this.#isOfSample(adapter)) return undefined;
    for (const name of KEY_NAMES) {
      const { status } = this.#finish(this.#spawn(queryCall(this.#world, adapter, name))).result;
      const { mayBeThere, mayBeAbsent } = this.#oracle.answers(adapter, name);
      if (!(status === IsdscStatus.SUCCESS ? mayBeThere : mayBeAbsent)) {
        return `${name} of ${this.#described(adapter)}: the query is answered 0x${status.toString(16)}`;
      }
    }
    return undefined;
  }

  #checkValues(adapter: number): string | undefined {
    const { storage } = this.#adapter(adapter).options;
    const found = new Map<SettingName, Value>();
    const content = storage === "none" ? undefined : contentOf(this.#adapter(adapter));
    for (const name of SETTING_NAMES) {
      // What one cannot have is held for the others.
      const isAble = this.#oracle.canHave(adapter, name);
      const held = isAble ? heldBy(this.#world, adapter, name) : NOTHING_HELD;
      // What has no room is brought by logins, if they can.
      const brought = held.isKept || isOfNoLogin(name) ? undefined : held.value;
      const stored = content?.get(name);
      const value = content === undefined ? held.value : stored ?? brought;
      found.set(name, value);
      const what = `${name} of ${this.#described(adapter)} is ${value}`;
      if (content !== undefined && stored !== (held.isKept ? held.value : undefined)) {
        return `${what}, the service holds ${held.value}`;
      }
      const allowed = this.#oracle.allowed(adapter, name);
      if (!allowed.has(value)) return `${what}, not ${[...allowed].join(" or ")}`;
      // What has no room now may find some later.
      if (held.isKept) this.#oracle.seen(adapter, name, value);
    }
    return this.#checkLogin(adapter, this.#oracle.usable(adapter, found));
  }

  #checkLogin(adapter: number, usable: readonly Value[]): string | undefined {
    const { logins } = this.#adapter(adapter);
    const before = logins.length;
    const { status } = this.#finish(this.#spawn(this.#world.login({ adapter: adapterName(adapter) }))).result;
    const used = logins.slice(before).at(-1)?.key;
    const isRight = usable.length === 0
      ? status !== IsdscStatus.SUCCESS
      : status === IsdscStatus.SUCCESS && usable.includes(used);
    const expected = usable.join(" or ") || "none";
    return isRight
      ? undefined
      : `login through ${this.#described(adapter)} ended 0x${status.toString(16)} with ${used}, expected ${expected}`;
  }

  #described(adapter: number): string {
    const { options: { storage }, numberOfPorts } = this.#adapter(adapter);
    return `${adapter} (${storage}, ${numberOfPorts} ports)`;
  }

  /** Everything comes up again, and whatever is under way comes to its end. */
  #recover(): void {
    const { host, kernel } = this.#world;
    for (const process of [...this.#pending]) this.#finish(process);
    this.#accidents.end();
    if (this.#starting !== undefined) kernel.runUntil(this.#starting, kernel.now + LIMIT_CYCLES);
    this.#starting = undefined;
    this.#world.run(host.startService());
    this.#world.pass(NOTICE_CYCLES);
    this.#world.run(host.untilReady());
    this.#tool.leave();
    this.#resetUnclearable();
  }

  /** Without ClearCache nothing else takes away what nobody holds. */
  #resetUnclearable(): void {
    const { host, adapters } = this.#world;
    const unclearable = [...adapters.keys()].filter((each) => this.#isOfSample(each));
    for (const adapter of unclearable) host.resetAdapter(adapterName(adapter));
    if (unclearable.length > 0) this.#world.pass(NOTICE_CYCLES);
    this.#world.run(host.untilReady());
  }

  #isOfSample(adapter: number): boolean {
    return this.#history.adapters[adapter]?.provider === "sample";
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
