/**
 * What kernel WMI asks of an IRP, and what it reads of the answer before the
 * system buffer is given back.
 *
 * @module
 */

import type { RequestOwner } from "../request_owner.ts";
import { NtStatus } from "../status.ts";
import { type InstanceLayout, WNODE_TOO_SMALL, WnodeFlag } from "./wnode.ts";

/** A WNODE that a system buffer is to hold, and what is wanted of the answer. */
export interface WnodeRequest<T> {
  /** How much room it takes, that of the answer included. */
  readonly lengthBytes: number;
  /** Writes it into a buffer of zeros. */
  readonly write: (buffer: Uint8Array) => void;
  /** Reads the answer where it lies. What it returns shares no memory with it. */
  readonly read: (wnode: Uint8Array, ntStatus: number) => T;
  /** Whose request it is; the calling process by default. */
  readonly owner: RequestOwner | undefined;
}

/** What is in an answer. */
export interface AnswerContent<T> {
  /** The room that a WNODE_TOO_SMALL asks for. */
  readonly neededBytes: number | undefined;
  /** What was read; `undefined` if no driver was asked. */
  readonly value: T | undefined;
}

/** How an IRP has ended. */
export interface IrpAnswer<T> extends AnswerContent<T> {
  /** NTSTATUS. */
  readonly ntStatus: number;
  /** SRB_STATUS of the driver, 0 when no driver was asked. */
  readonly srbStatus: number;
}

/** The room that an answer asks for; `undefined` if it asks for none. */
export function sizeNeeded(wnode: Uint8Array): number | undefined {
  if (wnode.length !== WNODE_TOO_SMALL.sizeof) return undefined;
  const isTooSmall = (WNODE_TOO_SMALL.read(wnode, "Flags") & WnodeFlag.tooSmall) !== 0;
  return isTooSmall ? WNODE_TOO_SMALL.read(wnode, "SizeNeeded") : undefined;
}

/** Reads what succeeded, and is no question for more room. */
export function ofSuccess<T>(read: (wnode: Uint8Array) => T): WnodeRequest<T | undefined>["read"] {
  return (wnode, ntStatus) =>
    ntStatus === NtStatus.success && sizeNeeded(wnode) === undefined ? read(wnode) : undefined;
}

/** A view of the data of an answer. */
export function dataOf(wnode: Uint8Array, layout: InstanceLayout): Uint8Array {
  const start = layout.read(wnode, "DataBlockOffset");
  return wnode.subarray(start, start + layout.read(wnode, "SizeDataBlock"));
}

/** A copy. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

/** The answer to a request that no driver was asked. */
export function refused(ntStatus: number): IrpAnswer<never> {
  return { ntStatus, srbStatus: 0, ...nothing<never>() };
}

/** What is read where there is no answer. */
export function nothing<T>(): AnswerContent<T> {
  return { neededBytes: undefined, value: undefined };
}

/**
 * Reads an answer before its memory is given back.
 *
 * @returns Gives what was read, or throws: it is the caller's answer that cannot be read, not the driver's end of it.
 */
export function readAnswer<T>(
  wnode: Uint8Array,
  ntStatus: number,
  read: WnodeRequest<T>["read"],
): () => AnswerContent<T> {
  try {
    const content = { neededBytes: sizeNeeded(wnode), value: read(wnode, ntStatus) };
    return () => content;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
