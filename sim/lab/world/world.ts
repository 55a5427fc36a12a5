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

import { Adapter } from "../../../firmware/adapter.ts";
import { DEFAULT_POLICY } from "../../../firmware/ike/mod.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { WindowsHost } from "../../../host/windows_host.ts";
import { exportKeyStore, importKeyStore, type KeyStore } from "../../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { deviceRootKey, FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY, TAMPERED_IMAGE } from "./factory.ts";
import { Kernel } from "../../kernel/kernel.ts";
import type { Standstill } from "../../kernel/run_outcome.ts";
import type { Process } from "../../kernel/process.ts";
import { RandomStreams } from "../../kernel/random.ts";
import type { Cycle, Cycles, Task } from "../../kernel/task.ts";
import { Network, PERFECT_LINK } from "../../network/network.ts";
import { DEFAULT_COSTS } from "../../parts/cost_table.ts";
import { DmaMemory } from "../../parts/dma_memory.ts";
import { FlashFaultError } from "../../parts/flash/faults.ts";
import { FlashPart } from "../../parts/flash/flash_part.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../parts/flash/presets.ts";
import { NetworkInterface } from "../../parts/network_interface.ts";
import { Target } from "./target.ts";
import { traceDigest } from "../../trace/digest.ts";
import { flashEvent } from "../../trace/events.ts";
import { KeyLog } from "../../trace/key_log.ts";
import { Recorder } from "../../trace/recorder.ts";
import type { AdapterDescription, TargetDescription, WorldImage, WorldOptions } from "./world_options.ts";

/** Long enough for a driver to notice that its adapter has got power or was reset. */
const SETTLE_NANOSECONDS = 10_000_000;

/** A world's options contradict one another, or name what is not there. */
export class WorldOptionsError extends Error {
  /**
   * Says which option, what was given and what is accepted.
   *
   * @param message All three.
   */
  constructor(message: string) {
    super(message);
    this.name = "WorldOptionsError";
  }
}

/** A task did not come to its end because nothing can run any more, or its time was up. */
export class StandstillError extends Error {
  /** Who waits for what. */
  readonly waiting: readonly Standstill[];

  /**
   * Says who waits for what.
   *
   * @param task The task that did not end.
   * @param reason Why the run stopped.
   * @param waiting Who waits for what.
   */
  constructor(task: string, reason: string, waiting: readonly Standstill[]) {
    const list = waiting.map(({ process, waitingFor }) => `${process} waits for ${waitingFor}`).join("; ");
    super(`${task} did not come to its end: ${reason}${list === "" ? "" : ` (${list})`}`);
    this.name = "StandstillError";
    this.waiting = waiting;
  }
}

