/**
 * Names of classes, methods and minor functions, for traces.
 *
 * @module
 */

import { ADAPTER_EVENT_GUID, INSTANCE_FAILURE_EVENT_GUID, NODE_FAILURE_EVENT_GUID } from "./adapter_events.ts";
import { HBA_INFORMATION_GUID, SECURITY_CAPABILITIES_GUID } from "./adapter_information.ts";
import { ADAPTER_OPERATIONS_GUID, OperationsMethod } from "./adapter_operations.ts";
import { formatGuid, GuidMap } from "./guid.ts";
import { PERSISTENT_LOGINS_GUID } from "./persistent_logins.ts";
import { PORTAL_INFO_GUID } from "./portal_info.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "./security_config_operations.ts";
import { INITIATOR_SESSION_INFO_GUID } from "./session_info.ts";
import { LOGIN_STATISTICS_GUID, MAIN_MODE_STATISTICS_GUID } from "./statistics.ts";
import { MinorFunction } from "./wnode.ts";

/** Name and methods of a class. */
interface ClassName {
  readonly name: string;
  readonly methods: ReadonlyMap<number, MethodName>;
}

interface MethodName {
  readonly name: string;
  /** With its class in front. */
  readonly qualified: string;
}

const CLASSES = new GuidMap<ClassName>([
  entry(SECURITY_CONFIG_OPERATIONS_GUID, "MSiSCSI_SecurityConfigOperations", SecurityMethod),
  entry(ADAPTER_OPERATIONS_GUID, "MSiSCSI_Operations", OperationsMethod),
  entry(HBA_INFORMATION_GUID, "MSiSCSI_HBAInformation", {}),
  entry(SECURITY_CAPABILITIES_GUID, "MSiSCSI_SecurityCapabilities", {}),
  entry(PERSISTENT_LOGINS_GUID, "MSiSCSI_PersistentLogins", {}),
  entry(PORTAL_INFO_GUID, "MSiSCSI_PortalInfoClass", {}),
  entry(INITIATOR_SESSION_INFO_GUID, "MSiSCSI_InitiatorSessionInfo", {}),
  entry(LOGIN_STATISTICS_GUID, "MSiSCSI_InitiatorLoginStatistics", {}),
  entry(MAIN_MODE_STATISTICS_GUID, "MSiSCSI_MMIPSECStats", {}),
  entry(ADAPTER_EVENT_GUID, "MSiSCSI_AdapterEvent", {}),
  entry(INSTANCE_FAILURE_EVENT_GUID, "MSiSCSI_InitiatorInstanceFailureEvent", {}),
  entry(NODE_FAILURE_EVENT_GUID, "MSiSCSI_InitiatorNodeFailureEvent", {}),
]);

const MINOR_FUNCTION_NAMES: ReadonlyMap<number, string> = new Map([
  [MinorFunction.queryAllData, "IRP_MN_QUERY_ALL_DATA"],
  [MinorFunction.querySingleInstance, "IRP_MN_QUERY_SINGLE_INSTANCE"],
  [MinorFunction.changeSingleInstance, "IRP_MN_CHANGE_SINGLE_INSTANCE"],
  [MinorFunction.changeSingleItem, "IRP_MN_CHANGE_SINGLE_ITEM"],
  [MinorFunction.enableEvents, "IRP_MN_ENABLE_EVENTS"],
  [MinorFunction.disableEvents, "IRP_MN_DISABLE_EVENTS"],
  [MinorFunction.enableCollection, "IRP_MN_ENABLE_COLLECTION"],
  [MinorFunction.disableCollection, "IRP_MN_DISABLE_COLLECTION"],
  [MinorFunction.registrationInformation, "IRP_MN_REGINFO"],
  [MinorFunction.executeMethod, "IRP_MN_EXECUTE_METHOD"],
  [MinorFunction.registrationInformationEx, "IRP_MN_REGINFO_EX"],
]);

/** The name of a class, or its GUID. */
export function className(guid: Uint8Array): string {
  return CLASSES.get(guid)?.name ?? formatGuid(guid);
}

/** The name of a method, or its number. */
export function methodName(guid: Uint8Array, methodId: number): string {
  return CLASSES.get(guid)?.methods.get(methodId)?.name ?? `method ${methodId}`;
}

/** The names of a class and its method, or what stands for them. */
export function qualifiedMethodName(guid: Uint8Array, methodId: number): string {
  return CLASSES.get(guid)?.methods.get(methodId)?.qualified ?? `${className(guid)}.${methodName(guid, methodId)}`;
}

/** The name of a minor function code of IRP_MJ_SYSTEM_CONTROL. */
export function minorFunctionName(code: number): string {
  return MINOR_FUNCTION_NAMES.get(code) ?? `minor function 0x${code.toString(16)}`;
}

function entry(guid: Uint8Array, name: string, methods: Readonly<Record<string, number>>): [Uint8Array, ClassName] {
  const names = Object.entries(methods).map(([method, id]): [number, MethodName] => {
    return [id, { name: capitalised(method), qualified: `${name}.${capitalised(method)}` }];
  });
  return [guid, { name, methods: new Map(names) }];
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
