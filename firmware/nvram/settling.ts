/**
 * Making past cuts harmless: the rules of the mount that write.
 *
 * Where a word can be programmed twice, the head's header and the last record
 * are driven again with the same value; that only adds charge where it was, so
 * a cut in it does no harm. What was left half done is not overwritten in
 * place: a cut in that could leave it as good as new, but with bits that fail
 * later. Where a word takes one program between erases, the last record is
 * written again elsewhere, in one record with the word that nothing counts
 * between the old one and the new.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { markPayloadBytes, maxPayloadBytes, roomBytes } from "./log_format.ts";
import type { LogScan } from "./log_scan.ts";
import type { LogSector } from "./log_window.ts";
import type { MountRule } from "./mount_rules.ts";
import { lastRecordAgain, type PendingRecord } from "./pending.ts";
import type { RingLog } from "./ring_log.ts";
import { FORMAT_VERSION, headerBytes } from "./sector_header.ts";
import type { SlotTable } from "./slot_table.ts";
import { isBlank, roundUp, writtenEnd } from "./words.ts";

/**
 * How often it is tried to open a sector for a last record that can be settled nowhere else: two erases each. More
 * attempts would take more operations than a mount should, where the headers of all sectors have dead cells.
 */
const OPEN_ATTEMPTS = 4;

/** What the rules need. */
export interface SettlingOptions {
  /** The part. */
  readonly flash: NorFlash;
  /** The log, which has adopted the scan. */
  readonly log: RingLog;
  /** What the mount has found. */
  readonly scan: LogScan;
  /** The bytes that were scanned, put right where the scan could. */
  readonly region: Uint8Array;
  /** As far as a write that was cut off can have reached, in bytes. */
  readonly maxRecordBytes: number;
  /** Rules that are left out. */
  readonly omittedRules: ReadonlySet<MountRule>;
}

/**
 * Makes past cuts harmless.
 *
 * @param options What the rules need.
 * @param slots Seals secrets for their new place.
 * @param advance Opens the next sector, which is to hold the last record again if there is one to settle.
 * @returns False if the part takes nothing any more: all that is stored can still be read. Nothing may be appended to the
 * head then: what could not be settled would be written again behind it.
 */
export function* settle(
  options: SettlingOptions,
  slots: SlotTable,
  advance: (unsettled: PendingRecord | undefined) => Task<boolean>,
): Task<boolean> {
  const { flash, log, scan, region, omittedRules } = options;
  if (log.writer.programBytes === 1) {
    if (yield* settleRecord(options)) {
      return (yield* settleInPlace(options)) || (yield* advance(undefined)) || (yield* goOnInHead(options));
    }
    // Bits that were not driven may still read as they like: the record is written elsewhere, if it fits beside copies.
    const again = lastRecordAgain(scan, sectorOf(region, log.head as LogSector), slots);
    const fits = again.payloadBytes <= maxPayloadBytes(flash.geometry.sectorBytes, 1);
    return (fits && (yield* advance(again))) || (yield* advance(undefined));
  }
  const isUnproven = scan.isUnproven || omittedRules.has("settle record");
  const again = lastRecordAgain({ ...scan, isUnproven }, sectorOf(region, log.head as LogSector), slots);
  let { refusals } = log;
  // The next sector may look opened some time: the head is left for it, or it is erased.
  const mayStay = !scan.tornHeader || omittedRules.has("reopen torn header");
  // A head without proof is proven first, wherever there is room: what it freed may be erased next.
  const isSettledThere = (mayStay || scan.isUnproven) && ((yield* settleElsewhere(options, again)) ||
    (scan.isUnproven && (yield* settleWithoutFence(options, again))));
  if (isSettledThere && mayStay) return true;
  // A place that the head did not take is used up: there was room.
  let hadRoom = log.refusals > refusals;
  log.endAt(again.voidFrom);
  for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) if (yield* advance(again)) return yield* log.own();
  if (hadRoom) return false;
  if (!mayStay) {
    refusals = log.refusals;
    // Should the next sector look opened some time, it says that the log has ended before what is written here.
    const isSettled = yield* settleElsewhere(options, again);
    hadRoom = log.refusals > refusals;
    if (!(yield* annulNext(options))) return false;
    if (isSettled) return true;
    log.endAt(again.voidFrom);
  }
  // Nor is anything written before a place that was refused: what stands there could be put right as the last record.
  return !hadRoom && (yield* settleWithoutFence(options, again));
}

/**
 * Drives the head's header again.
 *
 * @returns False if the part does not take it: the header may read otherwise next time, and the log have another head.
 */
export function* settleHeader({ flash, log, scan, region, omittedRules }: SettlingOptions): Task<boolean> {
  const head = scan.sectors.at(-1);
  if (log.writer.programBytes !== 1 || omittedRules.has("settle header") || head?.condition !== "whole") return true;
  const base = head.index * flash.geometry.sectorBytes;
  return yield* log.writer.driveAgain(base, region.subarray(base, base + headerBytes(1)));
}

/** Drives the last record again; false if the part does not take it. */
function* settleRecord({ flash, log, scan: { lastRecord }, region, omittedRules }: SettlingOptions): Task<boolean> {
  if (lastRecord === undefined || omittedRules.has("settle record")) return true;
  const { sector, offset } = lastRecord.place;
  const start = sector.index * flash.geometry.sectorBytes + offset;
  return yield* log.writer.driveAgain(start, region.subarray(start, start + lastRecord.lengthBytes));
}

/**
 * Has the head, which was driven again, go on behind a mark. It is read back: what is acknowledged behind none would be
 * lost with one bit.
 *
 * @returns False if nothing may be appended to the head, or it takes no mark: the next sector must be opened.
 */
