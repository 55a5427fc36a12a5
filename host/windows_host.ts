/**
 * The host: drivers, WMI, the initiator service and its API, around the
 * adapters that are plugged in.
 *
 * Loss of power ends every process of the host in that cycle and empties its
 * memory; what survives is the service's store.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import {
  Control,
  type DmaMemory,
  MailboxCommand,
  Register,
  type RegisterWindow,
} from "../firmware/manual/interface.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { ResultMemory } from "../sim/kernel/result_memory.ts";
import type { RandomStreams } from "../sim/kernel/random.ts";
import { TaskGroup } from "../sim/kernel/task_group.ts";
import type { Task } from "../sim/kernel/task.ts";
import { Components } from "../sim/trace/components.ts";
import { stateEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { Condition } from "./condition.ts";
import { DEFAULT_HOST_COSTS, defaultHostTimeouts, type HostCosts, type HostTimeouts } from "./costs.ts";
import { InitiatorService } from "./initiator_service/initiator_service.ts";
import type { KeyStore } from "./initiator_service/key_store.ts";
import type { RowCipher } from "./initiator_service/row_cipher.ts";
import type { ForeignCachePolicy } from "./initiator_service/service_context.ts";
import type { ApiTap } from "./iscsidsc/api_tap.ts";
import { Iscsidsc } from "./iscsidsc/iscsidsc.ts";
import { ALL_ONES, type MailboxCommandRequest, type MailboxResult, setControl } from "./miniport/mailbox.ts";
import { Miniport, type MiniportState, type SecurityProvider } from "./miniport/miniport.ts";
import { PortDriver } from "./port_driver.ts";
import { KernelWmi } from "./wmi/kernel_wmi.ts";

/** One adapter that is plugged into the host. */
export interface HostAdapter {
  /** The name: the initiator's name in the API, the device in WMI. */
  readonly name: string;
  /** Its registers. */
  readonly registers: RegisterWindow;
  /** Which security methods its driver implements; all by default. */
  readonly provider?: SecurityProvider;
  /** The longest WMI event that its port driver passes on, in bytes; 128 by default, as Storport's. */
  readonly eventLimitBytes?: number;
  /** The addresses of its ports, as configured. The service needs them to choose the key that goes with a login. */
  readonly portAddresses?: readonly Uint8Array[];
}

/** What a host is made of. */
export interface WindowsHostOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** All chance comes from it. */
  readonly streams: RandomStreams;
  /** The host's memory that adapters reach. */
  readonly dmaMemory: DmaMemory;
  /** What is plugged in. */
  readonly adapters: readonly HostAdapter[];
  /** The durable store of the service. */
  readonly keyStore: KeyStore;
  /** The machine's key for the secrets in the store, 32 bytes. A fixed one by default, so that stores can move between worlds. */
  readonly sealingKey?: Uint8Array;
  /** Knows rows of the store that were sealed or opened before. */
  readonly results?: ResultMemory;
  /** Seals them; all that may stand here make the same boxes. */
  readonly rowCipher?: RowCipher;
  /** Whether the service starts with the host; true by default. */
  readonly serviceStartsAutomatically?: boolean;
  /** What the service does with a cache that somebody else has filled and named; `keep` by default. */
  readonly foreignCaches?: ForeignCachePolicy;
  /**
   * DefaultSecurityBitmap in the registry: SecurityFlags of a login that says nothing of them. Without it, they are those
   * of the key's entry in the adapter.
   */
  readonly defaultSecurityFlags?: bigint;
  /** What things cost. */
  readonly costs?: HostCosts;
  /** How long things may take. */
  readonly timeouts?: HostTimeouts;
}

/** What the service control manager is asked for, and what the host's loss of power comes to. */
export type ServiceOrder = "start" | "stop" | "kill";

/**
 * Hears what the service is told to do, when it is told.
 *
 * @returns Hears that it is done; not called if the host loses power before.
 */
export type ServiceTap = (order: ServiceOrder) => () => void;

/** A name that is none of the host's adapters. */
export class UnknownAdapterError extends Error {
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: readonly string[];

  /**
   * Says what is wrong.
   *
   * @param given What was given.
   * @param accepted The names of the adapters.
   */
  constructor(given: string, accepted: readonly string[]) {
    super(`No adapter "${given}": expected one of ${accepted.join(", ")}, with the host powered`);
    this.name = "UnknownAdapterError";
    this.given = given;
    this.accepted = accepted;
  }
}

interface LoadedDriver {
  readonly miniport: Miniport;
  readonly portDriver: PortDriver;
}

/** The machine's key for the secrets in the store, unless another is given. */
export const DEFAULT_SEALING_KEY: Uint8Array = sha256(new TextEncoder().encode("sealing key of the simulated machine"));

