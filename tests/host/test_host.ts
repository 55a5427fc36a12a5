/**
 * A host with fake adapters, and the ways in which the tests drive it.
 *
 * @module
 */

import { fail } from "@std/assert";
import { LoginFlag } from "../../host/iscsidsc/structures.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import type { KeyStore } from "../../host/initiator_service/key_store.ts";
import type { SecurityProvider } from "../../host/miniport/miniport.ts";
import { defaultHostTimeouts, type HostTimeouts } from "../../host/costs.ts";
import { WindowsHost } from "../../host/windows_host.ts";
import { DmaMemory } from "../../firmware/manual/interface.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import type { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import type { AdapterModel, AdapterModelOptions, TestStorage } from "./adapter_model.ts";
import { FakeAdapter } from "./fake_adapter.ts";

/** One adapter of a test host. */
export interface TestAdapter {
  readonly storage: TestStorage;
  readonly provider?: SecurityProvider;
  readonly capacity?: number;
  readonly tunnelMode?: boolean;
  readonly numberOfPorts?: number;
}

/** What a test host is made of. */
export interface TestHostOptions {
  readonly adapters: readonly TestAdapter[];
  readonly keyStore?: KeyStore;
  readonly seed?: string;
  readonly timeouts?: Partial<HostTimeouts>;
  readonly serviceStartsAutomatically?: boolean;
  readonly defaultSecurityFlags?: bigint;
  /** Makes it one of many: no trace is kept, and no row sealed that another one has sealed. */
  readonly campaign?: CampaignMemory;
}

/** SecurityFlags VALID, IKE, MAIN, TRANSPORT. */
export const FLAGS = 0x27n;

/** 192.0.2.10, the identifier of most tests. */
export const ID = Uint8Array.of(192, 0, 2, 10);

/** 192.0.2.11, the second port's. */
export const SECOND_ID = Uint8Array.of(192, 0, 2, 11);

/** The adapter of tests with one. */
export const HBA = "hba 0";

/** Twenty minutes: longer than anything that ends. */
const LIMIT_CYCLES: Cycles = 250_000_000 * 1200;

/** A key of 16 bytes that is easy to find in memory. */
export function testKey(value: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => (value * 16 + index * 7 + 0xa1) & 0xff);
}

/** A host with adapters of some make; fakes by default. */
export class HostOf<A extends AdapterModel> {
  readonly kernel = new Kernel();
  readonly recorder: Recorder;
  readonly dmaMemory = new DmaMemory();
  readonly store: KeyStore;
  readonly adapters: readonly A[];
  readonly host: WindowsHost;

  constructor(options: TestHostOptions, make: (options: AdapterModelOptions) => A) {
    this.store = options.keyStore ?? new MemoryKeyStore();
    this.recorder = new Recorder(this.kernel, { isCounting: options.campaign !== undefined });
    const { kernel, recorder, dmaMemory } = this;
    this.adapters = options.adapters.map(({ provider: _, ...adapter }, index) =>
      make({ ...adapter, kernel, recorder, dmaMemory, name: `hba ${index}` })
    );
    this.host = new WindowsHost({
      kernel,
      recorder,
      dmaMemory,
      streams: new RandomStreams(options.seed ?? "test"),
      adapters: this.adapters.map((adapter, index) => ({
        name: `hba ${index}`,
        registers: adapter.registers,
        provider: options.adapters[index]?.provider ?? "complete",
        portAddresses: [ID, SECOND_ID].slice(0, options.adapters[index]?.numberOfPorts ?? 2),
      })),
      keyStore: this.store,
      ...(options.campaign === undefined ? {} : { results: options.campaign }),
      ...(options.defaultSecurityFlags === undefined ? {} : { defaultSecurityFlags: options.defaultSecurityFlags }),
      timeouts: { ...defaultHostTimeouts(kernel.frequencyHz), ...options.timeouts },
      serviceStartsAutomatically: options.serviceStartsAutomatically ?? true,
    });
  }

