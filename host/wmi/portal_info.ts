/**
 * MSiSCSI_PortalInfoClass (`iscsimgt.h`): the portals of an adapter. Index is
 * what a login gives as its PortNumber.
 *
 * @module
 */

import { countOf, nested, u16, u32, u8, variableStructures } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";
import { REPORTED_IP_ADDRESS } from "./ip_address.ts";

/** The class. */
export const PORTAL_INFO_GUID: Uint8Array = parseGuid("{84CA6FD6-B152-4E6A-8869-FDE5E37B6157}");

/** ISCSI_PortalInfo.PortalType. */
export const PortalType = {
  /** From which the adapter logs in. */
  initiator: 0,
  /** Of a target. */
  target: 1,
} as const;

/** ISCSI_PortalInfo.Protocol, and that of a connection: the only value. */
export const PORTAL_PROTOCOL_TCP = 6;

/** Fields of the structure below, by the names of the header. */
export const PORTAL_FIELDS = {
  Index: u32(),
  PortalType: u8(),
  Protocol: u8(),
  Reserved1: u8(),
  Reserved2: u8(),
  IPAddr: nested(REPORTED_IP_ADDRESS),
  Port: u32(),
  PortalTag: u16(),
} as const;

/** ISCSI_PortalInfo, 564 bytes. */
export const ISCSI_PORTAL_INFO: Structure<typeof PORTAL_FIELDS> = new Structure("ISCSI_PortalInfo", PORTAL_FIELDS);

/** One portal. */
export type PortalInfo = StructureValue<typeof PORTAL_FIELDS>;

/** Fields of the structure below, by the names of the header. */
export const PORTAL_INFO_FIELDS = {
  PortalInfoCount: countOf("PortalInformation"),
  PortalInformation: variableStructures("PortalInfoCount", ISCSI_PORTAL_INFO),
} as const;

/** MSiSCSI_PortalInfoClass, 4 bytes and 564 for each portal. */
export const PORTAL_INFO: Structure<typeof PORTAL_INFO_FIELDS> = new Structure(
  "MSiSCSI_PortalInfoClass",
  PORTAL_INFO_FIELDS,
);
