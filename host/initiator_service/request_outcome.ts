/**
 * How requests to an adapter end, and what that means to the service.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { FALLBACK_NT_STATUSES, FALLBACK_STATUSES, LASTING_REFUSALS } from "../design_choices.ts";
import { NtStatus, win32OfNtStatus } from "../status.ts";

/** How a method call ended. */
export type CallOutcome =
  /** The adapter answered. */
  | { readonly type: "answered"; readonly status: number; readonly data: Uint8Array }
  /** The driver stack did not carry the call out. */
  | { readonly type: "failed"; readonly ntStatus: number };

/** How any request to the adapter ended. */
export type RequestOutcome =
  /** The adapter answered. */
  | { readonly type: "answered"; readonly status: number }
  /** The driver stack did not carry the request out. */
  | { readonly type: "failed"; readonly ntStatus: number };

/**
 * How whatever an adapter was asked for ends when it goes meanwhile: one answer, be the request held by its driver then,
 * or find its classes withdrawn.
 */
export const GONE: { readonly type: "failed"; readonly ntStatus: number } = {
  type: "failed",
  ntStatus: NtStatus.noSuchDevice,
};

/** How whatever an adapter was to be asked for ends when it does not answer. */
export const UNANSWERED: { readonly type: "failed"; readonly ntStatus: number } = {
  type: "failed",
  ntStatus: NtStatus.ioTimeout,
};

/** True when the adapter says that keeping keys is not its business. */
export function isFallback(outcome: RequestOutcome): boolean {
  return outcome.type === "answered"
    ? FALLBACK_STATUSES.includes(outcome.status)
    : FALLBACK_NT_STATUSES.includes(outcome.ntStatus);
}

/** True when the adapter will never take what it was given: to give it once more is in vain. */
export function isLastingRefusal(outcome: RequestOutcome): boolean {
  return isFallback(outcome) || (outcome.type === "answered" && LASTING_REFUSALS.includes(outcome.status));
}

/** True when no answer has come that tells what has become of a request. */
export function isLost(outcome: RequestOutcome): boolean {
  return outcome.type === "failed" && !isFallback(outcome);
}

/** True when the adapter answered success. */
export function isSuccess(outcome: RequestOutcome): boolean {
  return outcome.type === "answered" && outcome.status === IsdscStatus.SUCCESS;
}

/** The status as the application sees it: the adapter's own, or the Win32 error of the driver stack. */
export function statusOf(outcome: RequestOutcome): number {
  return outcome.type === "answered" ? outcome.status : win32OfNtStatus(outcome.ntStatus);
}
