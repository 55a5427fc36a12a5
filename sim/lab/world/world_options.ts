/**
 * What a world is made of: one typed options object, every field with a
 * default but the adapters.
 *
 * @module
 */

import type { IkePolicy } from "../../../firmware/ike/mod.ts";
import type { NvramStore } from "../../../firmware/nvram/store.ts";
import type { KeyStore, KeyStoreContent } from "../../../host/initiator_service/key_store.ts";
import type { KeyStorage } from "../../../firmware/cache/security_cache.ts";
import type { DatagramFault, LinkBehaviour } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import type { FlashFault } from "../../parts/flash/faults.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import type { NorFlash } from "../../parts/flash/nor_flash.ts";
import type { FlashPreset } from "../../parts/flash/presets.ts";
import type { TargetKey } from "./target.ts";

/** One adapter of the host. */
export interface AdapterDescription {
  /** The name in traces and scenarios; the initiator's instance name. */
  readonly name: string;
  /** Where keys are kept; `nvram` by default. */
  readonly keyStorage?: KeyStorage;
  /** The address of each network port, 4 or 16 bytes. */
  readonly ports: readonly Uint8Array[];
  /** How many sessions there can be at once; 64 by default. */
  readonly sessionCapacity?: number;
  /** Whether tunnel mode is supported; true by default. */
  readonly tunnelMode?: boolean;
  /** How many keys the RAM table holds; 128 by default. */
  readonly keyTableEntries?: number;
  /** Which flash part; 64 KiB of a W25Q by default. */
  readonly flash?: FlashPreset;
  /** Which column of the flash part's data sheet; `typical` by default. */
  readonly flashTiming?: "typical" | "maximum";
  /** What is wrong with the flash part from the beginning; nothing by default. */
  readonly flashFaults?: readonly FlashFault[];
  /** Makes the key store on the flash part at each boot; a ring store by default. */
  readonly createStore?: (flash: NorFlash, random: (lengthBytes: number) => Uint8Array) => NvramStore;
  /** Flips a bit of the signed firmware image, so that the boot must refuse it; false by default. */
  readonly tamperedImage?: boolean;
  /** What the adapter proposes in phase 1; {@linkcode DEFAULT_POLICY} by default. */
  readonly phase1?: IkePolicy;
}

/** One target at the far end of the network. */
export interface TargetDescription {
  /** The name in traces and scenarios. */
  readonly name: string;
  /** Its address, 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** The identifier it answers with; its address by default. */
  readonly id?: { readonly type: number; readonly bytes: Uint8Array };
  /** Its key table. */
  readonly keys: readonly TargetKey[];
  /** What it accepts in phase 1; {@linkcode DEFAULT_POLICY} by default. */
  readonly phase1?: IkePolicy;
}

/** What is left of a world when its power is off: flash, and the service's store. */
export interface WorldImage {
  /** The flash part of each adapter that has one, by its name: content, weak and stuck bits, wear. */
  readonly flash: Readonly<Record<string, FlashState>>;
  /** The initiator service's durable store, sealed as it was. */
  readonly serviceStore: KeyStoreContent;
}

/** Everything. */
export interface WorldOptions {
  /** All chance comes from it; `1` by default. */
  readonly seed?: string | number;
  /** Cycles per second; 250 MHz by default. */
  readonly frequencyHz?: number;
  /** The adapters of the host, at least one. */
  readonly adapters: readonly AdapterDescription[];
  /** The targets; none by default. */
  readonly targets?: readonly TargetDescription[];
  /** What the network does to datagrams; no faults and 50 µs by default. */
  readonly network?: Partial<LinkBehaviour>;
  /** Faults at single datagrams; none by default. */
  readonly datagramFaults?: readonly DatagramFault[];
  /** What the adapter's doings cost. */
  readonly costs?: CostTable;
  /** Where the initiator service stores its keys; memory by default. */
  readonly keyStore?: KeyStore;
  /** What an earlier world left behind. */
  readonly image?: WorldImage;
}
