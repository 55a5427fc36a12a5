/**
 * The envelopes of WMI: what stands in the buffer of an IRP around a class's
 * data (`wmistr.h`, `wmiguid.h`; sizes for a 64-bit system).
 *
 * @module
 */

import { bytes, countOf, u32, u64, variableStructures } from "../../sim/layout/fields.ts";
import { Structure } from "../../sim/layout/structure.ts";

/** Minor function codes of IRP_MJ_SYSTEM_CONTROL (`wdm.h`). */
export const MinorFunction = {
  /** All instances of a class. */
  queryAllData: 0x00,
  /** One instance of a class; comes before every method call. */
  querySingleInstance: 0x01,
  /** Writes one instance. */
  changeSingleInstance: 0x02,
  /** Writes one item of one instance. */
  changeSingleItem: 0x03,
  /** Wants events of a class. */
  enableEvents: 0x04,
  /** Wants no events any more. */
  disableEvents: 0x05,
  /** A class that is expensive to collect is wanted. */
  enableCollection: 0x06,
  /** It is wanted no more. */
  disableCollection: 0x07,
  /** Which classes does the driver have? */
  registrationInformation: 0x08,
  /** Calls a method. */
  executeMethod: 0x09,
  /** As `registrationInformation`, for drivers that manage their reference counts. */
  registrationInformationEx: 0x0b,
} as const;

/** WNODE_HEADER.Flags. */
export const WnodeFlag = {
  /** A WNODE_ALL_DATA. */
  allData: 0x01,
  /** A WNODE_SINGLE_INSTANCE. */
  singleInstance: 0x02,
  /** A WNODE_EVENT_ITEM, with the tail of the WNODE that another flag names. */
  eventItem: 0x08,
  /** In a WNODE_ALL_DATA: all instances have one size, which stands in place of the first length. */
  fixedInstanceSize: 0x10,
  /** A WNODE_TOO_SMALL. */
  tooSmall: 0x20,
  /** The instance is named by index. */
  staticInstanceNames: 0x80,
  /** A WNODE_METHOD_ITEM. */
  methodItem: 0x8000,
  /** Instance names follow from the device's. */
  pdoInstanceNames: 0x1_0000,
} as const;

/** WMIREGGUID.Flags: instance names follow from the physical device object's. */
export const REGISTRATION_FLAG_INSTANCE_PDO = 0x20;

/** WMIREGGUID.Flags: the class has events and no data: it cannot be queried. */
export const REGISTRATION_FLAG_EVENT_ONLY = 0x40;

/** Fields of the structure below, by the names of the header. */
export const HEADER_FIELDS = {
  BufferSize: u32(),
  ProviderId: u32(),
  HistoricalContext: u64(),
  TimeStamp: u64("LARGE_INTEGER"),
  Guid: bytes(16, "GUID"),
  ClientContext: u32(),
  Flags: u32(),
} as const;

/** WNODE_HEADER, 48 bytes. */
export const WNODE_HEADER: Structure<typeof HEADER_FIELDS> = new Structure("WNODE_HEADER", HEADER_FIELDS);

/** Fields of the structure below, by the names of the header. */
export const METHOD_ITEM_FIELDS = {
  ...HEADER_FIELDS,
  OffsetInstanceName: u32(),
  InstanceIndex: u32(),
  MethodId: u32(),
  DataBlockOffset: u32(),
  SizeDataBlock: u32(),
} as const;

