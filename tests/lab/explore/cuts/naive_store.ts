/**
 * What one would write first, and second: stores that keep all records in a
 * map, and write all of them at each change.
 */

import { crc32c } from "../../../../firmware/nvram/crc32c.ts";
import type {
  MountReport,
  NvramRecord,
  NvramStore,
  RecordClass,
  StoredValue,
  StoreHealth,
  StoreStatus,
} from "../../../../firmware/nvram/store.ts";
import { isSecret } from "../../../../firmware/nvram/store.ts";
import { readUint32, writeUint32 } from "../../../../firmware/nvram/words.ts";
import { modelKey } from "../../../../sim/lab/explore/cuts/store_model.ts";
import type { Task } from "../../../../sim/kernel/task.ts";
import type { NorFlash } from "../../../../sim/parts/flash/nor_flash.ts";

const CLASSES: RecordClass[] = [
  "preshared-key",
  "group-key",
  "tunnel-address",
  "generational-guid",
  "persistent-logon",
  "persistent-logon-part",
];

/** Stands for sealing: no value lies on flash as it was given. */
const masked = (value: Uint8Array) => value.map((byte) => byte ^ 0x5a);

abstract class MapStore implements NvramStore {
  protected readonly flash: NorFlash;
  readonly #records = new Map<string, NvramRecord>();

  constructor({ flash }: { readonly flash: NorFlash }) {
    this.flash = flash;
  }

  /** The bytes of all records. */
  protected abstract load(region: Uint8Array): Uint8Array;
  protected abstract write(bytes: Uint8Array): Task<StoreStatus>;

  *mount(): Task<MountReport> {
    const { sectorBytes, sectorCount } = this.flash.geometry;
    const region = yield* this.flash.read(0, sectorBytes * sectorCount);
    const bytes = this.load(region);
    for (let at = 0; bytes[at] !== 0xff && at < bytes.length;) {
      const [recordClass, nameBytes, valueBytes] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
      const name = bytes.slice(at + 3, at + 3 + nameBytes);
      const value = masked(bytes.subarray(at + 3 + nameBytes, at + 3 + nameBytes + valueBytes));
      const record = { class: CLASSES[recordClass] ?? "group-key", name, value };
      this.#records.set(modelKey(record), record);
      at += 3 + nameBytes + valueBytes;
    }
    const report = { formatted: this.size === 0, interruptedWrite: false, doubtfulWrite: false };
    return { type: "mounted", records: this.size, readBytes: region.length, ...report };
  }

  *put(record: NvramRecord): Task<StoreStatus> {
    // The firmware fills what it has put with zeros.
    this.#records.set(modelKey(record), { ...record, value: record.value.slice() });
    return yield* this.write(this.#encoded());
  }

  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    this.#records.delete(modelKey({ class: recordClass, name }));
    return yield* this.write(this.#encoded());
  }

  *clearSecrets(): Task<StoreStatus> {
    for (const [key, record] of [...this.#records]) if (isSecret(record.class)) this.#records.delete(key);
    return yield* this.write(this.#encoded());
  }

  *forgetLosses(): Task<StoreStatus> {
    return { type: "unchanged" };
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

  #encoded(): Uint8Array {
    return Uint8Array.from(
      this.entries().flatMap(({ class: recordClass, name, value }) => [
        CLASSES.indexOf(recordClass),
        name.length,
        value.length,
        ...name,
        ...masked(value),
      ]),
    );
  }

  protected *erase(address: number): Task {
    yield* this.flash.writeEnable();
    yield* this.flash.sectorErase(address);
  }

  protected *program(address: number, bytes: Uint8Array): Task {
    const { pageBytes } = this.flash.geometry;
    for (let done = 0; done < bytes.length;) {
      const room = pageBytes - ((address + done) % pageBytes);
      yield* this.flash.writeEnable();
      yield* this.flash.pageProgram(address + done, bytes.slice(done, done + room));
      done += room;
    }
  }
}

/** Erases the one sector that there is, and writes it again. */
export class NaiveStore extends MapStore {
  protected override load(region: Uint8Array): Uint8Array {
    return region.subarray(0, this.flash.geometry.sectorBytes);
  }

  protected override *write(bytes: Uint8Array): Task<StoreStatus> {
    yield* this.erase(0);
    yield* this.program(0, bytes);
    return { type: "stored" };
  }
}

const HEADER_BYTES = 12;

/** Over generation and length, and what is behind the checksum. */
function sum(bytes: Uint8Array): number {
  return crc32c(bytes, HEADER_BYTES, bytes.length, crc32c(bytes, 0, 8));
}

/**
 * Two sectors in turn, each with a generation, a length and a checksum that is programmed last. No ring: its wear is two
 * sectors', and its mount may read as often as it likes.
 */
export class TwoSectorStore extends MapStore {
  #generation = 0;

  override *mount(): Task<MountReport> {
    yield* this.flash.read(0, HEADER_BYTES);
    return yield* super.mount();
  }

  protected override load(region: Uint8Array): Uint8Array {
    const { sectorBytes } = this.flash.geometry;
    let newest: Uint8Array = new Uint8Array(0);
    this.#generation = 0;
    for (const sector of [region.subarray(0, sectorBytes), region.subarray(sectorBytes, 2 * sectorBytes)]) {
      const end = HEADER_BYTES + readUint32(sector, 4);
      if (end > sectorBytes || sum(sector.subarray(0, end)) !== readUint32(sector, 8)) {
        continue;
      }
      if (readUint32(sector, 0) <= this.#generation) continue;
      this.#generation = readUint32(sector, 0);
      newest = sector.subarray(HEADER_BYTES, end);
    }
    return newest;
  }

  protected override *write(bytes: Uint8Array): Task<StoreStatus> {
    this.#generation++;
    const address = (this.#generation % 2) * this.flash.geometry.sectorBytes;
    const header = new Uint8Array(HEADER_BYTES);
    writeUint32(header, 0, this.#generation);
    writeUint32(header, 4, bytes.length);
    writeUint32(header, 8, sum(Uint8Array.of(...header, ...bytes)));
    yield* this.erase(address);
    yield* this.program(address + HEADER_BYTES, bytes);
    yield* this.program(address, header);
    return { type: "stored" };
  }
}
