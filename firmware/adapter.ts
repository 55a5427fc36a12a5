/**
 * The adapter: its parts, and the firmware that runs on them from power-on to
 * loss of power or reset.
 *
 * What survives is the flash. RAM, running exchanges, queued completions and
 * half-done commands are gone with the power.
 *
 * @module
 */

import { Core } from "../sim/kernel/core.ts";
import type { Timer } from "../sim/kernel/kernel.ts";
import { TaskGroup } from "../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import type { CostTable } from "../sim/parts/cost_table.ts";
import { DmaEngine } from "../sim/parts/dma_engine.ts";
import { KeySlots } from "../sim/parts/key_slots.ts";
import { PublicKeyEngine } from "../sim/parts/public_key_engine.ts";
import { Ram } from "../sim/parts/ram.ts";
import { RegisterFile } from "../sim/parts/register_file.ts";
import type { UnusedMemory } from "../sim/parts/unused_memory.ts";
import { stateEvent } from "../sim/trace/events.ts";
import type { Component } from "../sim/trace/recorder.ts";
import type { AdapterOptions, PoweredStorage } from "./adapter_options.ts";
import { boot, type RomOptions, startRom } from "./boot.ts";
import { type ConnectionInformation, MAX_KEY_BYTES } from "./manual/interface.ts";
import type { CommandTap } from "./command_tap.ts";
import { commandLoop } from "./commands.ts";
import { KEY_TABLE_ENTRY_BYTES, KeyTable } from "./cache/key_table.ts";
import { RecordWriters } from "./cache/record_writers.ts";
import { MailboxOutput } from "./mailbox_output.ts";
import type { NvramStore } from "./nvram/store.ts";
import type { OtherFirmware } from "./other_firmware.ts";
import { SecurityCache } from "./cache/security_cache.ts";
import { type IkePolicy, SecretRegion } from "./ike/mod.ts";
import { cipherCapabilities } from "./session/cipher_capabilities.ts";
import { HostSessions } from "./session/host_sessions.ts";
import { SessionManager } from "./session/session_manager.ts";
import type { EventOutput } from "./session/session_outcome.ts";
import type { AdapterSessions, SessionManagerOptions } from "./session/sessions.ts";

/** Priorities of the firmware's tasks on its core; lower runs first. */
const Priority = { output: 0, exchange: 1, command: 2 } as const;

/** How long the reset line is held. Assumed: 1 ms at 250 MHz. */
const RESET_CYCLES: Cycles = 250_000;

/** An iSCSI host bus adapter. */
export class Adapter {
  /** The name in traces. */
  readonly name: string;
  /** What a driver sees. */
  readonly registers: RegisterFile;
  /** The firmware's core. */
  readonly core: Core;
  /** Working memory. */
  readonly ram: Ram;
  /** Key slots of the crypto engine: the secrets of associations. */
  readonly keySlots: KeySlots;
  /** The public-key engine. */
  readonly publicKeyEngine: PublicKeyEngine;
  /** The DMA engine. */
  readonly dma: DmaEngine;
  /** The flash part, if there is one. */
  readonly flash: PoweredStorage | undefined;
  /** Hear each command of its mailbox. Nobody by default. */
  readonly commandTaps: Set<CommandTap> = new Set();
  readonly #options: AdapterOptions;
  readonly #component: Component;
  readonly #writers: RecordWriters;
  #firmware: TaskGroup;
  #powered = false;
  #resetTimer: Timer | undefined = undefined;
  #cache: SecurityCache | undefined = undefined;
  #sessions: AdapterSessions | undefined = undefined;
  /** Those of the firmware of this folder. */
  #hostSessions: HostSessions | undefined = undefined;
  #other: OtherFirmware | undefined = undefined;
  #isWorking = false;
  /** Where secrets of exchanges and of associations lie since the last boot, in words. */
  #secretRegions: readonly (readonly [where: string, region: SecretRegion])[] = [];

  /**
   * An adapter without power.
   *
   * @param options What it is made of.
   */
  constructor(options: AdapterOptions) {
    const { kernel, name } = options;
    this.#options = options;
    this.name = name;
    this.registers = new RegisterFile(kernel, () => this.reset());
    this.core = new Core(kernel, `${name} core`);
    this.ram = new Ram(
      (options.keyTableEntries + 1) * KEY_TABLE_ENTRY_BYTES +
        SecretRegion.regionBytesFor(2 * options.sessionCapacity, MAX_KEY_BYTES),
    );
    // While sessions are keyed anew each of them may have two associations.
    this.keySlots = new KeySlots(SecretRegion.associationBytesFor(2 * options.sessionCapacity));
    this.publicKeyEngine = new PublicKeyEngine(kernel, options.results);
    this.dma = new DmaEngine(options.dmaMemory);
    this.flash = options.flash;
    this.#component = options.recorder.component(name);
    this.#writers = new RecordWriters(options.kernel);
    this.#firmware = new TaskGroup(kernel, name);
  }

