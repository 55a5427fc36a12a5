/**
 * Names of caches: how an adapter's cache is given one, and how it is seen to bear it still.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Task } from "../../sim/kernel/task.ts";
import { NtStatus } from "../status.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { type CallOutcome, GONE, isSuccess } from "./request_outcome.ts";

/** A new name for a cache. */
export interface Naming {
  /** The name that it should still bear: without it somebody has cleared it. `undefined` if it was not known to bear one. */
  readonly borne: Uint8Array | undefined;
  /** The new one. */
  readonly generation: Uint8Array;
}

/**
 * Names the cache of an adapter. Somebody else may have cleared it since it was
 * looked at, and a name would hide that: so it is looked at right before, and
 * checked afterwards that all is there. A later ClearCache takes the name away
 * with the keys.
 *
 * @param isComplete Finds out; asked for after the naming.
 */
export function* nameCache(
  link: AdapterLink,
  { borne, generation }: Naming,
  isComplete: Task<boolean>,
): Task<CallOutcome> {
  if (borne !== undefined && !(yield* bears(link, borne))) return link.removed ? GONE : CLEARED;
  const outcome = yield* link.setGenerationalGuid(generation);
  if (!isSuccess(outcome) || (yield* isComplete)) return outcome;
  return link.removed ? GONE : CLEARED;
}

/** What has come of a naming before or during which the cache was cleared. */
const CLEARED: CallOutcome = { type: "failed", ntStatus: NtStatus.ioDeviceError };

/** Whether a cache has a name still. ClearCache takes it away. */
export function* bears(link: AdapterLink, generation: Uint8Array): Task<boolean> {
  const information = yield* link.queryInformation();
  return information !== undefined && information.CacheValid && equalBytes(information.GenerationalGuid, generation);
}
