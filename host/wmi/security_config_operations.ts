/**
 * MSiSCSI_SecurityConfigOperations (`iscsiop.h`): six methods that configure
 * the security cache of an adapter. It has no data of its own; what a query
 * for its one instance answers is 4 bytes that mean nothing.
 *
 * IN and OUT share one buffer: OUT.Status lies where IN began.
 *
 * @module
 */

import { bytes, countOf, nested, u32, u64, u8, variableBytes } from "../../sim/layout/fields.ts";
import { Structure } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";
import { ISCSI_IP_ADDRESS } from "./ip_address.ts";

/** The class. */
export const SECURITY_CONFIG_OPERATIONS_GUID: Uint8Array = parseGuid("{391F3325-0BA3-4083-A861-CF4F6F97A527}");

/** WmiMethodId of the six methods. */
export const SecurityMethod = {
  /** Associates a key with an identifier. */
  setPresharedKeyForId: 1,
  /** Says whether an identifier has a key, and its flags; never the key. */
  getPresharedKeyForId: 2,
  /** Sets the key for all identifiers without one of their own. */
  setGroupPresharedKey: 3,
  /** Sets the security gateway for a destination. */
  setTunnelModeOuterAddress: 4,
  /** Drops all keys. */
  clearCache: 5,
  /** Stores the name of the present generation of keys. */
  setGenerationalGuid: 6,
} as const;

/** Fields of the structure below, by the names of the header. */
export const SET_KEY_IN_FIELDS = {
  PortNumber: u32(),
  SecurityFlags: u64(),
  IdType: u8(),
  IdSize: countOf("Id"),
  KeySize: countOf("Key"),
  Id: variableBytes("IdSize"),
  Key: variableBytes("KeySize"),
} as const;

/** SetPresharedKeyForId_IN. `sizeof` is 32, but Id begins at 28. */
export const SET_PRESHARED_KEY_FOR_ID_IN: Structure<typeof SET_KEY_IN_FIELDS> = new Structure(
  "SetPresharedKeyForId_IN",
  SET_KEY_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const GET_KEY_IN_FIELDS = {
  PortNumber: u32(),
  IdType: u8(),
  IdSize: countOf("Id"),
  Id: variableBytes("IdSize"),
} as const;

/** GetPresharedKeyForId_IN; not laid out as that of the other method. */
export const GET_PRESHARED_KEY_FOR_ID_IN: Structure<typeof GET_KEY_IN_FIELDS> = new Structure(
  "GetPresharedKeyForId_IN",
  GET_KEY_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const GET_KEY_OUT_FIELDS = { Status: u32(), SecurityFlags: u64() } as const;

/** GetPresharedKeyForId_OUT, 16 bytes. */
export const GET_PRESHARED_KEY_FOR_ID_OUT: Structure<typeof GET_KEY_OUT_FIELDS> = new Structure(
  "GetPresharedKeyForId_OUT",
  GET_KEY_OUT_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const SET_GROUP_KEY_IN_FIELDS = { KeySize: countOf("Key"), Key: variableBytes("KeySize") } as const;

/** SetGroupPresharedKey_IN. */
export const SET_GROUP_PRESHARED_KEY_IN: Structure<typeof SET_GROUP_KEY_IN_FIELDS> = new Structure(
  "SetGroupPresharedKey_IN",
  SET_GROUP_KEY_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const SET_TUNNEL_IN_FIELDS = {
  PortNumber: u32(),
  DestinationAddress: nested(ISCSI_IP_ADDRESS),
  TunnelModeOuterAddress: nested(ISCSI_IP_ADDRESS),
} as const;

/** SetTunnelModeOuterAddress_IN, 1100 bytes. */
export const SET_TUNNEL_MODE_OUTER_ADDRESS_IN: Structure<typeof SET_TUNNEL_IN_FIELDS> = new Structure(
  "SetTunnelModeOuterAddress_IN",
  SET_TUNNEL_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const SET_GUID_IN_FIELDS = { GenerationalGuid: bytes(16) } as const;

/** SetGenerationalGuid_IN: 16 opaque bytes, not swapped as a GUID would be. */
export const SET_GENERATIONAL_GUID_IN: Structure<typeof SET_GUID_IN_FIELDS> = new Structure(
  "SetGenerationalGuid_IN",
  SET_GUID_IN_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const STATUS_OUT_FIELDS = { Status: u32() } as const;

/** The OUT structure of the five methods that answer a status only. */
export const STATUS_OUT: Structure<typeof STATUS_OUT_FIELDS> = new Structure("Status_OUT", STATUS_OUT_FIELDS);
