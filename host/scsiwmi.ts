/**
 * The WMI library that port drivers offer to miniports (`scsiwmi.h`): it takes
 * the WNODE apart, finds class and instance in the miniport's list, calls the
 * miniport back with plain data, and puts the answer back into the WNODE.
 *
 * The contract: a callback answers an SRB status and hands the same to
 * {@linkcode postProcess}, at once or, if it answers `pending`, when it is
 * done. With `dataOverrun` goes the number of bytes that are needed, and the
 * next call with that much room must succeed. The output overwrites the input
 * at the same place of the same buffer.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { writeUint32 } from "../sim/layout/integers.ts";
import { StructureError } from "../sim/layout/structure.ts";
import {
  INSTANCE_DATA_OFFSET,
  type InstanceLayout,
  MinorFunction,
  REGISTRATION_FLAG_EVENT_ONLY,
  REGISTRATION_FLAG_INSTANCE_PDO,
  WMIREGINFO,
  WNODE_ALL_DATA,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
  WNODE_TOO_SMALL,
  WnodeFlag,
  writeEvent,
} from "./wmi/wnode.ts";
import { SrbStatus } from "./status.ts";

/** One class that a miniport serves (SCSIWMIGUIDREGINFO). */
export interface GuidRegistration {
  /** The class, 16 bytes. */
  readonly guid: Uint8Array;
  /** How many instances there are. */
  readonly instanceCount: number;
  /** The class has events and no data; false by default. */
  readonly isEventOnly?: boolean;
}

/** What a query or a method call is about. */
export interface WmiTarget {
  /** Index into the list of classes. */
  readonly guidIndex: number;
  /** Index of the instance. */
  readonly instanceIndex: number;
}

/** What a miniport gives to the library (SCSI_WMILIB_CONTEXT). Absent callbacks are NULL. */
export interface WmiLibraryContext {
  /** The classes. */
  readonly guidList: readonly GuidRegistration[];
  /**
   * QueryWmiDataBlock.
   *
   * @param buffer Room for the data.
   * @returns An SRB status; the same is handed to {@linkcode postProcess}.
   */
  queryDataBlock?(request: RequestContext, target: WmiTarget, buffer: Uint8Array): number;
  /**
   * ExecuteWmiMethod.
   *
   * @param inputBytes How much of the buffer is input.
   * @param buffer Input, and room for the output: its length is the capacity.
   * @returns An SRB status; the same is handed to {@linkcode postProcess}.
   */
  executeMethod?(
    request: RequestContext,
    target: WmiTarget,
    methodId: number,
    inputBytes: number,
    buffer: Uint8Array,
  ): number;
  /**
   * WmiFunctionControl, for events (ScsiWmiEventControl).
   *
   * @param isEnabled Whether somebody wants the events of the class from now on, or nobody any more.
   * @returns An SRB status; the same is handed to {@linkcode postProcess}.
   */
  functionControl?(request: RequestContext, guidIndex: number, isEnabled: boolean): number;
}

/** An event on its way from the miniport: a WNODE_EVENT_ITEM. */
export interface WmiEventNotification {
  /** The class, 16 bytes. */
  readonly guid: Uint8Array;
  /** The WNODE with its data. */
  readonly wnode: Uint8Array;
}

/**
 * ScsiPortWmiFireAdapterEvent: writes the WNODE in front of the data and hands
 * both to the port driver (StorPortNotification, WMIEvent), which takes no
 * more than it has room for.
 *
 * @param notify Takes it to the port driver.
 * @param timeStamp System time in units of 100 ns.
 * @param buffer Begins with exactly 0x40 bytes of room; the data follow.
 * @param eventDataSize How many bytes of data there are; the room is not counted.
 */
export function fireAdapterEvent(
  notify: (event: WmiEventNotification) => void,
  guid: Uint8Array,
  timeStamp: bigint,
  buffer: Uint8Array,
  eventDataSize: number,
): void {
  writeEvent(guid, timeStamp, buffer, eventDataSize);
  notify({ guid, wnode: buffer.subarray(0, INSTANCE_DATA_OFFSET + eventDataSize) });
}

