/**
 * A method call as a tool makes it through kernel WMI: with as much room for
 * the output as is needed, or with the room that the tool gives.
 *
 * @module
 */

import { NtStatus } from "../../../../host/status.ts";
import { dataOf, sizeNeeded } from "../../../../host/wmi/irp_answer.ts";
import type { KernelWmi } from "../../../../host/wmi/kernel_wmi.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../../../host/wmi/security_config_operations.ts";
import {
  METHOD_DATA_OFFSET,
  type MethodCall,
  MinorFunction,
  WNODE_METHOD_ITEM,
  writeMethodCall,
} from "../../../../host/wmi/wnode.ts";
import type { Task } from "../../../kernel/task.ts";
import { Components } from "../../../trace/components.ts";
import { TracedCall } from "../../../trace/traced_call.ts";
import type { World } from "../../world/world.ts";
import { describeNtStatus } from "./nt_status.ts";

/** What the tool sends. */
interface ToolCall {
  readonly adapter: string;
  readonly method: number;
  readonly input: Uint8Array;
  /** All the room that the output has; as much as is needed by default. */
  readonly outputBytes: number | undefined;
}

/** What came back. */
interface ToolAnswer {
  readonly ntStatus: number;
  /** The OUT structure; empty unless the status is success. */
  readonly data: Uint8Array;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Room at the first attempt where there is as much as is needed. */
const FIRST_OUTPUT_BYTES = 16;

/** Calls a method of MSiSCSI_SecurityConfigOperations. */
export function* executeMethod({ recorder, host }: World, operation: string, call: ToolCall): Task<ToolAnswer> {
  const { adapter, method: methodId, input, outputBytes } = call;
  const traced = new TracedCall(recorder, recorder.component(Components.wmiTool), {
    to: Components.wmi,
    operation,
    lengthBytes: input.length,
    detail: "",
  });
  const request = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input };
  const answer = outputBytes === undefined
    ? yield* host.wmi.executeMethod(adapter, request, FIRST_OUTPUT_BYTES)
    : yield* executeOnce(host.wmi, adapter, request, outputBytes);
  traced.answer(describeNtStatus(answer.ntStatus), answer.data.length);
  return answer;
}

/** As IoWMIExecuteMethod does it for a caller with so much room: input and output lie in one buffer, sent once. */
function* executeOnce(wmi: KernelWmi, adapter: string, call: MethodCall, outputBytes: number): Task<ToolAnswer> {
  const queried = yield* wmi.queryInstance(adapter, call.guid, 8);
  if (queried.ntStatus !== NtStatus.success) return { ntStatus: queried.ntStatus, data: NOTHING };
  const buffer = new Uint8Array(METHOD_DATA_OFFSET + Math.max(call.input.length, outputBytes));
  writeMethodCall(call, buffer);
  const { ntStatus, wnode } = yield* wmi.send(adapter, MinorFunction.executeMethod, buffer);
  if (sizeNeeded(wnode) !== undefined) return { ntStatus: NtStatus.bufferTooSmall, data: NOTHING };
  if (ntStatus !== NtStatus.success) return { ntStatus, data: NOTHING };
  const data = dataOf(wnode, WNODE_METHOD_ITEM);
  return data.length > outputBytes ? { ntStatus: NtStatus.bufferTooSmall, data: NOTHING } : { ntStatus, data };
}