  /** True while the adapter has power. */
  get powered(): boolean {
    return this.#powered;
  }

  /** The security cache since the last boot; `undefined` before the boot is that far. For inspection. */
  get cache(): SecurityCache | undefined {
    return this.#cache;
  }

  /** Whether its firmware is carrying out a command, even one that the host has given up. */
  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** How many keys its table in RAM has room for, besides the group key in row 0. */
  get keyTableEntries(): number {
    return this.#options.keyTableEntries;
  }

  /** What opens sessions since the last boot; `undefined` before the boot is that far. For inspection. */
  get sessions(): AdapterSessions | undefined {
    return this.#sessions;
  }

  /**
   * The connections of its sessions, in order of their numbers, with those that are waiting for the next attempt. None of
   * another firmware, which keeps them for itself.
   */
  get connections(): readonly ConnectionInformation[] {
    const connections: ConnectionInformation[] = [];
    let next = this.#hostSessions?.nextConnection(0);
    for (; next !== undefined; next = this.#hostSessions?.nextConnection(next.connection)) connections.push(next);
    return connections;
  }

  /** What it proposes and accepts in phase 1. */
  get phase1(): IkePolicy {
    return this.#options.phase1;
  }

  /**
   * Its memory for secrets as far as none is in it at present: rows of the key table without a key, places of exchanges
   * that are over, key slots that are free. For a search for what was forgotten there.
   */
  unusedMemory(): UnusedMemory[] {
    const rows = this.#cache?.keyTable.unused() ?? [];
    return [
      ...rows.map((bytes) => ({ where: "the key table", bytes })),
      ...this.#secretRegions.flatMap(([where, region]) => region.unused().map((bytes) => ({ where, bytes }))),
    ];
  }

  /** Power comes: the firmware boots. */
  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#options.recorder.record(this.#component, stateEvent, {
      state: "power on",
      detail: "",
    });
    this.flash?.powerOn?.();
    this.#start();
  }

  /** Power goes, in this very cycle: whatever was being written to flash is left half done. */
  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#options.recorder.record(this.#component, stateEvent, {
      state: "power off",
      detail: "",
    });
    this.#stop();
    this.registers.powerOff();
  }

  /** The reset line: as a loss of power for everything but the register window, which shows the reset. */
  reset(): void {
    if (!this.#powered) return;
    this.#options.recorder.record(this.#component, stateEvent, {
      state: "reset requested",
      detail: "",
    });
    this.#stop();
    this.registers.beginReset();
    this.#resetTimer = this.#options.kernel.schedule(RESET_CYCLES, () => {
      this.#resetTimer = undefined;
      this.#start();
    }, `${this.name} reset`);
  }

  #start(): void {
    this.registers.reset();
    this.#firmware = new TaskGroup(this.#options.kernel, this.name);
    this.#firmware.spawn("boot", this.#run(), {
      priority: Priority.command,
      daemon: true,
    });
  }

  #stop(): void {
    if (this.#resetTimer !== undefined) {
      this.#options.kernel.cancel(this.#resetTimer);
    }
    this.#resetTimer = undefined;
    this.#firmware.kill();
    this.flash?.powerOff();
    this.#sessions?.stop();
    this.#other?.stop();
    this.publicKeyEngine.clear();
    this.#options.network.setLink(false);
    this.ram.clear();
    this.keySlots.clear();
    this.#cache = undefined;
    this.#sessions = undefined;
    this.#hostSessions = undefined;
    this.#other = undefined;
    this.#isWorking = false;
    this.#secretRegions = [];
  }

  *#run(): Task {
    const options = this.#options;
    const { kernel, recorder, costs } = options;
    const rom: RomOptions = {
      kernel,
      core: this.core,
      costs,
      registers: this.registers,
      image: options.image,
      imagePublicKey: options.imagePublicKey,
      recorder,
      component: this.#component,
    };
    if (options.createFirmware !== undefined) return yield* this.#runOther(options.createFirmware(), rom);
    const output = new MailboxOutput(kernel, this.registers, this.core, costs.completionCycles, options.eventCapacity);
    const createCache = (version: number) => this.#createCache(version, options.createStore?.(this.core), costs);
    const booted = yield* boot({ ...rom, output, createCache });
    if (booted.type === "failed") return;
    const hostSessions = new HostSessions({
      kernel,
      output,
      portAddresses: options.network.addresses,
      persistentLogins: booted.cache.persistentLogins,
      create: (events) => this.#createSessions(booted.cache, events),
    });
    const sessions = hostSessions.inner;
    this.#hostSessions = hostSessions;
    this.#sessions = sessions;
    options.network.setLink(true);
    this.#firmware.spawn("mailbox output", output.run(), {
      priority: Priority.output,
      daemon: true,
    });
    this.#startEngine(sessions);
    this.#firmware.spawn("persistent logins", hostSessions.run(), { priority: Priority.command, daemon: true });
    yield* commandLoop({
      core: this.core,
      costs,
      registers: this.registers,
      output,
      dma: this.dma,
      cache: booted.cache,
      sessions: hostSessions,
      taps: this.commandTaps,
      portAddresses: options.network.addresses,
      cipherCapabilities: cipherCapabilities(options.phase1),
      recorder,
      component: this.#component,
      onWork: (isWorking) => this.#isWorking = isWorking,
    });
  }

  /** The IKE engine: what opens sessions, and the datagrams that it takes. */
  #startEngine(sessions: AdapterSessions): void {
    this.#firmware.spawn("datagrams", sessions.receive(), { priority: Priority.exchange, daemon: true });
    this.#firmware.spawn("phase 1", sessions.run(), {
      priority: Priority.exchange,
      daemon: true,
    });
  }

  *#runOther(firmware: OtherFirmware, rom: RomOptions): Task {
    const options = this.#options;
    this.#other = firmware;
    const verdict = yield* startRom(rom);
    if (verdict.type === "refused") return;
    // What is known of its keys takes none of its time.
    const cache = this.#createCache(verdict.version, firmware.records, { ...options.costs, keyTableCycles: 0 });
    yield* firmware.run({
      ...rom,
      dma: this.dma,
      network: options.network,
      eventCapacity: options.eventCapacity,
      version: verdict.version,
      cipherCapabilities: cipherCapabilities(options.phase1),
      taps: this.commandTaps,
      cache,
      startSessions: (output) => {
        const sessions = this.#createSessions(cache, output);
        this.#sessions = sessions;
        this.#startEngine(sessions);
        return sessions;
      },
      serve: (name, task) => void this.#firmware.spawn(name, task, { priority: Priority.output, daemon: true }),
      onWork: (isWorking) => this.#isWorking = isWorking,
    });
  }

  #createSessions(cache: SecurityCache, output: EventOutput): AdapterSessions {
    const options = this.#options;
    const create = options.createSessions ?? ((means: SessionManagerOptions) => new SessionManager(means));
    const lengthBytes = SecretRegion.regionBytesFor(2 * options.sessionCapacity, MAX_KEY_BYTES);
    const secretMemory = new SecretRegion(this.ram.region("secrets of exchanges", lengthBytes));
    const associationMemory = new SecretRegion(this.keySlots);
    this.#secretRegions = [
      ["the memory for secrets of exchanges", secretMemory],
      ["the key slots", associationMemory],
    ];
    return create({
      kernel: options.kernel,
      core: this.core,
      costs: options.costs,
      cache,
      network: options.network,
      publicKeyEngine: this.publicKeyEngine,
      output,
      random: options.random,
      secretMemory,
      associationMemory,
      sessionCapacity: options.sessionCapacity,
      policy: options.phase1,
      ...(options.onKey === undefined ? {} : { onKey: options.onKey }),
      recorder: options.recorder,
      component: this.#component,
    });
  }

  #createCache(firmwareVersion: number, store: NvramStore | undefined, costs: CostTable): SecurityCache {
    const options = this.#options;
    const region = this.ram.region(
      "key table",
      (options.keyTableEntries + 1) * KEY_TABLE_ENTRY_BYTES,
    );
    this.#cache = new SecurityCache({
      core: this.core,
      costs,
      keyStorage: options.keyStorage,
      keyTable: new KeyTable(region),
      store: options.keyStorage === "nvram" ? store : undefined,
      numberOfPorts: options.network.addresses.length,
      tunnelMode: options.tunnelMode,
      firmwareVersion,
      writers: this.#writers,
    });
    return this.#cache;
  }
}
