/**
 * A key store that is a module: {@linkcode NvramStore} over the functions of `hba_store.h`.
 *
 * What the firmware asks at any time (`get`, `holds`, `entries`) is answered from a mirror, for C may have to read the
 * flash to know. The mirror holds what the module itself has told: all entries at the mount and after secrets were
 * cleared, and after each change what `store_get` reads back. So it is C's word that counts, not what was handed to it.
 *
 * @module
 */

import {
  type MountReport,
  NvramMisuseError,
  type NvramRecord,
  type NvramStore,
  type RecordClass,
  type RecordIdentity,
  type RecordSize,
  type StoredValue,
  type StoreHealth,
  type StoreStatus,
} from "../../../firmware/nvram/store.ts";
import type { Task } from "../../kernel/task.ts";
import { runToEnd } from "../../kernel/untimed_clock.ts";
import {
  ABI_VERSION,
  CONSTRUCTORS,
  DAMAGED_VALUE,
  ENTRY_BYTES,
  LONGEST_NAME_BYTES,
  LONGEST_VALUE_BYTES,
  MOST_ENTRIES,
  RECORD_CLASSES,
  STORE_INTERFACE,
} from "./abi.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { checkRecord } from "./manual_record.ts";
import { type ForeignModuleSource, ForeignProgram } from "./foreign_program.ts";
import { PREEMPT } from "./meter.ts";
import { StoreImports, type StoreMeans } from "./store_imports.ts";
import { ForeignInstance } from "./suspendable.ts";

/** Offsets in `struct hba_entry`. */
const ENTRY = { class: 0, nameBytes: 4, valueBytes: 8, name: 12, value: 12 + LONGEST_NAME_BYTES } as const;

/** By their numbers in C. */
const STATUSES: readonly StoreStatus["type"][] = ["stored", "unchanged", "full", "failed", "unscrubbed", "corrupted"];
const ABSENT = -1;
const DAMAGED = -2;
const MOUNT = { formatted: 1, interruptedWrite: 2, doubtfulWrite: 4 } as const;
const HEALTH = { unidentifiedDamage: 1, refusals: 2, duplicates: 3, retiredSectors: 4 } as const;

interface MirroredRecord extends RecordIdentity {
  /** `undefined`: damaged. */
  readonly value: Uint8Array | undefined;
}

/**
 * A module that can be a key store: checked, compiled, and asked once for its version.
 *
 * @throws {ForeignModuleError} It cannot.
 */
export function storeProgram(source: ForeignModuleSource): ForeignProgram {
  return greeted(new ForeignProgram(source, STORE_INTERFACE), "the mount");
}

/** A program that was asked once for its version. */
export function greeted(program: ForeignProgram, begin: string): ForeignProgram {
  let isConstructing = true;
  const refused = (name: string) => () => {
    // Constructors may take their time.
    if (isConstructing && name === PREEMPT) return 0;
    const caller = isConstructing ? "a constructor" : "hba_abi or hba_scratch";
    throw new ForeignModuleError(program.name, `hba.${name}`, `a call by ${caller}`, `none before ${begin}`);
  };
  const imports = Object.fromEntries(Object.keys(program.roles.imports).map((name) => [name, refused(name)]));
  const instance = new ForeignInstance(program, imports, function* () {});
  runToEnd(construct(instance));
  isConstructing = false;
  greet(program, instance);
  return program;
}

/** Lets a fresh instance run its constructors, if it has any: the first that it does. */
export function* construct(instance: ForeignInstance): Task {
  if (instance.has(CONSTRUCTORS)) yield* instance.call(CONSTRUCTORS);
}

/** Asks an instance that is constructed for its version, and where arguments go. */
export function greet({ name }: ForeignProgram, instance: ForeignInstance): number {
  const version = instance.callNow("hba_abi");
  if (version !== ABI_VERSION) {
    throw new ForeignModuleError(name, "hba_abi", `version ${version}`, `version ${ABI_VERSION}`);
  }
  const entry = instance.callNow("hba_scratch");
  instance.part(entry, ENTRY_BYTES, "hba_scratch");
  return entry;
}