/** A host. */
export class WindowsHost {
  /** The API of management applications. */
  readonly api: Iscsidsc;
  /** Hear all that applications ask of the API, and are told. Nobody by default. */
  readonly apiTaps: Set<ApiTap> = new Set();
  /** Hear what the initiator service is told to do. Nobody by default. */
  readonly serviceTaps: Set<ServiceTap> = new Set();
  /** WMI, for a driver test that sends its own buffers. */
  readonly wmi: KernelWmi;
  /** The initiator service. */
  readonly service: InitiatorService;
  readonly #options: WindowsHostOptions;
  readonly #costs: HostCosts;
  readonly #timeouts: HostTimeouts;
  readonly #component: Component;
  readonly #changed: Condition;
  readonly #drivers = new Map<string, LoadedDriver>();
  #group: TaskGroup;
  #powered = false;

  /**
   * A host without power.
   *
   * @param options What it is made of.
   */
  constructor(options: WindowsHostOptions) {
    const { kernel, recorder, streams, keyStore } = options;
    this.#options = options;
    this.#costs = options.costs ?? DEFAULT_HOST_COSTS;
    this.#timeouts = options.timeouts ?? defaultHostTimeouts(kernel.frequencyHz);
    this.#component = recorder.component(Components.host);
    this.#changed = new Condition(kernel, "the host to be ready");
    this.#group = new TaskGroup(kernel, "host");
    this.wmi = new KernelWmi({ kernel, recorder, costs: this.#costs });
    this.service = new InitiatorService({
      kernel,
      recorder,
      wmi: this.wmi,
      store: keyStore,
      sealingKey: options.sealingKey ?? DEFAULT_SEALING_KEY,
      results: options.results,
      rowCipher: options.rowCipher,
      random: streams.stream("host/initiator service"),
      portAddresses: new Map(options.adapters.map(({ name, portAddresses }) => [name, portAddresses ?? []])),
      foreignCaches: options.foreignCaches ?? "keep",
      defaultSecurityFlags: options.defaultSecurityFlags,
      costs: this.#costs,
      timeouts: this.#timeouts,
      onChange: () => this.#changed.fire(),
    });
    this.api = new Iscsidsc({ recorder, service: this.service, taps: this.apiTaps });
  }

  /** True while the host has power. */
  get powered(): boolean {
    return this.#powered;
  }

  /** Power comes: the drivers are loaded, and the service starts if it does so automatically. */
  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#record("power on");
    this.#group = new TaskGroup(this.#options.kernel, "host");
    this.#options.adapters.forEach((adapter, index) => this.#load(adapter, index));
    if (this.#options.serviceStartsAutomatically ?? true) {
      this.#group.spawn("service control manager", this.startService());
    }
  }

  /** Power goes, in this very cycle. */
  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#record("power off");
    this.killService();
    this.#group.kill();
    for (const { portDriver } of this.#drivers.values()) portDriver.powerOff();
    this.#drivers.clear();
    this.wmi.clear();
    this.#options.dmaMemory.clear();
    this.#changed.fire();
  }

  /**
   * Goes down in good order: the service stops, and each driver has its adapter's firmware stop, which tells the peers.
   * The power is still on afterwards.
   */
  *shutDown(): Task {
    yield* this.stopService();
    const stop = { command: MailboxCommand.stopFirmware, request: new Uint8Array(0), responseBytes: 0 };
    for (const [name, { miniport }] of this.#drivers) if (miniport.state === "ready") yield* this.mailbox(name, stop);
    yield* this.#options.kernel.sleep(this.#timeouts.firmwareStopCycles);
  }

  /** Starts the service; returns when it runs. Nothing happens without power. */
  *startService(): Task {
    if (!this.#powered) return;
    const isDone = this.#tellOf("start");
    yield* this.service.start();
    isDone();
  }

  /** Stops the service in good order. */
  *stopService(): Task {
    const isDone = this.#tellOf("stop");
    yield* this.service.stop();
    isDone();
  }

  /** Ends the service in this cycle. */
  killService(): void {
    const isDone = this.#tellOf("kill");
    this.service.kill();
    isDone();
  }

  /**
   * Waits until nothing comes up any more: every adapter is ready, given up or
   * away, and if the service is starting or running, it runs and has
   * synchronised them.
   */
  *untilReady(): Task {
    yield* this.#changed.until(() => !this.#powered || this.#ready());
  }

  /**
   * Where an adapter stands, as its driver knows it.
   *
   * @throws {UnknownAdapterError} There is no such adapter, or the host has no power.
   */
  adapterState(name: string): MiniportState {
    return this.#driver(name).miniport.state;
  }

  /**
   * Has the driver reset an adapter.
   *
   * @throws {UnknownAdapterError} There is no such adapter, or the host has no power.
   */
  resetAdapter(name: string): void {
    this.#driver(name).miniport.requestReset("requested");
  }

  /**
   * Whether the driver of an adapter is about to reset it.
   *
   * @throws {UnknownAdapterError} There is no such adapter, or the host has no power.
   */
  isResetDue(name: string): boolean {
    return this.#driver(name).miniport.isResetDue;
  }

  /**
   * Has the port driver reset the bus of an adapter: its outstanding requests end, its firmware goes on.
   *
   * @throws {UnknownAdapterError} There is no such adapter, or the host has no power.
   */
  resetBus(name: string): void {
    this.#driver(name).miniport.resetBus();
  }

  /**
   * Sends a command to an adapter's mailbox, in the queue with all others: the
   * way of a firmware test.
   *
   * @throws {UnknownAdapterError} There is no such adapter, or the host has no power.
   */
  *mailbox(name: string, request: MailboxCommandRequest): Task<MailboxResult> {
    const { miniport } = this.#driver(name);
    const process = this.#group.spawn(`${name} mailbox command`, miniport.mailbox.execute(request));
    return (yield* this.#options.kernel.join(process)) ?? { type: "aborted" };
  }

  #load(adapter: HostAdapter, index: number): void {
    const { kernel, recorder, dmaMemory } = this.#options;
    const shared = {
      kernel,
      recorder,
      group: this.#group,
      dmaMemory,
      costs: this.#costs,
      timeouts: this.#timeouts,
    };
    const miniport = new Miniport({
      ...shared,
      name: adapter.name,
      uniqueAdapterId: BigInt(index + 1),
      registers: adapter.registers,
      provider: adapter.provider ?? "complete",
      onStateChange: (state) => this.#adapterChanged(adapter.name, state),
    });
    const { eventLimitBytes } = adapter;
    const portDriver = new PortDriver({
      ...shared,
      miniport,
      ...(eventLimitBytes === undefined ? {} : { eventLimitBytes }),
    });
    this.#drivers.set(adapter.name, { miniport, portDriver });
    resetIfUsed(adapter.registers);
    miniport.start();
  }

  #adapterChanged(name: string, state: MiniportState): void {
    const driver = this.#drivers.get(name);
    if (driver === undefined) return;
    if (state === "ready" || state === "failed") {
      this.#group.spawn(`${name} arrival`, this.#announce(driver));
    } else if (state === "absent") {
      driver.portDriver.surpriseRemoval();
      this.wmi.withdraw(name);
      this.service.adapterRemoved(name);
    } else {
      this.service.adapterDeparted(name);
    }
    this.#changed.fire();
  }

  /** The plug-and-play manager: registers the driver's classes and tells the service. */
  *#announce(driver: LoadedDriver): Task {
    const { name } = driver.miniport;
    if (!this.wmi.devices.includes(name)) yield* this.wmi.register(driver.portDriver);
    // It may have been reset again meanwhile, and will be announced again then.
    if (driver.miniport.state !== "initializing") this.service.adapterArrived(name);
    this.#changed.fire();
  }

  #ready(): boolean {
    const up = [...this.#drivers.values()].every(({ miniport }) =>
      miniport.state === "absent" || (miniport.state !== "initializing" && this.wmi.devices.includes(miniport.name))
    );
    return up && (this.service.state === "stopped" || this.service.settled);
  }

  #driver(name: string): LoadedDriver {
    const driver = this.#drivers.get(name);
    if (driver === undefined) throw new UnknownAdapterError(name, this.#options.adapters.map((each) => each.name));
    return driver;
  }

  /** How long things may take. */
  get timeouts(): HostTimeouts {
    return this.#timeouts;
  }

  #tellOf(order: ServiceOrder): () => void {
    const told = [...this.serviceTaps].map((tap) => tap(order));
    return () => told.forEach((isDone) => isDone());
  }

  #record(state: string): void {
    this.#options.recorder.record(this.#component, stateEvent, { state, detail: "" });
  }
}

/**
 * Resets an adapter that a driver has had before, as the bus of a booting host does: sessions of the host's earlier run
 * are nobody's. One that shows its reset has just got power, or was reset: no driver has acknowledged that yet.
 */
function resetIfUsed(registers: RegisterWindow): void {
  const status = registers.read(Register.controlStatus);
  const isFresh = (status & (Control.netResetInterrupt | Control.softReset)) !== 0;
  if (status !== ALL_ONES && !isFresh) setControl(registers, Control.softReset);
}
