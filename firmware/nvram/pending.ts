/**
 * Records that the log still has to write: where it ended, that old keys are
 * being erased, and the last record of an earlier boot once more.
 *
 * @module
 */

import { allocateBytes, copyBytes, NO_BYTES } from "../../sim/layout/slab.ts";
import { headKind, headPayloadBytes, headSlot, LogSlot, RecordKind } from "./head_word.ts";
import { againPayload, contentAt, HEAD_BYTES, markPayload, voidFromAt } from "./log_format.ts";
import type { LogScan } from "./log_scan.ts";
import type { RecordPlace } from "./log_window.ts";
import type { RecordContent } from "./carrier.ts";
import { headerBytes } from "./sector_header.ts";
import type { SlotTable } from "./slot_table.ts";
import { isSealed } from "./store.ts";
import { readUint32, writeUint32 } from "./words.ts";

/** Length of the payload of a record that clears secrets, in bytes. */
export const CLEAR_PAYLOAD_BYTES = 4;

/**
 * The record that clears secrets, or carries on that they are being erased.
 *
 * @param untilSequence Sectors are to be opened until the head has this sequence.
 * @param carried True if the secrets are gone already.
 */
export function scrubContent(untilSequence: number, carried: boolean): () => RecordContent {
  const payload = allocateBytes(CLEAR_PAYLOAD_BYTES);
  writeUint32(payload, 0, untilSequence);
  return plainContent(RecordKind.clearSecrets, 0, carried, payload);
}

/**
 * A mark: what lies between where the log ended and its own place never counts.
 *
 * @param sectorBytes The part's sector size.
 * @param logEnd Where the log ended; the mark's own place by default, which strikes out nothing.
 */
export function markContent(sectorBytes: number, logEnd?: number): (place: RecordPlace) => RecordContent {
  const head = { kind: RecordKind.mark, carried: false, slot: 0 };
  return ({ offset }) => ({ head, payload: markPayload(logEnd ?? offset, sectorBytes) });
}

/** A record that says the same at any place; without payload it says no more of its slot than its kind does. */
export function plainContent(
  kind: RecordKind,
  slot: number,
  carried: boolean,
  payload: Uint8Array = NO_BYTES,
): () => RecordContent {
  return () => ({ head: { kind, carried, slot }, payload });
}

/** A record that is to be written again. */
export interface PendingRecord {
  /** From where on nothing in the head counts that lies before it. */
  readonly voidFrom: number;
  /** Where the log ends if it is not written again. */
  readonly logEnd: number;
  /** Length of the payload it will have, in bytes. */
  readonly payloadBytes: number;
  /** What it says at a place; in a sector that is being opened it is a copy, and nothing that lies before it is void. */
  readonly content: (place: RecordPlace, carried: boolean) => RecordContent;
}

/**
 * The last record of the log, to be written again elsewhere: a write that was cut off can leave bits that read right
 * now and wrong later, and where no word can be programmed twice nothing else makes them firm.
 *
 * @param scan What a mount has found.
 * @param bytes The bytes of the head, put right where the scan could.
 * @param slots Seals secrets for their new place.
 */
export function lastRecordAgain(
  { lastContent, lastRecord, headEnd, isUnproven }: LogScan,
  bytes: Uint8Array,
  slots: SlotTable,
): PendingRecord {
  // A mark behind it may be of a boot that did not come to its end: what lies before it is no firmer for it. All copies
  // are, so that a head without proof needs its header only.
  const place = isUnproven ? undefined : (lastContent ?? lastRecord)?.place;
  const at = place && contentAt(bytes, place.offset);
  const word = at === undefined ? undefined : readUint32(bytes, at);
  const voidFrom = (place && voidFromAt(bytes, place.offset)) ?? place?.offset ?? headEnd;
  // A mark says nothing but where the log ended, which this record says itself.
  const isSaid = at === undefined || word === undefined || headKind(word) === RecordKind.mark;
  const [start, end] = isSaid ? [0, isUnproven ? headerBytes(1) : 0] : [at, at + HEAD_BYTES + headPayloadBytes(word)];
  const again = copyBytes(bytes, start, end);
  const slot = word === undefined ? undefined : slots.at(headSlot(word));
  const isSealedThere = slot?.value !== undefined && isSealed(slot.identity.class) &&
    slot.value.place.sector === place?.sector && slot.value.place.offset === voidFrom;
  const content = (to: RecordPlace, carried: boolean): RecordContent => {
    const payload = againPayload(carried ? to.offset : voidFrom, again);
    // In the head its box stays as it is, so that no nonce is used for two values, whichever record later boots find last.
    const value = isSealedThere && carried ? slots.open(slot) : undefined;
    if (isSealedThere && value !== undefined) {
      // The box alone is another one: what stands before it keeps its form, which may be that of version 2.
      const stored = slots.seal(slot, to, value);
      payload.set(stored, payload.length - stored.length);
      value.fill(0);
    }
    return { head: { kind: RecordKind.log, carried, slot: LogSlot.again }, payload };
  };
  return { voidFrom, logEnd: headEnd, payloadBytes: againPayload(0, again).length, content };
}
