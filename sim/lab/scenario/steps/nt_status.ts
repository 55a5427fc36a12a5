/**
 * An NTSTATUS in words, for verdicts and traces.
 *
 * @module
 */

/** `STATUS_SUCCESS`, or the code. */
export function describeNtStatus(status: number): string {
  return status === 0 ? "STATUS_SUCCESS" : `NTSTATUS 0x${(status >>> 0).toString(16).padStart(8, "0")}`;
}
