/**
 * The key store: records in slots on a log in a strict ring of sectors.
 *
 * The newest record of a slot counts. Updates do not repeat the name. Values
 * stay in RAM as they are on flash, secret ones sealed; they are opened on
 * demand. The mount reads every byte once (and begins anew, once, if a place
 * that it is about to write to reads otherwise), checks every record, opens
 * every secret once to see that it is authentic, and applies the rules of
 * {@linkcode MountRule}.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import { copyBytes, NO_BYTES } from "../../sim/layout/slab.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { Capacity } from "./capacity.ts";
import { erasedToOnes } from "./complemented_flash.ts";
import { RecordKind } from "./head_word.ts";
import { encodeIdentity, identityBytes, markPayloadBytes, roomBytes } from "./log_format.ts";
import type { LogScan } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import { Losses } from "./losses.ts";
import type { MountRule } from "./mount_rules.ts";
import { CLEAR_PAYLOAD_BYTES, plainContent, scrubContent } from "./pending.ts";
import { Misread } from "./flash_writer.ts";
import { checkGeometry, checkOptions, foreignFormat } from "./part_check.ts";
import { RegionReader } from "./region_reader.ts";
import { RingLog } from "./ring_log.ts";
import type { Sealer } from "./sealer.ts";
import { sectorsToErase, wipeRetired } from "./secret_sectors.ts";
import { headerBytes } from "./sector_header.ts";
import { settle, settleHeader, type SettlingOptions } from "./settling.ts";
import { footprintBytes, type Slot, SlotTable } from "./slot_table.ts";
import { Turning } from "./turning.ts";
import {
  isSecret,
  type MountReport,
  NvramMisuseError,
  type NvramRecord,
  type NvramStore,
  RECORD_CLASSES,
  type RecordClass,
  type RecordSize,
  type StoredValue,
  type StoreHealth,
  type StoreStatus,
} from "./store.ts";

/** How a ring store is made. */
export interface RingStoreOptions {
  /** The part; all of it belongs to the store. 3 to 256 sectors of up to 256 KiB. */
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
/** A store on NOR flash that loses nothing that was acknowledged. */
export class RingStore implements NvramStore {
  readonly #flash: NorFlash;
  readonly #log: RingLog;
  readonly #slots: SlotTable;
  readonly #losses: Losses;
  readonly #capacity: Capacity;
  readonly #turning: Turning;
  readonly #sizes: Pick<Required<RingStoreOptions>, "maxNameBytes" | "maxValueBytes">;
  readonly #reader: RegionReader;
  readonly #omittedRules: ReadonlySet<MountRule>;
  #duplicates = 0;
  #mounted = false;

