/**
 * Which sectors may hold secrets, live or not, sealed or not: those that must
 * be erased when secrets are cleared.
 *
 * A sector is safe only if every byte of it is accounted for: blank, its
 * header, or a record that verifies and is no secret. What a cut has left half
 * written, and sectors that are in the log no more, are not safe.
 *
 * @module
 */

import { headKind, headPayloadBytes, headSlot, RecordKind } from "./head_word.ts";
import { classAt, HEADER_BYTES, readUint32, recordBytesAt } from "./log_format.ts";
import type { LogSector } from "./log_window.ts";
import { isSecret } from "./store.ts";

/**
 * How many sectors of the ring must be opened until none that may hold secrets is left as it is.
 *
 * @param region The bytes of all sectors.
 * @param sectorBytes The part's sector size.
 * @param log The sectors of the log, oldest first.
 * @returns 0 if there are no secrets; as many as there are sectors if the newest holds some.
 */
export function sectorsToErase(region: Uint8Array, sectorBytes: number, log: readonly LogSector[]): number {
  const count = region.length / sectorBytes;
  const head = log[log.length - 1];
  const safe = new Set<number>();
  const publicSlots = new Set<number>();
  for (const sector of log) {
    const bytes = region.subarray(sector.index * sectorBytes, (sector.index + 1) * sectorBytes);
    if (sector.condition === "whole" && isSafe(bytes, sector.header.sequence, publicSlots)) safe.add(sector.index);
  }
  let distance = 0;
  for (let index = 0; index < count; index++) {
    const bytes = region.subarray(index * sectorBytes, (index + 1) * sectorBytes);
    if (safe.has(index) || isBlank(bytes, 0)) continue;
    distance = Math.max(distance, ((index - (head?.index ?? -1) - 1 + count) % count) + 1);
  }
  return distance;
}

/**
 * @param publicSlots Slots of which the records so far say that they are no secrets; kept up to date.
 */
function isSafe(bytes: Uint8Array, sequence: number, publicSlots: Set<number>): boolean {
  let offset = HEADER_BYTES;
  let safe = true;
  for (;;) {
    const lengthBytes = recordBytesAt(bytes, sequence, offset);
    if (lengthBytes === 0) {
      // A mark lies behind a gap of blank bytes; anything else there is not accounted for.
      const next = nextWritten(bytes, offset);
      if (next === bytes.length) return safe;
      if (recordBytesAt(bytes, sequence, next) === 0) return false;
      offset = next;
      continue;
    }
    const word = readUint32(bytes, offset);
    const slot = headSlot(word);
    switch (headKind(word)) {
      case RecordKind.full:
      case RecordKind.name: {
        const recordClass = headPayloadBytes(word) === 0 ? undefined : classAt(bytes, offset);
        if (recordClass !== undefined && !isSecret(recordClass)) publicSlots.add(slot);
        else {
          publicSlots.delete(slot);
          // A name alone is no secret.
          if (headKind(word) === RecordKind.full) safe = false;
        }
        break;
      }
      case RecordKind.value:
        if (!publicSlots.has(slot)) safe = false;
        break;
      default:
        // No other record holds a value.
    }
    offset += lengthBytes;
  }
}

function nextWritten(bytes: Uint8Array, from: number): number {
  let offset = from;
  while (offset < bytes.length && bytes[offset] === 0xff) offset++;
  return offset;
}

function isBlank(bytes: Uint8Array, from: number): boolean {
  return nextWritten(bytes, from) === bytes.length;
}
