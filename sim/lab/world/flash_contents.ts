/**
 * What is on an adapter's flash part, as its firmware would find it.
 *
 * @module
 */

import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramRecord } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../kernel/random.ts";
import { runToEnd, UntimedClock } from "../../kernel/untimed_clock.ts";
import { FlashPart } from "../../parts/flash/flash_part.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import { type FlashPreset, W25Q_REGION } from "../../parts/flash/presets.ts";
import { deviceRootKey } from "./factory.ts";

/** What a mount has found. */
export interface FlashContents {
  /** The records, in order of their slots, damaged ones left out; the caller fills the values of keys with zeros. */
  readonly records: readonly NvramRecord[];
  /** How many sectors are used no more. */
  readonly badSectors: number;
}

/**
 * Mounts a ring store on a copy of a part.
 *
 * @param adapter Whose part it is: its root key opens the records.
 */
export function flashContents(adapter: string, preset: FlashPreset = W25Q_REGION, state: FlashState): FlashContents {
  const random = new RandomStreams(`contents of the flash of ${adapter}`).stream("bits");
  const flash = new FlashPart({ preset, clock: new UntimedClock(), random, state });
  flash.powerOn();
  const sealer = new SecretboxSealer(deviceRootKey(adapter));
  const store = new RingStore({ flash, random: (lengthBytes) => random.bytes(lengthBytes), sealer });
  const mounted = runToEnd(store.mount());
  const isMounted = mounted.type === "mounted";
  return { records: isMounted ? store.entries() : [], badSectors: isMounted ? store.health().retiredSectors : 0 };
}
