/**
 * The sessions of all adapters, as applications are told of them.
 *
 * @module
 */

import type { Cycles, Task } from "../../sim/kernel/task.ts";
import type { ConnectionInformation, SessionInformation, UniqueSessionId } from "../iscsidsc/structures.ts";
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

/** What adapters say of sessions to a target. */
export type TargetStanding =
  /** There is none. */
  | "free"
  /** An adapter logs in to it by itself, or will try again; it does not say which. */
  | "tried"
  /** There is one, or somebody opens one. */
  | "taken";

/**
 * Whether somebody has a session to a target: one that an adapter only tries to open by itself has no connection yet.
 * That is waited for, within a limit, which begins anew when an adapter comes out of a reset: it makes its saved logins
 * then. A reset that is under way is waited for as long as its driver may take.
 *
 * @param except A session that does not count.
 */
export function* standingOf(
  run: ServiceRun,
  targetName: string,
  limitCycles: Cycles,
  except?: UniqueSessionId,
): Task<TargetStanding> {
  const { kernel } = run.context;
  const end = kernel.now + run.driverLoadLimitCycles;
  let looked = { driverLoads: run.driverLoads, deadline: kernel.now + limitCycles };
  for (;;) {
    yield* run.driversLoad(end);
    if (looked.driverLoads !== run.driverLoads) {
      looked = { driverLoads: run.driverLoads, deadline: kernel.now + limitCycles };
    }
    const standing = yield* presentStanding(run, targetName, except);
    const isUpToDate = looked.driverLoads === run.driverLoads || kernel.now >= end;
    const isOver = standing === "free" || kernel.now >= looked.deadline;
    if (standing === "taken" || (isUpToDate && isOver)) return standing;
    if (isUpToDate) yield* kernel.sleep(kernel.frequencyHz / LOOKS_PER_SECOND);
  }
}

const LOOKS_PER_SECOND = 10;

function* presentStanding(run: ServiceRun, targetName: string, except?: UniqueSessionId): Task<TargetStanding> {
  const isSame = (uniqueAdapterId: bigint, { UniqueSessionId }: SessionInfo) =>
    uniqueAdapterId === except?.adapterUnique && UniqueSessionId === except.adapterSpecific;
  const known = yield* askThoseThatAnswer(
    run,
    sessionsOf,
    (_, { uniqueAdapterId, sessions }) => sessions.filter((session) => !isSame(uniqueAdapterId, session)),
  );
  const rivals = known.filter(({ TargetiSCSIName }) => TargetiSCSIName.toLowerCase() === targetName.toLowerCase());
  if (rivals.some(({ ConnectionsList }) => ConnectionsList.length > 0)) return "taken";
  return rivals.length > 0 ? "tried" : "free";
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
