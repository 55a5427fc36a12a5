/**
 * What the firmware asks of nonvolatile storage. A prototype can put a store
 * of its own in its place.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";

/** Classes of records. Those of keys are secret: sealed on flash and dropped by {@linkcode NvramStore.clearSecrets}. */
export type RecordClass = "preshared-key" | "group-key" | "tunnel-address" | "generational-guid" | "persistent-logon";

/** A record: class and name identify it. */
export interface NvramRecord {
  /** What kind of thing it is. */
  readonly class: RecordClass;
  /** Its name within the class; may be empty. */
  readonly name: Uint8Array;
  /** Its content. */
  readonly value: Uint8Array;
}

/** A record that is known to have been damaged. */
export type DamagedRecord = Pick<NvramRecord, "class" | "name">;

/** What came of a change. */
export type StoreStatus =
  /** The change is on flash. */
  | { readonly type: "stored" }
  /** The store already was as asked. */
  | { readonly type: "unchanged" }
  /** There is no room for one more record; nothing has changed. */
  | { readonly type: "full" }
  /** The part did not take it; nothing has changed. */
  | { readonly type: "failed"; readonly reason: string }
  /** The store is not mounted, or its content cannot be trusted; nothing has changed. */
  | { readonly type: "corrupted" };

/** What mounting came to. */
export type MountReport =
  | { readonly type: "mounted"; readonly records: number; readonly readBytes: number; readonly formatted: boolean }
  | { readonly type: "failed"; readonly reason: string };

/** How the store is. */
export interface StoreHealth {
  /** `degraded` when records are damaged or the part has refused operations. */
  readonly state: "ok" | "degraded";
  /** Records that were found damaged and not set again since. */
  readonly damaged: readonly DamagedRecord[];
}

/** Nonvolatile storage for records. One task uses it at a time. */
export interface NvramStore {
  /** Reads the flash and brings the log into a state that later cuts cannot harm. Comes before everything else. */
  mount(): Task<MountReport>;
  /** Stores a record in place of one with the same class and name. The value is copied. */
  put(record: NvramRecord): Task<StoreStatus>;
  /** Removes a record; `unchanged` if there was none. */
  delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus>;
  /**
   * Removes all secret records, and erases every sector that held one, so that
   * no key is left in the image, sealed or not.
   */
  clearSecrets(): Task<StoreStatus>;
  /** The records, in order of their slots. Values are copies; the caller fills those of keys with zeros. */
  entries(): readonly NvramRecord[];
  /** How many records of the largest size always fit. */
  capacity(): number;
  /** How the store is. */
  health(): StoreHealth;
}

/** True for classes whose values are keys. */
export function isSecret(recordClass: RecordClass): boolean {
  return recordClass === "preshared-key" || recordClass === "group-key";
}
