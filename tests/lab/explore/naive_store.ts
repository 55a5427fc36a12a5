/**
 * What one would write first: all records in one sector, erased and written
 * again at each change.
 */

import type {
  MountReport,
  NvramRecord,
  NvramStore,
  RecordClass,
  StoredValue,
  StoreHealth,
  StoreStatus,
} from "../../../firmware/nvram/store.ts";
import { isSecret } from "../../../firmware/nvram/store.ts";
import { modelKey } from "../../../sim/lab/explore/store_model.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import type { NorFlash } from "../../../sim/parts/flash/nor_flash.ts";

const CLASSES: RecordClass[] = [
  "preshared-key",
  "group-key",
  "tunnel-address",
  "generational-guid",
  "persistent-logon",
  "persistent-logon-part",
];

export class NaiveStore implements NvramStore {
  readonly #flash: NorFlash;
  readonly #records = new Map<string, NvramRecord>();

  constructor({ flash }: { readonly flash: NorFlash }) {
    this.#flash = flash;
  }

  *mount(): Task<MountReport> {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const bytes = yield* this.#flash.read(0, sectorBytes * sectorCount);
    for (let at = 0; bytes[at] !== 0xff && at < sectorBytes;) {
      const [recordClass, nameBytes, valueBytes] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
      const name = bytes.slice(at + 3, at + 3 + nameBytes);
      const value = bytes.slice(at + 3 + nameBytes, at + 3 + nameBytes + valueBytes);
      const record = { class: CLASSES[recordClass] ?? "group-key", name, value };
      this.#records.set(modelKey(record), record);
      at += 3 + nameBytes + valueBytes;
    }
    const formatted = this.#records.size === 0;
    return {
      type: "mounted",
      records: this.#records.size,
      readBytes: bytes.length,
      formatted,
      interruptedWrite: false,
    };
  }

  *put(record: NvramRecord): Task<StoreStatus> {
    this.#records.set(modelKey(record), record);
    return yield* this.#write();
  }

  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    this.#records.delete(modelKey({ class: recordClass, name }));
    return yield* this.#write();
  }

  *clearSecrets(): Task<StoreStatus> {
    for (const [key, record] of [...this.#records]) if (isSecret(record.class)) this.#records.delete(key);
    return yield* this.#write();
  }

  get(recordClass: RecordClass, name: Uint8Array): StoredValue {
    const record = this.#records.get(modelKey({ class: recordClass, name }));
    return record === undefined ? { type: "absent" } : { type: "found", value: record.value.slice() };
  }

  get size(): number {
    return this.#records.size;
  }

  holds(record: NvramRecord): boolean {
    return this.#records.get(modelKey(record))?.value.join() === record.value.join();
  }

  entries(): readonly NvramRecord[] {
    return [...this.#records.values()];
  }

  capacity(): number {
    return 40;
  }

  health(): StoreHealth {
    return { state: "ok", damaged: [], unidentifiedDamage: 0, refusals: 0, duplicates: 0, retiredSectors: 0 };
  }

  *#write(): Task<StoreStatus> {
    const bytes = this.entries().flatMap(({ class: recordClass, name, value }) => [
      CLASSES.indexOf(recordClass),
      name.length,
      value.length,
      ...name,
      ...value,
    ]);
    yield* this.#flash.writeEnable();
    yield* this.#flash.sectorErase(0);
    const { pageBytes } = this.#flash.geometry;
    for (let page = 0; page < bytes.length; page += pageBytes) {
      yield* this.#flash.writeEnable();
      yield* this.#flash.pageProgram(page, Uint8Array.from(bytes.slice(page, page + pageBytes)));
    }
    return { type: "stored" };
  }
}
