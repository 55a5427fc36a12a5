/**
 * The canary: a part with a known bug. A campaign that does not find it is
 * blind, whatever else it says.
 *
 * @module
 */

import { RingStore } from "../../../../firmware/nvram/ring_store.ts";
import { isSecret, type NvramRecord, type StoreStatus } from "../../../../firmware/nvram/store.ts";
import type { Task } from "../../../kernel/task.ts";
import { deviceRootKey } from "../../world/factory.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import { QuickBox } from "../../world/quick_box.ts";
import { QuickSealer } from "../../world/quick_sealer.ts";
import { runBlock } from "./block.ts";
import { withFlashParts } from "./flash_parts.ts";

/** A store that acknowledges too early: a key is written when the next one comes. */
class HastyStore extends RingStore {
  #late: NvramRecord | undefined;

  override *put(record: NvramRecord): Task<StoreStatus> {
    if (!isSecret(record.class)) return yield* super.put(record);
    const late = this.#late;
    this.#late = { ...record, name: record.name.slice(), value: record.value.slice() };
    return late === undefined ? { type: "stored" } : yield* super.put(late);
  }
}

/** Puts the canary's part into a world. */
export const withCanary: (options: WorldOptions) => WorldOptions = withFlashParts(({ name }) => ({
  createStore: (flash, random) =>
    new HastyStore({ flash, random, sealer: new QuickSealer(deviceRootKey(name), new QuickBox()) }),
}));

/** Seeds within which the canary must be found. */
export const CANARY_SEEDS = 400;

/** The seed that finds the canary; `undefined` if the campaign is blind. */
export function findCanary(): number | undefined {
  for (let seed = 1; seed <= CANARY_SEEDS; seed++) {
    const [failure] = runBlock(seed, seed, { world: withCanary, derives: false }).failures;
    if (failure !== undefined) return seed;
  }
  return undefined;
}
