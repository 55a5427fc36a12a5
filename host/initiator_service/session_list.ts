/**
 * The sessions of all adapters, as applications are told of them.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { ConnectionInformation, SessionInformation } from "../iscsidsc/structures.ts";
import type { ConnectionInfo, SessionInfo } from "../wmi/session_info.ts";
import { sessionsOf } from "./adapter_sessions.ts";
import { askAll, askThoseThatAnswer } from "./adapter_lists.ts";
import { addressText } from "./address_resolution.ts";
import type { ServiceRun } from "./service_run.ts";

/** GetIScsiSessionList. */
export function* listSessions(
  run: ServiceRun,
): Task<{ readonly status: number; readonly value?: readonly SessionInformation[] }> {
  return yield* askAll(
    run,
    sessionsOf,
    (_, { uniqueAdapterId, sessions }) => sessions.map((session) => sessionInformation(uniqueAdapterId, session)),
  );
}

/** Whether an adapter says that it has a session to a target: one that it only tries to bring back has no connection. */
export function* hasSessionTo(run: ServiceRun, targetName: string): Task<boolean> {
  const known = yield* askThoseThatAnswer(run, sessionsOf, (_, { sessions }) => sessions);
  return known.some(({ ConnectionsList, TargetiSCSIName }) =>
    ConnectionsList.length > 0 && TargetiSCSIName.toLowerCase() === targetName.toLowerCase()
  );
}

/**
 * Gives a number for the ISID of a session; `undefined` if there is none left. Adapters are asked for their sessions once
 * all numbers were given: one that cannot say has none.
 */
export function* newSessionNumber(run: ServiceRun): Task<number | undefined> {
  const open = run.isidNumbers.hasComeRound
    ? yield* askThoseThatAnswer(run, sessionsOf, (_, { sessions }) => sessions)
    : [];
  return run.isidNumbers.next(new Set(open.map(({ ISID }) => numberOfIsid(ISID))));
}

/** UniqueIdForISID as the driver puts it into an ISID: its qualifier, in the order of the PDU. */
function numberOfIsid(isid: Uint8Array): number {
  const [, , , , high = 0, low = 0] = isid;
  return high << 8 | low;
}

function sessionInformation(adapterUnique: bigint, session: SessionInfo): SessionInformation {
  return {
    sessionId: { adapterUnique, adapterSpecific: session.UniqueSessionId },
    initiatorName: session.InitiatoriSCSIName,
    targetName: session.TargetiSCSIName,
    isid: session.ISID.slice(),
    tsid: lowFirst(session.TSID),
    connections: session.ConnectionsList.map((connection) => connectionInformation(adapterUnique, connection)),
  };
}

function connectionInformation(adapterUnique: bigint, connection: ConnectionInfo): ConnectionInformation {
  return {
    connectionId: { adapterUnique, adapterSpecific: connection.UniqueConnectionId },
    initiatorAddress: addressText(connection.LocalAddr),
    targetAddress: addressText(connection.RemoteAddr),
    initiatorSocket: connection.LocalPort & 0xffff,
    targetSocket: connection.RemotePort & 0xffff,
    cid: lowFirst(connection.CID),
  };
}

/** A 16-bit value as the structures of the API have it: two bytes, the low one first. */
function lowFirst(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}
