/**
 * The key store: records in slots on a log in a strict ring of sectors.
 *
 * The newest record of a slot counts. Updates do not repeat the name. Values
 * stay in RAM as they are on flash, secret ones sealed; they are opened on
 * demand. The mount reads every byte once, checks every record, opens every
 * secret once to see that it is authentic, and applies the rules of
 * {@linkcode MountRule}.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { guaranteedBytes } from "./capacity.ts";
import { CarryOver } from "./carry_over.ts";
import { RecordKind, SLOT_LIMIT } from "./head_word.ts";
import {
  encodeIdentity,
  FORMAT_VERSION,
  IDENTITY_OVERHEAD_BYTES,
  maxPayloadBytes,
  RECORD_OVERHEAD_BYTES,
  SECTOR_BYTES_LIMIT,
  SECTOR_COUNT_LIMIT,
  SECTOR_UNIT_BYTES,
  writeUint32,
} from "./log_format.ts";
import { type PendingScrub, type RecordPlace, scanLog } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import { type MountRule, type RecordContent, RingLog, type SectorCursor } from "./ring_log.ts";
import type { Sealer } from "./sealer.ts";
import { sectorsToErase } from "./secret_sectors.ts";
import { allocateBytes, copyBytes } from "./slab.ts";
import { footprintBytes, type Slot, SlotTable } from "./slot_table.ts";
import {
  type DamagedRecord,
  isSecret,
  type MountReport,
  NvramMisuseError,
  type NvramRecord,
  type NvramStore,
  type RecordClass,
  type RecordSize,
  type StoredValue,
  type StoreHealth,
  type StoreStatus,
} from "./store.ts";

/** How a ring store is made. */
export interface RingStoreOptions {
  /** The part; all of it belongs to the store. 3 to 256 sectors. */
  readonly flash: NorFlash;
  /** Seals secret values. */
  readonly sealer: Sealer;
  /** The adapter's random number generator, for open ids. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** The longest name, in bytes; 261 by default: port, type and a 256-byte identifier. */
  readonly maxNameBytes?: number;
  /** The longest value, in bytes; 264 by default: flags and a 256-byte key. */
  readonly maxValueBytes?: number;
  /** Memory for the mount to read the region into, as long as the region; made for each mount if missing. */
  readonly workspace?: Uint8Array;
  /** Rules that the mount leaves out, for experiments that show what each of them is for. */
  readonly omittedRules?: readonly MountRule[];
}

const STORED: StoreStatus = { type: "stored" };
const UNCHANGED: StoreStatus = { type: "unchanged" };
const CORRUPTED: StoreStatus = { type: "corrupted" };
const REFUSED: StoreStatus = { type: "failed", reason: "the flash part did not take the record" };
const UNSCRUBBED: StoreStatus = {
  type: "unscrubbed",
  reason: "the flash part did not erase all sectors that held keys",
};
const NO_BYTES = new Uint8Array(0);

/** A store on NOR flash that loses nothing that was acknowledged. */
export class RingStore implements NvramStore {
  readonly #flash: NorFlash;
  readonly #log: RingLog;
  readonly #slots: SlotTable;
  readonly #sealer: Sealer;
  readonly #maxNameBytes: number;
  readonly #maxValueBytes: number;
  readonly #workspace: Uint8Array | undefined;
  readonly #omittedRules: ReadonlySet<MountRule>;
  /** Sectors in which something was lost that cannot be assigned to a slot. */
  #distrusted = new Set<LogSector>();
  /** There was something on the part, but no log. */
  #unexplained = false;
  #scrub: PendingScrub | undefined = undefined;
  #duplicates = 0;
  #mounted = false;

