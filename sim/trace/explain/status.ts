/**
 * Which answers are good news.
 *
 * @module
 */

import type { TraceEvent } from "../recorder.ts";

/** How the layers say that all went well, each in its own terms. */
const GOOD: readonly string[] = [
  "SUCCESS",
  "mailbox 0x4000",
  "SRB 0x01",
  "NTSTATUS 0x00000000",
  "STATUS_SUCCESS",
  "committed",
];

/** How layers that only carry an answer say that they have brought it back, whatever it is. */
const TRANSPORTED: readonly string[] = ["SRB 0x01", "NTSTATUS 0x00000000", "STATUS_SUCCESS"];

/** Whether an event brings back an answer that is told elsewhere, as in a buffer of WMI. */
export function isTransported({ fields }: TraceEvent): boolean {
  return TRANSPORTED.includes(String(fields["status"]));
}

/** Whether an event answers that all went well. */
export function isGood({ fields }: TraceEvent): boolean {
  return isGoodStatus(String(fields["status"]));
}

/** Whether a status says that all went well. */
export function isGoodStatus(status: string): boolean {
  return GOOD.includes(status);
}
