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

import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { headKind, headPayloadBytes, headSlot, RecordKind } from "./head_word.ts";
import { classAt, contentAt, recordBytesAt } from "./log_format.ts";
import type { LogSector } from "./log_window.ts";
import type { RingLog } from "./ring_log.ts";
import { headerBytes, type SectorHeader } from "./sector_header.ts";
import { isSecret } from "./store.ts";
import { blankEnd, isBlank, isNearlyBlank, partsOf, readUint32, roundUp } from "./words.ts";

/**
 * How many sectors of the ring must be opened until none that may hold secrets is left as it is.
 *
 * @param region The bytes of all sectors.
 * @param sectorBytes The part's sector size.
 * @param log The sectors of the log, oldest first.
 * @param retired Sectors that are opened no more.
 * @returns 0 if there are no secrets; as many as there are sectors if the newest holds some.
 */
export function sectorsToErase(
  region: Uint8Array,
  sectorBytes: number,
  log: readonly LogSector[],
  retired: ReadonlySet<number>,
): number {
  const parts = partsOf(region, sectorBytes);
  const count = parts.length;
  const head = log.at(-1);
  const safe = new Set<number>();
  const publicSlots = new Set<number>();
  for (const sector of log) {
    const bytes = parts[sector.index] as Uint8Array;
    const content = sector.condition === "whole" ? contentOf(bytes, sector.header, publicSlots) : "unknown";
    if (content === "public") safe.add(sector.index);
    // What was lost there may have given any slot to a secret.
    if (content === "unknown") publicSlots.clear();
  }
  let distance = 0;
  for (const [index, bytes] of parts.entries()) {
    if (safe.has(index) || retired.has(index) || isBlank(bytes)) continue;
    distance = Math.max(distance, ((index - (head?.index ?? -1) - 1 + count) % count) + 1);
  }
  return distance;
}

/**
 * What a sector holds: nothing but public records, secrets too, or something that is not accounted for.
 *
 * @param publicSlots Slots of which the records so far say that they are no secrets; kept up to date.
 */
function contentOf(
  bytes: Uint8Array,
  { sequence, programBytes }: SectorHeader,
  publicSlots: Set<number>,
): "public" | "secret" | "unknown" {
  let offset = headerBytes(programBytes);
  let content: "public" | "secret" = "public";
  for (;;) {
    const lengthBytes = recordBytesAt(bytes, sequence, offset);
    if (lengthBytes === 0) {
      // A mark lies behind a gap of blank bytes; anything else there is not accounted for.
      const written = blankEnd(bytes, offset);
      if (written === bytes.length) return content;
      const next = written - (written % programBytes);
      if (recordBytesAt(bytes, sequence, next) === 0) return "unknown";
      offset = next;
      continue;
    }
    const at = contentAt(bytes, offset) ?? offset;
    const word = readUint32(bytes, at);
    const slot = headSlot(word);
    const kind = headKind(word);
    if (kind === RecordKind.full || kind === RecordKind.name) {
      const recordClass = headPayloadBytes(word) === 0 ? undefined : classAt(bytes, at);
      if (recordClass !== undefined && !isSecret(recordClass)) publicSlots.add(slot);
      else publicSlots.delete(slot);
    }
    // Others hold no value; a name alone is no secret.
    const holdsValue = kind === RecordKind.full || kind === RecordKind.value;
    if (holdsValue && !publicSlots.has(slot)) content = "secret";
    offset += roundUp(lengthBytes, programBytes);
  }
}

/**
 * Makes sure that no retired sector holds anything of a key.
 *
 * @returns False if one may.
 */
export function* wipeRetired(flash: NorFlash, { retired, writer }: RingLog): Task<boolean> {
  const { sectorBytes } = flash.geometry;
  const bytes = new Uint8Array(sectorBytes);
  let isDone = true;
  for (const index of retired) {
    const address = index * sectorBytes;
    yield* flash.readInto(address, bytes);
    if (isWiped(bytes) || (yield* writer.kill(address, sectorBytes))) continue;
    yield* writer.erase(address, 1);
    yield* flash.readInto(address, bytes);
    isDone &&= isWiped(bytes);
  }
  return isDone;
}

/**
 * Whether a sector that is used no more holds nothing of a key: it is blank, or written over with zeros, but for a few
 * cells that are dead, and bits that the part did not take.
 */
function isWiped(bytes: Uint8Array): boolean {
  return isNearlyBlank(bytes) || bytes.every((byte) => (byte & (byte - 1)) === 0);
}
