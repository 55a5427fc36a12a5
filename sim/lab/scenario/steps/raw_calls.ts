/**
 * Steps that go past `iscsidsc.dll`: bytes for WMI and for the mailbox.
 *
 * @module
 */

import { IsdscStatus, isdscStatusName, MailboxCommand, MailboxStatus } from "../../../../firmware/manual/interface.ts";
import { NtStatus } from "../../../../host/status.ts";
import { doc, integer, mapping, optional } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import type { StepContext } from "../step_context.ts";
import { MAILBOX_STATUS, NT_STATUS } from "../statuses.ts";
import { HEX_BYTES, MAILBOX_COMMAND, WMI_METHOD } from "../values.ts";
import { oneOrSeveral, rawAnswer } from "./expectations.ts";
import { adapter } from "./fields.ts";
import { tellNtStatus } from "./nt_status.ts";
import { executeMethod } from "./wmi_call.ts";
import { encodeInput, foreignInput, WMI_INPUT } from "./wmi_input.ts";

/** Steps that send bytes. */
export const RAW_CALL_STEPS = {
  wmi: step({
    doc: "A WMI buffer as a management tool would send it.",
    shape: mapping({
      adapter,
      method: doc("The method of MSiSCSI_SecurityConfigOperations.", WMI_METHOD),
      in: doc("The fields of its IN structure.", optional(WMI_INPUT)),
      hex: doc("Or the input buffer; empty by default.", optional(HEX_BYTES)),
      outputBytes: doc(
        "How many bytes the output has room for: STATUS_BUFFER_TOO_SMALL if it is longer; as many as it has by default.",
        optional(integer(0, 0xffff)),
      ),
    }, ({ method, in: input, hex }) => {
      if (input === undefined) return undefined;
      if (hex !== undefined) return { path: "hex", given: "bytes besides in", accepted: "either in or hex" };
      const foreign = foreignInput(method, input);
      return foreign === undefined ? undefined : { ...foreign, path: `in.${foreign.path}` };
    }),
    expect: rawAnswer({
      ntStatus: doc(
        "The answer of the driver stack, or several; STATUS_SUCCESS by default.",
        optional(oneOrSeveral(NT_STATUS)),
      ),
      hex: doc("All bytes of the output.", optional(HEX_BYTES)),
    }),
    *run({ adapter, method, in: fields, hex, outputBytes }, context, expected) {
      const { world } = context;
      const input = fields === undefined ? hex ?? new Uint8Array(0) : encodeInput(method, fields);
      const operation = `method ${method} of MSiSCSI_SecurityConfigOperations`;
      const { data, ntStatus } = yield* context.call(
        executeMethod(world, operation, { adapter, method, input, outputBytes }),
      );
      if (expected.status === "any") return context.acceptAny(tellNtStatus(ntStatus));
      context.judgeStatus(ntStatus, among(expected.ntStatus ?? [NtStatus.success]), tellNtStatus);
      // Whoever tells all bytes or another answer of the stack has told the status with it.
      const isTold = expected.hex !== undefined || expected.ntStatus !== undefined;
      if (expected.status !== undefined || (!isTold && ntStatus === NtStatus.success)) {
        const wanted = among(expected.status ?? [IsdscStatus.SUCCESS]);
        if (data.length < 4) {
          context.verdict(wanted.statuses.map(isdscStatusName).join(" or "), `${data.length} bytes of output`, false);
        } else {
          const status = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
          context.judgeStatus(status, wanted, isdscStatusName);
        }
      }
      if (expected.hex !== undefined) {
        const output = ntStatus === NtStatus.success ? toHex(data) : `no output (${tellNtStatus(ntStatus)})`;
        context.judge(toHex(expected.hex), output);
      }
    },
  }),
  mailbox: step({
    doc: "A command to the adapter's mailbox, past WMI and the service.",
    shape: mapping({
      adapter,
      command: doc("A name or code of the hardware manual: `hbasim help mailboxCommands`.", MAILBOX_COMMAND),
      hex: doc("The request, as the manual lays it out; empty by default.", optional(HEX_BYTES)),
      responseBytes: doc("How many bytes the response has room for; none by default.", optional(integer(0, 1024), 0)),
      parameter: doc("Mailbox 1 of commands without a request.", optional(integer(0, 0xffff_ffff))),
    }),
    expect: rawAnswer({
      mailbox: doc(
        "Mailbox 0 of the completion, or several; commandComplete by default, and commandError with a status but SUCCESS.",
        optional(oneOrSeveral(MAILBOX_STATUS)),
      ),
      hex: doc("All bytes of the response.", optional(HEX_BYTES)),
    }),
    *run({ adapter, command, hex, responseBytes, parameter }, context, expected) {
      const isAny = expected.status === "any";
      if (!context.world.host.powered) return noCompletion(context, "a host without power", isAny);
      const answer = yield* context.call(context.world.host.mailbox(adapter, {
        command,
        request: hex?.slice() ?? new Uint8Array(0),
        responseBytes,
        ...(parameter === undefined ? {} : { parameter }),
      }));
      if (answer.type !== "completed") return noCompletion(context, answer.type, isAny);
      const [mailbox = 0, detail = 0, lengthBytes = 0] = answer.registers;
      if (expected.status === "any") return context.acceptAny(mailboxName(mailbox));
      const status = statusIn(command, mailbox, detail);
      judgeCompletion(context, { mailbox, status }, { mailbox: expected.mailbox, status: expected.status });
      if (expected.hex !== undefined) {
        // Room that the adapter has written nothing to is all zeros.
        const isWritten = mailbox === MailboxStatus.commandComplete && (lengthBytes > 0 || expected.hex.length === 0);
        context.judge(
          toHex(expected.hex),
          isWritten ? toHex(answer.response) : `no response (${mailboxName(mailbox)})`,
        );
      }
    },
  }),
};

