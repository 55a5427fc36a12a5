/**
 * A mailbox command from the doorbell to its completion, in the trace and for
 * whoever listens, whatever firmware carries it out.
 *
 * @module
 */

import { AdapterComponents } from "../sim/trace/components.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { TracedCall } from "../sim/trace/traced_call.ts";
import { commandBegins, type CommandTap } from "./command_tap.ts";
import { isdscStatusName, MailboxCommand, MailboxStatus } from "./manual/interface.ts";
import { labelledStatus } from "./manual/isdsc_status.ts";

const NAMES: ReadonlyMap<number, keyof typeof MailboxCommand> = new Map(
  (Object.keys(MailboxCommand) as (keyof typeof MailboxCommand)[]).map((name) => [MailboxCommand[name], name]),
);

/** A command that was taken out of the mailbox. */
export class TracedCommand {
  /** What the manual calls it; `undefined` if it has no such command. */
  readonly name: keyof typeof MailboxCommand | undefined;
  readonly #call: TracedCall;
  readonly #tell: (isDone: boolean, status: number) => void;

  /**
   * Records that it was taken.
   *
   * @param component The adapter.
   * @param mailbox The registers.
   * @param taps Who listens.
   */
  constructor(recorder: Recorder, component: Component, mailbox: Uint32Array, taps: ReadonlySet<CommandTap>) {
    const code = mailbox[0] ?? 0;
    this.name = NAMES.get(code);
    const operation = this.name ?? `command 0x${code.toString(16)}`;
    this.#call = new TracedCall(recorder, component, {
      to: AdapterComponents.firmware(component.name),
      operation,
      lengthBytes: mailbox[3] ?? 0,
      detail: "",
    });
    this.#tell = commandBegins(taps, operation);
  }

  /**
   * Records its completion.
   *
   * @param mailboxStatus Mailbox 0.
   * @param status Mailbox 1.
   * @param lengthBytes Of the response.
   * @param because The event that wrote what was asked for, or -1.
   */
  complete(mailboxStatus: number, status: number, lengthBytes: number, because?: number): void {
    const detail = mailboxStatus === MailboxStatus.commandError ? ` ${isdscStatusName(status)}` : "";
    this.#call.answer(labelledStatus("mailbox", mailboxStatus) + detail, lengthBytes, because);
    this.#tell(mailboxStatus === MailboxStatus.commandComplete, status);
  }
}
