/**
 * What is on an adapter's flash part, as its firmware would find it.
 *
 * @module
 */

import type { Sealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramRecord, NvramStore } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../kernel/random.ts";
import type { Task } from "../../kernel/task.ts";
import { runToEnd, UntimedClock } from "../../kernel/untimed_clock.ts";
import type { FlashPart } from "../../parts/flash/flash_part.ts";
import type { NorFlash } from "../../parts/flash/nor_flash.ts";
import { deviceRootKey } from "./factory.ts";
import { QuickBox } from "./quick_box.ts";
import { QuickSealer } from "./quick_sealer.ts";

/** What a mount has found. */
export interface FlashContents {
  /** The records, in order of their slots, damaged ones left out; the caller fills the values of keys with zeros. */
  readonly records: readonly NvramRecord[];
  /** How many sectors are used no more. */
  readonly badSectors: number;
}

/** What a key store works with, the adapter's own or a module. */
export interface StoreParts {
  readonly flash: NorFlash;
  readonly random: (lengthBytes: number) => Uint8Array;
  readonly sealer: Sealer;
  /** Lets cycles pass that it has worked. */
  readonly spend: (cycles: number) => Task;
}

/** What an adapter's flash is, and how its firmware reads it. */
export interface ReadFlash {
  /** Whose part it is: its root key opens the records. */
  readonly adapter: string;
  readonly flash: FlashPart;
  /** Makes the store that the firmware would mount. */
  readonly makeStore: (parts: StoreParts) => NvramStore;
}

/** Mounts a store on a copy of a part. */
export function flashContents({ adapter, flash: original, makeStore }: ReadFlash): FlashContents {
  const random = new RandomStreams(`contents of the flash of ${adapter}`).stream("bits");
  const clock = new UntimedClock();
  const flash = original.twin(clock, random);
  flash.powerOn();
  const sealer = new QuickSealer(deviceRootKey(adapter), new QuickBox());
  const draw = (lengthBytes: number) => random.bytes(lengthBytes);
  const store = makeStore({ flash, random: draw, sealer, spend: (cycles) => clock.sleep(cycles) });
  const mounted = runToEnd(store.mount());
  const isMounted = mounted.type === "mounted";
  return { records: isMounted ? store.entries() : [], badSectors: isMounted ? store.health().retiredSectors : 0 };
}