/**
 * SCSIWMI_REQUEST_CONTEXT: lives as long as the request, in the SRB extension.
 *
 * @typeParam T What the miniport keeps with the request.
 */
export interface RequestContext<T = unknown> {
  /** UserContext: the miniport's own. */
  readonly userContext: T;
  /** The whole buffer. */
  readonly buffer: Uint8Array;
  /** Where in the buffer the data begin; 0 before the library knows. */
  dataBlockOffset: number;
  /** Where in the buffer SizeDataBlock stands. */
  sizeFieldOffset: number;
  /** ReturnStatus: the SRB status for the request. */
  returnStatus: number;
  /** ReturnSize: how many bytes of the buffer are the answer. */
  returnSize: number;
}

/** A request that the library has not looked at yet. */
export function createRequestContext<T>(userContext: T, buffer: Uint8Array): RequestContext<T> {
  return {
    userContext,
    buffer,
    dataBlockOffset: 0,
    sizeFieldOffset: 0,
    returnStatus: SrbStatus.pending,
    returnSize: 0,
  };
}

/**
 * ScsiPortWmiDispatchFunction.
 *
 * @param minorFunction WMISubFunction of the SRB.
 * @param dataPath The GUID that the SRB's DataPath points to.
 * @returns True if the request is pending; the miniport will call {@linkcode postProcess}.
 */
export function dispatchFunction(
  context: WmiLibraryContext,
  minorFunction: number,
  request: RequestContext,
  dataPath: Uint8Array,
): boolean {
  try {
    return dispatch(context, minorFunction, request, dataPath);
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    return fail(request, SrbStatus.error);
  }
}

/**
 * ScsiPortWmiPostProcess: puts status and output into the answer. Whatever of
 * the buffer is not answer becomes zero, because it may be a key.
 *
 * @param bufferUsed Bytes of output; with `dataOverrun` bytes that are needed.
 */
export function postProcess(request: RequestContext, srbStatus: number, bufferUsed: number): void {
  const { buffer, dataBlockOffset } = request;
  switch (srbStatus) {
    case SrbStatus.success:
      writeSizes(request, bufferUsed);
      request.returnStatus = SrbStatus.success;
      request.returnSize = dataBlockOffset + bufferUsed;
      break;
    case SrbStatus.dataOverrun:
      // Below 56 bytes there is no room to say how much is needed.
      if (buffer.length < WNODE_TOO_SMALL.sizeof) {
        request.returnStatus = SrbStatus.dataOverrun;
        request.returnSize = 0;
      } else {
        writeTooSmall(request, bufferUsed);
        request.returnStatus = SrbStatus.success;
        request.returnSize = WNODE_TOO_SMALL.sizeof;
      }
      break;
    default:
      request.returnStatus = srbStatus;
      request.returnSize = 0;
  }
  // A busy request comes again with the same buffer, which therefore stays as it is.
  if (srbStatus !== SrbStatus.busy) buffer.fill(0, request.returnSize);
}

function dispatch(
  context: WmiLibraryContext,
  minorFunction: number,
  request: RequestContext,
  dataPath: Uint8Array,
): boolean {
  switch (minorFunction) {
    case MinorFunction.registrationInformation:
    case MinorFunction.registrationInformationEx:
      return answerRegistration(context, request);
    case MinorFunction.enableEvents:
    case MinorFunction.disableEvents:
      return controlEvents(context, request, dataPath, minorFunction === MinorFunction.enableEvents);
    case MinorFunction.enableCollection:
    case MinorFunction.disableCollection:
      // No class is registered as expensive to collect: there is nothing to do (WDK, IRP_MN_ENABLE_COLLECTION).
      return findClass(context, dataPath) < 0 ? fail(request, SrbStatus.error) : fail(request, SrbStatus.success);
    case MinorFunction.querySingleInstance:
      return query(context, request, dataPath);
    case MinorFunction.queryAllData:
      return queryAll(context, request, dataPath);
    case MinorFunction.executeMethod:
      return execute(context, request, dataPath);
    default:
      // SetWmiDataBlock and SetWmiDataItem are NULL.
      return fail(request, SrbStatus.error);
  }
}

