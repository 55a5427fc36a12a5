/**
 * Which of the rows that the service holds an adapter has, and in which order it has come to them.
 *
 * @module
 */

import type { AdapterLink } from "./adapter_link.ts";
import type { HeldRecords } from "./held_records.ts";
import { isLeftBehind } from "./left_tunnels.ts";
import type { SecurityRecord } from "./security_record.ts";

/** Whether an adapter has what is held under a record's name. */
export function keeps(held: HeldRecords, link: AdapterLink, record: SecurityRecord): boolean {
  const key = held.keyOf(record);
  return !link.notKept.has(key) && held.effective(link.name).some((each) => each.key === key && !isLeftBehind(each));
}

/** Whether an adapter has taken a key at last that is older than one that it had taken before. */
export function isLate(held: HeldRecords, link: AdapterLink, record: SecurityRecord): boolean {
  const key = held.keyOf(record);
  if (record.kind !== "preshared-key" || !link.notKept.has(key)) return false;
  const keys = held.effective(link.name).filter(({ row }) => row.kind === "preshared-key");
  return keys.slice(keys.findIndex((each) => each.key === key) + 1).some((each) => !link.notKept.has(each.key));
}
