/**
 * One run of the initiator service: the adapters that it knows, and the
 * processes that keep their caches what the service holds.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { ResultMemory } from "../../sim/kernel/result_memory.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import { Lock } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Cycle, Task } from "../../sim/kernel/task.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { Condition } from "../condition.ts";
import type { HostCosts, HostTimeouts } from "../costs.ts";
import { RequestOwner } from "../request_owner.ts";
import { isSameName } from "../wmi/instance_name.ts";
import type { KernelWmi } from "../wmi/kernel_wmi.ts";
import { AdapterLink } from "./adapter_link.ts";
import { HeldRecords } from "./held_records.ts";
import type { IsidNumbers } from "./isid_numbers.ts";
import type { KeyStore } from "./key_store.ts";
import type { RowCipher } from "./row_cipher.ts";
import { RowSealer } from "./row_sealer.ts";
import { RowWriters } from "./row_writers.ts";
import { statusOf, UNANSWERED } from "./request_outcome.ts";
import type { ForeignCachePolicy, ServiceContext } from "./service_context.ts";
import { synchronize } from "./synchronization.ts";

/** What the service is made of. */
export interface InitiatorServiceOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The way to the adapters. */
  readonly wmi: KernelWmi;
  /** The durable store. */
  readonly store: KeyStore;
  /** The machine's key for secret rows, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** Knows rows that were sealed or opened before. */
  readonly results?: ResultMemory | undefined;
  /** Makes their boxes; all that may stand here make the same ones. */
  readonly rowCipher?: RowCipher | undefined;
  /** Where generational GUIDs and nonces come from. */
  readonly random: RandomStream;
  /** The addresses of the ports of adapters, as the service has configured them. */
  readonly portAddresses: ReadonlyMap<string, readonly Uint8Array[]>;
  /** What becomes of a cache that bears a generation of somebody else. */
  readonly foreignCaches: ForeignCachePolicy;
  /** DefaultSecurityBitmap of the registry; absent if it has none. */
  readonly defaultSecurityFlags?: bigint | undefined;
  /** What things cost. */
  readonly costs: HostCosts;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** The service's state has changed, or an adapter is synchronised. */
  readonly onChange: () => void;
}

/** What outlives the runs of the service. */
export interface Outliving {
  /** Numbers of saved logins. */
  readonly isidNumbers: IsidNumbers;
  /** Who has written the rows of the store. */
  readonly rowWriters: RowWriters;
}

/** One run of the service, from its start to its end. */
export class ServiceRun {
  /** What its operations share. */
  readonly context: ServiceContext;
  /** Its processes. */
  readonly group: TaskGroup;
  /** The numbers of ISIDs, of this run as of those before it. */
  readonly isidNumbers: IsidNumbers;
  readonly #options: InitiatorServiceOptions;
  readonly #links = new Map<string, AdapterLink>();
  readonly #targetLocks = new Map<string, Lock>();
  readonly #idle: Condition;
  /** Adapters that are being reset. */
  readonly #away = new Set<string>();
  readonly #loaded: Condition;
  #synchronizing = 0;
  #driverLoads = 0;

  /**
   * A run that knows no adapter yet.
   *
   * @param options What the service is made of.
   * @param component As whom to record.
   * @param outliving What outlives the run.
   */
  constructor(options: InitiatorServiceOptions, component: Component, { isidNumbers, rowWriters }: Outliving) {
    const { kernel, recorder, costs, random, store, foreignCaches } = options;
    this.#options = options;
    this.isidNumbers = isidNumbers;
    this.group = new TaskGroup(kernel, "initiator service");
    this.#idle = new Condition(kernel, "end of the service's synchronisations");
    this.#loaded = new Condition(kernel, "end of an adapter's reset");
    const sealer = new RowSealer(options.sealingKey, random, options.results, options.rowCipher);
    const held = new HeldRecords(store, sealer, rowWriters, new RowWriters(kernel));
    const requests = new RequestOwner(kernel, "the initiator service");
    this.context = { kernel, recorder, component, costs, random, store, held, requests, foreignCaches };
  }

