/**
 * What the firmware asks of nonvolatile storage. A prototype can put a store
 * of its own in its place.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";

/**
 * Classes of records. Those of the key cache's keys are secret: sealed on flash and dropped by
 * {@linkcode NvramStore.clearSecrets}. What a persistent logon is made of is sealed, for a key may be in it, and stays.
 */
export type RecordClass =
  | "preshared-key"
  | "group-key"
  | "tunnel-address"
  | "generational-guid"
  | "persistent-logon"
  | "persistent-logon-part";

/** What identifies a record. */
export interface RecordIdentity {
  /** What kind of thing it is. */
  readonly class: RecordClass;
  /** Its name within the class; may be empty. */
  readonly name: Uint8Array;
}

/** A record. */
export interface NvramRecord extends RecordIdentity {
  /** Its content. */
  readonly value: Uint8Array;
}

/** How large a record is. */
export interface RecordSize {
  /** Its class. */
  readonly class: RecordClass;
  /** Length of its name, in bytes. */
  readonly nameBytes: number;
  /** Length of its value, in bytes. */
  readonly valueBytes: number;
}

/** A record that is known to have been damaged. */
export type DamagedRecord = RecordIdentity;

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
  /** The secret records are gone, but a sector that held some could not be erased; each mount tries again. */
  | { readonly type: "unscrubbed"; readonly reason: string }
  /** The store is not mounted, or its content cannot be trusted; nothing has changed. */
  | { readonly type: "corrupted" };

/** What is known of a record's value. */
export type StoredValue =
  /** Here it is: a copy, which the caller fills with zeros if it is a key. */
  | { readonly type: "found"; readonly value: Uint8Array }
  /** No such record. While {@linkcode StoreHealth.unidentifiedDamage} is not 0, one may have been lost. */
  | { readonly type: "absent" }
  /** There is one, but its value was damaged; a put heals it. */
  | { readonly type: "damaged" };

/** What mounting came to. */
export type MountReport =
  | {
    readonly type: "mounted";
    /** How many records there are, damaged ones not counted. */
    readonly records: number;
    /** How many bytes the mount read. */
    readonly readBytes: number;
    /** There was no log, and a new one was begun. */
    readonly formatted: boolean;
    /** A write that was never acknowledged was found half done and discarded. */
    readonly interruptedWrite: boolean;
    /**
     * What was discarded may have been an acknowledged write instead, with more wrong bits than can be put right: all of
     * it was written. One value may be older than the last that was acknowledged, or a deleted record be back.
     */
    readonly doubtfulWrite: boolean;
  }
  | { readonly type: "failed"; readonly reason: string };

/** How the store is. */
export interface StoreHealth {
  /** `degraded` when records are damaged or the part has refused operations. */
  readonly state: "ok" | "degraded";
  /** Records that were found damaged and not set again since. */
  readonly damaged: readonly DamagedRecord[];
  /** Damage that cannot be assigned to a record: a record that seems absent may have been lost by it. */
  readonly unidentifiedDamage: number;
  /** How often the part has refused an operation since the mount. */
  readonly refusals: number;
  /** Older records that the mount found beside newer ones of the same class and name, and put aside. */
  readonly duplicates: number;
  /** Sectors of the part that are used no more, because they could not be opened. */
  readonly retiredSectors: number;
}

/** Nonvolatile storage for records. One task uses it at a time. */
export interface NvramStore {
  /** Reads the flash and brings the log into a state that later cuts cannot harm. Comes before everything else. */
  mount(): Task<MountReport>;
  /**
   * Stores a record in place of one with the same class and name.
   *
   * @param record Copied.
   * @throws {NvramMisuseError} There is no such class, or name or value is no row of bytes, or longer than the store was
   * made for.
   */
  put(record: NvramRecord): Task<StoreStatus>;
  /** Removes a record; `unchanged` if there was none. */
  delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus>;
  /**
   * Removes all secret records, and erases every sector that held one, so that
   * no key is left in the image, sealed or not. What was lost without a name may have been no secret, and goes on to be
   * reported.
   */
  clearSecrets(): Task<StoreStatus>;
  /**
   * Ends the report of {@linkcode StoreHealth.unidentifiedDamage}: whoever uses the store has stored again all that it
   * knows of. Records that are damaged, but have a name, are not forgotten.
   */
  forgetLosses(): Task<StoreStatus>;
  /** One record's value. */
  get(recordClass: RecordClass, name: Uint8Array): StoredValue;
  /** How many records there are, damaged ones not counted. */
  readonly size: number;
  /** Whether a record is there with exactly this value. */
  holds(record: NvramRecord): boolean;
  /** The records, in order of their slots. Values (not names) are copies; the caller fills those of keys with zeros. */
  entries(): readonly NvramRecord[];
  /**
   * How many records of the largest size always fit.
   *
   * @param reserved Other records that are to fit beside them; none by default.
   */
  capacity(reserved?: readonly RecordSize[]): number;
  /** How the store is. */
  health(): StoreHealth;
}

/** A record that no store of this configuration can hold: a bug of the caller. */
export class NvramMisuseError extends Error {
  /** The field of the record. */
  readonly field: string;
  /** Its length in bytes; of a class, what was given for it. */
  readonly given: number | string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which field, how long it is and how long it may be.
   *
   * @param field The field of the record.
   * @param given Its length in bytes, or the name of a class.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: number | string, accepted: string) {
    super(
      `NVRAM record: ${field} ${
        typeof given === "number" ? `has ${given} bytes` : `is ${given}`
      }, expected ${accepted}`,
    );
    this.name = "NvramMisuseError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** In the order of the numbers that stand for them on flash. */
const KEEPING: Readonly<Record<RecordClass, "plain" | "sealed" | "secret">> = {
  "preshared-key": "secret",
  "group-key": "secret",
  "tunnel-address": "plain",
  "generational-guid": "plain",
  "persistent-logon": "plain",
  "persistent-logon-part": "sealed",
};

/** All classes; on flash each is its place among them. */
export const RECORD_CLASSES: readonly RecordClass[] = Object.keys(KEEPING) as RecordClass[];

/** True for classes whose values are keys of the cache: sealed, and removed when secrets are cleared. */
export function isSecret(recordClass: RecordClass): boolean {
  return KEEPING[recordClass] === "secret";
}

/** True for classes whose values lie sealed on flash: the secret ones, and those that outlive a clearing. */
export function isSealed(recordClass: RecordClass): boolean {
  return KEEPING[recordClass] !== "plain";
}
