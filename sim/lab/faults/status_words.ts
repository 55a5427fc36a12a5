/**
 * Statuses in traces, and how they are written where one is meant: by the names
 * of the Windows headers, as numbers, or as the trace tells them.
 *
 * Each layer tells a status in its own words: `ISDSC_AUTHENTICATION_FAILURE`,
 * `mailbox 0x4005 ISDSC_AUTHENTICATION_FAILURE`, `NTSTATUS 0xc000000e`. What is
 * compared are codes, so that any of their names is right.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import { NtStatus, Win32Error } from "../../../host/status.ts";

/** Names of `winerror.h`. */
const WIN32_NAMES = {
  invalidFunction: "ERROR_INVALID_FUNCTION",
  fileNotFound: "ERROR_FILE_NOT_FOUND",
  generalFailure: "ERROR_GEN_FAILURE",
  invalidParameter: "ERROR_INVALID_PARAMETER",
  timeout: "ERROR_SEM_TIMEOUT",
  insufficientBuffer: "ERROR_INSUFFICIENT_BUFFER",
  operationAborted: "ERROR_OPERATION_ABORTED",
  ioDevice: "ERROR_IO_DEVICE",
  rpcCallFailed: "RPC_S_CALL_FAILED",
  wmiGuidNotFound: "ERROR_WMI_GUID_NOT_FOUND",
  wmiInstanceNotFound: "ERROR_WMI_INSTANCE_NOT_FOUND",
  wmiItemIdNotFound: "ERROR_WMI_ITEMID_NOT_FOUND",
  wmiGuidDisconnected: "ERROR_WMI_GUID_DISCONNECTED",
} as const satisfies Readonly<Record<keyof typeof Win32Error, string>>;

/** Names of `ntstatus.h`. */
const NT_NAMES = {
  success: "STATUS_SUCCESS",
  invalidParameter: "STATUS_INVALID_PARAMETER",
  noSuchDevice: "STATUS_NO_SUCH_DEVICE",
  invalidDeviceRequest: "STATUS_INVALID_DEVICE_REQUEST",
  bufferTooSmall: "STATUS_BUFFER_TOO_SMALL",
  ioTimeout: "STATUS_IO_TIMEOUT",
  cancelled: "STATUS_CANCELLED",
  ioDeviceError: "STATUS_IO_DEVICE_ERROR",
  wmiGuidNotFound: "STATUS_WMI_GUID_NOT_FOUND",
  wmiInstanceNotFound: "STATUS_WMI_INSTANCE_NOT_FOUND",
  wmiItemIdNotFound: "STATUS_WMI_ITEMID_NOT_FOUND",
  wmiGuidDisconnected: "STATUS_WMI_GUID_DISCONNECTED",
} as const satisfies Readonly<Record<keyof typeof NtStatus, string>>;

/** Win32 errors that a call can come to, by their names. */
export const WIN32_STATUSES: Readonly<Record<string, number>> = byName(WIN32_NAMES, Win32Error);

/** NTSTATUS codes that the driver stack can answer, by their names. */
export const NT_STATUSES: Readonly<Record<string, number>> = byName(NT_NAMES, NtStatus);

/** Names of `iscsierr.h`, with and without their prefix. */
export const ISDSC_STATUSES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(IsdscStatus).flatMap(([name, code]) => [[name, code], [`ISDSC_${name}`, code]]),
);

function byName<Name extends string>(
  names: Readonly<Record<Name, string>>,
  codes: Readonly<Record<Name, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries((Object.keys(names) as Name[]).map((name) => [names[name], codes[name]]));
}

/** What a status of a trace tells, whatever words it uses. */
interface ToldStatus {
  readonly codes: readonly number[];
  /** As it may be written, besides what the trace says. */
  readonly names: readonly string[];
}

const NUMBER = /^(0x[0-9a-f]+|\d+)$/i;

/** Statuses with a label, as layers below the API tell them. The numbers of SRB mean something else. */
const LABELLED = /^(NTSTATUS|SRB|mailbox|Win32 error) (0x[0-9a-f]+|\d+)(?: (.*))?$/;

function told(text: string): ToldStatus {
  const [, label, number, rest = ""] = LABELLED.exec(text) ?? [];
  const code = Number(number);
  switch (label) {
    case "SRB":
      return { codes: [], names: [] };
    case "NTSTATUS":
      return { codes: [code], names: namesOf(NT_STATUSES, code) };
    case "Win32 error":
      return { codes: [code], names: namesOf(WIN32_STATUSES, code) };
    case "mailbox": {
      const { codes, names } = told(rest);
      return { codes: [code, ...codes], names: rest === "" ? names : [rest, ...names] };
    }
    default:
      break;
  }
  const isdsc = ISDSC_STATUSES[text];
  if (isdsc !== undefined) return { codes: [isdsc], names: namesOf(ISDSC_STATUSES, isdsc) };
  const nt = NT_STATUSES[text];
  if (nt !== undefined) return { codes: [nt], names: [`NTSTATUS 0x${nt.toString(16).padStart(8, "0")}`] };
  return { codes: NUMBER.test(text) ? [Number(text)] : [], names: [] };
}

function namesOf(table: Readonly<Record<string, number>>, code: number): string[] {
  return Object.keys(table).filter((name) => table[name] === code);
}

/**
 * Whether a status of a trace is one that is meant.
 *
 * @param fits Whether a text is what was written, in which `*` may stand for anything.
 */
export function statusFits(
  written: string,
  fits: (text: string) => boolean,
): (found: string | number) => boolean {
  if (NUMBER.test(written)) return (found) => told(String(found)).codes.includes(Number(written));
  // The few texts of a run, each looked at once.
  const known = new Map<string, boolean>();
  return (text) => {
    const found = String(text);
    const before = known.get(found);
    if (before !== undefined) return before;
    const isMeant = fits(found) || told(found).names.some(fits);
    known.set(found, isMeant);
    return isMeant;
  };
}

/** Whether a status is written as a number. */
export function isStatusNumber(written: string): boolean {
  return NUMBER.test(written);
}

/** The names that a status can be written by. */
export const STATUS_NAMES: readonly string[] = [
  ...Object.keys(ISDSC_STATUSES),
  ...Object.keys(WIN32_STATUSES),
  ...Object.keys(NT_STATUSES),
];