  /** The adapters that are there, in order of their first arrival. */
  get links(): readonly AdapterLink[] {
    return [...this.#links.values()].filter(({ removed }) => !removed);
  }

  /** The adapter of a name. */
  link(name: string): AdapterLink | undefined {
    const link = this.#links.get(name);
    return link?.removed ? undefined : link;
  }

  /** The adapter that an application means: names compare without case, as those of WMI's instances do. */
  linkNamed(name: string): AdapterLink | undefined {
    return this.link(name) ?? this.links.find((link) => isSameName(link.name, name));
  }

  /**
   * The adapter of a session or connection, or the status of a call that is about none. Which adapter has which number is
   * known of those that have said so: the others are waited for, as a login waits, and while one of them says nothing
   * nobody knows that there is no such session.
   */
  *linkOf(adapterUnique: bigint): Task<AdapterLink | number> {
    const find = () => this.links.find(({ information }) => information?.UniqueAdapterId === adapterUnique);
    const mayBeUnknown = () =>
      this.links.some(({ settled, information, isSilent }) => information === undefined && (!settled || isSilent));
    yield* this.#idle.until(() => find() !== undefined || !mayBeUnknown(), this.settleLimitCycles);
    return find() ?? (mayBeUnknown() ? statusOf(UNANSWERED) : IsdscStatus.INVALID_SESSION_ID);
  }

  /** Lets one login at a time see whether a target has a session, and make the only one. */
  targetLock(targetName: string): Lock {
    const name = targetName.toLowerCase();
    const lock = this.#targetLocks.get(name) ?? new Lock(this.#options.kernel, `service's lock of target ${name}`);
    this.#targetLocks.set(name, lock);
    return lock;
  }

  /** SecurityFlags of logins that say nothing of them; `undefined` to leave that to the key that is found. */
  get defaultSecurityFlags(): bigint | undefined {
    return this.#options.defaultSecurityFlags;
  }

  /** How long a login waits for a synchronisation. */
  get settleLimitCycles(): number {
    return this.#options.timeouts.requestCycles;
  }

  /** Counts the arrivals of adapters, and their departures: an adapter makes its saved logins when its driver is loaded. */
  get driverLoads(): number {
    return this.#driverLoads;
  }

  /**
   * Waits while an adapter is being reset that may have saved logins, which it makes afterwards; but not beyond a cycle.
   */
  *driversLoad(deadline: Cycle): Task {
    const { kernel } = this.#options;
    // Without an answer yet it may have nonvolatile memory. Nothing is saved elsewhere.
    const maySave = ({ information, isNonvolatile }: AdapterLink) => information === undefined || isNonvolatile;
    const isAwaited = () => this.links.some((link) => this.#away.has(link.name) && maySave(link));
    yield* this.#loaded.until(() => !isAwaited(), deadline - kernel.now);
  }

  /** How long a driver may take to have its adapter again. */
  get driverLoadLimitCycles(): number {
    const { softResetCycles, resetRetries, bootCycles } = this.#options.timeouts;
    return (resetRetries + 1) * (softResetCycles + bootCycles);
  }

  /** An adapter has arrived, or has come out of a reset. */
  arrived(name: string): void {
    this.#driverLoads++;
    this.#away.delete(name);
    this.#loaded.fire();
    const { kernel, recorder, wmi, costs, onChange } = this.#options;
    let link = this.#links.get(name);
    if (link === undefined) {
      const { component, requests, held } = this.context;
      const portAddresses = this.#options.portAddresses.get(name) ?? [];
      const shared = { kernel, recorder, component, wmi, requests, costs };
      link = new AdapterLink({ ...shared, name, portAddresses, waiting: held.waiting(name), onSettle: onChange });
      this.#links.set(name, link);
    }
    link.arrive();
    this.group.spawn(`synchronisation of ${name}`, this.#synchronize(link));
  }

  /** An adapter is being reset. */
  departed(name: string): void {
    this.#driverLoads++;
    this.#away.add(name);
    this.#links.get(name)?.depart();
  }

  /** An adapter is gone. What is under way with it goes on with the same link, should it come back. */
  removed(name: string): void {
    this.#links.get(name)?.remove();
    this.#loaded.fire();
    // Whoever waits to learn whose number is whose need not wait for this one.
    this.#idle.fire();
  }

  /** Waits until no synchronisation is under way, but not beyond a cycle. */
  *synchronizationsEnd(deadline: Cycle): Task {
    const { kernel } = this.#options;
    yield* this.#idle.until(() => this.#synchronizing === 0, deadline - kernel.now);
  }

  /** The run ends in this cycle. What it has asked drivers for is cancelled, as far as it can be. */
  end(): void {
    this.group.kill();
    this.#synchronizing = 0;
    this.#idle.fire();
    this.context.requests.cancel();
  }

  *#synchronize(link: AdapterLink): Task {
    this.#synchronizing++;
    yield* link.lock.acquire();
    try {
      if (!link.settled) yield* synchronize(this.context, link);
    } finally {
      link.lock.release();
      this.#synchronizing--;
      this.#idle.fire();
    }
  }
}
