/**
 * What the tests of the host need of an adapter, be it the fake or the real
 * firmware on its parts.
 *
 * @module
 */

import type { DmaMemory } from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RegisterFile } from "../../sim/parts/register_file.ts";
import type { Recorder } from "../../sim/trace/recorder.ts";

/** Where an adapter keeps keys. */
export type TestStorage = "nvram" | "ram" | "none";

/** What an adapter of a test is made of. */
export interface AdapterModelOptions {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly dmaMemory: DmaMemory;
  readonly name: string;
  readonly storage: TestStorage;
  readonly numberOfPorts?: number;
  readonly tunnelMode?: boolean;
  readonly capacity?: number;
}

/** The key that a login used. */
export interface UsedKey {
  readonly source: "login" | "explicit" | "group" | "none";
  /** In hex. */
  readonly key: string;
  readonly securityFlags: bigint;
}

/** What an adapter has in force, in hex. */
export interface CacheContent {
  /** By port, type and identifier, as `4294967295/1/c000020a`. */
  readonly keys: ReadonlyMap<string, string>;
  readonly groupKey: string | undefined;
  /** Gateways, in no order. */
  readonly tunnels: readonly string[];
  readonly guid: string;
  readonly cacheValid: boolean;
}

/** An adapter that the tests of the host can drive and look into. */
export interface AdapterModel {
  readonly options: AdapterModelOptions;
  readonly registers: RegisterFile;
  readonly logins: readonly UsedKey[];
  /** Something has changed that no trace shows. */
  onStep: () => void;
  powerOn(): void;
  powerOff(): void;
  reset(): void;
  /** What is in force; undefined while the adapter is not up. */
  content(): CacheContent | undefined;
  /** What survives loss of power, to be given to {@linkcode AdapterModel.restore} of another adapter of the same make. */
  image(): unknown;
  /** Makes the adapter what another one was; it has no power. */
  restore(image: unknown): void;
  /** All that is kept, volatile or not, for comparisons before and after. */
  snapshot(): string;
}

/** Text of bytes. */
export function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** The name of a key in {@linkcode CacheContent.keys}. */
export function keyName(
  { portNumber, idType, id }: { readonly portNumber: number; readonly idType: number; readonly id: Uint8Array },
): string {
  return `${portNumber}/${idType}/${hex(id)}`;
}