  /**
   * A store that is not mounted yet.
   *
   * @param options How it is made.
   * @throws {RangeError} The part has too few or too many sectors, or a record would not fit a sector.
   */
  constructor(options: RingStoreOptions) {
    const { sectorCount, sectorBytes } = options.flash.geometry;
    this.#flash = options.flash;
    this.#sealer = options.sealer;
    this.#maxNameBytes = options.maxNameBytes ?? 261;
    this.#maxValueBytes = options.maxValueBytes ?? 264;
    this.#slots = new SlotTable(options.sealer, this.#maxValueBytes);
    this.#workspace = options.workspace;
    this.#omittedRules = new Set(options.omittedRules);
    if (options.workspace !== undefined && options.workspace.length !== sectorCount * sectorBytes) {
      throw new RangeError(`A workspace of ${options.workspace.length} bytes, expected ${sectorCount * sectorBytes}`);
    }
    if (sectorBytes > SECTOR_BYTES_LIMIT || sectorBytes % SECTOR_UNIT_BYTES !== 0) {
      const expected = `a multiple of ${SECTOR_UNIT_BYTES} up to ${SECTOR_BYTES_LIMIT}`;
      throw new RangeError(`A sector of ${sectorBytes} bytes, expected ${expected}`);
    }
    if (sectorCount < 3 || sectorCount > SECTOR_COUNT_LIMIT) {
      throw new RangeError(`The part has ${sectorCount} sectors, expected 3 to ${SECTOR_COUNT_LIMIT}`);
    }
    const maxRecordBytes = this.#maxRecordBytes();
    const limit = maxPayloadBytes(sectorBytes) + RECORD_OVERHEAD_BYTES;
    if (maxRecordBytes > limit) {
      throw new RangeError(`The largest record has ${maxRecordBytes} bytes, expected up to ${limit}`);
    }
    if (this.capacity() === 0) {
      throw new RangeError(`Records of ${maxRecordBytes} bytes, expected some that fit ${sectorCount} sectors`);
    }
    const { flash, random } = options;
    this.#log = new RingLog({ flash, random, maxRecordBytes, omittedRules: this.#omittedRules });
  }