function among(statuses: readonly number[]): { readonly type: "status"; readonly statuses: readonly number[] } {
  return { type: "status", statuses };
}

/** Commands that complete with something else in mailbox 1 than a status: versions, and the firmware's state. */
const WITHOUT_STATUS: readonly number[] = [MailboxCommand.aboutFirmware, MailboxCommand.getFirmwareState];

/** The status in a completion; `undefined` where mailbox 1 is none. */
function statusIn(command: number, mailbox: number, detail: number): number | undefined {
  if (mailbox === MailboxStatus.commandError) return detail;
  if (mailbox !== MailboxStatus.commandComplete) return undefined;
  return WITHOUT_STATUS.includes(command) ? IsdscStatus.SUCCESS : detail;
}

/** A status that is told says how the command ends: complete if it is SUCCESS, with commandError if it is another. */
function judgeCompletion(
  context: StepContext,
  { mailbox, status }: { readonly mailbox: number; readonly status: number | undefined },
  expected: { readonly mailbox: readonly number[] | undefined; readonly status: readonly number[] | undefined },
): void {
  if (expected.mailbox !== undefined || expected.status === undefined) {
    context.judgeStatus(mailbox, among(expected.mailbox ?? [MailboxStatus.commandComplete]), mailboxName);
  }
  const isImplied = expected.mailbox === undefined && mailbox === MailboxStatus.commandComplete;
  const wanted = expected.status ?? (isImplied ? [IsdscStatus.SUCCESS] : undefined);
  if (wanted === undefined) return;
  if (status !== undefined) return context.judgeStatus(status, among(wanted), isdscStatusName);
  context.verdict(wanted.map(isdscStatusName).join(" or "), `no status (${mailboxName(mailbox)})`, false);
}

function mailboxName(code: number): string {
  return `mailbox 0x${code.toString(16)}`;
}

/** A command that has not come to its completion. */
function noCompletion(context: StepContext, instead: string, isAny: boolean): void {
  if (isAny) context.acceptAny(instead);
  else context.verdict("a completion", instead, false);
}

function toHex(bytes: Uint8Array): string {
  if (bytes.length === 0) return "no bytes";
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
