/**
 * What the driver knows of a login that the adapter need not know. With a
 * persistent login it lies in the adapter, which does not look at it.
 *
 * @module
 */

import { countOf, nested, u16, u32, variableBytes, variableStructures } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { ISCSI_LOGIN_OPTIONS, ISCSI_LUN_LIST, type LOGIN_IN_FIELDS } from "../wmi/adapter_operations.ts";

const LOGIN_DESCRIPTION_FIELDS = {
  SessionType: u32(),
  LoginOptions: nested(ISCSI_LOGIN_OPTIONS),
  OSBus: u32(),
  OSTarget: u32(),
  UniqueIdForISID: u16(),
  LUNCount: countOf("LUNList"),
  UsernameSize: countOf("Username"),
  InitiatorNodeSize: countOf("InitiatorNode"),
  InitiatorAliasSize: countOf("InitiatorAlias"),
  LUNList: variableStructures("LUNCount", ISCSI_LUN_LIST),
  Username: variableBytes("UsernameSize"),
  InitiatorNode: variableBytes("InitiatorNodeSize"),
  InitiatorAlias: variableBytes("InitiatorAliasSize"),
} as const;

/** The driver's own structure; names in UTF-8. */
export const LOGIN_DESCRIPTION: Structure<typeof LOGIN_DESCRIPTION_FIELDS> = new Structure(
  "LoginDescription",
  LOGIN_DESCRIPTION_FIELDS,
);

/** ISCSI_LoginOptions as a login gives them. */
export interface DescribedOptions {
  /** Which of the others mean something: bits of ISCSI_LoginOptions. */
  readonly InformationSpecified: number;
  /** 0 none, 1 CRC32C. */
  readonly HeaderDigest: number;
  /** 0 none, 1 CRC32C. */
  readonly DataDigest: number;
  /** 0 for any number. */
  readonly MaximumConnections: number;
  /** In seconds. */
  readonly DefaultTime2Wait: number;
  /** In seconds. */
  readonly DefaultTime2Retain: number;
  /** Bits of ISCSI_LoginOptions. */
  readonly LoginFlags: number;
  /** 0 none, 1 CHAP, 2 mutual CHAP. */
  readonly AuthType: number;
}

/** What the driver knows of a login. */
export interface LoginDescription {
  /** 0 discovery, 1 informational, 2 data. */
  readonly SessionType: number;
  /** The options of the login. */
  readonly LoginOptions: DescribedOptions;
  /** The bus that the target shall have, 0xFFFFFFFF for any. */
  readonly OSBus: number;
  /** The number that the target shall have, 0xFFFFFFFF for any. */
  readonly OSTarget: number;
  /** The service's number in the ISID. */
  readonly UniqueIdForISID: number;
  /** Which LUN of the target shall have which number. */
  readonly LUNList: readonly { readonly TargetLUN: bigint; readonly OSLUN: number; readonly Reserved: number }[];
  /** The user's name. */
  readonly Username: Uint8Array;
  /** The initiator's node name in UTF-8; empty if the adapter chooses. */
  readonly InitiatorNode: Uint8Array;
  /** The initiator's alias in UTF-8. */
  readonly InitiatorAlias: Uint8Array;
}

/** What LoginToTarget_IN says of a login; shares no memory with it. */
export function describeLogin(value: StructureValue<typeof LOGIN_IN_FIELDS>): LoginDescription {
  const text = new TextEncoder();
  return {
    SessionType: value.SessionType,
    LoginOptions: value.LoginOptions,
    OSBus: value.OSBus,
    OSTarget: value.OSTarget,
    UniqueIdForISID: value.UniqueIdForISID,
    LUNList: value.LUNList,
    Username: value.Username.slice(),
    InitiatorNode: text.encode(value.InitiatorNode),
    InitiatorAlias: text.encode(value.InitiatorAlias),
  };
}
