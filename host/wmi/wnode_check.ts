/**
 * What kernel WMI sees to before a driver sees a WNODE: that its sizes add up,
 * and that its class and instance are registered.
 *
 * @module
 */

import { StructureError } from "../../sim/layout/structure.ts";
import { copyBytes } from "../../sim/layout/slab.ts";
import { MALFORMED_WNODE_STATUS } from "../design_choices.ts";
import { NtStatus } from "../status.ts";
import { GuidMap } from "./guid.ts";
import { isSameName } from "./instance_name.ts";
import {
  type InstanceLayout,
  MinorFunction,
  REGISTRATION_FLAG_EVENT_ONLY,
  WMIREGINFO,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
  WnodeFlag,
} from "./wnode.ts";

/** A class as a driver has registered it. */
export interface RegisteredClass {
  /** Its GUID, 16 bytes. */
  readonly guid: Uint8Array;
  /** How many instances it has. */
  readonly instanceCount: number;
  /** It has events and neither data nor methods. */
  readonly isEventOnly: boolean;
}

/** The class of a well-formed WNODE, or the NTSTATUS that refuses it. */
export function checkWnode(
  minorFunction: number,
  buffer: Uint8Array,
  deviceName: string,
  classes: GuidMap<RegisteredClass>,
): Uint8Array | number {
  try {
    const bufferSize = WNODE_HEADER.read(buffer, "BufferSize");
    if (bufferSize > buffer.length) return MALFORMED_WNODE_STATUS;
    const flags = WNODE_HEADER.read(buffer, "Flags");
    const registered = classes.get(WNODE_HEADER.read(buffer, "Guid"));
    // A class of events has no data and no methods.
    if (registered === undefined || (registered.isEventOnly && !EVENT_FUNCTIONS.includes(minorFunction))) {
      return NtStatus.wmiGuidNotFound;
    }
    const { instanceCount } = registered;
    if (minorFunction === MinorFunction.executeMethod) {
      if ((flags & WnodeFlag.methodItem) === 0) return MALFORMED_WNODE_STATUS;
      const end = WNODE_METHOD_ITEM.read(buffer, "DataBlockOffset") + WNODE_METHOD_ITEM.read(buffer, "SizeDataBlock");
      if (end > bufferSize) return MALFORMED_WNODE_STATUS;
      if (!hasInstance(deviceName, buffer, WNODE_METHOD_ITEM, instanceCount)) return NtStatus.wmiInstanceNotFound;
    }
    if (minorFunction === MinorFunction.querySingleInstance) {
      if ((flags & WnodeFlag.singleInstance) === 0) return MALFORMED_WNODE_STATUS;
      if (!hasInstance(deviceName, buffer, WNODE_SINGLE_INSTANCE, instanceCount)) return NtStatus.wmiInstanceNotFound;
    }
    if (minorFunction === MinorFunction.queryAllData && (flags & WnodeFlag.allData) === 0) {
      return MALFORMED_WNODE_STATUS;
    }
    return registered.guid;
  } catch (error) {
    if (error instanceof StructureError) return MALFORMED_WNODE_STATUS;
    throw error;
  }
}

/**
 * Whether a class has the instance that a request names: by index, or, when the flag of static names is clear, by the
 * name of the device and the index behind it, without regard to case.
 */
function hasInstance(
  deviceName: string,
  buffer: Uint8Array,
  layout: InstanceLayout,
  instanceCount: number,
): boolean {
  if ((layout.read(buffer, "Flags") & WnodeFlag.staticInstanceNames) !== 0) {
    return layout.read(buffer, "InstanceIndex") < instanceCount;
  }
  const name = readCountedString(buffer, layout.read(buffer, "OffsetInstanceName"));
  if (name === undefined) return false;
  return Array.from({ length: instanceCount }, (_, index) => `${deviceName}_${index}`)
    .some((each) => isSameName(each, name));
}

/** A length in bytes and UTF-16, with or without a NUL that the length counts; `undefined` if it is not inside the buffer. */
function readCountedString(buffer: Uint8Array, offset: number): string | undefined {
  if (offset + 2 > buffer.length) return undefined;
  const lengthBytes = new DataView(buffer.buffer, buffer.byteOffset).getUint16(offset, true);
  if (offset + 2 + lengthBytes > buffer.length) return undefined;
  const text = new TextDecoder("utf-16le").decode(buffer.subarray(offset + 2, offset + 2 + lengthBytes));
  return text.endsWith("\0") ? text.slice(0, -1) : text;
}

/** What can be asked of a class of events. */
const EVENT_FUNCTIONS: readonly number[] = [
  MinorFunction.enableEvents,
  MinorFunction.disableEvents,
  MinorFunction.enableCollection,
  MinorFunction.disableCollection,
];

/** The classes that a driver has registered, by their GUIDs. */
export function readClasses(bytes: Uint8Array): GuidMap<RegisteredClass> {
  const { WmiRegGuid } = WMIREGINFO.decode(bytes);
  return new GuidMap(WmiRegGuid.map(({ Guid, InstanceCount, Flags }) => {
    const guid = copyBytes(Guid);
    return [
      guid,
      { guid, instanceCount: InstanceCount, isEventOnly: (Flags & REGISTRATION_FLAG_EVENT_ONLY) !== 0 },
    ];
  }));
}
