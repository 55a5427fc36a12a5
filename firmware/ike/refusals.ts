/**
 * Why bytes are refused, with the notification that the RFCs name for it.
 *
 * @module
 */

import { NotifyType } from "./constants.ts";

/** Why bytes are no message. */
export interface Refusal {
  /** Not decoded. */
  readonly type: "refused";
  /** The notification that the RFC names for it. */
  readonly notifyType: number;
  /** What is wrong, in words. */
  readonly reason: string;
}

/** A refusal with a notification type. */
export function refuse(notifyType: number, reason: string): Refusal {
  return { type: "refused", notifyType, reason };
}

/** A refusal with PAYLOAD-MALFORMED. */
export function malformed(reason: string): Refusal {
  return refuse(NotifyType.payloadMalformed, reason);
}

/** A refusal with BAD-PROPOSAL-SYNTAX. */
export function badProposal(reason: string): Refusal {
  return refuse(NotifyType.badProposalSyntax, reason);
}
