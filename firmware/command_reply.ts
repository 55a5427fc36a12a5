/**
 * How a command of the mailbox ends.
 *
 * @module
 */

import { IsdscStatus, MailboxStatus } from "./manual/interface.ts";
import type { Opened } from "./session/sessions.ts";

/** How a command ended: mailbox 0, and the registers after it. */
export interface Reply {
  readonly mailboxStatus: number;
  readonly registers: readonly number[];
  readonly response?: Uint8Array;
  /** The event that wrote what was asked for, or -1. */
  readonly because?: number | undefined;
}

/** It was carried out. */
export function complete(...registers: number[]): Reply {
  return { mailboxStatus: MailboxStatus.commandComplete, registers };
}

/** It was not looked at. */
export function refuse(mailboxStatus: number): Reply {
  return { mailboxStatus, registers: [] };
}

/** There is nothing with a higher number, or none at all. */
export const NO_MORE: Reply = complete(IsdscStatus.SUCCESS, 0);

/** What came of a request for a session. */
export function openedReply(opened: Opened): Reply {
  return opened.type === "accepted" ? complete(IsdscStatus.SUCCESS, opened.session) : statusReply(opened.status);
}

/** It ended with an ISDSC status. */
export function statusReply(status: number): Reply {
  return status === IsdscStatus.SUCCESS
    ? complete(status)
    : { mailboxStatus: MailboxStatus.commandError, registers: [status] };
}

/** It was carried out, and answers so. */
export function responseReply(response: Uint8Array): Reply {
  return {
    mailboxStatus: MailboxStatus.commandComplete,
    registers: [IsdscStatus.SUCCESS, response.length],
    response,
  };
}
