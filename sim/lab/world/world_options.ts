/**
 * What a world is made of: one typed options object, every field with a
 * default but the adapters.
 *
 * @module
 */

import type { PoweredStorage } from "../../../firmware/adapter_options.ts";
import type { IkePolicy, IkePresetName } from "../../../firmware/ike/mod.ts";
import type { NvramStore } from "../../../firmware/nvram/store.ts";
import type { AdapterSessions, SessionManagerOptions } from "../../../firmware/session/sessions.ts";
import type { HostCosts, HostTimeouts } from "../../../host/costs.ts";
import type { ForeignCachePolicy } from "../../../host/initiator_service/service_context.ts";
import type { KeyStore, KeyStoreContent } from "../../../host/initiator_service/key_store.ts";
import type { SecurityProvider } from "../../../host/miniport/miniport.ts";
import type { KeyStorage } from "../../../firmware/cache/security_cache.ts";
import type { Core } from "../../kernel/core.ts";
import type { DatagramFault, LinkBehaviour } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import type { DmaMemory } from "../../parts/dma_memory.ts";
import type { FlashFault } from "../../parts/flash/faults.ts";
import type { FlashMisuse, FlashPartOptions, TimingColumn } from "../../parts/flash/flash_part.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import type { NorFlash } from "../../parts/flash/nor_flash.ts";
import type { FlashPreset } from "../../parts/flash/presets.ts";
import type { ForeignProgram } from "../foreign/foreign_program.ts";
import type { CampaignMemory } from "./campaign_memory.ts";
import type { TargetKey } from "./target.ts";

/** What an adapter keeps its keys on: a serial NOR flash that loses power with the adapter. */
export interface AdapterFlash extends NorFlash, PoweredStorage {
  /** All of the part, for {@linkcode WorldImage}; asked for when it has no power. */
  state(): FlashState;
}

/** What an end proposes, accepts and keeps to in phase 1: any field of a policy, and where the others come from. */
export interface Phase1Options extends Partial<IkePolicy> {
  /**
   * The daemon whose figures all others are that are not given: `strongswan`, `libreswan`, `racoon` or `windows`;
   * {@linkcode DEFAULT_POLICY} has them without one. Fields and presets: `firmware/ike/README.md`.
   */
  readonly preset?: IkePresetName;
}

/** A key store, or a whole firmware, that was compiled elsewhere: C, C++ or Rust. */
export interface ModuleDescription {
  /**
   * The module, as `hbasim module` and wasm-opt have prepared it: its bytes, or what {@linkcode storeProgram} or
   * {@linkcode firmwareProgram} has made of them, with a name for errors, and once for many worlds.
   */
  readonly module: Uint8Array | ForeignProgram;
}

/** One adapter of the host. */
export interface AdapterDescription {
  /**
   * The name in traces and scenarios; the initiator's instance name in API and WMI. 1 to 255 characters, none of them a
   * control or format character, not all blank, and not `*`; no two names differ by case alone, and none is that of a part
   * of the world in traces, as `host`, `wmi` or `hba0 flash`.
   */
  readonly name: string;
  /** Where keys are kept: `nvram`, `ram` or `none`; `nvram` by default. Without `nvram` there are no options of the flash. */
  readonly keyStorage?: KeyStorage;
  /** The address of each network port, 4 or 16 bytes. */
  readonly ports: readonly Uint8Array[];
  /** Which security methods the driver implements: `complete`, `sample` or `absent`; `complete` by default. */
  readonly securityProvider?: SecurityProvider;
  /** The longest WMI event that the port driver passes on, in bytes; 128 by default, as Storport's. */
  readonly eventLimitBytes?: number;
  /** How many sessions there can be at once; 64 by default. */
  readonly sessionCapacity?: number;
  /** Whether tunnel mode is supported; true by default. */
  readonly tunnelMode?: boolean;
  /** How many keys the RAM table holds; 128 by default. */
  readonly keyTableEntries?: number;
  /** How many asynchronous events wait for the host before more are lost; 512 by default. */
  readonly eventCapacity?: number;
  /** How many received datagrams wait for the firmware before more are lost; 256 by default. */
  readonly receiveRingLength?: number;
  /** Which flash part, for `nvram` only; 64 KiB of a W25Q by default. */
  readonly flash?: FlashPreset;
  /**
   * Which column of the flash part's data sheet, for `nvram` only: `typical`, `maximum`, or `drawn`, from one to the
   * other by wear, within 10 %; `typical` by default.
   */
  readonly flashTiming?: TimingColumn;
  /**
   * What becomes of commands that the flash part ignores, as while it is busy, for `nvram` only: an `error`, or they are
   * `ignored`; an `error` by default.
   */
  readonly flashMisuse?: FlashMisuse;
  /** What is wrong with the flash part from the beginning, for `nvram` only; nothing by default. */
  readonly flashFaults?: readonly FlashFault[];
  /** Makes the flash part from what it would be made of, for `nvram` only; a `FlashPart` by default. */
  readonly createFlash?: (options: FlashPartOptions) => AdapterFlash;
  /**
   * Makes the key store on the flash part at each boot, for `nvram` only; a ring store by default. The core is what its
   * work is spent on.
   */
  readonly createStore?: (flash: NorFlash, random: (lengthBytes: number) => Uint8Array, core: Core) => NvramStore;
  /** A key store in C, C++ or Rust in place of the adapter's own, for `nvram` only and without `createStore`; none by default. */
  readonly store?: ModuleDescription;
  /**
   * A firmware in C, C++ or Rust in place of the adapter's own, for `nvram` only. It has its own store, key table and
   * tunnel mode: without `createStore`, `store`, `keyTableEntries` and `tunnelMode`. None by default.
   */
  readonly firmware?: ModuleDescription;
  /** Makes what opens sessions, at each boot; a session manager that runs phase 1 by default. */
  readonly createSessions?: (means: SessionManagerOptions) => AdapterSessions;
  /** The signed firmware image; that of the factory by default. */
  readonly firmwareImage?: Uint8Array;
  /** The public key that checks the image, 32 bytes; that of the factory by default. */
  readonly imagePublicKey?: Uint8Array;
  /** Flips a bit of the firmware image, so that the boot must refuse it; false by default. */
  readonly tamperedImage?: boolean;
  /** What the adapter proposes and keeps to in phase 1, as far as it differs from the preset. */
  readonly phase1?: Phase1Options;
}

