/**
 * Reading the log: from the bytes of all sectors to the slots they mean. Pure.
 *
 * The valid header with the highest sequence is the head; it says how many
 * sectors the log has. They are read from the oldest to the newest. Where no
 * record verifies, the next place that does is searched for: a record's
 * checksum binds it to its sector and offset, so nothing else can pass for one.
 *
 * A place that follows a record, is neither blank nor dead, does not verify,
 * and has verified records behind it was once a whole record: it is damaged,
 * and the older value of its slot must not be given out for it. The last such
 * place of the head may be a write that was cut off, and is taken for one.
 *
 * @module
 */

import {
  decodeFullPayload,
  decodeHeader,
  decodeRecord,
  HEADER_BYTES,
  type LogRecord,
  RECORD_OVERHEAD_BYTES,
  RecordKind,
  type SectorHeader,
} from "./log_format.ts";
import { type DamagedRecord, isSecret, type RecordClass } from "./store.ts";

/** A sector of the log. */
export interface LogSector {
  /** Its place on the part. */
  readonly index: number;
  /** Its header. */
  readonly header: SectorHeader;
}

/** Where a record lies. */
export interface RecordPlace {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset in it, in bytes. */
  readonly offset: number;
}

/** A slot in use. */
export interface Slot {
  /** The record's class. */
  readonly recordClass: RecordClass;
  /** Its name. */
  readonly name: Uint8Array;
  /** Where the name lies. */
  readonly namePlace: RecordPlace;
  /** The value as stored, sealed if the class is secret. */
  readonly stored: Uint8Array;
  /** Where the value lies. */
  readonly valuePlace: RecordPlace;
}

/** What the log says. */
export interface LogScan {
  /** The sectors of the log, oldest first; empty if there is no log. */
  readonly sectors: readonly LogSector[];
  /** The slots in use. */
  readonly slots: ReadonlyMap<number, Slot>;
  /** Records found damaged, as far as they can be named. */
  readonly damaged: readonly DamagedRecord[];
  /** Damaged places that cannot be assigned to a record, missing sectors among them. */
  readonly unidentifiedDamage: number;
  /** Where the last verified record of the head ends. */
  readonly headEnd: number;
  /** The last verified record of the head, or `undefined`. */
  readonly lastRecord: { readonly offset: number; readonly lengthBytes: number } | undefined;
}

interface PartialSlot {
  /** A clearing of secrets came before the name, which only a record that is not secret can have later. */
  cleared?: boolean;
  identity?: { readonly recordClass: RecordClass; readonly name: Uint8Array; readonly place: RecordPlace };
  value?: { readonly stored: Uint8Array; readonly place: RecordPlace };
  damaged?: boolean;
}

/**
 * Reads the log.
 *
 * @param sectors The bytes of each sector, in order of address.
 * @param pageBytes The part's page size.
 * @param maxRecordBytes The longest record there can be.
 */
export function scanLog(sectors: readonly Uint8Array[], pageBytes: number, maxRecordBytes: number): LogScan {
  const { found, missing } = findLog(sectors);
  const slots = new Map<number, PartialSlot>();
  let unidentifiedDamage = missing;
  let headEnd = HEADER_BYTES;
  let lastRecord: LogScan["lastRecord"];
  for (const sector of found) {
    const bytes = sectors[sector.index] as Uint8Array;
    const isHead = sector === found[found.length - 1];
    const suspects: number[] = [];
    const unnamed = (places: readonly number[]) =>
      places.filter((place) => !markDamaged(slots, bytes, sector.header.sequence, place, maxRecordBytes)).length;
    let end = HEADER_BYTES;
    lastRecord = undefined;
    for (let offset: number | undefined = HEADER_BYTES; offset !== undefined;) {
      const record = decodeRecord(bytes, sector.header.sequence, offset, maxRecordBytes);
      if (record === undefined) {
        if (offset === end && isSuspect(bytes, offset)) suspects.push(offset);
        offset = nextRecord(bytes, sector.header.sequence, offset, pageBytes, maxRecordBytes);
        continue;
      }
      unidentifiedDamage += unnamed(suspects.splice(0));
      const lengthBytes = RECORD_OVERHEAD_BYTES + record.payload.length;
      applyRecord(slots, record, { sector, offset });
      lastRecord = { offset, lengthBytes };
      offset += lengthBytes;
      end = offset;
    }
    if (!isHead) unidentifiedDamage += unnamed(suspects);
    headEnd = end;
  }
  return { sectors: found, headEnd, lastRecord, ...resolve(slots, unidentifiedDamage) };
}

