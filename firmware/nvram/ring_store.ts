/**
 * The key store: a log in a strict ring of sectors.
 *
 * Records are appended; the newest of a slot counts. When a sector is full,
 * the next one is erased, always, even if it looks blank; what is still needed
 * of the oldest sector is copied into it; and its header, programmed last,
 * opens it, carries the copies and frees the oldest in one commit. No byte is
 * programmed twice but by the rules of the mount.
 *
 * The mount makes sure that a cut in the past cannot show later:
 * settle (drive the head's header and last record once more), kill (zero the
 * first unverified place of the head, and the magic of the sector after it),
 * fence (append only beyond all bytes that a cut may have weakened, behind a
 * boot mark).
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import {
  decodeFullPayload,
  encodeFullPayload,
  encodeHeader,
  encodeRecord,
  HEADER_BYTES,
  RECORD_OVERHEAD_BYTES,
  recordIdentity,
  RecordKind,
} from "./log_format.ts";
import { type LogScan, type LogSector, type RecordPlace, scanLog, type Slot } from "./log_scan.ts";
import type { BoxPlace, Sealer } from "./sealer.ts";
import {
  type DamagedRecord,
  isSecret,
  type MountReport,
  type NvramRecord,
  type NvramStore,
  type RecordClass,
  type StoreHealth,
  type StoreStatus,
} from "./store.ts";

/** How a ring store is made. */
export interface RingStoreOptions {
  /** The part; all of it belongs to the store. At least 3 sectors. */
  readonly flash: NorFlash;
  /** Seals secret values. */
  readonly sealer: Sealer;
  /** The adapter's random number generator, for open ids. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** The longest name, in bytes; 261 by default: port, type and a 256-byte identifier. */
  readonly maxNameBytes?: number;
  /** The longest value, in bytes; 264 by default: flags and a 256-byte key. */
  readonly maxValueBytes?: number;
}

const STORED: StoreStatus = { type: "stored" };
const UNCHANGED: StoreStatus = { type: "unchanged" };
const PROGRAM_ATTEMPTS = 3;

interface Carry {
  readonly slot: number;
  readonly name: RecordPlace | undefined;
  readonly value: { readonly place: RecordPlace; readonly stored: Uint8Array } | undefined;
}

/** A store on NOR flash that loses nothing that was acknowledged. */
export class RingStore implements NvramStore {
  readonly #flash: NorFlash;
  readonly #sealer: Sealer;
  readonly #random: (lengthBytes: number) => Uint8Array;
  readonly #maxRecordBytes: number;
  readonly #slots = new Map<number, Slot>();
  readonly #slotNumbers = new Map<string, number>();
  readonly #damaged = new Map<string, DamagedRecord>();
  #unidentifiedDamage = 0;
  #refusals = 0;
  #window: LogSector[] = [];
  #eraseCounts: number[] = [];
  #writeOffset = 0;
  #mounted = false;

  /**
   * A store that is not mounted yet.
   *
   * @param options How it is made.
   * @throws {RangeError} The part has fewer than 3 sectors, or a record would not fit a sector.
   */
  constructor(options: RingStoreOptions) {
    const { geometry } = options.flash;
    this.#flash = options.flash;
    this.#sealer = options.sealer;
    this.#random = options.random;
    const maxNameBytes = options.maxNameBytes ?? 261;
    const maxValueBytes = options.maxValueBytes ?? 264;
    // Name and value may lie in two records: each has its own overhead.
    this.#maxRecordBytes = 2 * RECORD_OVERHEAD_BYTES + 3 + maxNameBytes + maxValueBytes + this.#sealer.overheadBytes;
    if (geometry.sectorCount < 3) {
      throw new RangeError(`The store needs 3 sectors, the part has ${geometry.sectorCount}`);
    }
    if (HEADER_BYTES + this.#maxRecordBytes > geometry.sectorBytes) {
      throw new RangeError(
        `A record of ${this.#maxRecordBytes} bytes does not fit a sector of ${geometry.sectorBytes}`,
      );
    }
  }

