/**
 * How the miniport ends WMI requests: at once, or later, unless the port
 * driver has given them up by then.
 *
 * @module
 */

import { postProcess, type RequestContext } from "../scsiwmi.ts";
import type { WmiSrb } from "../srb.ts";
import { SrbStatus } from "../status.ts";

/** A request of the port driver, as the WMI library has taken it apart. */
export type SrbContext = RequestContext<WmiSrb>;

/** Whether the port driver still waits for a request. */
export function isActive({ userContext }: SrbContext): () => boolean {
  return () => userContext.active;
}

/** Answers data at once, or how much room they need. */
export function answer(context: SrbContext, buffer: Uint8Array, data: Uint8Array): number {
  if (buffer.length < data.length) return finish(context, SrbStatus.dataOverrun, data.length);
  buffer.set(data);
  return finish(context, SrbStatus.success, data.length);
}

/** Ends a request at once. The contract: what the callback answers is what it has handed to `postProcess`. */
export function finish(context: SrbContext, srbStatus: number, bytes: number): number {
  postProcess(context, srbStatus, bytes);
  return srbStatus;
}

/**
 * Completes a request that was pending, unless the port driver has given it up.
 *
 * @param output Puts the OUT data into the buffer; called only while the request is active.
 * @param outputBytes Bytes of output; with `dataOverrun` bytes that are needed.
 */
export function complete(
  context: SrbContext,
  srbStatus: number,
  outputBytes: number,
  output: (data: Uint8Array) => void = () => {},
): void {
  const srb = context.userContext;
  if (!srb.active) return;
  output(context.buffer.subarray(context.dataBlockOffset));
  postProcess(context, srbStatus, outputBytes);
  srb.complete(context.returnStatus, context.returnSize);
}

/** Completes a query that was pending with its data, or with how much room they need. */
export function completeQuery(context: SrbContext, data: Uint8Array): void {
  const roomBytes = context.buffer.length - context.dataBlockOffset;
  if (roomBytes < data.length) complete(context, SrbStatus.dataOverrun, data.length);
  else complete(context, SrbStatus.success, data.length, (target) => target.set(data));
}