/** Without a callback there is nothing to be enabled, and the answer is success (scsiwmi.h, WmiFunctionControl). */
function controlEvents(
  context: WmiLibraryContext,
  request: RequestContext,
  dataPath: Uint8Array,
  isEnabled: boolean,
): boolean {
  const guidIndex = findClass(context, dataPath);
  if (guidIndex < 0) return fail(request, SrbStatus.error);
  if (context.functionControl === undefined) return fail(request, SrbStatus.success);
  return context.functionControl(request, guidIndex, isEnabled) === SrbStatus.pending;
}

function query(context: WmiLibraryContext, request: RequestContext, dataPath: Uint8Array): boolean {
  const DataBlockOffset = WNODE_SINGLE_INSTANCE.read(request.buffer, "DataBlockOffset");
  const target = findTarget(context, dataPath, instanceOf(WNODE_SINGLE_INSTANCE, request.buffer));
  if (target === undefined || context.queryDataBlock === undefined) return fail(request, SrbStatus.error);
  if (!isDataOffset(DataBlockOffset, WNODE_SINGLE_INSTANCE.fixedBytes, request.buffer)) {
    return fail(request, SrbStatus.error);
  }
  request.dataBlockOffset = DataBlockOffset;
  request.sizeFieldOffset = WNODE_SINGLE_INSTANCE.offsetOf("SizeDataBlock");
  return context.queryDataBlock(request, target, request.buffer.subarray(DataBlockOffset)) === SrbStatus.pending;
}

/** The one instance of a class, in the form for instances of one size: its size where the first length would stand. */
function queryAll(context: WmiLibraryContext, request: RequestContext, dataPath: Uint8Array): boolean {
  const { buffer } = request;
  const target = findTarget(context, dataPath, 0);
  if (target === undefined || context.queryDataBlock === undefined) return fail(request, SrbStatus.error);
  request.dataBlockOffset = WNODE_ALL_DATA.fixedBytes;
  request.sizeFieldOffset = WNODE_ALL_DATA.offsetOf("FixedInstanceSize");
  if (buffer.length >= WNODE_ALL_DATA.fixedBytes) {
    const query = WNODE_HEADER.decode(buffer);
    WNODE_ALL_DATA.encodeInto({
      ...query,
      Guid: query.Guid.slice(),
      Flags: query.Flags | WnodeFlag.fixedInstanceSize,
      DataBlockOffset: WNODE_ALL_DATA.fixedBytes,
      InstanceCount: 1,
      OffsetInstanceNameOffsets: 0,
      FixedInstanceSize: 0,
    }, buffer);
  }
  return context.queryDataBlock(request, target, buffer.subarray(WNODE_ALL_DATA.fixedBytes)) === SrbStatus.pending;
}

function execute(context: WmiLibraryContext, request: RequestContext, dataPath: Uint8Array): boolean {
  const { buffer } = request;
  const DataBlockOffset = WNODE_METHOD_ITEM.read(buffer, "DataBlockOffset");
  const SizeDataBlock = WNODE_METHOD_ITEM.read(buffer, "SizeDataBlock");
  const MethodId = WNODE_METHOD_ITEM.read(buffer, "MethodId");
  const target = findTarget(context, dataPath, instanceOf(WNODE_METHOD_ITEM, buffer));
  if (target === undefined || context.executeMethod === undefined) return fail(request, SrbStatus.error);
  const offsetFits = isDataOffset(DataBlockOffset, WNODE_METHOD_ITEM.fixedBytes, buffer);
  if (!offsetFits || DataBlockOffset + SizeDataBlock > buffer.length) return fail(request, SrbStatus.error);
  request.dataBlockOffset = DataBlockOffset;
  request.sizeFieldOffset = WNODE_METHOD_ITEM.offsetOf("SizeDataBlock");
  const data = buffer.subarray(DataBlockOffset);
  return context.executeMethod(request, target, MethodId, SizeDataBlock, data) === SrbStatus.pending;
}