  /** Mounts the store: reads every byte once, settles, kills, fences. */
  *mount(): Task<MountReport> {
    const { sectorBytes, sectorCount, pageBytes } = this.#flash.geometry;
    const sectors: Uint8Array[] = [];
    for (let index = 0; index < sectorCount; index++) {
      sectors.push(yield* this.#flash.read(index * sectorBytes, sectorBytes));
    }
    const scan = scanLog(sectors, pageBytes, this.#maxRecordBytes);
    this.#adopt(scan);
    const formatted = scan.sectors.length === 0;
    if (formatted) {
      if (!(yield* this.#openFirst())) return { type: "failed", reason: "no sector could be opened" };
    } else {
      yield* this.#secure(scan, sectors);
    }
    this.#mounted = true;
    return { type: "mounted", records: this.#slots.size, readBytes: sectorBytes * sectorCount, formatted };
  }

  /** Stores a record. */
  *put(record: NvramRecord): Task<StoreStatus> {
    if (!this.#mounted) return { type: "corrupted" };
    const identity = recordIdentity(record.class, record.name);
    const index = identity.join(".");
    const known = this.#slotNumbers.get(index);
    const before = known === undefined ? undefined : this.#slots.get(known);
    if (before !== undefined && this.#holds(before, record.value)) return UNCHANGED;
    if (before === undefined && this.#slots.size >= this.capacity()) return { type: "full" };
    const slot = known ?? this.#freeSlot();
    const place = before === undefined
      ? yield* this.#append(
        RecordKind.full,
        slot,
        (at) =>
          encodeFullPayload({ recordClass: record.class, name: record.name, stored: this.#seal(record, identity, at) }),
      )
      : yield* this.#append(RecordKind.value, slot, (at) => this.#seal(record, identity, at));
    if (place === undefined) return { type: "failed", reason: "the flash part did not take the record" };
    this.#slots.set(slot, {
      recordClass: record.class,
      name: before?.name ?? record.name.slice(),
      namePlace: this.#slots.get(slot)?.namePlace ?? place.at,
      stored: before === undefined ? (decodeFullPayload(place.payload)?.stored ?? place.payload) : place.payload,
      valuePlace: place.at,
    });
    this.#slotNumbers.set(index, slot);
    this.#damaged.delete(index);
    return STORED;
  }

  /** Removes a record. */
  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    if (!this.#mounted) return { type: "corrupted" };
    const index = recordIdentity(recordClass, name).join(".");
    const slot = this.#slotNumbers.get(index);
    this.#damaged.delete(index);
    if (slot === undefined) return UNCHANGED;
    const place = yield* this.#append(RecordKind.delete, slot, () => new Uint8Array(0));
    if (place === undefined) return { type: "failed", reason: "the flash part did not take the record" };
    this.#slots.delete(slot);
    this.#slotNumbers.delete(index);
    return STORED;
  }

  /** Removes all secret records in one commit, then turns the ring until no sector that held one is left as it was. */
  *clearSecrets(): Task<StoreStatus> {
    if (!this.#mounted) return { type: "corrupted" };
    const place = yield* this.#append(RecordKind.clearSecrets, 0, () => new Uint8Array(0));
    if (place === undefined) return { type: "failed", reason: "the flash part did not take the record" };
    for (const [slot, { recordClass, name }] of [...this.#slots]) {
      if (!isSecret(recordClass)) continue;
      this.#slots.delete(slot);
      this.#slotNumbers.delete(recordIdentity(recordClass, name).join("."));
    }
    for (const [index, record] of [...this.#damaged]) if (isSecret(record.class)) this.#damaged.delete(index);
    for (let turn = 0; turn < this.#flash.geometry.sectorCount; turn++) {
      if (!(yield* this.#advance())) return { type: "failed", reason: "the ring could not be turned" };
    }
    this.#unidentifiedDamage = 0;
    return STORED;
  }

  /** The records. */
  entries(): readonly NvramRecord[] {
    const records: NvramRecord[] = [];
    for (const [, slot] of [...this.#slots].sort(([a], [b]) => a - b)) {
      const value = this.#open(slot);
      if (value !== undefined) records.push({ class: slot.recordClass, name: slot.name.slice(), value });
    }
    return records;
  }

  /**
   * How many records of the largest size always fit: two sectors are kept
   * free for the ring to turn, and no record crosses a sector.
   */
  capacity(): number {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    return (sectorCount - 2) * Math.floor((sectorBytes - HEADER_BYTES) / this.#maxRecordBytes);
  }

  /** How the store is. */
  health(): StoreHealth {
    const damaged = [...this.#damaged.values()];
    const degraded = damaged.length > 0 || this.#unidentifiedDamage > 0 || this.#refusals > 0;
    return { state: degraded ? "degraded" : "ok", damaged };
  }

  #adopt(scan: LogScan): void {
    this.#window = [...scan.sectors];
    this.#unidentifiedDamage = scan.unidentifiedDamage;
    this.#slots.clear();
    this.#slotNumbers.clear();
    this.#damaged.clear();
    this.#eraseCounts = Array.from({ length: this.#flash.geometry.sectorCount }, () => 0);
    for (const { index, header } of scan.sectors) this.#eraseCounts[index] = header.eraseCount;
    for (const record of scan.damaged) this.#noteDamage(record.class, record.name);
    for (const [number, slot] of scan.slots) {
      if (isSecret(slot.recordClass) && this.#open(slot) === undefined) {
        this.#noteDamage(slot.recordClass, slot.name);
        continue;
      }
      this.#slots.set(number, slot);
      this.#slotNumbers.set(recordIdentity(slot.recordClass, slot.name).join("."), number);
    }
  }

  #noteDamage(recordClass: RecordClass, name: Uint8Array): void {
    this.#damaged.set(recordIdentity(recordClass, name).join("."), { class: recordClass, name });
  }

  /** Settle, kill, fence. */
  *#secure(scan: LogScan, sectors: readonly Uint8Array[]): Task {
    const { sectorBytes, sectorCount, pageBytes } = this.#flash.geometry;
    const head = this.#head();
    const base = head.index * sectorBytes;
    const bytes = sectors[head.index] as Uint8Array;
    yield* this.#drive(base, bytes.subarray(0, HEADER_BYTES));
    if (scan.lastRecord !== undefined) {
      const { offset, lengthBytes } = scan.lastRecord;
      yield* this.#drive(base + offset, bytes.subarray(offset, offset + lengthBytes));
    }
    if (scan.headEnd + KILL.length <= sectorBytes) yield* this.#drive(base + scan.headEnd, KILL);
    yield* this.#drive(((head.index + 1) % sectorCount) * sectorBytes, KILL);
    const fence = Math.ceil((scan.headEnd + this.#maxRecordBytes) / pageBytes) * pageBytes;
    this.#writeOffset = Math.min(fence, sectorBytes);
    if (fence + RECORD_OVERHEAD_BYTES <= sectorBytes) {
      yield* this.#append(RecordKind.bootMark, 0, () => new Uint8Array(0));
    }
  }

  *#openFirst(): Task<boolean> {
    this.#window = [];
    return yield* this.#openSector(0, 1, undefined);
  }

  /** Opens the next sector, freeing the oldest when the ring would close. */
  *#advance(): Task<boolean> {
    const { sectorCount } = this.#flash.geometry;
    const head = this.#head();
    const tail = this.#window.length === sectorCount - 1 ? this.#window[0] : undefined;
    return yield* this.#openSector((head.index + 1) % sectorCount, head.header.sequence + 1, tail);
  }

  *#openSector(index: number, sequence: number, tail: LogSector | undefined): Task<boolean> {
    const { sectorBytes } = this.#flash.geometry;
    const previous = this.#window.at(-1);
    // A sector whose header a cut has taken has lost its own count: its neighbour's is within one of it.
    const eraseCount = Math.max(this.#eraseCounts[index] ?? 0, (previous?.header.eraseCount ?? 1) - 1) + 1;
    yield* this.#flash.writeEnable();
    if ((yield* this.#flash.sectorErase(index * sectorBytes)) !== "done") {
      this.#refusals++;
      return false;
    }
    this.#eraseCounts[index] = eraseCount;
    const kept = tail === undefined ? this.#window : this.#window.slice(1);
    const sector: LogSector = {
      index,
      header: { logSectors: kept.length + 1, sequence, eraseCount, openId: this.#random(8) },
    };
    const carried: Carry[] = [];
    let offset = HEADER_BYTES;
    for (const [number, slot] of this.#slots) {
      const name = tail !== undefined && slot.namePlace.sector === tail;
      const value = tail !== undefined && slot.valuePlace.sector === tail;
      if (!name && !value) continue;
      const carry = this.#carry(number, slot, { sector, offset }, name, value);
      if (!(yield* this.#program(index * sectorBytes + offset, carry.bytes))) return false;
      carried.push(carry);
      offset += carry.bytes.length;
    }
    if (!(yield* this.#program(index * sectorBytes, encodeHeader(sector.header)))) return false;
    this.#window = [...kept, sector];
    this.#writeOffset = offset;
    for (const { slot: number, name, value } of carried) {
      const slot = this.#slots.get(number) as Slot;
      this.#slots.set(number, {
        ...slot,
        namePlace: name ?? slot.namePlace,
        valuePlace: value?.place ?? slot.valuePlace,
        stored: value?.stored ?? slot.stored,
      });
    }
    return true;
  }

  /** The record that brings what the oldest sector holds of a slot into a new place. */
  #carry(
    number: number,
    slot: Slot,
    place: RecordPlace,
    name: boolean,
    value: boolean,
  ): Carry & { readonly bytes: Uint8Array } {
    const { recordClass } = slot;
    const stored = value ? this.#resealed(slot, place) : new Uint8Array(0);
    const [kind, payload] = !name
      ? [RecordKind.value, stored]
      : [value ? RecordKind.full : RecordKind.name, encodeFullPayload({ recordClass, name: slot.name, stored })];
    return {
      slot: number,
      name: name ? place : undefined,
      value: value ? { place, stored } : undefined,
      bytes: encodeRecord({ kind, slot: number, payload }, place.sector.header.sequence, place.offset),
    };
  }

  #resealed(slot: Slot, place: RecordPlace): Uint8Array {
    if (!isSecret(slot.recordClass)) return slot.stored;
    const value = this.#open(slot) as Uint8Array;
    const box = this.#sealer.seal(recordIdentity(slot.recordClass, slot.name), boxPlace(place), value);
    value.fill(0);
    return box;
  }

  /** Appends a record, opening sectors as needed. */
  *#append(
    kind: number,
    slot: number,
    payloadAt: (place: RecordPlace) => Uint8Array,
  ): Task<{ readonly at: RecordPlace; readonly payload: Uint8Array } | undefined> {
    const { sectorBytes, sectorCount, pageBytes } = this.#flash.geometry;
    for (let attempt = 0; attempt < PROGRAM_ATTEMPTS + sectorCount; attempt++) {
      const sector = this.#head();
      const at = { sector, offset: this.#writeOffset };
      const payload = payloadAt(at);
      const record = encodeRecord({ kind, slot, payload }, sector.header.sequence, at.offset);
      if (at.offset + record.length > sectorBytes) {
        if (!(yield* this.#advance())) return undefined;
        continue;
      }
      this.#writeOffset = at.offset + record.length;
      if (yield* this.#program(sector.index * sectorBytes + at.offset, record)) return { at, payload };
      this.#writeOffset = Math.ceil(this.#writeOffset / pageBytes) * pageBytes;
    }
    return undefined;
  }

  /** Programs bytes and reads them back. */
  *#program(address: number, bytes: Uint8Array): Task<boolean> {
    yield* this.#drive(address, bytes);
    const back = yield* this.#flash.read(address, bytes.length);
    const taken = back.every((byte, index) => byte === bytes[index]);
    if (!taken) this.#refusals++;
    return taken;
  }

  /** Programs bytes, page by page. */
  *#drive(address: number, bytes: Uint8Array): Task {
    const { pageBytes } = this.#flash.geometry;
    for (let done = 0; done < bytes.length;) {
      const room = pageBytes - ((address + done) % pageBytes);
      const chunk = bytes.subarray(done, done + room);
      yield* this.#flash.writeEnable();
      yield* this.#flash.pageProgram(address + done, chunk);
      done += chunk.length;
    }
  }

  #seal(record: NvramRecord, identity: Uint8Array, place: RecordPlace): Uint8Array {
    return isSecret(record.class) ? this.#sealer.seal(identity, boxPlace(place), record.value) : record.value.slice();
  }

  #open(slot: Slot): Uint8Array | undefined {
    if (!isSecret(slot.recordClass)) return slot.stored.slice();
    return this.#sealer.open(recordIdentity(slot.recordClass, slot.name), boxPlace(slot.valuePlace), slot.stored);
  }

  #holds(slot: Slot, value: Uint8Array): boolean {
    const held = this.#open(slot);
    if (held === undefined) return false;
    const same = held.length === value.length && held.every((byte, index) => byte === value[index]);
    held.fill(0);
    return same;
  }

  #freeSlot(): number {
    for (let slot = 0;; slot++) if (!this.#slots.has(slot)) return slot;
  }

  #head(): LogSector {
    return this.#window[this.#window.length - 1] as LogSector;
  }
}

/** A head of zeros: dead for ever, whatever a cut left there. */
const KILL = new Uint8Array(4);

function boxPlace({ sector, offset }: RecordPlace): BoxPlace {
  return { openId: sector.header.openId, sequence: sector.header.sequence, offset };
}