function* settleInPlace({ flash, log, scan, maxRecordBytes, omittedRules }: SettlingOptions): Task<boolean> {
  const { head } = log;
  if (head?.condition !== "whole" || head.header.version !== FORMAT_VERSION || scan.lastRecord?.lostBit === true) {
    return false;
  }
  if (scan.tornRecord && !omittedRules.has("leave torn record")) return false;
  if (scan.tornHeader && !omittedRules.has("reopen torn header")) return false;
  const { sectorBytes, pageBytes } = flash.geometry;
  const { headEnd } = scan;
  const offset = omittedRules.has("fence") ? headEnd : roundUp(headEnd + maxRecordBytes, pageBytes);
  const isFull = offset + roomBytes(markPayloadBytes(sectorBytes), 1) > sectorBytes;
  // Nothing goes behind the fence without a mark, not even what is shorter.
  log.goOnAt(isFull ? sectorBytes : offset, headEnd);
  return isFull || omittedRules.has("boot mark") || (yield* log.mark(headEnd));
}

/**
 * No sector opens that the head could be left for: what was left half done is overwritten in place after all, and the
 * head goes on. Otherwise the next mounts could take it for whole or not, each as it likes.
 *
 * @returns False if the part does not take that either, or the head has lost its header.
 */
function* goOnInHead(options: SettlingOptions): Task<boolean> {
  const { flash, log, scan, region, maxRecordBytes } = options;
  const { head } = log;
  if (head?.condition !== "whole" || head.header.version !== FORMAT_VERSION) return false;
  const { sectorBytes } = flash.geometry;
  if (scan.tornHeader && !(yield* annulNext(options))) return false;
  // As far as a write that was cut off can have reached; an earlier boot may have come further.
  const written = Math.max(scan.headEnd + maxRecordBytes, writtenEnd(sectorOf(region, head), scan.headEnd));
  if (scan.tornRecord) {
    // To the end: zeros over a part of a mark that lacks a bit can make it one, which strikes out what counts.
    const lengthBytes = Math.min(written, sectorBytes) - scan.headEnd;
    if (!(yield* log.writer.kill(head.index * sectorBytes + scan.headEnd, lengthBytes))) return false;
  }
  // What is there is not blank: without the mark it would be taken for damage.
  log.goOnAt(roundUp(written, flash.geometry.pageBytes), scan.headEnd);
  return yield* log.mark(scan.headEnd);
}

/** Whether a write was cut off that only a store can have begun that had settled the last record, or written it itself. */
function beganBehindLast(region: Uint8Array, head: LogSector, { headEnd, tornRecord }: LogScan): boolean {
  return tornRecord && !isBlank(sectorOf(region, head).subarray(headEnd, headEnd + head.header.programBytes));
}

/** The bytes of a sector. */
function sectorOf(region: Uint8Array, { index, header: { sectorBytes } }: LogSector): Uint8Array {
  return region.subarray(index * sectorBytes, (index + 1) * sectorBytes);
}

/**
 * Settles the head by writing its last record again behind a fence. If a cut took the first word of that and left no
 * trace, the next mount sees what this one saw, and writes the same to the same place: what the part makes of it is read
 * back, and written again in the next sector if need be.
 *
 * @param options What the rules need.
 * @param again The last record, as it is to be written again.
 * @returns False if the head has no room for it or does not take it: the next sector must be opened, with that record.
 */
function* settleElsewhere(options: SettlingOptions, again: PendingRecord): Task<boolean> {
  const { flash, log, scan, region, maxRecordBytes, omittedRules } = options;
  const { head } = log;
  if (head?.condition !== "whole") return false;
  const { pageBytes } = flash.geometry;
  const written = writtenEnd(sectorOf(region, head), scan.headEnd);
  return yield* appendAgain(
    options,
    again,
    omittedRules.has("fence") ? written : roundUp(written + maxRecordBytes, pageBytes),
  );
}

/** Writes the last record again at a place of the head; false if there is no room for it or the part does not take it. */
function* appendAgain(
  { log, scan }: SettlingOptions,
  { payloadBytes, content }: PendingRecord,
  offset: number,
): Task<boolean> {
  log.goOnAt(offset, scan.headEnd);
  return (yield* log.append(payloadBytes, (place) => content(place, false), true)) !== undefined;
}

/** Makes sure that the sector behind the head does not look opened. */
function* annulNext({ log }: SettlingOptions): Task<boolean> {
  const [next] = log.ring.free([]);
  return next !== undefined && (yield* log.unopened.annul(next));
}

/**
 * No sector opens that could take the last record again, and the head has no room for it behind a fence: it is written
 * right behind all that can be seen, where each record has left room for that. If a write was cut off that began where
 * the last record ends, that was finished before, and a mark will do. What stands further on is what other mounts have
 * tried: they did not settle it, and a mark would vouch for bits that may be none the next time.
 *
 * @returns False if there is no room, or the part does not take it: nothing may be appended to the head.
 */
function* settleWithoutFence(options: SettlingOptions, again: PendingRecord): Task<boolean> {
  const { log, scan, region } = options;
  const { head } = log;
  const { programBytes } = log.writer;
  if (head?.condition === "whole") {
    // One word further on: what left no trace was to go right behind, and no nonce is used twice.
    const offset = roundUp(writtenEnd(sectorOf(region, head), scan.headEnd), programBytes) + programBytes;
    if (yield* appendAgain(options, again, offset)) return true;
    if (beganBehindLast(region, head, scan) && (yield* log.mark(scan.headEnd))) return true;
  }
  log.endAt(again.voidFrom);
  return false;
}