  /** The only adapter, or the first. */
  get adapter(): A {
    return this.adapters[0] ?? fail("no adapter");
  }

  /** The memory store. */
  get memoryStore(): MemoryKeyStore {
    return this.store instanceof MemoryKeyStore ? this.store : fail("not a memory store");
  }

  /** Power on, and wait until everything is up. */
  boot(): this {
    this.powerOn();
    this.run(this.host.untilReady());
    return this;
  }

  powerOn(): void {
    for (const adapter of this.adapters) adapter.powerOn();
    this.host.powerOn();
  }

  powerOff(): void {
    this.host.powerOff();
    for (const adapter of this.adapters) adapter.powerOff();
  }

  /** Power off and on, and wait until everything is up again. */
  reboot(): void {
    this.powerOff();
    this.boot();
  }

  /** Runs a task to its end. */
  run<T>(task: Task<T>): T {
    const process = this.kernel.spawn("test", task);
    const outcome = this.kernel.runUntil(process, this.kernel.now + LIMIT_CYCLES);
    if (outcome.type !== "done") fail(`${outcome.type}: ${JSON.stringify(this.kernel.standstill())}`);
    return process.result;
  }

  /** Lets time pass. */
  pass(cycles: Cycles): void {
    this.run(this.kernel.sleep(cycles));
  }

  setKey(
    key: Uint8Array,
    options: {
      readonly adapter?: string | undefined;
      readonly port?: number;
      readonly id?: Uint8Array;
      readonly idType?: number;
      readonly flags?: bigint;
      readonly persist?: boolean;
    } = {},
  ): Task<number> {
    const { port = 0xffff_ffff, id = ID, idType = 1, flags = FLAGS, persist = true } = options;
    const adapter = "adapter" in options ? options.adapter : HBA;
    const information = { authMethod: 1, securityFlags: flags, idType, id, key };
    return this.host.api.setIScsiIKEInfo(adapter, port, information, persist);
  }

  /** What GetIScsiIKEInfo says of a key. */
  askForKey(
    { port = 0xffff_ffff, id = ID, idType = 1 }: {
      readonly port?: number;
      readonly id?: Uint8Array;
      readonly idType?: number;
    } = {},
  ): { readonly status: number; readonly securityFlags: bigint } {
    const question = { authMethod: 1, idType, id };
    const { status, authInfo } = this.run(this.host.api.getIScsiIKEInfo(HBA, port, undefined, question));
    return { status, securityFlags: authInfo.securityFlags };
  }

  login(
    options: {
      readonly key?: Uint8Array;
      readonly adapter?: string;
      readonly flags?: bigint;
      readonly requiresIpsec?: boolean;
      readonly targetName?: string;
      /** The adapter's port; any by default. */
      readonly port?: number;
      /** Saved by the adapter, and not made now. */
      readonly isPersistent?: boolean;
      /** Refused if the target has a session; most tests log in to the same one again and again. */
      readonly isOnly?: boolean;
    } = {},
  ) {
    const required = options.requiresIpsec ?? false ? LoginFlag.requireIpsec : 0;
    const multipath = options.isOnly ?? false ? 0 : LoginFlag.multipathEnabled;
    return this.host.api.loginIScsiTarget({
      targetName: options.targetName ?? "iqn.2002-01.com.example:disk",
      initiatorInstance: options.adapter ?? HBA,
      targetPortal: { address: "198.51.100.7" },
      securityFlags: options.flags ?? 0n,
      isPersistent: options.isPersistent ?? false,
      loginOptions: { version: 0, loginFlags: required | multipath },
      ...(options.port === undefined ? {} : { initiatorPortNumber: options.port }),
      ...(options.key === undefined ? {} : { key: options.key }),
    });
  }
}

/** A host with fake adapters. */
export class TestHost extends HostOf<FakeAdapter> {
  constructor(options: TestHostOptions) {
    super(options, (adapter) => new FakeAdapter(adapter));
  }
}