/** One target at the far end of the network. */
export interface TargetDescription {
  /** The name in traces and scenarios, as that of an adapter. */
  readonly name: string;
  /** Its address, 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** The identifier it answers with; its address by default. */
  readonly id?: { readonly type: number; readonly bytes: Uint8Array };
  /** Its key table: one key for each identifier, names compared without case, and for `any`. */
  readonly keys: readonly TargetKey[];
  /** What it accepts and keeps to in phase 1, as that of an adapter. */
  readonly phase1?: Phase1Options;
}

/** What is left of a world when its power is off: flash, and the service's store. */
export interface WorldImage {
  /** The flash part of each adapter that has one, by its name: content, weak and stuck bits, wear. */
  readonly flash: Readonly<Record<string, FlashState>>;
  /** The initiator service's durable store, sealed as it was. */
  readonly serviceStore: KeyStoreContent;
  /** How many worlds have led to it, one after the other: the next goes on with other random numbers; 0 by default. */
  readonly worlds?: number;
}

/** The host, apart from its adapters. */
export interface HostDescription {
  /** What the host's doings cost, as far as it differs from {@linkcode DEFAULT_HOST_COSTS}. */
  readonly costs?: Partial<HostCosts>;
  /** How long the host waits, as far as it differs from {@linkcode defaultHostTimeouts}. */
  readonly timeouts?: Partial<HostTimeouts>;
  /** Whether the initiator service starts with the host; true by default. */
  readonly serviceStartsAutomatically?: boolean;
  /** What the service does with a cache that somebody else has filled and named, `keep` or `clear`; `keep` by default. */
  readonly foreignCaches?: ForeignCachePolicy;
  /** DefaultSecurityBitmap in the registry: SecurityFlags of a login that says nothing of them; none by default. */
  readonly defaultSecurityFlags?: bigint;
  /** The machine's key for the secrets in the key store, 32 bytes; a fixed one by default, so that stores can move between worlds. */
  readonly sealingKey?: Uint8Array;
  /** The memory that adapters reach by bus address; an empty one by default. */
  readonly dmaMemory?: DmaMemory;
}

/** Everything. */
export interface WorldOptions {
  /** All chance comes from it: a text, or a whole number from 0 to 2^53 - 1 that stands for its decimal text; `1` by default. */
  readonly seed?: string | number;
  /** Cycles per second, a whole number from 10^6 (below, phase 1 outlasts what the host waits) to 10^10; 250 MHz by default. */
  readonly frequencyHz?: number;
  /**
   * How many events and captured datagrams of a long run are kept at the least, the last ones: a whole number of 4 or
   * more; all by default. The digest is that of all.
   */
  readonly keepEvents?: number;
  /** The adapters of the host, at least one. */
  readonly adapters: readonly AdapterDescription[];
  /** The host's costs, waiting times, service and memory. */
  readonly host?: HostDescription;
  /** The targets; none by default. */
  readonly targets?: readonly TargetDescription[];
  /** What the network does to datagrams, as far as it differs from {@linkcode PERFECT_LINK}: no faults and 50 µs. */
  readonly network?: Partial<LinkBehaviour>;
  /** Faults at single datagrams; none by default. */
  readonly datagramFaults?: readonly DatagramFault[];
  /** What the doings of adapters and targets cost, as far as it differs from {@linkcode DEFAULT_COSTS}. */
  readonly costs?: Partial<CostTable>;
  /** Where the initiator service stores its keys; memory by default. */
  readonly keyStore?: KeyStore;
  /** What an earlier world left behind. */
  readonly image?: WorldImage;
  /**
   * Makes it one of many worlds of a campaign: it computes nothing that another one has computed, and unless the memory
   * says that traces are kept, it keeps none, so that it has no digest, and `keepEvents` means nothing. What it does is
   * the same, as the same options without this one show. None by default.
   */
  readonly campaign?: CampaignMemory;
}
