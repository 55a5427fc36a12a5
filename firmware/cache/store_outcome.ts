/**
 * What the answers of a key store mean for a method.
 *
 * @module
 */

import { IsdscStatus } from "../manual/interface.ts";
import type { StoreStatus } from "../nvram/store.ts";

/** Without flash, RAM is where it is kept. */
export const STORED_IN_RAM: StoreStatus = { type: "stored" };

/** Whether the store now is as it was asked to be. */
export function accepted(status: StoreStatus): boolean {
  return status.type === "stored" || status.type === "unchanged";
}

/** The ISDSC status of what a store has answered. */
export function storeStatus(status: StoreStatus): number {
  switch (status.type) {
    case "stored":
    case "unchanged":
      return IsdscStatus.SUCCESS;
    case "full":
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    case "corrupted":
      return IsdscStatus.CACHE_CORRUPTED;
    case "failed":
    case "unscrubbed":
      return IsdscStatus.OUT_OF_RESOURCES;
    default:
      return status satisfies never;
  }
}