/** An adapter, its flash and its network interface. */
export interface AdapterUnit {
  /** The adapter. */
  readonly adapter: Adapter;
  /** Its flash part, if it has one. */
  readonly flash: FlashPart | undefined;
  /** Its network interface. */
  readonly networkInterface: NetworkInterface;
}

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
  /** Cipher keys of all exchanges, for Wireshark. Secret: written only if the user asks for it by name. */
  readonly keyLog: KeyLog = new KeyLog();
  readonly #streams: RandomStreams;
  readonly #options: WorldOptions;
  readonly #keyStore: KeyStore;

  /**
   * A world without power.
   *
   * @param options What it is made of.
   * @throws {WorldOptionsError} Names or addresses occur twice, there is no adapter, or image or faults do not fit.
   * @throws {NetworkError} A value of the network's behaviour or of a fault is out of range.
   */
  constructor(options: WorldOptions) {
    checkOptions(options);
    this.#options = options;
    this.kernel = new Kernel(options.frequencyHz);
    this.recorder = new Recorder(this.kernel);
    this.#streams = new RandomStreams(options.seed ?? "1");
    this.network = new Network(
      this.kernel,
      this.recorder,
      this.#streams.stream("network"),
      { ...PERFECT_LINK, ...options.network },
      options.datagramFaults,
    );
    this.#keyStore = options.keyStore ?? new MemoryKeyStore();
    const dmaMemory = new DmaMemory();
    this.adapters = new Map(options.adapters.map((each) => [each.name, this.#createAdapter(each, dmaMemory)]));
    this.targets = new Map((options.targets ?? []).map((each) => [each.name, this.#createTarget(each)]));
    this.host = new WindowsHost({
      kernel: this.kernel,
      recorder: this.recorder,
      streams: this.#streams,
      dmaMemory,
      adapters: [...this.adapters.values()].map(({ adapter, networkInterface }) => ({
        name: adapter.name,
        registers: adapter.registers,
        portAddresses: networkInterface.addresses,
      })),
      keyStore: this.#keyStore,
    });
    if (options.image !== undefined) importKeyStore(this.#keyStore, options.image.serviceStore);
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
   * @param task For example a call of the host's API.
   * @param limitCycles The longest it may take, in cycles; an hour by default.
   * @returns What the task returned.
   * @throws {StandstillError} Nothing can run any more, or the limit has passed.
   */
  run<T>(task: Task<T>, limitCycles: Cycles = this.cycles(3600_000_000_000)): T {
    const process: Process<T> = this.kernel.spawn("scenario", task);
    const outcome = this.kernel.runUntil(process as Process<unknown>, this.kernel.now + limitCycles);
    if (outcome.type === "idle") throw new StandstillError("The task", "nothing can run any more", outcome.waiting);
    if (outcome.type === "limit") {
      throw new StandstillError("The task", `${limitCycles} cycles have passed`, this.kernel.standstill());
    }
    return process.result;
  }

  /**
   * Waits until nothing comes up any more: adapters have booted or failed, and
   * the service, if it runs, has synchronised them.
   */
  settle(): void {
    this.advance(this.cycles(SETTLE_NANOSECONDS));
    this.run(this.host.untilReady());
  }

  /** Lets time pass. */
  advance(cycles: Cycles): void {
    this.kernel.run(this.kernel.now + cycles);
  }

  /** The cycles of a length of time, rounded up. */
  cycles(nanoseconds: number): Cycles {
    return Math.ceil((nanoseconds * this.kernel.frequencyHz) / 1e9);
  }

  /** The present cycle. */
  get now(): Cycle {
    return this.kernel.now;
  }

  /** The digest of all that has happened so far, 64 hex digits. */
  digest(): string {
    return traceDigest(this.recorder);
  }

  /** What would be left if the power went now. */
  image(): WorldImage {
    const flash: Record<string, FlashState> = {};
    for (const [name, unit] of this.adapters) if (unit.flash !== undefined) flash[name] = unit.flash.state();
    return { flash, serviceStore: exportKeyStore(this.#keyStore) };
  }

  #createAdapter(description: AdapterDescription, dmaMemory: DmaMemory): AdapterUnit {
    const { name } = description;
    const keyStorage = description.keyStorage ?? "nvram";
    const random = this.#streams.stream(`${name}/random number generator`);
    const flash = keyStorage === "nvram" ? this.#createFlash(description) : undefined;
    const networkInterface = new NetworkInterface(this.kernel, description.ports);
    const createStore = description.createStore ??
      ((part, bytes) =>
        new RingStore({ flash: part, sealer: new SecretboxSealer(deviceRootKey(name)), random: bytes }));
    const adapter = new Adapter({
      name,
      kernel: this.kernel,
      recorder: this.recorder,
      random,
      dmaMemory,
      network: networkInterface,
      costs: this.#options.costs ?? DEFAULT_COSTS,
      keyStorage,
      flash,
      createStore: flash === undefined ? undefined : () => createStore(flash, (length) => random.bytes(length)),
      keyTableEntries: description.keyTableEntries ?? 128,
      sessionCapacity: description.sessionCapacity ?? 64,
      tunnelMode: description.tunnelMode ?? true,
      image: description.tamperedImage === true ? TAMPERED_IMAGE : FIRMWARE_IMAGE,
      imagePublicKey: IMAGE_PUBLIC_KEY,
      phase1: description.phase1 ?? DEFAULT_POLICY,
      onKey: (cookie, key) => this.keyLog.add(cookie, key),
    });
    networkInterface.connect((datagram) => this.network.send(datagram));
    for (const address of description.ports) {
      this.network.attach(address, (datagram) => networkInterface.deliver(datagram));
    }
    return { adapter, flash, networkInterface };
  }

  #createFlash({ name, flash: preset, flashTiming, flashFaults }: AdapterDescription): FlashPart {
    const component = this.recorder.component(`${name} flash`);
    const state = this.#options.image?.flash[name];
    try {
      return new FlashPart({
        preset: preset ?? W25Q_REGION,
        clock: this.kernel,
        random: this.#streams.stream(`${name}/flash`),
        ...(state === undefined ? {} : { state }),
        ...(flashTiming === undefined ? {} : { timing: flashTiming }),
        ...(flashFaults === undefined ? {} : { faults: flashFaults }),
        onOperation: ({ kind, address, lengthBytes }) =>
          this.recorder.record(component, flashEvent, { operation: kind, address, lengthBytes }),
      });
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof FlashFaultError)) throw error;
      throw new WorldOptionsError(`adapters, ${name}: ${error.message}`);
    }
  }

  #createTarget(description: TargetDescription): Target {
    const { name, address, keys, id } = description;
    return new Target({
      name,
      address,
      keys,
      ...(id === undefined ? {} : { id }),
      policy: description.phase1 ?? DEFAULT_POLICY,
      kernel: this.kernel,
      network: this.network,
      random: this.#streams.stream(`${name}/random number generator`),
      costs: this.#options.costs ?? DEFAULT_COSTS,
      recorder: this.recorder,
    });
  }
}

function checkOptions({ adapters, targets = [], image }: WorldOptions): void {
  if (adapters.length === 0) throw new WorldOptionsError("adapters: an empty list, expected at least one adapter");
  const names = [...adapters, ...targets].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new WorldOptionsError(`name: ${JSON.stringify(twice)} occurs twice, expected once`);
  const addresses = [...adapters.flatMap(({ ports }) => ports), ...targets.map(({ address }) => address)];
  for (const address of addresses) {
    if (address.length !== 4 && address.length !== 16) {
      throw new WorldOptionsError(`address: ${address.length} bytes, expected 4 (IPv4) or 16 (IPv6)`);
    }
  }
  const texts = addresses.map((address) => address.join("."));
  const same = texts.find((text, index) => texts.indexOf(text) !== index);
  if (same !== undefined) throw new WorldOptionsError(`address: ${same} occurs twice, expected once`);
  for (const { name, ports } of adapters) {
    if (ports.length === 0) throw new WorldOptionsError(`adapters, ${name}: no ports, expected at least one address`);
  }
  for (const name of Object.keys(image?.flash ?? {})) {
    if (!adapters.some((each) => each.name === name)) {
      throw new WorldOptionsError(`image: the flash of ${JSON.stringify(name)}, expected one of ${names.join(", ")}`);
    }
  }
}
