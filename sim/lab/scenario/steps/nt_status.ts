/**
 * An NTSTATUS in words, for verdicts and traces.
 *
 * @module
 */

import { hexStatus } from "../../../../firmware/manual/isdsc_status.ts";

/** `STATUS_SUCCESS`, or the code. */
export function describeNtStatus(status: number): string {
  return status === 0 ? "STATUS_SUCCESS" : `NTSTATUS ${hexStatus(status)}`;
}
