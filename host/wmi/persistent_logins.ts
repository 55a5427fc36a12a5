/**
 * MSiSCSI_PersistentLogins (`iscsiop.h`): what the adapter logs in to by
 * itself whenever its driver is loaded. Neither key nor password is among it:
 * nothing secret can be read back.
 *
 * @module
 */

import {
  boolean,
  countOf,
  nested,
  paddedString,
  u16,
  u32,
  u64,
  variableBytes,
  variableStructures,
} from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import {
  ISCSI_LOGIN_OPTIONS,
  ISCSI_LUN_LIST,
  TARGET_MAPPING_FIELDS,
  TARGET_PORTAL_FIELDS,
} from "./adapter_operations.ts";
import { parseGuid } from "./guid.ts";
import { REPORTED_IP_ADDRESS } from "./ip_address.ts";
import { decodeList, encodeList } from "./structure_list.ts";

/** The class. */
export const PERSISTENT_LOGINS_GUID: Uint8Array = parseGuid("{420512D9-0537-4C67-A779-84BA7B29CE9F}");

/** ISCSI_TargetPortal as a driver reports it: the text of the address has its whole length. */
const REPORTED_TARGET_PORTAL: Structure<typeof TARGET_PORTAL_FIELDS> = new Structure("ISCSI_TargetPortal", {
  ...TARGET_PORTAL_FIELDS,
  Address: nested(REPORTED_IP_ADDRESS),
});

/** Fields of the structure below, by the names of the header. */
const PERSISTENT_LOGINS_FIELDS = { PersistentLoginCount: u32(), Reserved: u32() } as const;

/** MSiSCSI_PersistentLogins without its list: 8 bytes, which is all when the list is empty. */
export const PERSISTENT_LOGINS: Structure<typeof PERSISTENT_LOGINS_FIELDS> = new Structure(
  "MSiSCSI_PersistentLogins",
  PERSISTENT_LOGINS_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const PERSISTENT_LOGIN_FIELDS = {
  TargetName: paddedString(223),
  SecurityFlags: u64(),
  InitiatorPortNumber: u32(),
  UsernameSize: countOf("Username"),
  IsInformationalSession: boolean(),
  UniqueIdForISID: u16(),
  TargetPortal: nested(REPORTED_TARGET_PORTAL),
  LoginOptions: nested(ISCSI_LOGIN_OPTIONS),
  ...TARGET_MAPPING_FIELDS,
  MappingsTargetName: paddedString(223),
  LUNList: variableStructures("LUNCount", ISCSI_LUN_LIST),
  Username: variableBytes("UsernameSize"),
} as const;

/** ISCSI_Persistent_Login: 1536 bytes, 16 for each LUN, the user name. */
export const ISCSI_PERSISTENT_LOGIN: Structure<typeof PERSISTENT_LOGIN_FIELDS> = new Structure(
  "ISCSI_Persistent_Login",
  PERSISTENT_LOGIN_FIELDS,
);

/** One persistent login. */
export type PersistentLogin = StructureValue<typeof PERSISTENT_LOGIN_FIELDS>;

/** The instance of the class; 8 bytes for an empty list. */
export function encodePersistentLogins(logins: readonly PersistentLogin[]): Uint8Array {
  const header = PERSISTENT_LOGINS.encode({ PersistentLoginCount: logins.length, Reserved: 0 });
  return encodeList(header, ISCSI_PERSISTENT_LOGIN, logins);
}

/**
 * Reads the instance; user names are views.
 *
 * @throws {StructureError} The bytes are no such instance.
 */
export function decodePersistentLogins(bytes: Uint8Array): readonly PersistentLogin[] {
  const { PersistentLoginCount } = PERSISTENT_LOGINS.decode(bytes);
  return decodeList(bytes, ISCSI_PERSISTENT_LOGIN, PERSISTENT_LOGINS.sizeof, PersistentLoginCount);
}
