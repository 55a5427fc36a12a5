/**
 * An NTSTATUS in words, for verdicts and traces.
 *
 * @module
 */

import { hexStatus } from "../../../../firmware/manual/isdsc_status.ts";
import { NT_STATUSES } from "../../faults/status_words.ts";

/** As traces have it: `STATUS_SUCCESS`, or the code. */
export function describeNtStatus(status: number): string {
  return status === 0 ? "STATUS_SUCCESS" : `NTSTATUS ${hexStatus(status)}`;
}

/** As verdicts have it: by its name in `ntstatus.h` as well, `STATUS_IO_DEVICE_ERROR (0xc0000185)`. */
export function tellNtStatus(status: number): string {
  const name = Object.keys(NT_STATUSES).find((name) => NT_STATUSES[name] === status);
  if (name === undefined || status === 0) return describeNtStatus(status);
  return `${name} (${hexStatus(status)})`;
}