  /** Mounts the store. */
  *mount(): Task<MountReport> {
    const { sectorBytes, sectorCount, pageBytes } = this.#flash.geometry;
    this.#mounted = false;
    const region = yield* this.#readRegion();
    const repairsLast = !this.#omittedRules.has("repair record");
    const scan = scanLog({ region, sectorBytes, pageBytes, repairsLast });
    const header = scan.sectors[scan.sectors.length - 1]?.header;
    if (header !== undefined && header.version !== FORMAT_VERSION) {
      return { type: "failed", reason: `the log has format ${header.version}, this firmware reads ${FORMAT_VERSION}` };
    }
    if (header !== undefined && (header.sectorBytes !== sectorBytes || header.sectorCount !== sectorCount)) {
      const there = `${header.sectorCount} sectors of ${header.sectorBytes} bytes`;
      return { type: "failed", reason: `the log is for ${there}, the part has ${sectorCount} of ${sectorBytes}` };
    }
    this.#log.adopt(scan);
    this.#slots.clear();
    this.#slots.adopt(scan, region, sectorBytes);
    this.#distrusted = new Set(scan.distrusted);
    this.#duplicates = this.#slots.superseded.size;
    this.#unexplained = false;
    this.#scrub = scan.scrub;
    const formatted = header === undefined;
    if (formatted) {
      // Opening the very first sector touches only that one.
      this.#unexplained = region.subarray(sectorBytes).some((byte) => byte !== 0xff);
      if (!(yield* this.#advance())) return { type: "failed", reason: "no sector could be opened" };
    } else {
      // Where no sector can be opened any more, all that is stored can still be read.
      const opened = (yield* this.#log.secure(scan, region)) || (yield* this.#advance());
      if (opened && !this.#omittedRules.has("resume scrub")) yield* this.#finishScrub();
      if (opened) yield* this.#deleteSuperseded();
    }
    this.#mounted = true;
    const interruptedWrite = scan.tornRecord || scan.tornHeader;
    return { type: "mounted", records: this.size, readBytes: region.length, formatted, interruptedWrite };
  }

  *#readRegion(): Task<Uint8Array> {
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const region = this.#workspace ?? new Uint8Array(sectorBytes * sectorCount);
    for (let start = 0; start < region.length; start += sectorBytes) {
      yield* this.#flash.readInto(start, region.subarray(start, start + sectorBytes));
    }
    return region;
  }

  /** Without their delete records older duplicates would be back as soon as the newer record is deleted. */
  *#deleteSuperseded(): Task {
    for (const number of [...this.#slots.superseded]) {
      if (!(yield* this.#writeDelete(number))) return;
      this.#slots.forgetSuperseded(number);
    }
  }

  /** Stores a record. */
  *put(record: NvramRecord): Task<StoreStatus> {
    requireSize("name", record.name, this.#maxNameBytes);
    requireSize("value", record.value, this.#maxValueBytes);
    if (!this.#mounted) return CORRUPTED;
    const before = this.#slots.find(record);
    if (before !== undefined && this.#slots.holds(before, record.value)) return UNCHANGED;
    const storedBytes = this.#slots.storedBytes(record.class, record.value.length);
    const needed = footprintBytes(record.name.length, storedBytes) -
      (before === undefined ? 0 : this.#slots.slotFootprintBytes(before));
    const number = before?.number ?? this.#slots.freeNumber();
    if (number === undefined || this.#slots.footprintBytes + needed > this.#guaranteedBytes()) return { type: "full" };
    const identity = before?.identity ?? { class: record.class, name: copyBytes(record.name) };
    const written = yield* this.#writeSlot({ number, identity }, record.value, before);
    if (written === undefined) return REFUSED;
    this.#slots.set(written);
    return STORED;
  }

  /** Removes a record. */
  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    if (!this.#mounted) return CORRUPTED;
    const slot = this.#slots.find({ class: recordClass, name });
    if (slot === undefined) return UNCHANGED;
    if (!(yield* this.#writeDelete(slot.number))) return REFUSED;
    this.#slots.remove(slot.number);
    return STORED;
  }

  /**
   * Removes all secret records in one commit, then turns the ring until every sector that may hold one has been erased.
   * What was lost without a name is forgotten, too: nothing else could end the report of it.
   */
  *clearSecrets(): Task<StoreStatus> {
    const { head } = this.#log;
    if (!this.#mounted || head === undefined) return CORRUPTED;
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const distance = this.#unidentifiedDamage > 0
      ? sectorCount
      : sectorsToErase(yield* this.#readRegion(), sectorBytes, this.#log.sectors);
    if (distance === 0) return UNCHANGED;
    if (!(yield* this.#writeClear(head, head.header.sequence + distance))) return REFUSED;
    for (const { number, identity } of this.#slots.values()) {
      if (isSecret(identity.class)) this.#slots.remove(number);
    }
    this.#slots.forgetNameless();
    return (yield* this.#finishScrub()) ? STORED : UNSCRUBBED;
  }

  /** One record's value. */
  get(recordClass: RecordClass, name: Uint8Array): StoredValue {
    const slot = this.#slots.find({ class: recordClass, name });
    if (slot === undefined) return { type: "absent" };
    const value = this.#slots.open(slot);
    return value === undefined ? { type: "damaged" } : { type: "found", value };
  }

  /** How many records there are, damaged ones not counted. */
  get size(): number {
    let records = 0;
    for (const { value } of this.#slots.values()) if (value !== undefined) records++;
    return records;
  }

  /** Whether a record is there with exactly this value. */
  holds(record: NvramRecord): boolean {
    const slot = this.#slots.find(record);
    return slot !== undefined && this.#slots.holds(slot, record.value);
  }

  /** The records. */
  entries(): readonly NvramRecord[] {
    const records: NvramRecord[] = [];
    for (const slot of this.#slots.values()) {
      const value = this.#slots.open(slot);
      if (value !== undefined) records.push({ ...slot.identity, value });
    }
    return records;
  }

  /** How many records of the largest size always fit. */
  capacity(reserved: readonly RecordSize[] = []): number {
    const reservedBytes = reserved.reduce(
      (sum, { class: recordClass, nameBytes, valueBytes }) =>
        sum + footprintBytes(nameBytes, this.#slots.storedBytes(recordClass, valueBytes)),
      0,
    );
    const largest = footprintBytes(this.#maxNameBytes, this.#maxValueBytes + this.#sealer.overheadBytes);
    const records = Math.floor((this.#guaranteedBytes() - reservedBytes) / largest);
    return Math.max(0, Math.min(SLOT_LIMIT - reserved.length, records));
  }

  /** How the store is. */
  health(): StoreHealth {
    const damaged: DamagedRecord[] = [];
    for (const { identity, value } of this.#slots.values()) if (value === undefined) damaged.push(identity);
    const { refusals } = this.#log;
    const unidentifiedDamage = this.#unidentifiedDamage;
    const duplicates = this.#duplicates;
    const degraded = damaged.length > 0 || unidentifiedDamage > 0 || refusals > 0 || duplicates > 0;
    return { state: degraded ? "degraded" : "ok", damaged, unidentifiedDamage, refusals, duplicates };
  }

  get #unidentifiedDamage(): number {
    return this.#slots.nameless.size + this.#distrusted.size + (this.#unexplained ? 1 : 0);
  }

  #maxRecordBytes(): number {
    const identityBytes = IDENTITY_OVERHEAD_BYTES + this.#maxNameBytes;
    return RECORD_OVERHEAD_BYTES + identityBytes + this.#maxValueBytes + this.#sealer.overheadBytes;
  }

  #guaranteedBytes(): number {
    return guaranteedBytes(this.#flash.geometry, this.#maxRecordBytes());
  }

  *#writeSlot(
    owner: Pick<Slot, "number" | "identity">,
    value: Uint8Array,
    before: Slot | undefined,
  ): Task<Slot | undefined> {
    const { number, identity } = owner;
    // A damaged record is written anew with its name: what holds the name may be damaged, too.
    const isUpdate = before?.value !== undefined;
    const storedBytes = this.#slots.storedBytes(identity.class, value.length);
    const payloadBytes = storedBytes + (isUpdate ? 0 : IDENTITY_OVERHEAD_BYTES + identity.name.length);
    const head = { kind: isUpdate ? RecordKind.value : RecordKind.full, carried: false, slot: number };
    let stored: Uint8Array = NO_BYTES;
    const place = yield* this.#append(payloadBytes, (at) => {
      stored = this.#slots.seal(owner, at, value);
      return { head, payload: isUpdate ? stored : encodeIdentity(identity, stored) };
    });
    if (place === undefined) return undefined;
    return { number, identity, namePlace: isUpdate ? before.namePlace : place, value: { stored, place } };
  }

  *#writeDelete(number: number): Task<boolean> {
    const head = { kind: RecordKind.delete, carried: false, slot: number };
    return (yield* this.#append(0, () => ({ head, payload: NO_BYTES }))) !== undefined;
  }

  *#writeClear(head: LogSector, untilSequence: number): Task<boolean> {
    let until = untilSequence;
    const place = yield* this.#append(CLEAR_PAYLOAD_BYTES, ({ sector }) => {
      // Another sector had to be opened, and secrets may have been carried into it.
      if (sector !== head) until = sector.header.sequence + this.#flash.geometry.sectorCount;
      return clearContent(until, false);
    });
    if (place === undefined) return false;
    this.#scrub = { place, untilSequence: until };
    return true;
  }

  /** Opens sectors until none is left that was written before the secrets were cleared. */
  *#finishScrub(): Task<boolean> {
    while (this.#isScrubbing(this.#log.head?.header.sequence ?? 0)) {
      if (!(yield* this.#advance())) return false;
    }
    this.#scrub = undefined;
    return true;
  }

  #isScrubbing(sequence: number): boolean {
    return this.#scrub !== undefined && sequence < this.#scrub.untilSequence;
  }

  /** Appends a record, opening sectors as needed. */
  *#append(payloadBytes: number, content: (place: RecordPlace) => RecordContent): Task<RecordPlace | undefined> {
    for (let turn = 0; turn <= this.#flash.geometry.sectorCount; turn++) {
      const place = yield* this.#log.append(payloadBytes, content);
      if (place !== undefined) return place;
      if (!(yield* this.#advance())) return yield* this.#log.salvage();
    }
    return undefined;
  }

  /** Opens the next sector, freeing the oldest when the ring would close. */
  *#advance(): Task<boolean> {
    const carryOver = new CarryOver(this.#log, this.#slots);
    const scrub = this.#scrub;
    let scrubPlace: RecordPlace | undefined;
    let freed: LogSector | undefined;
    const opened = yield* this.#log.openNext(function* (this: RingStore, cursor: SectorCursor, tail?: LogSector) {
      freed = tail;
      if (tail !== undefined && !(yield* carryOver.copySlots(cursor, tail))) return false;
      if (!(yield* carryOver.copyLosses(cursor, this.#lossesIn(tail)))) return false;
      if (scrub === undefined || scrub.place.sector !== tail) return true;
      if (!this.#isScrubbing(cursor.sector.header.sequence)) return true;
      scrubPlace = yield* this.#log.carry(cursor, CLEAR_PAYLOAD_BYTES, () => clearContent(scrub.untilSequence, true));
      return scrubPlace !== undefined;
    }.bind(this));
    if (!opened) return false;
    carryOver.adopt();
    if (scrub !== undefined && scrubPlace !== undefined) this.#scrub = { ...scrub, place: scrubPlace };
    if (freed !== undefined) this.#distrusted.delete(freed);
    this.#unexplained = false;
    return true;
  }

  /** Slots without a name that lie in a sector. What was lost there without even a slot is given one. */
  #lossesIn(sector: LogSector | undefined): readonly number[] {
    const numbers: number[] = [];
    for (const [number, place] of this.#slots.nameless) if (place.sector === sector) numbers.push(number);
    const isLost = this.#unexplained || (sector !== undefined && this.#distrusted.has(sector));
    const number = isLost ? this.#slots.freeNumber() : undefined;
    if (number !== undefined) numbers.push(number);
    return numbers;
  }
}

const CLEAR_PAYLOAD_BYTES = 4;

function clearContent(untilSequence: number, carried: boolean): RecordContent {
  const payload = allocateBytes(CLEAR_PAYLOAD_BYTES);
  writeUint32(payload, 0, untilSequence);
  return { head: { kind: RecordKind.clearSecrets, carried, slot: 0 }, payload };
}

function requireSize(field: string, bytes: Uint8Array, limitBytes: number): void {
  if (bytes.length > limitBytes) throw new NvramMisuseError(field, bytes.length, `0 to ${limitBytes}`);
}