/** WNODE_METHOD_ITEM, 72 bytes with padding; data begins on an 8-byte boundary, so at 72. */
export const WNODE_METHOD_ITEM: Structure<typeof METHOD_ITEM_FIELDS> = new Structure(
  "WNODE_METHOD_ITEM",
  METHOD_ITEM_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const SINGLE_INSTANCE_FIELDS = {
  ...HEADER_FIELDS,
  OffsetInstanceName: u32(),
  InstanceIndex: u32(),
  DataBlockOffset: u32(),
  SizeDataBlock: u32(),
} as const;

/** WNODE_SINGLE_INSTANCE; data begins at 64. */
export const WNODE_SINGLE_INSTANCE: Structure<typeof SINGLE_INSTANCE_FIELDS> = new Structure(
  "WNODE_SINGLE_INSTANCE",
  SINGLE_INSTANCE_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const ALL_DATA_FIELDS = {
  ...HEADER_FIELDS,
  DataBlockOffset: u32(),
  InstanceCount: u32(),
  OffsetInstanceNameOffsets: u32(),
  FixedInstanceSize: u32(),
} as const;

/**
 * WNODE_ALL_DATA with instances of one size; data begin at 64. With instances of several sizes an array of offset and
 * length for each stands where FixedInstanceSize does.
 */
export const WNODE_ALL_DATA: Structure<typeof ALL_DATA_FIELDS> = new Structure("WNODE_ALL_DATA", ALL_DATA_FIELDS);

/** Fields of the structure below, by the names of the header. */
export const TOO_SMALL_FIELDS = { ...HEADER_FIELDS, SizeNeeded: u32() } as const;

/** WNODE_TOO_SMALL, 56 bytes: the answer to a buffer that cannot hold the output. */
export const WNODE_TOO_SMALL: Structure<typeof TOO_SMALL_FIELDS> = new Structure("WNODE_TOO_SMALL", TOO_SMALL_FIELDS);

/** Fields of the structure below, by the names of the header. */
export const REGISTRATION_GUID_FIELDS = {
  Guid: bytes(16, "GUID"),
  Flags: u32(),
  InstanceCount: u32(),
  InstanceInfo: u64("ULONG_PTR"),
} as const;

/** WMIREGGUIDW, 32 bytes: one class that a driver registers. */
export const WMIREGGUID: Structure<typeof REGISTRATION_GUID_FIELDS> = new Structure(
  "WMIREGGUID",
  REGISTRATION_GUID_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const REGISTRATION_FIELDS = {
  BufferSize: u32(),
  NextWmiRegInfo: u32(),
  RegistryPath: u32(),
  MofResourceName: u32(),
  GuidCount: countOf("WmiRegGuid"),
  WmiRegGuid: variableStructures("GuidCount", WMIREGGUID),
} as const;

/** WMIREGINFOW: the answer to IRP_MN_REGINFO; the classes follow at 24. */
export const WMIREGINFO: Structure<typeof REGISTRATION_FIELDS> = new Structure("WMIREGINFO", REGISTRATION_FIELDS);

/** Where the data of a method call begin: the first 8-byte boundary after the structure's fields. */
export const METHOD_DATA_OFFSET = 72;

/** Where the data of an instance begin. */
export const INSTANCE_DATA_OFFSET = 64;

/** Flags of a method call on an instance that is named after its device. */
const METHOD_CALL_FLAGS: number = WnodeFlag.methodItem | WnodeFlag.staticInstanceNames |
  WnodeFlag.pdoInstanceNames;

/** Flags of a query of such an instance. */
const INSTANCE_QUERY_FLAGS: number = WnodeFlag.singleInstance | WnodeFlag.staticInstanceNames |
  WnodeFlag.pdoInstanceNames;

/** Flags of an event of such an instance. */
const EVENT_FLAGS: number = WnodeFlag.eventItem | WnodeFlag.singleInstance | WnodeFlag.staticInstanceNames |
  WnodeFlag.pdoInstanceNames;

const ALL_DATA_QUERY_FLAGS: number = WnodeFlag.allData | WnodeFlag.staticInstanceNames | WnodeFlag.pdoInstanceNames;

/** A method call. */
export interface MethodCall {
  /** The class, 16 bytes. */
  readonly guid: Uint8Array;
  /** The method. */
  readonly methodId: number;
  /** Which instance; 0 by default. */
  readonly instanceIndex?: number;
  /** The data of the IN structure. */
  readonly input: Uint8Array;
}

/**
 * Writes a WNODE_METHOD_ITEM with its data into a buffer, whose other bytes become zero.
 *
 * @param buffer At least 72 bytes more than the input.
 */
export function writeMethodCall(call: MethodCall, buffer: Uint8Array): void {
  buffer.fill(0);
  WNODE_METHOD_ITEM.encodeInto({
    BufferSize: METHOD_DATA_OFFSET + call.input.length,
    ProviderId: 0,
    HistoricalContext: 0n,
    TimeStamp: 0n,
    Guid: call.guid,
    ClientContext: 0,
    Flags: METHOD_CALL_FLAGS,
    OffsetInstanceName: 0,
    InstanceIndex: call.instanceIndex ?? 0,
    MethodId: call.methodId,
    DataBlockOffset: METHOD_DATA_OFFSET,
    SizeDataBlock: call.input.length,
  }, buffer);
  buffer.set(call.input, METHOD_DATA_OFFSET);
}

/**
 * Writes the query for one instance into a buffer, whose other bytes become zero.
 *
 * @param buffer At least 64 bytes.
 */
export function writeInstanceQuery(guid: Uint8Array, instanceIndex: number, buffer: Uint8Array): void {
  buffer.fill(0);
  WNODE_SINGLE_INSTANCE.encodeInto({
    BufferSize: INSTANCE_DATA_OFFSET,
    ProviderId: 0,
    HistoricalContext: 0n,
    TimeStamp: 0n,
    Guid: guid,
    ClientContext: 0,
    Flags: INSTANCE_QUERY_FLAGS,
    OffsetInstanceName: 0,
    InstanceIndex: instanceIndex,
    DataBlockOffset: INSTANCE_DATA_OFFSET,
    SizeDataBlock: 0,
  }, buffer);
}

/**
 * Writes the query for all instances of a class into a buffer, whose other bytes become zero.
 *
 * @param buffer At least 48 bytes.
 */
export function writeAllDataQuery(guid: Uint8Array, buffer: Uint8Array): void {
  buffer.fill(0);
  WNODE_HEADER.encodeInto({
    BufferSize: buffer.length,
    ProviderId: 0,
    HistoricalContext: 0n,
    TimeStamp: 0n,
    Guid: guid,
    ClientContext: 0,
    Flags: ALL_DATA_QUERY_FLAGS,
  }, buffer);
}

/**
 * Writes the WNODE of an event into the 64 bytes in front of its data.
 *
 * @param buffer Begins with {@linkcode INSTANCE_DATA_OFFSET} bytes of room.
 * @param timeStamp System time in units of 100 ns.
 */
export function writeEvent(guid: Uint8Array, timeStamp: bigint, buffer: Uint8Array, dataBytes: number): void {
  WNODE_SINGLE_INSTANCE.encodeInto({
    BufferSize: INSTANCE_DATA_OFFSET + dataBytes,
    ProviderId: 0,
    HistoricalContext: 0n,
    TimeStamp: timeStamp,
    Guid: guid,
    ClientContext: 0,
    Flags: EVENT_FLAGS,
    OffsetInstanceName: 0,
    InstanceIndex: 0,
    DataBlockOffset: INSTANCE_DATA_OFFSET,
    SizeDataBlock: dataBytes,
  }, buffer);
}

/**
 * Writes the request to enable or disable the events of a class into a buffer.
 *
 * @param buffer At least 48 bytes.
 */
export function writeEventControl(guid: Uint8Array, buffer: Uint8Array): void {
  WNODE_HEADER.encodeInto({
    BufferSize: buffer.length,
    ProviderId: 0,
    HistoricalContext: 0n,
    TimeStamp: 0n,
    Guid: guid,
    ClientContext: 0,
    Flags: 0,
  }, buffer);
}

/**
 * The data of all instances in a WNODE_ALL_DATA, of either form: of one size and on 8 bytes, or each with its offset and length.
 *
 * @throws {StructureError} It ends before its fields do.
 * @throws {RangeError} An instance lies outside it.
 */
export function readAllData(wnode: Uint8Array): readonly Uint8Array[] {
  const { Flags, DataBlockOffset, InstanceCount, FixedInstanceSize } = WNODE_ALL_DATA.decode(wnode);
  const isFixed = (Flags & WnodeFlag.fixedInstanceSize) !== 0;
  const view = new DataView(wnode.buffer, wnode.byteOffset, wnode.byteLength);
  const stride = Math.ceil(FixedInstanceSize / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  const lengths = WNODE_ALL_DATA.offsetOf("FixedInstanceSize");
  return Array.from({ length: InstanceCount }, (_, index) => {
    const offset = isFixed ? DataBlockOffset + index * stride : view.getUint32(lengths + 8 * index, true);
    const lengthBytes = isFixed ? FixedInstanceSize : view.getUint32(lengths + 8 * index + 4, true);
    if (offset + lengthBytes <= wnode.length) return wnode.slice(offset, offset + lengthBytes);
    throw new RangeError(`Instance ${index} ends at ${offset + lengthBytes}, expected within ${wnode.length} bytes`);
  });
}

const DATA_ALIGNMENT = 8;

/** A WNODE of one instance: what a query and a method call have in common, at places of their own. */
export interface InstanceLayout {
  /** Reads one field. */
  read(
    bytes: Uint8Array,
    name: "Flags" | "InstanceIndex" | "OffsetInstanceName" | "DataBlockOffset" | "SizeDataBlock",
  ): number;
}
