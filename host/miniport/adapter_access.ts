/**
 * Commands on behalf of WMI requests: what the adapter answered, or the SRB
 * status with which the request ends because it did not.
 *
 * @module
 */

import { MailboxStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { SrbStatus } from "../status.ts";
import type { Mailbox, MailboxCommandRequest, MailboxResult } from "./mailbox.ts";

/** How a command on behalf of a request ended. */
export type AccessResult =
  /** The adapter carried it out or refused it: mailbox 0, the ISDSC status, and what else it answered. */
  | {
    readonly type: "answered";
    readonly accepted: boolean;
    readonly status: number;
    readonly value: number;
    readonly response: Uint8Array;
  }
  /** It did not get that far. */
  | { readonly type: "failed"; readonly srbStatus: number };

/** The way to one adapter. */
export class AdapterAccess {
  readonly #mailbox: Mailbox;
  readonly #isGivenUp: () => boolean;

  /**
   * A way.
   *
   * @param mailbox The adapter's mailbox.
   * @param isGivenUp True while the adapter has failed or is absent: nothing is tried again.
   */
  constructor(mailbox: Mailbox, isGivenUp: () => boolean) {
    this.#mailbox = mailbox;
    this.#isGivenUp = isGivenUp;
  }

  /**
   * Has the adapter carry a command out.
   *
   * @param isWanted Asked when its turn has come.
   */
  *execute(command: MailboxCommandRequest, isWanted: () => boolean = () => true): Task<AccessResult> {
    const result = yield* this.#mailbox.execute(command, isWanted);
    const srbStatus = this.#srbStatus(result);
    if (result.type !== "completed" || srbStatus !== SrbStatus.success) return { type: "failed", srbStatus };
    const [mailboxStatus = 0, status = 0, value = 0] = result.registers;
    const accepted = mailboxStatus === MailboxStatus.commandComplete;
    return { type: "answered", accepted, status, value, response: result.response };
  }

  /**
   * The SRB status of a request that waits for something that the adapter shall tell later; `undefined` while the adapter
   * can tell. One that is being brought up has forgotten what it had accepted.
   */
  get interruption(): number | undefined {
    return this.#mailbox.isOpen ? undefined : this.#srbStatus({ type: "aborted" });
  }

  /** A request that the adapter did not carry out: busy while it is being reset, so that the port driver tries again. */
  #srbStatus(result: MailboxResult): number {
    switch (result.type) {
      case "completed":
        return SRB_STATUS_OF_MAILBOX[result.registers[0] ?? 0] ?? SrbStatus.error;
      case "timedOut":
        return SrbStatus.timeout;
      case "absent":
        return SrbStatus.noHba;
      case "aborted":
        return this.#isGivenUp() ? SrbStatus.noHba : SrbStatus.busy;
      default:
        return result satisfies never;
    }
  }
}

/** What mailbox 0 means for the request when a command has ended; another number is an error. */
const SRB_STATUS_OF_MAILBOX: Readonly<Record<number, number>> = {
  [MailboxStatus.booting]: SrbStatus.error,
  [MailboxStatus.busy]: SrbStatus.busy,
  [MailboxStatus.commandComplete]: SrbStatus.success,
  [MailboxStatus.invalidCommand]: SrbStatus.error,
  [MailboxStatus.hostInterfaceError]: SrbStatus.error,
  [MailboxStatus.commandError]: SrbStatus.success,
  [MailboxStatus.parameterError]: SrbStatus.error,
  [MailboxStatus.initializationError]: SrbStatus.error,
} satisfies Record<(typeof MailboxStatus)[keyof typeof MailboxStatus], number>;
