/**
 * A world: one host with its adapters, a network, and the targets at its far
 * end, all on one clock and from one seed.
 *
 * @example
 * ```ts
 * import { World } from "@hba/sim";
 *
 * const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
 * world.powerOn();
 * const status = world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16), true));
 * ```
 *
 * @module
 */

import { DEFAULT_HOST_COSTS, defaultHostTimeouts } from "../../../host/costs.ts";
import {
  exportKeyStore,
  importKeyStore,
  type KeyStore,
  type StoreRow,
} from "../../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { RowSealer } from "../../../host/initiator_service/row_sealer.ts";
import { readRecord, type SecurityRecord } from "../../../host/initiator_service/security_record.ts";
import { DEFAULT_SEALING_KEY, WindowsHost, type WindowsHostOptions } from "../../../host/windows_host.ts";
import { given } from "../../kernel/given.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { RandomStreams } from "../../kernel/random.ts";
import type { Standstill } from "../../kernel/run_outcome.ts";
import type { Cycle, Cycles, Task } from "../../kernel/task.ts";
import { Network, PERFECT_LINK } from "../../network/network.ts";
import { type CostTable, DEFAULT_COSTS } from "../../parts/cost_table.ts";
import { DmaMemory } from "../../parts/dma_memory.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import { TraceHasher } from "../../trace/digest.ts";
import { KeyLog } from "../../trace/key_log.ts";
import { Recorder } from "../../trace/recorder.ts";
import { type AdapterUnit, createAdapterUnit } from "./adapter_unit.ts";
import { Disturbances } from "./disturbances.ts";
import { Outages } from "./outages.ts";
import type { CampaignMemory } from "./campaign_memory.ts";
import { completeOptions } from "./complete_options.ts";
import { type Course, running, SETTLE_NANOSECONDS, takeThrough } from "./course.ts";
import { CheckedKeyStore } from "./made_parts.ts";
import { flashState } from "./flash_options.ts";
import { phase1Policy } from "./phase1_options.ts";
import { QuickBox } from "./quick_box.ts";
import { QuickRowCipher } from "./quick_row_cipher.ts";
import { readWorldOptions } from "./read_world_options.ts";
import { Target } from "./target.ts";
import type { TargetDescription, WorldImage, WorldOptions } from "./world_options.ts";
import { WorldOptionsError } from "./world_options_error.ts";

export type { AdapterUnit } from "./adapter_unit.ts";
export type { Disturbances } from "./disturbances.ts";
export { type Course, type Leg, SETTLE_NANOSECONDS, StandstillError } from "./course.ts";
export { WorldOptionsError } from "./world_options_error.ts";

const HOUR_NANOSECONDS = 3600_000_000_000;

/** One world. */
export class World {
  /** Time and tasks. */
  readonly kernel: Kernel;
  /** What happened. */
  readonly recorder: Recorder;
  /** The wire. */
  readonly network: Network;
  /** The host. */
  readonly host: WindowsHost;
  /** The adapters by name, in the order of the options. */
  readonly adapters: ReadonlyMap<string, AdapterUnit>;
  /** The targets by name, in the order of the options. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Cipher keys of the exchanges, with `keepEvents` of so many, for Wireshark. Secret: written only if the user asks for it by name. */
  readonly keyLog: KeyLog;
  /** The host's memory that adapters reach. */
  readonly dmaMemory: DmaMemory;
  /** The seed that all chance comes from. */
  readonly seed: string;
  /** All chance of the world. */
  readonly streams: RandomStreams;
  /** What accidents change, of which the trace may tell nothing. */
  readonly disturbances: Disturbances = new Disturbances();
  /**
   * What accidents have taken, and until when.
   *
   * @internal
   */
  readonly outages: Outages = new Outages();
  /** How many worlds came before it. */
  readonly #worlds: number;
  readonly #costs: CostTable;
  readonly #keyStore: KeyStore;
  readonly #sealingKey: Uint8Array;
  readonly #results: CampaignMemory | undefined;
  readonly #rowCipher = new QuickRowCipher();
  readonly #keepsTrace: boolean;
  /** The events that are kept no more. */
  readonly #dropped = new TraceHasher();

