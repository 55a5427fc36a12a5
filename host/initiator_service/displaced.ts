/**
 * Rows that an adapter lacks although they have a claim to its room: what is not
 * the service's has it, as a login that another tool has saved, or a key that a
 * ClearCache which failed has left, or one that an adapter without ClearCache
 * took just after a reset. Nobody tells when that goes. So the adapter is asked
 * to take them before anything else is done with it, and gets nothing new as
 * long as it lacks one: that would have its room for good.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { lacksDisplaced } from "./claims.ts";
import type { HeldRecords } from "./held_records.ts";
import { give, mayHaveTaken } from "./replay.ts";
import type { CallOutcome } from "./request_outcome.ts";
import { notedKey } from "./row_note.ts";
import type { SecurityRecord } from "./security_record.ts";
import { commit, type ServiceContext } from "./service_context.ts";

/**
 * Whether a record would only find room that is another one's: of what is not the service's, in the place of a row with
 * a claim. That comes back when the other goes, and the new key would be lost.
 */
export function takesRoomOfDisplaced(held: HeldRecords, link: AdapterLink, record: SecurityRecord): boolean {
  if (record.kind !== "preshared-key" || !lacksDisplaced(link)) return false;
  const key = held.keyOf(record);
  return link.waiting.has(key) || !held.effective(link.name).some((each) => each.key === key);
}

/** What an adapter is taken to say to such a record: what it would say if the row had its room. */
export const NO_ROOM: CallOutcome = {
  type: "answered",
  status: IsdscStatus.HBA_SECURITY_CACHE_FULL,
  data: new Uint8Array(0),
};

/**
 * Offers an adapter once more what it lacks. One that has taken a row in vain, and lacks it when all is set again, is
 * offered it ever more rarely.
 *
 * @returns True if it took one, or may have: it has to get all rows then, in their order.
 */
export function* takesDisplaced(context: ServiceContext, link: AdapterLink): Task<boolean> {
  // What a ClearCache will take is waited for.
  if (!lacksDisplaced(link) || link.refills.isClearOwed) return false;
  const { held } = context;
  const isOffered = (key: string) => link.displaced.has(key) && link.notKept.has(key) && link.refills.areDueFor(key);
  const rows = held.effective(link.name).filter(({ key }) => isOffered(key));
  const notes = held.noteChanges(link.name, link.isNonvolatile && !link.isPartial)
    .filter(({ row }) => isOffered(notedKey(row)));
  const what = `notes of ${link.name}`;
  if (notes.length > 0 && (yield* commit(context, what, () => notes)).type === "failed") return false;
  for (const row of rows) {
    const outcome = yield* give(held, link, row);
    if (outcome !== undefined && mayHaveTaken(outcome)) return true;
  }
  if (notes.length > 0) yield* commit(context, what, () => notes.map(({ row }) => ({ type: "delete", row })));
  return false;
}