  /**
   * A store that is not mounted yet.
   *
   * @param options How it is made.
   * @throws {RangeError} The part has too few or too many sectors, an option makes no sense, or a record would not fit a sector.
   */
  constructor(options: RingStoreOptions) {
    checkGeometry(options.flash?.geometry, options.workspace?.length);
    const { sealer, random } = options;
    const flash = erasedToOnes(options.flash);
    const { geometry } = flash;
    const { programBytes = 1 } = geometry;
    this.#flash = flash;
    const { maxNameBytes = 261, maxValueBytes = 264, omittedRules = [] } = options;
    const sizes = { maxNameBytes, maxValueBytes, overheadBytes: sealer?.overheadBytes };
    checkOptions(sizes, omittedRules);
    this.#sizes = sizes;
    this.#slots = new SlotTable(sealer, maxValueBytes, programBytes);
    this.#omittedRules = new Set(omittedRules);
    this.#reader = new RegionReader({ flash, workspace: options.workspace, omittedRules: this.#omittedRules });
    this.#losses = new Losses(this.#slots);
    this.#capacity = new Capacity({ geometry, ...sizes });
    const { maxRecordBytes } = this.#capacity;
    this.#log = new RingLog({ flash, random, maxRecordBytes, reader: this.#reader });
    this.#turning = new Turning({
      log: this.#log,
      slots: this.#slots,
      losses: this.#losses,
      capacity: this.#capacity,
      sectorCount: geometry.sectorCount,
    });
  }

  /** Mounts the store. */
  *mount(): Task<MountReport> {
    try {
      return yield* this.#mount(true);
    } catch (error) {
      if (!(error instanceof Misread)) throw error;
      return yield* this.#mount(false);
    }
  }

  *#mount(confirms: boolean): Task<MountReport> {
    const { sectorBytes } = this.#flash.geometry;
    this.#mounted = false;
    const region = yield* this.#reader.read();
    // A small region is read before a part that was just powered up takes its first write.
    if (this.#flash.untilWritable !== undefined) yield* this.#flash.untilWritable();
    const { programBytes } = this.#log.writer;
    const first = this.#reader.scan(region);
    const later = yield* this.#reader.laterSector(region, first);
    const reason = foreignFormat(first.sectors, later, this.#flash.geometry);
    if (reason !== undefined) return { type: "failed", reason };
    // A header that cannot be made firm is believed no more than where words take one program.
    const scan = (yield* settleHeader(this.#settling(first, region))) ? first : this.#reader.scan(region, false);
    const formatted = scan.sectors.length === 0;
    // If it was all of the log nothing but a write that was cut off can stand behind it.
    const { tornRecord, tornHeader, doubtfulWrite, unfinished } = formatted ? first : scan;
    this.#adopt(scan, region);
    // On a blank region there is nothing to be seen again.
    this.#log.writer.read = confirms && (!formatted || unfinished.length > 0) ? region : undefined;
    if (tornRecord) yield* this.#log.confirm();
    if (formatted) {
      // What opening the very first sector writes may be there, cut off: the header, and a mark.
      const markBytes = roomBytes(markPayloadBytes(sectorBytes), programBytes);
      if (first.sectors.length !== 1) this.#losses.lookAt(region.subarray(headerBytes(programBytes) + markBytes));
      if (!(yield* this.#turning.advance())) return { type: "failed", reason: "no sector could be opened" };
      yield* this.#log.own();
    } else if (yield* this.#settle(scan, region)) {
      if (!this.#omittedRules.has("resume scrub")) yield* this.#finishScrub();
      yield* this.#deleteSuperseded();
      yield* this.#relieve();
      // Power may have gone while it was regained.
      yield* this.#turning.regainSpare();
    }
    this.#mounted = true;
    const interruptedWrite = tornRecord || tornHeader;
    const readBytes = region.length;
    return { type: "mounted", records: this.size, readBytes, formatted, interruptedWrite, doubtfulWrite };
  }

  #adopt(scan: LogScan, region: Uint8Array): void {
    this.#log.adopt(scan);
    this.#slots.adopt(scan, region, this.#flash.geometry.sectorBytes);
    this.#losses.adopt(scan);
    this.#duplicates = this.#slots.superseded.size;
    this.#turning.adopt(scan.scrub);
  }

  #settling(scan: LogScan, region: Uint8Array): SettlingOptions {
    const { maxRecordBytes } = this.#capacity;
    const made = { flash: this.#flash, log: this.#log, omittedRules: this.#omittedRules };
    return { ...made, scan, region, maxRecordBytes };
  }

  *#settle(scan: LogScan, region: Uint8Array): Task<boolean> {
    const isSettled = yield* settle(this.#settling(scan, region), this.#slots, (unsettled) => {
      this.#turning.unsettled = unsettled;
      return this.#turning.advance();
    });
    this.#log.writer.read = undefined;
    if (isSettled) this.#turning.unsettled = undefined;
    else this.#log.leaveHead();
    return isSettled;
  }

  /** Without their delete records older duplicates would be back as soon as the newer record is deleted. */
  *#deleteSuperseded(): Task {
    for (const number of [...this.#slots.superseded]) {
      if (!(yield* this.#write(number))) return;
      this.#slots.superseded.delete(number);
    }
  }

  /**
   * Writes again what is too much in a sector: an earlier mount has written the last record of the log before the copies
   * that the sector was opened with, and the next could not do that again. So is all of a sector that may lose its header
   * yet, without which no box can be opened.
   */
  *#relieve(): Task {
    for (const sector of [...this.#log.sectors]) {
      for (const slot of this.#slots.values()) {
        if (!this.#turning.room.isOverfull(sector)) break;
        const value = slot.value?.place.sector === sector ? this.#slots.open(slot) : undefined;
        if (value === undefined) continue;
        const written = yield* this.#writeSlot(slot, value, slot);
        value.fill(0);
        if (written === undefined) return;
        this.#slots.set(written);
      }
    }
  }

  /** Stores a record. */
  *put(record: NvramRecord): Task<StoreStatus> {
    if (!RECORD_CLASSES.includes(record.class)) {
      throw new NvramMisuseError("class", record.class, RECORD_CLASSES.join(", "));
    }
    requireSize("name", record.name, this.#sizes.maxNameBytes);
    requireSize("value", record.value, this.#sizes.maxValueBytes);
    if (!this.#mounted) return CORRUPTED;
    const before = this.#slots.find(record);
    if (before !== undefined && this.#slots.holds(before, record.value)) return UNCHANGED;
    const storedBytes = this.#slots.storedBytes(record.class, record.value.length);
    const needed = footprintBytes(record.name.length, storedBytes, this.#log.writer.programBytes) -
      (before === undefined ? 0 : this.#slots.slotFootprintBytes(before));
    const number = before?.number ?? this.#slots.freeNumber();
    if (number === undefined || !this.#turning.room.accepts(needed)) return { type: "full" };
    const identity = before?.identity ?? { class: record.class, name: copyBytes(record.name) };
    this.#turning.inFlight = number;
    const { refusals } = this.#log;
    const written = yield* this.#writeSlot({ number, identity }, record.value, before);
    this.#turning.inFlight = undefined;
    if (written === undefined) return this.#log.refusals > refusals ? REFUSED : { type: "full" };
    this.#slots.set(written);
    yield* this.#turning.regainSpare();
    return STORED;
  }

  /** Removes a record. */
  *delete(recordClass: RecordClass, name: Uint8Array): Task<StoreStatus> {
    if (!this.#mounted) return CORRUPTED;
    const slot = this.#slots.find({ class: recordClass, name });
    if (slot === undefined) return UNCHANGED;
    // It may be in another slot that this mount could not read: behind its name a delete record ends it there, too.
    const { number, identity, value } = slot;
    const named = encodeIdentity(identity, NO_BYTES);
    if (value === undefined && !(yield* this.#write(number, RecordKind.name, named))) return REFUSED;
    if (!(yield* this.#write(number))) return REFUSED;
    this.#slots.remove(number);
    yield* this.#turning.regainSpare();
    return STORED;
  }

  /**
   * Removes all secret records in one commit, then turns the ring until every sector that may hold one has been erased.
   * What was lost without a name may have been no secret: it is noted before, and goes on to be reported.
   */
  *clearSecrets(): Task<StoreStatus> {
    const { head } = this.#log;
    if (!this.#mounted || head === undefined) return CORRUPTED;
    const { sectorBytes, sectorCount } = this.#flash.geometry;
    const secrets = this.#slots.values().filter(({ identity }) => isSecret(identity.class));
    let distance = this.#losses.count > 0
      ? sectorCount
      : sectorsToErase(yield* this.#reader.read(), sectorBytes, this.#log.sectors, this.#log.retired);
    // A sector that was erased under the store has none, but the copy of it that would be made.
    if (secrets.length > 0) distance ||= sectorCount;
    if (distance === 0) return (yield* wipeRetired(this.#flash, this.#log)) ? UNCHANGED : UNSCRUBBED;
    if (
      !(yield* this.#losses.note(this.#turning.append.bind(this.#turning))) ||
      !(yield* this.#writeClear(head, distance))
    ) {
      return REFUSED;
    }
    for (const { number } of secrets) this.#slots.remove(number);
    const isScrubbed = yield* this.#finishScrub();
    yield* this.#turning.regainSpare();
    return isScrubbed ? STORED : UNSCRUBBED;
  }

  /** Ends the report of what was lost without a name: sectors that say so leave the log, and each slot is deleted. */
  *forgetLosses(): Task<StoreStatus> {
    if (!this.#mounted) return CORRUPTED;
    if (this.#losses.count === 0) return UNCHANGED;
    const isForgotten = yield* this.#losses.forget(() => this.#turning.advance(), (number) => this.#write(number));
    yield* this.#turning.regainSpare();
    return isForgotten ? STORED : REFUSED;
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
    return this.#slots.values().filter(({ value }) => value !== undefined).length;
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
    return this.#capacity.records(reserved, this.#log.retired.size, this.#losses.count);
  }

  /** How the store is. */
  health(): StoreHealth {
    const damaged = this.#slots.values().filter(({ value }) => value === undefined).map(({ identity }) => identity);
    const { refusals } = this.#log;
    const unidentifiedDamage = this.#losses.count;
    const duplicates = this.#duplicates;
    const retiredSectors = this.#log.retired.size;
    const degraded = damaged.length + unidentifiedDamage + refusals + duplicates + retiredSectors > 0;
    const state = degraded ? "degraded" : "ok";
    return { state, damaged, unidentifiedDamage, refusals, duplicates, retiredSectors };
  }

  *#writeSlot(
    owner: Pick<Slot, "number" | "identity">,
    value: Uint8Array,
    before: Slot | undefined,
  ): Task<Slot | undefined> {
    const { number, identity } = owner;
    // A damaged record is written anew with its name: what holds the name may be damaged, too. And a name that must be
    // copied soon costs less with a value than alone.
    const isUpdate = before?.value !== undefined &&
      !this.#log.ring.isLeaving(before.namePlace.sector, before.value.place.sector);
    const storedBytes = this.#slots.storedBytes(identity.class, value.length);
    const payloadBytes = storedBytes + (isUpdate ? 0 : identityBytes(identity.name.length));
    const head = { kind: isUpdate ? RecordKind.value : RecordKind.full, carried: false, slot: number };
    let stored: Uint8Array = NO_BYTES;
    const place = yield* this.#turning.append(payloadBytes, (at) => {
      stored = this.#slots.seal(owner, at, value);
      return { head, payload: isUpdate ? stored : encodeIdentity(identity, stored) };
    });
    if (place === undefined) return undefined;
    return { number, identity, namePlace: isUpdate ? before.namePlace : place, value: { stored, place } };
  }

  *#write(number: number, kind: RecordKind = RecordKind.delete, payload: Uint8Array = NO_BYTES): Task<boolean> {
    return (yield* this.#turning.append(payload.length, plainContent(kind, number, false, payload))) !== undefined;
  }

  *#writeClear(head: LogSector, distance: number): Task<boolean> {
    let until = head.header.sequence + distance;
    const place = yield* this.#turning.append(CLEAR_PAYLOAD_BYTES, ({ sector }) => {
      // Another sector had to be opened, and secrets may have been carried into it.
      if (sector !== head) until = sector.header.sequence + this.#flash.geometry.sectorCount;
      return scrubContent(until, false)();
    });
    if (place === undefined) return false;
    this.#turning.scrub = { place, untilSequence: until };
    return true;
  }

  /** Ends the erasing of old keys; false if a sector may still hold some. */
  *#finishScrub(): Task<boolean> {
    if (!this.#turning.isScrubbing) return true;
    if (!(yield* this.#turning.finishScrub())) return false;
    yield* this.#log.own();
    return yield* wipeRetired(this.#flash, this.#log);
  }
}

/** A text has a length, too. */
function requireSize(field: string, bytes: Uint8Array, limitBytes: number): void {
  if (bytes?.BYTES_PER_ELEMENT === 1 && bytes.length <= limitBytes) return;
  throw new NvramMisuseError(field, bytes?.length, `0 to ${limitBytes} in a Uint8Array`);
}