function findLog(sectors: readonly Uint8Array[]): { readonly found: LogSector[]; readonly missing: number } {
  const headers = sectors.map((bytes) => decodeHeader(bytes));
  let head = -1;
  headers.forEach((header, index) => {
    if (header !== undefined && header.sequence > (headers[head]?.sequence ?? -1)) head = index;
  });
  const headHeader = headers[head];
  if (headHeader === undefined) return { found: [], missing: 0 };
  const found: LogSector[] = [];
  let missing = 0;
  for (let back = Math.min(headHeader.logSectors, sectors.length) - 1; back >= 0; back--) {
    const index = (head - back + sectors.length) % sectors.length;
    const header = headers[index];
    if (header?.sequence === headHeader.sequence - back) found.push({ index, header });
    else missing++;
  }
  return { found, missing };
}

/** The next place where a record verifies. From a blank place only pages are tried: what comes after a fence begins on one. */
function nextRecord(
  bytes: Uint8Array,
  sequence: number,
  from: number,
  pageBytes: number,
  maxRecordBytes: number,
): number | undefined {
  let offset = from;
  for (;;) {
    const blank = bytes[offset] === 0xff && bytes[offset + 1] === 0xff;
    offset = blank ? (Math.floor(offset / pageBytes) + 1) * pageBytes : offset + 1;
    if (offset + RECORD_OVERHEAD_BYTES > bytes.length) return undefined;
    if (decodeRecord(bytes, sequence, offset, maxRecordBytes) !== undefined) return offset;
  }
}

/** Neither blank nor dead, and what stands there looks like the head of a record. */
function isSuspect(bytes: Uint8Array, offset: number): boolean {
  const head = (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
  return head !== 0xffff && head !== 0;
}

/**
 * Marks the slot that a damaged record was for; false if it cannot be told.
 *
 * If the record verifies with one bit of its head the other way, that bit was
 * the damage, and the head with it names the slot; else the head is believed.
 */
function markDamaged(
  slots: Map<number, PartialSlot>,
  bytes: Uint8Array,
  sequence: number,
  offset: number,
  maxRecordBytes: number,
): boolean {
  const repaired = repairHead(bytes, sequence, offset, maxRecordBytes);
  const kind = repaired?.kind ?? (bytes[offset + 1] as number) >>> 4;
  const number = repaired?.slot ?? ((bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8));
  const slot = slots.get(number);
  if (kind < RecordKind.full || kind > RecordKind.delete || slot === undefined) return false;
  slot.damaged = true;
  return true;
}

function repairHead(
  bytes: Uint8Array,
  sequence: number,
  offset: number,
  maxRecordBytes: number,
): LogRecord | undefined {
  const trial = bytes.slice();
  for (let bit = 0; bit < 32; bit++) {
    const at = offset + (bit >> 3);
    trial[at] = (bytes[at] as number) ^ (1 << (bit & 7));
    const record = decodeRecord(trial, sequence, offset, maxRecordBytes);
    if (record !== undefined) return record;
    trial[at] = bytes[at] as number;
  }
  return undefined;
}

function applyRecord(slots: Map<number, PartialSlot>, record: LogRecord, place: RecordPlace): void {
  switch (record.kind) {
    case RecordKind.full:
    case RecordKind.name: {
      const payload = decodeFullPayload(record.payload);
      if (payload === undefined) return;
      const identity = { recordClass: payload.recordClass, name: payload.name, place };
      if (record.kind === RecordKind.full) {
        slots.set(record.slot, { identity, value: { stored: payload.stored, place } });
      } else {
        slots.set(record.slot, { ...slots.get(record.slot), identity });
      }
      return;
    }
    case RecordKind.value: {
      // Its name may come later in the log: a carried name is newer than the value it belongs to.
      const { identity } = slots.get(record.slot) ?? {};
      const value = { stored: record.payload, place };
      slots.set(record.slot, identity === undefined ? { value } : { identity, value });
      return;
    }
    case RecordKind.delete:
      slots.delete(record.slot);
      return;
    case RecordKind.clearSecrets:
      for (const [number, slot] of [...slots]) {
        if (slot.identity === undefined) slot.cleared = true;
        else if (isSecret(slot.identity.recordClass)) slots.delete(number);
      }
      return;
  }
}

function resolve(
  partial: ReadonlyMap<number, PartialSlot>,
  unidentified: number,
): Pick<LogScan, "slots" | "damaged" | "unidentifiedDamage"> {
  const slots = new Map<number, Slot>();
  const damaged: DamagedRecord[] = [];
  let unidentifiedDamage = unidentified;
  for (const [number, { identity, value, damaged: isDamaged, cleared }] of partial) {
    if (identity === undefined) {
      if (cleared !== true) unidentifiedDamage++;
    } else if (value === undefined || isDamaged === true) {
      damaged.push({ class: identity.recordClass, name: identity.name });
    } else {
      slots.set(number, {
        recordClass: identity.recordClass,
        name: identity.name,
        namePlace: identity.place,
        stored: value.stored,
        valuePlace: value.place,
      });
    }
  }
  return { slots, damaged, unidentifiedDamage };
}