/** What a registration that finds too little room answers: the size that it needs. */
const REGISTRATION_SIZE_BYTES = 4;

/** Answers the list of classes, each with one instance named after the device. */
function answerRegistration(context: WmiLibraryContext, request: RequestContext): boolean {
  const { buffer } = request;
  const value = {
    BufferSize: 0,
    NextWmiRegInfo: 0,
    RegistryPath: 0,
    MofResourceName: 0,
    WmiRegGuid: context.guidList.map(({ guid, instanceCount, isEventOnly = false }) => ({
      Guid: guid,
      Flags: REGISTRATION_FLAG_INSTANCE_PDO | (isEventOnly ? REGISTRATION_FLAG_EVENT_ONLY : 0),
      InstanceCount: instanceCount,
      InstanceInfo: 0n,
    })),
  };
  const needed = WMIREGINFO.encodedBytes(value);
  if (buffer.length < needed) {
    // A short buffer is refused with the needed size in its first four bytes (WDK, IRP_MN_REGINFO_EX).
    if (buffer.length < REGISTRATION_SIZE_BYTES) return fail(request, SrbStatus.dataOverrun);
    buffer.fill(0);
    writeUint32(buffer, 0, needed);
    request.returnSize = REGISTRATION_SIZE_BYTES;
    request.returnStatus = SrbStatus.dataOverrun;
    return false;
  }
  buffer.fill(0);
  request.returnSize = WMIREGINFO.encodeInto({ ...value, BufferSize: needed }, buffer);
  request.returnStatus = SrbStatus.success;
  return false;
}

function findClass(context: WmiLibraryContext, guid: Uint8Array): number {
  return context.guidList.findIndex((each) => equalBytes(each.guid, guid));
}

function findTarget(context: WmiLibraryContext, guid: Uint8Array, instanceIndex: number): WmiTarget | undefined {
  const guidIndex = findClass(context, guid);
  const registration = context.guidList[guidIndex];
  if (registration === undefined || registration.isEventOnly === true || instanceIndex >= registration.instanceCount) {
    return undefined;
  }
  return { guidIndex, instanceIndex };
}

/** An instance that is named otherwise than by its index has been looked up before: there is one of each class. */
function instanceOf(layout: InstanceLayout, buffer: Uint8Array): number {
  const isNumbered = (layout.read(buffer, "Flags") & WnodeFlag.staticInstanceNames) !== 0;
  return isNumbered ? layout.read(buffer, "InstanceIndex") : 0;
}

/** Data begin on an 8-byte boundary after the structure's fields (`wmistr.h`). */
function isDataOffset(offset: number, fixedBytes: number, buffer: Uint8Array): boolean {
  return offset % 8 === 0 && offset >= fixedBytes && offset <= buffer.length;
}

function fail(request: RequestContext, srbStatus: number): false {
  postProcess(request, srbStatus, 0);
  return false;
}

const OFFSET_BUFFER_SIZE = 0;
const OFFSET_FLAGS: number = WNODE_TOO_SMALL.offsetOf("Flags");

function writeSizes({ buffer, dataBlockOffset, sizeFieldOffset }: RequestContext, dataBytes: number): void {
  if (dataBlockOffset === 0) return;
  writeUint32(buffer, sizeFieldOffset, dataBytes);
  writeUint32(buffer, OFFSET_BUFFER_SIZE, dataBlockOffset + dataBytes);
}

function writeTooSmall({ buffer, dataBlockOffset }: RequestContext, neededBytes: number): void {
  writeUint32(buffer, OFFSET_BUFFER_SIZE, WNODE_TOO_SMALL.sizeof);
  writeUint32(buffer, OFFSET_FLAGS, WnodeFlag.tooSmall);
  writeUint32(buffer, WNODE_TOO_SMALL.offsetOf("SizeNeeded"), dataBlockOffset + neededBytes);
  buffer.fill(0, WNODE_TOO_SMALL.fixedBytes, WNODE_TOO_SMALL.sizeof);
}