  /**
   * A world without power.
   *
   * @param options What it is made of.
   * @throws {WorldOptionsError} An option is unknown, of another type, out of range, or contradicts another, or what
   * a function among them returned is no such part. Nothing was built, and `keyStore` is as it was.
   */
  constructor(options: WorldOptions) {
    const read = readWorldOptions(options);
    this.#keyStore = read.keyStore === undefined ? new MemoryKeyStore() : new CheckedKeyStore(read.keyStore);
    this.#keyStore.rows();
    this.#sealingKey = read.host?.sealingKey ?? DEFAULT_SEALING_KEY;
    this.#results = read.campaign;
    this.kernel = new Kernel(read.frequencyHz);
    this.#keepsTrace = read.campaign?.keepsTraces ?? true;
    this.recorder = new Recorder(this.kernel, {
      ...(read.keepEvents === undefined ? {} : { keep: read.keepEvents }),
      isCounting: !this.#keepsTrace,
      onDrop: (columns) => this.#dropped.add(columns),
    });
    // An exchange has more events than one: whose packets are kept has its key here.
    this.keyLog = new KeyLog(read.keepEvents);
    this.#worlds = read.image?.worlds ?? 0;
    // A world that goes on from another must not draw again what has been drawn: names would come twice.
    const seed = read.seed ?? "1";
    this.seed = String(seed);
    this.streams = new RandomStreams(this.#worlds === 0 ? seed : `${seed} after ${this.#worlds} worlds`);
    this.#costs = { ...DEFAULT_COSTS, ...read.costs };
    this.network = new Network(
      this.kernel,
      this.recorder,
      this.streams.stream("network"),
      { ...PERFECT_LINK, ...read.network },
      read.datagramFaults,
    );
    this.dmaMemory = read.host?.dmaMemory ?? new DmaMemory();
    this.adapters = this.#createAdapters(read);
    this.targets = new Map((read.targets ?? []).map((each) => [each.name, this.#createTarget(each, read.campaign)]));
    this.host = this.#createHost(read);
    // The caller's store comes last: it outlives a world that is refused, and must not have changed by it.
    if (read.image !== undefined) this.#restore(read.image);
  }

  /** Power comes: adapters boot, the host starts its drivers and its initiator service. */
  powerOn(): void {
    for (const { adapter } of this.adapters.values()) adapter.powerOn();
    this.host.powerOn();
  }

  /** Power goes in this very cycle: only flash and the service's store keep what they have. */
  powerOff(): void {
    for (const { adapter } of this.adapters.values()) adapter.powerOff();
    this.host.powerOff();
  }

  /**
   * Runs a task to its end.
   *
   * @param task For example a call of the host's API; a new one each time, which nobody has advanced.
   * @param limitCycles The longest it may take: whole cycles, or `Infinity`; an hour by default.
   * @returns What the task returned.
   * @throws {StandstillError} Nothing can run any more, or the limit has passed.
   * @throws {RangeError} `limitCycles` is no such number, or leads beyond cycle 2^53 - 1.
   * @throws {TypeError} `task` is no generator.
   * @throws {Error} `task` was run before.
   */
  run<T>(task: Task<T>, limitCycles: Cycles = this.cycles(HOUR_NANOSECONDS)): T {
    return takeThrough(this.kernel, this.running(task, limitCycles));
  }

  /** What {@linkcode World.run} does, in legs: for whoever stops in the middle of one. */
  running<T>(task: Task<T>, limitCycles: Cycles = this.cycles(HOUR_NANOSECONDS)): Course<T> {
    const limitCycle = limitCycles === Infinity ? Infinity : this.#after(limitCycles);
    return running(this.kernel, task, { limitCycle, limitCycles, standstill: () => this.standstill() });
  }

  /** Who waits for what: processes but those that serve others, and modules of adapters with their functions. */
  standstill(): readonly Standstill[] {
    return [...this.kernel.standstill(), ...[...this.adapters.values()].flatMap((unit) => unit.standstill())];
  }

  /**
   * Waits until nothing comes up any more: adapters have booted or failed, and
   * the service, if it runs, has synchronised them.
   */
  settle(): void {
    takeThrough(this.kernel, this.settling());
  }

  /** What {@linkcode World.settle} does, in legs. */
  *settling(): Course<void> {
    yield { goal: undefined, limitCycle: this.#after(this.cycles(SETTLE_NANOSECONDS)) };
    yield* this.running(this.host.untilReady());
  }

  /**
   * Lets time pass.
   *
   * @param cycles Whole cycles, 0 or more.
   * @throws {RangeError} It is no such number, or leads beyond cycle 2^53 - 1.
   */
  advance(cycles: Cycles): void {
    this.kernel.run(this.#after(cycles));
  }

  /**
   * The cycles of a length of time, rounded up.
   *
   * @param nanoseconds 0 or more; it need not be whole.
   * @throws {RangeError} It is no such number, or makes more than 2^53 - 1 cycles.
   */
  cycles(nanoseconds: number): Cycles {
    if (typeof nanoseconds === "number" && nanoseconds >= 0) {
      const cycles = Math.ceil((nanoseconds * this.kernel.frequencyHz) / 1e9);
      if (Number.isSafeInteger(cycles)) return cycles;
    }
    const most = Math.floor(Number.MAX_SAFE_INTEGER / this.kernel.frequencyHz);
    throw new RangeError(`Cannot count the cycles of ${given(nanoseconds)} ns: expected a number from 0 to ${most} s`);
  }

  /** The present cycle. */
  get now(): Cycle {
    return this.kernel.now;
  }

  /**
   * The digest of all that has happened so far, 64 hex digits.
   *
   * @throws {Error} The world is one of a campaign, which keeps no trace: made anew without that option, it has one.
   */
  digest(): string {
    if (!this.#keepsTrace) {
      throw new Error("A world of a campaign has no digest: expected one without the option campaign, run again");
    }
    return this.#dropped.digest(this.recorder.columns());
  }

  /**
   * The settings in the initiator service's durable store, opened with the machine's key, in the store's order: an empty
   * name stands for all adapters. Rows that do not open are left out. For inspection: the caller fills the keys with
   * zeros.
   */
  serviceRecords(): { readonly adapter: string; readonly record: SecurityRecord }[] {
    const random = new RandomStreams(this.seed).stream("inspection");
    const sealer = new RowSealer(this.#sealingKey, random, this.#results, this.#rowCipher);
    return this.#keyStore.rows().flatMap((row) => {
      const record = readRecord(row, sealer);
      return record === undefined ? [] : [{ adapter: row.adapter, record }];
    });
  }

  /** The rows of the initiator service's durable store, in its order: secrets in them are sealed. For inspection. */
  serviceRows(): readonly StoreRow[] {
    return this.#keyStore.rows();
  }

  /**
   * What would be left if the power went now.
   *
   * @throws {WorldOptionsError} A flash part of the caller's own does not say, or in a form that no world would take.
   */
  image(): WorldImage {
    // Names are the caller's own: an adapter may be called like a member of `Object.prototype`.
    const flash: Record<string, FlashState> = Object.create(null);
    [...this.adapters].forEach(([name, { nvram, flash: ours }], index) => {
      if (nvram === undefined) return;
      const state = nvram.state();
      flash[name] = ours === undefined ? flashState(state, `adapters[${index}].createFlash().state()`) : state;
    });
    return { flash, serviceStore: exportKeyStore(this.#keyStore), worlds: this.#worlds + 1 };
  }

  #restore({ serviceStore }: WorldImage): void {
    const taken = importKeyStore(this.#keyStore, serviceStore);
    if (taken.type === "committed") return;
    throw new WorldOptionsError("keyStore", taken.reason, "one that takes image.serviceStore");
  }

  /** The cycle so many cycles from now. */
  #after(cycles: Cycles): Cycle {
    const most = Number.MAX_SAFE_INTEGER - this.kernel.now;
    if (Number.isSafeInteger(cycles) && cycles >= 0 && cycles <= most) return this.kernel.now + cycles;
    throw new RangeError(`Cannot let ${given(cycles)} cycles pass: expected a whole number from 0 to ${most}`);
  }

  #createAdapters({ adapters, image, campaign }: WorldOptions): Map<string, AdapterUnit> {
    const { kernel, recorder, network, keyLog, dmaMemory } = this;
    const surroundings = {
      kernel,
      recorder,
      network,
      keyLog,
      streams: this.streams,
      dmaMemory,
      costs: this.#costs,
      campaign,
      boxes: new QuickBox(),
    };
    return new Map(adapters.map((each, index) => {
      const { name } = each;
      const path = `adapters[${index}]`;
      return [name, createAdapterUnit(each, { ...surroundings, path, flashState: image?.flash[name] })];
    }));
  }

  #createHost({ adapters, host = {}, campaign }: WorldOptions): WindowsHost {
    const { costs, timeouts, sealingKey, serviceStartsAutomatically, foreignCaches, defaultSecurityFlags } = host;
    const options = completeOptions<WindowsHostOptions>({
      kernel: this.kernel,
      recorder: this.recorder,
      streams: this.streams,
      dmaMemory: this.dmaMemory,
      adapters: [...this.adapters.values()].map(({ adapter, networkInterface }, index) => ({
        name: adapter.name,
        registers: adapter.registers,
        portAddresses: networkInterface.addresses,
        provider: adapters[index]?.securityProvider ?? "complete",
        ...(adapters[index]?.eventLimitBytes === undefined ? {} : { eventLimitBytes: adapters[index].eventLimitBytes }),
      })),
      keyStore: this.#keyStore,
      costs: { ...DEFAULT_HOST_COSTS, ...costs },
      timeouts: { ...defaultHostTimeouts(this.kernel.frequencyHz), ...timeouts },
      sealingKey,
      serviceStartsAutomatically,
      foreignCaches,
      defaultSecurityFlags,
      results: campaign,
      rowCipher: this.#rowCipher,
    });
    return new WindowsHost(options);
  }

  #createTarget(description: TargetDescription, campaign: CampaignMemory | undefined): Target {
    const { name, address, keys, id } = description;
    return new Target({
      name,
      address,
      keys,
      ...(id === undefined ? {} : { id }),
      policy: phase1Policy(description.phase1),
      kernel: this.kernel,
      network: this.network,
      random: this.streams.stream(`${name}/random number generator`),
      costs: this.#costs,
      recorder: this.recorder,
      ...(campaign === undefined ? {} : { results: campaign }),
    });
  }
}
