/**
 * What an adapter is made of.
 *
 * @module
 */

import type { Core } from "../sim/kernel/core.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { RandomStream } from "../sim/kernel/random.ts";
import type { ResultMemory } from "../sim/kernel/result_memory.ts";
import type { CostTable } from "../sim/parts/cost_table.ts";
import type { DmaMemory } from "../sim/parts/dma_memory.ts";
import type { NetworkInterface } from "../sim/parts/network_interface.ts";
import type { Recorder } from "../sim/trace/recorder.ts";
import type { KeyStorage } from "./cache/security_cache.ts";
import type { IkePolicy } from "./ike/mod.ts";
import type { NvramStore } from "./nvram/store.ts";
import type { OtherFirmware } from "./other_firmware.ts";
import type { AdapterSessions, SessionManagerOptions } from "./session/sessions.ts";

/** The part that loses content when power goes at a bad moment. */
export interface PoweredStorage {
  /** Power is there from this cycle on; of no interest to what works at once. */
  powerOn?(): void;
  /** Power is gone in this cycle. */
  powerOff(): void;
}

/** What an adapter is made of. */
export interface AdapterOptions {
  /** The name in traces. */
  readonly name: string;
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The adapter's random number generator. */
  readonly random: RandomStream;
  /** The host's memory. */
  readonly dmaMemory: DmaMemory;
  /** The network interface with the ports' addresses. */
  readonly network: NetworkInterface;
  /** What things cost. */
  readonly costs: CostTable;
  /** Where keys are kept. */
  readonly keyStorage: KeyStorage;
  /** The flash part, if keys are kept in flash. */
  readonly flash: PoweredStorage | undefined;
  /** Makes the store anew at each boot, given the firmware's core; `undefined` if keys are not kept in flash. */
  readonly createStore: ((core: Core) => NvramStore) | undefined;
  /** How many keys the RAM table holds. */
  readonly keyTableEntries: number;
  /** How many sessions there can be at once; RAM for their secrets is planned for them. */
  readonly sessionCapacity: number;
  /** Whether tunnel mode is supported. */
  readonly tunnelMode: boolean;
  /** The signed firmware image. */
  readonly image: Uint8Array;
  /** The public key fused into the adapter, 32 bytes. */
  readonly imagePublicKey: Uint8Array;
  /** What the adapter proposes and accepts in phase 1. */
  readonly phase1: IkePolicy;
  /** Makes what opens sessions, at each boot; {@linkcode SessionManager} by default, which runs phase 1. */
  readonly createSessions?: (means: SessionManagerOptions) => AdapterSessions;
  /** Makes a firmware in the place of this one, at each boot; none by default. */
  readonly createFirmware?: () => OtherFirmware;
  /** How many asynchronous events wait for the host at the most; more are lost. 512 by default. */
  readonly eventCapacity?: number;
  /** Given each cipher key, for a key log that the user asked for. */
  readonly onKey?: (initiatorCookie: Uint8Array, cipherKey: Uint8Array) => void;
  /** Knows results of the public-key engine. */
  readonly results?: ResultMemory;
}
