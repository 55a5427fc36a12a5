/**
 * Status codes of the driver stack, and how one layer's become the next one's.
 *
 * ISDSC codes do not occur here: they travel inside OUT structures, past the
 * driver stack.
 *
 * @module
 */

import { isdscStatusName } from "../firmware/manual/interface.ts";

/** SRB_STATUS (`srb.h`). */
export const SrbStatus = {
  /** Not done yet. */
  pending: 0x00,
  /** Done. */
  success: 0x01,
  /** Aborted. */
  aborted: 0x02,
  /** Failed. */
  error: 0x04,
  /** Not now; the port driver submits the request again. */
  busy: 0x05,
  /** The request means nothing to the miniport. */
  invalidRequest: 0x06,
  /** There is no such device. */
  noDevice: 0x08,
  /** The adapter did not answer in time. */
  timeout: 0x09,
  /** The bus was reset while the request was under way. */
  busReset: 0x0e,
  /** The adapter is not there any more. */
  noHba: 0x11,
  /** The buffer is too small for the output. */
  dataOverrun: 0x12,
  /** SRB.Length is wrong. */
  badSrbBlockLength: 0x15,
  /** SRB.Function is wrong. */
  badFunction: 0x22,
} as const;

/** NTSTATUS. */
export const NtStatus = {
  /** STATUS_SUCCESS. */
  success: 0x0000_0000,
  /** STATUS_INVALID_PARAMETER. */
  invalidParameter: 0xc000_000d,
  /** STATUS_NO_SUCH_DEVICE. */
  noSuchDevice: 0xc000_000e,
  /** STATUS_INVALID_DEVICE_REQUEST. */
  invalidDeviceRequest: 0xc000_0010,
  /** STATUS_BUFFER_TOO_SMALL. */
  bufferTooSmall: 0xc000_0023,
  /** STATUS_IO_TIMEOUT. */
  ioTimeout: 0xc000_00b5,
  /** STATUS_CANCELLED. */
  cancelled: 0xc000_0120,
  /** STATUS_IO_DEVICE_ERROR. */
  ioDeviceError: 0xc000_0185,
  /** STATUS_WMI_GUID_NOT_FOUND. */
  wmiGuidNotFound: 0xc000_0295,
  /** STATUS_WMI_INSTANCE_NOT_FOUND. */
  wmiInstanceNotFound: 0xc000_0296,
  /** STATUS_WMI_ITEMID_NOT_FOUND. */
  wmiItemIdNotFound: 0xc000_0297,
  /** STATUS_WMI_GUID_DISCONNECTED: the provider is gone. */
  wmiGuidDisconnected: 0xc000_0301,
} as const;

/** Win32 error codes, as user mode sees a failed request. */
export const Win32Error = {
  /** ERROR_INVALID_FUNCTION. */
  invalidFunction: 1,
  /** ERROR_FILE_NOT_FOUND: what STATUS_NO_SUCH_DEVICE becomes. */
  fileNotFound: 2,
  /** ERROR_GEN_FAILURE. */
  generalFailure: 31,
  /** ERROR_INVALID_PARAMETER. */
  invalidParameter: 87,
  /** ERROR_SEM_TIMEOUT. */
  timeout: 121,
  /** ERROR_INSUFFICIENT_BUFFER. */
  insufficientBuffer: 122,
  /** ERROR_OPERATION_ABORTED. */
  operationAborted: 995,
  /** ERROR_IO_DEVICE. */
  ioDevice: 1117,
  /** RPC_S_CALL_FAILED: the server went away during the call. */
  rpcCallFailed: 1726,
  /** ERROR_WMI_GUID_NOT_FOUND. */
  wmiGuidNotFound: 4200,
  /** ERROR_WMI_INSTANCE_NOT_FOUND. */
  wmiInstanceNotFound: 4201,
  /** ERROR_WMI_ITEMID_NOT_FOUND. */
  wmiItemIdNotFound: 4202,
  /** ERROR_WMI_GUID_DISCONNECTED. */
  wmiGuidDisconnected: 4207,
} as const;

/**
 * What the port driver makes of an SRB status: the table of classpnp (Microsoft's published `class.c`), because that of
 * Storport for WMI requests is not public. DATA_OVERRUN does not occur: the WMI library has turned it into a
 * WNODE_TOO_SMALL.
 */
export function ntStatusOfSrb(srbStatus: number): number {
  switch (srbStatus) {
    case SrbStatus.success:
      return NtStatus.success;
    case SrbStatus.aborted:
    case SrbStatus.timeout:
      return NtStatus.ioTimeout;
    case SrbStatus.invalidRequest:
    case SrbStatus.badFunction:
    case SrbStatus.badSrbBlockLength:
      return NtStatus.invalidDeviceRequest;
    case SrbStatus.noDevice:
    case SrbStatus.noHba:
      return NtStatus.noSuchDevice;
    default:
      return NtStatus.ioDeviceError;
  }
}

const WIN32_OF_NT: ReadonlyMap<number, number> = new Map([
  [NtStatus.success, 0],
  [NtStatus.invalidParameter, Win32Error.invalidParameter],
  [NtStatus.invalidDeviceRequest, Win32Error.invalidFunction],
  [NtStatus.bufferTooSmall, Win32Error.insufficientBuffer],
  [NtStatus.ioTimeout, Win32Error.timeout],
  [NtStatus.noSuchDevice, Win32Error.fileNotFound],
  [NtStatus.cancelled, Win32Error.operationAborted],
  [NtStatus.ioDeviceError, Win32Error.ioDevice],
  [NtStatus.wmiGuidNotFound, Win32Error.wmiGuidNotFound],
  [NtStatus.wmiInstanceNotFound, Win32Error.wmiInstanceNotFound],
  [NtStatus.wmiItemIdNotFound, Win32Error.wmiItemIdNotFound],
  [NtStatus.wmiGuidDisconnected, Win32Error.wmiGuidDisconnected],
]);

/** The Win32 error that user mode sees for an NTSTATUS. */
export function win32OfNtStatus(ntStatus: number): number {
  return WIN32_OF_NT.get(ntStatus) ?? Win32Error.generalFailure;
}

const WIN32_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Win32Error).map(([name, code]) => [code, name]),
);

/** A status as the management application sees it: an ISDSC name, or a Win32 error by number. */
export function describeStatus(status: number): string {
  const name = WIN32_NAMES.get(status);
  return name === undefined ? isdscStatusName(status) : `Win32 error ${status} (${name})`;
}
