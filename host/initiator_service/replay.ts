/**
 * Giving an adapter what the service holds. What it takes is in its cache
 * afterwards; what it refuses for good it will not have, and lacks nothing; what
 * it fails to take is missing.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import type { HeldRecords } from "./held_records.ts";
import { displace, isBarred, isOutOfRoom } from "./claims.ts";
import type { HeldRow } from "./row_index.ts";
import { type CallOutcome, isLastingRefusal, isLost, isSuccess } from "./request_outcome.ts";
import { wipeRecord } from "./security_record.ts";

/** How an adapter took the records. */
export interface Replayed {
  /** It took all but those that it refuses for good. Otherwise it must not be named: what is missing is known only in memory. */
  readonly complete: boolean;
  /** It was given all that can be given, and had its say: what it takes afterwards has its room beside all that. */
  readonly offered: boolean;
  /** What it said no to. */
  readonly refused: ReadonlySet<string>;
  /** Of that, what it has no room for. */
  readonly hadNoRoom: ReadonlySet<string>;
  /** And what it cannot have, whatever room it has. */
  readonly barred: ReadonlySet<string>;
}

/**
 * Gives records to the adapter; those that it does not take are handed over at logins.
 *
 * @param rows In this order.
 * @param onDamaged Is told the kind of a record that cannot be given because it is damaged.
 */
export function* replay(
  held: HeldRecords,
  link: AdapterLink,
  rows: readonly HeldRow[],
  onDamaged: (kind: string) => void,
): Task<Replayed> {
  let complete = true;
  let offered = true;
  const refused = new Set<string>();
  const hadNoRoom = new Set<string>();
  const barred = new Set<string>();
  for (const row of rows) {
    const outcome = yield* give(held, link, row);
    if (outcome === undefined) {
      onDamaged(row.row.kind);
      complete = false;
      continue;
    }
    if (isSuccess(outcome)) continue;
    link.notKept.add(row.key);
    if (isLost(outcome)) link.lost.add(row.key);
    // Also of what stands for a tunnel address that is held no more: until it is taken the old one is in force.
    if (!isLastingRefusal(outcome)) complete = offered = false;
    if (!mayHaveTaken(outcome)) refused.add(row.key);
    if (isOutOfRoom(outcome)) hadNoRoom.add(row.key);
    if (isBarred(outcome)) barred.add(row.key);
  }
  return { complete, offered, refused, hadNoRoom, barred };
}

/**
 * Offers an adapter once more what it has refused in an earlier run.
 *
 * @returns False if it took one, or may have: it has to get them all then, in their order.
 */
export function* takesNothingMore(held: HeldRecords, link: AdapterLink): Task<boolean> {
  const refused = held.refused(link.name);
  const hadNoRoom = new Set<string>();
  const barred = new Set<string>();
  link.notKept.clear();
  link.lost.clear();
  for (const row of held.effective(link.name).filter(({ key }) => refused.has(key))) {
    const outcome = yield* give(held, link, row);
    if (outcome !== undefined && mayHaveTaken(outcome)) return false;
    link.notKept.add(row.key);
    if (outcome !== undefined && isOutOfRoom(outcome)) hadNoRoom.add(row.key);
    if (outcome !== undefined && isBarred(outcome)) barred.add(row.key);
  }
  link.waiting = new Set([...link.waiting, ...barred]);
  displace(link, hadNoRoom);
  return true;
}

/** Of a request that was not answered it is not known what has become of it. */
export function mayHaveTaken(outcome: CallOutcome): boolean {
  return isSuccess(outcome) || isLost(outcome);
}

/** Gives an adapter one row; `undefined` if it is damaged. */
export function* give(held: HeldRecords, link: AdapterLink, row: HeldRow): Task<CallOutcome | undefined> {
  const record = held.open(row);
  if (record === undefined) return undefined;
  const outcome = yield* link.set(record, held.writerOf(row));
  wipeRecord(record);
  return outcome;
}
