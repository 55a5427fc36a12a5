/**
 * Steps that go past `iscsidsc.dll`: bytes for WMI and for the mailbox.
 *
 * @module
 */

import { IsdscStatus, isdscStatusName, MailboxStatus } from "../../../../firmware/manual/interface.ts";
import { NtStatus } from "../../../../host/status.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../../../host/wmi/security_config_operations.ts";
import { doc, integer, mapping, optional } from "../../../shape/shape.ts";
import { Components } from "../../../trace/components.ts";
import { TracedCall } from "../../../trace/traced_call.ts";
import { step } from "../step.ts";
import { HEX_BYTES, MAILBOX_COMMAND } from "../values.ts";
import { rawAnswer } from "./expectations.ts";
import { adapter } from "./fields.ts";
import { describeNtStatus } from "./nt_status.ts";

/** Steps that send bytes. */
export const RAW_CALL_STEPS = {
  wmi: step({
    doc: "A WMI buffer as a management tool would send it.",
    shape: mapping({
      adapter,
      method: doc("The method of MSiSCSI_SecurityConfigOperations.", integer(0, 0xffff_ffff)),
      hex: doc("The input buffer.", HEX_BYTES),
      outputBytes: doc("How many bytes the output has room for; 16 by default.", optional(integer(0, 0xffff), 16)),
    }),
    expect: rawAnswer({
      ntStatus: doc("The answer of the driver stack; STATUS_SUCCESS by default.", optional(integer(0, 0xffff_ffff))),
      hex: doc("All bytes of the output.", optional(HEX_BYTES)),
    }),
    run({ adapter, method, hex, outputBytes }, context, expected) {
      context.unit(adapter);
      const { recorder, host } = context.world;
      const tool = recorder.component(Components.wmiTool);
      const operation = `method ${method} of MSiSCSI_SecurityConfigOperations`;
      const traced = new TracedCall(recorder, tool, {
        to: Components.wmi,
        operation,
        lengthBytes: hex.length,
        detail: "",
      });
      const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: method, input: hex };
      const { data, ntStatus } = context.world.run(host.wmi.executeMethod(adapter, call, outputBytes));
      const status = describeNtStatus(ntStatus);
      traced.answer(status, data.length);
      context.judge(describeNtStatus(expected.ntStatus ?? NtStatus.success), status);
      // Whoever tells all bytes or another answer of the stack has told the status with it.
      const isTold = expected.hex !== undefined || expected.ntStatus !== undefined;
      if (expected.status !== undefined || (!isTold && ntStatus === NtStatus.success)) {
        const actual = data.length < 4
          ? `${data.length} bytes of output`
          : isdscStatusName(new DataView(data.buffer, data.byteOffset).getUint32(0, true));
        context.judge(isdscStatusName(expected.status ?? IsdscStatus.SUCCESS), actual);
      }
      if (expected.hex !== undefined) context.judge(toHex(expected.hex), toHex(data));
    },
  }),
  mailbox: step({
    doc: "A command to the adapter's mailbox, past WMI and the service.",
    shape: mapping({
      adapter,
      command: doc("A name or code of the hardware manual.", MAILBOX_COMMAND),
      hex: doc("The request, as the manual lays it out; empty by default.", optional(HEX_BYTES)),
      responseBytes: doc("How many bytes the response has room for; none by default.", optional(integer(0, 1024), 0)),
      parameter: doc("Mailbox 1 of commands without a request.", optional(integer(0, 0xffff_ffff))),
    }),
    expect: rawAnswer({
      mailbox: doc("Mailbox 0 of the completion; 0x4000 by default.", optional(integer(0, 0xffff))),
      hex: doc("All bytes of the response.", optional(HEX_BYTES)),
    }),
    run({ adapter, command, hex, responseBytes, parameter }, context, expected) {
      context.unit(adapter);
      const answer = context.world.run(context.world.host.mailbox(adapter, {
        command,
        request: hex?.slice() ?? new Uint8Array(0),
        responseBytes,
        ...(parameter === undefined ? {} : { parameter }),
      }));
      if (answer.type !== "completed") return context.judge("a completion", answer.type);
      const [mailbox = 0, detail = 0] = answer.registers;
      const name = (code: number) => `mailbox 0x${code.toString(16)}`;
      context.judge(name(expected.mailbox ?? MailboxStatus.commandComplete), name(mailbox));
      if (
        expected.status !== undefined || (expected.mailbox === undefined && mailbox === MailboxStatus.commandComplete)
      ) {
        context.judge(isdscStatusName(expected.status ?? IsdscStatus.SUCCESS), isdscStatusName(detail));
      }
      if (expected.hex !== undefined) context.judge(toHex(expected.hex), toHex(answer.response));
    },
  }),
};

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
