/**
 * How large a caller's buffer must be for a list: the structures of the 64-bit
 * header one after the other, behind them what their pointers point to.
 *
 * @module
 */

import type { PersistentLoginInformation, SessionInformation } from "./structures.ts";

/** sizeof(ISCSI_SESSION_INFOW). */
const SESSION_INFO_BYTES = 64;
/** sizeof(ISCSI_CONNECTION_INFOW). */
const CONNECTION_INFO_BYTES = 40;
/** sizeof(PERSISTENT_ISCSI_LOGIN_INFOW). */
const PERSISTENT_LOGIN_INFO_BYTES = 2080;
/** sizeof(ISCSI_TARGET_MAPPINGW). */
const TARGET_MAPPING_BYTES = 1520;
/** sizeof(SCSI_LUN_LIST). */
const LUN_BYTES = 16;

/** Characters of a list of names: each ends with a NUL, the last with two. */
export function initiatorListCharacters(names: readonly string[]): number {
  return sum(names, (name) => name.length + 1) + 1;
}

/** Bytes of ISCSI_SESSION_INFOW, their strings and connections. */
export function sessionListBytes(sessions: readonly SessionInformation[]): number {
  return sum(
    sessions,
    ({ initiatorName, targetNodeName, targetName, connections }) =>
      SESSION_INFO_BYTES + stringBytes(initiatorName) + stringBytes(targetNodeName) + stringBytes(targetName) +
      sum(
        connections,
        ({ initiatorAddress, targetAddress }) =>
          CONNECTION_INFO_BYTES + stringBytes(initiatorAddress) + stringBytes(targetAddress),
      ),
  );
}

/** Bytes of PERSISTENT_ISCSI_LOGIN_INFOW, their mappings and user names. */
export function persistentLoginsBytes(logins: readonly PersistentLoginInformation[]): number {
  return sum(
    logins,
    ({ mappings, loginOptions }) =>
      PERSISTENT_LOGIN_INFO_BYTES + (loginOptions.username?.length ?? 0) +
      (mappings === undefined ? 0 : TARGET_MAPPING_BYTES + LUN_BYTES * mappings.lunList.length),
  );
}

/** A NULL pointer takes nothing. */
function stringBytes(text: string | undefined): number {
  return text === undefined ? 0 : 2 * (text.length + 1);
}

function sum<T>(items: readonly T[], sizeOf: (item: T) => number): number {
  return items.reduce((total, item) => total + sizeOf(item), 0);
}