/** A store in C, C++ or Rust. */
export class ForeignStore implements NvramStore {
  readonly #program: ForeignProgram;
  readonly #means: StoreMeans;
  readonly #running: (() => ForeignInstance | undefined) | undefined;
  readonly #mirror = new Map<string, MirroredRecord>();
  /** What has power by this store: a firmware has it by itself. */
  #powered: ForeignInstance | undefined = undefined;
  /** That which answers: it is mounted. */
  #instance: ForeignInstance | undefined = undefined;
  #entry = 0;

  /**
   * A store, not mounted.
   *
   * @param program As {@linkcode storeProgram} gives it.
   * @param means What it works with.
   * @param running A firmware whose store it is: it is asked what it has, and changed by itself alone.
   */
  constructor(program: ForeignProgram, means: StoreMeans, running?: () => ForeignInstance | undefined) {
    this.#program = program;
    this.#means = means;
    this.#running = running;
  }

  /** Starts a fresh instance, lets it mount, and asks for all it has. */
  *mount(): Task<MountReport> {
    if (this.#running !== undefined) return this.#look(this.#running());
    this.forget();
    // A module knows of no time: its driver waits for a part that was just powered up (tPUW).
    const { flash } = this.#means;
    if (flash.untilWritable !== undefined) yield* flash.untilWritable();
    const imports = new StoreImports(this.#means, this.#refuse);
    const instance = new ForeignInstance(this.#program, imports.functions, this.#means.spend, this.#means.profile);
    imports.memory = instance;
    this.#powered = instance;
    yield* construct(instance);
    this.#entry = greet(this.#program, instance);
    const result = yield* instance.call("store_mount");
    if (result < 0) return { type: "failed", reason: `store_mount answered ${result}` };
    this.#instance = instance;
    yield* this.#enumerate(instance);
    return {
      type: "mounted",
      records: this.size,
      readBytes: imports.readBytes,
      formatted: (result & MOUNT.formatted) !== 0,
      interruptedWrite: (result & MOUNT.interruptedWrite) !== 0,
      doubtfulWrite: (result & MOUNT.doubtfulWrite) !== 0,
    };
  }

  /** Hands a record to `store_put`. */
  *put(record: NvramRecord): Task<StoreStatus> {
    checkLength("name", record.name, LONGEST_NAME_BYTES);
    checkLength("value", record.value, LONGEST_VALUE_BYTES);
    if (this.#instance === undefined) return { type: "corrupted" };
    const { instance, parameters } = this.#arguments(record.class, record.name, record.value);
    const status = this.#status("store_put", yield* instance.call("store_put", ...parameters));
    yield* this.#refresh(record);
    return status;
  }

  /** Hands a name to `store_remove`. */
  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    checkLength("name", name, LONGEST_NAME_BYTES);
    if (this.#instance === undefined) return { type: "corrupted" };
    const { instance, parameters } = this.#arguments(recordClass, name);
    const status = this.#status("store_remove", yield* instance.call("store_remove", ...parameters.slice(0, 3)));
    yield* this.#refresh({ class: recordClass, name });
    return status;
  }

  /** Calls `store_clear_secrets`, and asks for all that is left. */
  *clearSecrets(): Task<StoreStatus> {
    if (this.#instance === undefined) return { type: "corrupted" };
    const status = this.#status("store_clear_secrets", yield* this.#instance.call("store_clear_secrets"));
    yield* this.#enumerate(this.#instance);
    return status;
  }

  /** Calls `store_forget_losses`, if the module has it. */
  *forgetLosses(): Task<StoreStatus> {
    if (this.#instance === undefined) return { type: "corrupted" };
    if (!this.#instance.has("store_forget_losses")) return { type: "unchanged" };
    return this.#status("store_forget_losses", yield* this.#instance.call("store_forget_losses"));
  }

  /** What the mirror says. */
  get(recordClass: RecordClass, name: Uint8Array): StoredValue {
    const record = this.#mirror.get(keyOf({ class: recordClass, name }));
    if (record === undefined) return { type: "absent" };
    return record.value === undefined ? { type: "damaged" } : { type: "found", value: record.value.slice() };
  }

  /** How many records the mirror has with their values. */
  get size(): number {
    return this.#whole().length;
  }

  /** Whether the mirror has exactly this. */
  holds({ class: recordClass, name, value }: NvramRecord): boolean {
    const kept = this.#mirror.get(keyOf({ class: recordClass, name }))?.value;
    return kept !== undefined && kept.length === value.length && kept.every((byte, index) => byte === value[index]);
  }

  /** Copies of what the mirror has. */
  entries(): readonly NvramRecord[] {
    return this.#whole().map(({ value, ...identity }) => ({ ...identity, value: value.slice() }));
  }

  /** What `store_capacity` answers. */
  capacity(reserved: readonly RecordSize[] = []): number {
    const bytes = reserved.reduce((sum, { nameBytes, valueBytes }) => sum + nameBytes + valueBytes, 0);
    return Math.max(0, this.#ask("store_capacity", reserved.length, bytes));
  }

  /** What `store_health` answers, and the damaged records that were enumerated. */
  health(): StoreHealth {
    const ask = (what: number) => this.#ask("store_health", what);
    const damaged = [...this.#mirror.values()].filter(({ value }) => value === undefined)
      .map(({ class: recordClass, name }) => ({ class: recordClass, name }));
    const unidentifiedDamage = ask(HEALTH.unidentifiedDamage);
    const refusals = ask(HEALTH.refusals);
    const duplicates = ask(HEALTH.duplicates);
    const retiredSectors = ask(HEALTH.retiredSectors);
    const isOk = damaged.length + unidentifiedDamage + refusals + duplicates + retiredSectors === 0;
    return { state: isOk ? "ok" : "degraded", damaged, unidentifiedDamage, refusals, duplicates, retiredSectors };
  }

  /** Fills its memory and the mirror with zeros, as the loss of power does: it is of no use then. */
  forget(): void {
    this.#powered?.stop();
    this.#powered = undefined;
    this.#instance = undefined;
    this.#clearMirror();
  }

  /** What a call of it waits for, and in which functions; `undefined` if none does. */
  get waitingFor(): string | undefined {
    return this.#powered?.waitingFor;
  }

  #clearMirror(): void {
    for (const { value } of this.#mirror.values()) value?.fill(0);
    this.#mirror.clear();
  }

  #whole(): NvramRecord[] {
    return [...this.#mirror.values()].flatMap(({ value, ...rest }) => value === undefined ? [] : [{ ...rest, value }]);
  }

  /** What a firmware that runs has now, as far as the cache keeps such records. */
  #look(instance: ForeignInstance | undefined): MountReport {
    this.#clearMirror();
    this.#instance = instance;
    if (instance === undefined) return { type: "failed", reason: "the firmware does not run" };
    if (instance.has("store_entry")) {
      this.#entry = instance.callNow("hba_scratch");
      for (const record of this.#entries((cursor) => instance.callNow("store_entry", cursor, this.#entry), instance)) {
        if (checkRecord(record, this.#refuse)) this.#mirror.set(keyOf(record), record);
      }
    }
    const whole = { formatted: false, interruptedWrite: false, doubtfulWrite: false };
    return { type: "mounted", records: this.size, readBytes: 0, ...whole };
  }

  /** A question that takes no time; 0 if the module does not answer it. */
  #ask(name: string, ...parameters: readonly number[]): number {
    return this.#instance?.has(name) === true ? this.#instance.callNow(name, ...parameters) : 0;
  }

  /** Asks for all entries. */
  *#enumerate(instance: ForeignInstance): Task {
    this.#clearMirror();
    for (let cursor = 0, count = 0;; count++) {
      cursor = yield* instance.call("store_entry", cursor, this.#entry);
      if (cursor < 0) return;
      const record = this.#readEntry(instance, count);
      this.#mirror.set(keyOf(record), record);
    }
  }

  *#entries(next: (cursor: number) => number, instance: ForeignInstance): Generator<MirroredRecord> {
    for (let cursor = next(0), count = 0; cursor >= 0; cursor = next(cursor)) yield this.#readEntry(instance, count++);
  }

  #readEntry(instance: ForeignInstance, count: number): MirroredRecord {
    if (count >= MOST_ENTRIES) this.#refuse("store_entry", `more than ${MOST_ENTRIES} entries`, "an end: -1");
    const bytes = instance.part(this.#entry, ENTRY_BYTES, "store_entry");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const number = view.getUint32(ENTRY.class, true);
    const nameBytes = view.getUint32(ENTRY.nameBytes, true);
    const valueBytes = view.getUint32(ENTRY.valueBytes, true);
    const recordClass = RECORD_CLASSES[number];
    if (recordClass === undefined) {
      return this.#refuse("store_entry", `class ${number}`, `0 to ${RECORD_CLASSES.length - 1}`);
    }
    if (nameBytes > LONGEST_NAME_BYTES) {
      this.#refuse("store_entry", `a name of ${nameBytes} bytes`, `up to ${LONGEST_NAME_BYTES}`);
    }
    if (valueBytes > LONGEST_VALUE_BYTES && valueBytes !== DAMAGED_VALUE) {
      this.#refuse("store_entry", `a value of ${valueBytes} bytes`, `up to ${LONGEST_VALUE_BYTES}`);
    }
    const name = bytes.slice(ENTRY.name, ENTRY.name + nameBytes);
    const value = valueBytes === DAMAGED_VALUE ? undefined : bytes.slice(ENTRY.value, ENTRY.value + valueBytes);
    bytes.fill(0);
    return { class: recordClass, name, value };
  }

  /** Asks what C now has under a name. */
  *#refresh({ class: recordClass, name }: RecordIdentity): Task {
    const { instance, parameters: [number, at, nameBytes] } = this.#arguments(recordClass, name);
    const room = this.#entry + ENTRY.value;
    const length = yield* instance.call("store_get", number, at, nameBytes, room, LONGEST_VALUE_BYTES);
    const isKnown = length >= 0 ? length <= LONGEST_VALUE_BYTES : length === ABSENT || length === DAMAGED;
    if (!isKnown) this.#refuse("store_get", `${length}`, `a length up to ${LONGEST_VALUE_BYTES}, -1 or -2`);
    const key = keyOf({ class: recordClass, name });
    this.#mirror.get(key)?.value?.fill(0);
    if (length === ABSENT) this.#mirror.delete(key);
    else {
      const value = length === DAMAGED ? undefined : instance.part(room, length, "store_get").slice();
      this.#mirror.set(key, { class: recordClass, name: name.slice(), value });
    }
    instance.part(this.#entry, ENTRY_BYTES, "hba_scratch").fill(0);
  }

  /** Writes arguments to the scratch entry. */
  #arguments(recordClass: RecordClass, name: Uint8Array, value: Uint8Array = new Uint8Array()): {
    readonly instance: ForeignInstance;
    readonly parameters: readonly [number, number, number, number, number];
  } {
    const instance = this.#instance as ForeignInstance;
    const entry = instance.part(this.#entry, ENTRY_BYTES, "hba_scratch");
    entry.set(name, ENTRY.name);
    entry.set(value, ENTRY.value);
    const number = RECORD_CLASSES.indexOf(recordClass);
    const at = this.#entry;
    return { instance, parameters: [number, at + ENTRY.name, name.length, at + ENTRY.value, value.length] };
  }

  #status(place: string, number: number): StoreStatus {
    const type = STATUSES[number];
    if (type === undefined) return this.#refuse(place, `status ${number}`, `0 to ${STATUSES.length - 1}`);
    return type === "failed" || type === "unscrubbed" ? { type, reason: `${place} answered ${number}` } : { type };
  }

  readonly #refuse = (place: string, given: string, accepted: string): never => {
    throw new ForeignModuleError(this.#program.name, place, given, accepted);
  };
}

function keyOf({ class: recordClass, name }: RecordIdentity): string {
  return `${recordClass}\0${name.join()}`;
}

function checkLength(field: string, bytes: Uint8Array, most: number): void {
  if (bytes.length > most) throw new NvramMisuseError(field, bytes.length, `up to ${most}`);
}
