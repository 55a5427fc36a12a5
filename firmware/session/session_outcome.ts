/**
 * How phase 1 went, in the terms of the mailbox.
 *
 * @module
 */

import type { DeletionCause, FailureReason, Phase1Mode } from "../ike/mod.ts";
import { IsdscStatus } from "../manual/interface.ts";

/** Where asynchronous events for the host go: the queue in front of the mailbox registers. */
export interface EventOutput {
  /** Enters an event: its code, then its parameters, one a mailbox register. */
  event(...values: number[]): void;
  /** How many events were lost because the host did not take them. */
  readonly eventsLost: number;
}

/** Mailbox 4 of the event: 1 main mode, 2 aggressive mode. */
export function modeNumber(mode: Phase1Mode): number {
  return mode === "main" ? 1 : 2;
}

/** The ISDSC status with which a session is closed: whether its connection was lost, or ended in good order. */
export function statusOfDeletion(cause: DeletionCause): number {
  switch (cause) {
    case "peer dead":
    case "lifetime over":
    case "peer began anew":
      return IsdscStatus.CONNECTION_FAILED;
    case "closed":
    case "deleted by peer":
    case "replaced":
      return IsdscStatus.SUCCESS;
    default:
      return cause satisfies never;
  }
}

/** The ISDSC status of a failure. */
export function statusOf(reason: FailureReason): number {
  switch (reason) {
    case "no key":
      return IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
    case "authentication":
    case "identification":
      return IsdscStatus.AUTHENTICATION_FAILURE;
    case "no proposal":
    case "protocol":
      return IsdscStatus.FAILED_TO_CONFIGURE_IPSEC;
    case "no answer":
    case "crowded out":
    case "aborted":
      return IsdscStatus.CONNECTION_FAILED;
    case "no memory":
      return IsdscStatus.OUT_OF_RESOURCES;
    case "invalid request":
      return IsdscStatus.INVALID_PARAMETER;
    default:
      return reason satisfies never;
  }
}
