/**
 * The events that a driver fires: MSiSCSI_AdapterEvent (`iscsiop.h`),
 * MSiSCSI_InitiatorInstanceFailureEvent and
 * MSiSCSI_InitiatorNodeFailureEvent (`iscsimgt.h`).
 *
 * @module
 */

import { nested, paddedString, u32, u64, u8 } from "../../sim/layout/fields.ts";
import { Structure } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";
import { REPORTED_IP_ADDRESS } from "./ip_address.ts";

/** MSiSCSI_AdapterEvent. */
export const ADAPTER_EVENT_GUID: Uint8Array = parseGuid("{46B122C0-3767-4069-916E-3A43702F05CE}");

/** MSiSCSI_InitiatorInstanceFailureEvent. */
export const INSTANCE_FAILURE_EVENT_GUID: Uint8Array = parseGuid("{E67E1BDB-D130-4143-9EB2-8BEE1899FD52}");

/** MSiSCSI_InitiatorNodeFailureEvent. */
export const NODE_FAILURE_EVENT_GUID: Uint8Array = parseGuid("{1221948A-6332-4AC2-AA04-268AABCECE4F}");

/** MSiSCSI_AdapterEvent.EventCode: the only one, the list of targets has changed. */
export const TARGETS_CHANGED = 3;

/** MSiSCSI_InitiatorInstanceFailureEvent.FailureType. */
export const InstanceFailure = {
  /** A digest was wrong. */
  digest: 0,
  /** The connection timed out. */
  connectionTimeout: 1,
  /** A PDU was malformed. */
  format: 2,
} as const;

/** MSiSCSI_InitiatorNodeFailureEvent.FailureType. */
export const NodeFailure = {
  /** A login failed for another reason. */
  login: 0,
  /** There is no authentication method in common. */
  authenticationMethod: 1,
  /** The credentials do not match. */
  credentials: 2,
  /** The parameters could not be negotiated. */
  negotiation: 3,
  /** A logout failed. */
  logout: 4,
} as const;

/** Fields of the structure below, by the names of the header. */
export const ADAPTER_EVENT_FIELDS = { UniqueAdapterId: u64(), EventCode: u32() } as const;

/** MSiSCSI_AdapterEvent, 16 bytes in C, of which 12 are fired. */
export const ADAPTER_EVENT: Structure<typeof ADAPTER_EVENT_FIELDS> = new Structure(
  "MSiSCSI_AdapterEvent",
  ADAPTER_EVENT_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const INSTANCE_FAILURE_FIELDS = { FailureType: u8(), RemoteNodeName: paddedString(223) } as const;

/** MSiSCSI_InitiatorInstanceFailureEvent, 450 bytes. */
export const INSTANCE_FAILURE_EVENT: Structure<typeof INSTANCE_FAILURE_FIELDS> = new Structure(
  "MSiSCSI_InitiatorInstanceFailureEvent",
  INSTANCE_FAILURE_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const NODE_FAILURE_FIELDS = {
  FailureTime: u64(),
  FailureType: u8(),
  TargetFailureName: paddedString(223),
  TargetFailureAddr: nested(REPORTED_IP_ADDRESS),
} as const;

/** MSiSCSI_InitiatorNodeFailureEvent, 1008 bytes. */
export const NODE_FAILURE_EVENT: Structure<typeof NODE_FAILURE_FIELDS> = new Structure(
  "MSiSCSI_InitiatorNodeFailureEvent",
  NODE_FAILURE_FIELDS,
);
