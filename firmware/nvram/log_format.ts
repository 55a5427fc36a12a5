/**
 * The bytes of the log: sector headers and records. FORMAT.md has the same in
 * prose.
 *
 * @module
 */

import { crc32c } from "./crc32c.ts";
import type { RecordClass } from "./store.ts";

/** Length of a sector header in bytes. */
export const HEADER_BYTES = 24;

/** Bytes of a record besides its payload: head and checksum. */
export const RECORD_OVERHEAD_BYTES = 8;

const MAGIC = 0x3152;

/** A sector header. */
export interface SectorHeader {
  /** How many sectors the log had when this one was opened, itself counted. */
  readonly logSectors: number;
  /** Place of the sector in the history of the log; grows by one with each sector opened and never wraps. */
  readonly sequence: number;
  /** How often this sector was erased. */
  readonly eraseCount: number;
  /** Random, drawn anew at each opening; 8 bytes. */
  readonly openId: Uint8Array;
}

/** Kinds of records. */
export const RecordKind = {
  /** A record with its class and name, for a slot. */
  full: 1,
  /** A new value for a slot whose name is known. */
  value: 2,
  /** The slot is free. */
  delete: 3,
  /** A boot; what comes after was written after it. */
  bootMark: 4,
  /** All secret records are gone. */
  clearSecrets: 5,
  /** Class and name of a slot whose value lies elsewhere. */
  name: 6,
} as const;

/** A record as it lies on flash. */
export interface LogRecord {
  /** {@linkcode RecordKind}. */
  readonly kind: number;
  /** The slot it is about. */
  readonly slot: number;
  /** Its payload. */
  readonly payload: Uint8Array;
}

/** A full record's payload, taken apart. */
export interface FullPayload {
  /** The record's class. */
  readonly recordClass: RecordClass;
  /** Its name. */
  readonly name: Uint8Array;
  /** Its value, sealed if the class is secret. */
  readonly stored: Uint8Array;
}

const CLASSES: readonly RecordClass[] = [
  "preshared-key",
  "group-key",
  "tunnel-address",
  "generational-guid",
  "persistent-logon",
];

/** Lays a sector header out. */
export function encodeHeader(header: SectorHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint16(2, header.logSectors, true);
  view.setUint32(4, header.sequence, true);
  view.setUint32(8, header.eraseCount, true);
  bytes.set(header.openId, 12);
  view.setUint32(20, crc32c(bytes.subarray(0, 20)), true);
  return bytes;
}

/** Reads a sector header; `undefined` if there is none or it is damaged. */
export function decodeHeader(bytes: Uint8Array): SectorHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== MAGIC) return undefined;
  if (view.getUint32(20, true) !== crc32c(bytes.subarray(0, 20))) return undefined;
  return {
    logSectors: view.getUint16(2, true),
    sequence: view.getUint32(4, true),
    eraseCount: view.getUint32(8, true),
    openId: bytes.slice(12, 20),
  };
}

/** Lays a record out for one place, to which its checksum binds it. */
export function encodeRecord(record: LogRecord, sequence: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_OVERHEAD_BYTES + record.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, (record.kind << 12) | record.payload.length, true);
  view.setUint16(2, record.slot, true);
  bytes.set(record.payload, 4);
  view.setUint32(bytes.length - 4, checksum(bytes.subarray(0, bytes.length - 4), sequence, offset), true);
  return bytes;
}

/**
 * Reads the record at a place.
 *
 * @param sector All bytes of the sector.
 * @param maxRecordBytes The longest record there can be.
 * @returns `undefined` if no record verifies there.
 */
export function decodeRecord(
  sector: Uint8Array,
  sequence: number,
  offset: number,
  maxRecordBytes: number,
): LogRecord | undefined {
  if (offset + RECORD_OVERHEAD_BYTES > sector.length) return undefined;
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  const head = view.getUint16(offset, true);
  const kind = head >>> 12;
  const payloadBytes = head & 0xfff;
  const end = offset + RECORD_OVERHEAD_BYTES + payloadBytes;
  if (kind < RecordKind.full || kind > RecordKind.name) return undefined;
  if (end > sector.length || end - offset > maxRecordBytes) return undefined;
  if (view.getUint32(end - 4, true) !== checksum(sector.subarray(offset, end - 4), sequence, offset)) return undefined;
  return { kind, slot: view.getUint16(offset + 2, true), payload: sector.slice(offset + 4, end - 4) };
}

/** Lays a full record's payload out. */
export function encodeFullPayload({ recordClass, name, stored }: FullPayload): Uint8Array {
  const bytes = new Uint8Array(3 + name.length + stored.length);
  bytes[0] = CLASSES.indexOf(recordClass);
  new DataView(bytes.buffer).setUint16(1, name.length, true);
  bytes.set(name, 3);
  bytes.set(stored, 3 + name.length);
  return bytes;
}

/** Takes a full record's payload apart; `undefined` if it is none. */
export function decodeFullPayload(payload: Uint8Array): FullPayload | undefined {
  if (payload.length < 3) return undefined;
  const recordClass = CLASSES[payload[0] as number];
  const nameBytes = new DataView(payload.buffer, payload.byteOffset).getUint16(1, true);
  if (recordClass === undefined || 3 + nameBytes > payload.length) return undefined;
  return { recordClass, name: payload.slice(3, 3 + nameBytes), stored: payload.slice(3 + nameBytes) };
}

/** What a sealed value is bound to: class and name. */
export function recordIdentity(recordClass: RecordClass, name: Uint8Array): Uint8Array {
  const identity = new Uint8Array(1 + name.length);
  identity[0] = CLASSES.indexOf(recordClass);
  identity.set(name, 1);
  return identity;
}

const place = new Uint8Array(8);
const placeView = new DataView(place.buffer);

function checksum(bytes: Uint8Array, sequence: number, offset: number): number {
  placeView.setUint32(0, sequence, true);
  placeView.setUint32(4, offset, true);
  return crc32c(bytes, crc32c(place));
}
