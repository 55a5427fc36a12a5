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

/** Whether an event answers that all went well. */
export function isGood({ fields }: TraceEvent): boolean {
  return GOOD.includes(String(fields["status"]));
}
