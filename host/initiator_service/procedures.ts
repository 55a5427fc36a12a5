/**
 * The procedures that the service offers to `iscsidsc.dll`: one for each of its
 * functions, with the same name. What they are given is what a structure can
 * carry; the service judges it and does the work.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type {
  AddConnectionParameters,
  IkeAuthenticationInformation,
  LoginParameters,
  PersistentLoginInformation,
  SessionInformation,
  UniqueConnectionId,
  UniqueSessionId,
} from "../iscsidsc/structures.ts";
import { statusOf } from "./request_outcome.ts";
import { logOut, removeConnection } from "./adapter_sessions.ts";
import { resolveAddress } from "./address_resolution.ts";
import { addConnectionForApplication, logInForApplication, type SessionIds } from "./login_procedure.ts";
import { listPersistentLogins, type RemoveParameters, removePersistentTarget } from "./persistent_logins.ts";
import { findScope } from "./scope.ts";
import { queryFlags } from "./flags_query.ts";
import { applySetting } from "./security_operations.ts";
import type { SecurityRecord } from "./security_record.ts";
import type { ServiceRun } from "./service_run.ts";
import { listSessions } from "./session_list.ts";

/** What each procedure is given and, if all goes well, gives. */
export interface InitiatorServiceProcedures {
  /** Sets a key. */
  SetIScsiIKEInfo(request: {
    readonly initiatorName: string | undefined;
    readonly initiatorPortNumber: number;
    readonly authInfo: IkeAuthenticationInformation;
    readonly persist: boolean;
  }): void;
  /** SecurityFlags of an identifier's key. */
  GetIScsiIKEInfo(request: {
    readonly initiatorName: string | undefined;
    readonly initiatorPortNumber: number;
    readonly authInfo: Pick<IkeAuthenticationInformation, "idType" | "id">;
  }): bigint;
  /** Sets the group key of every adapter. */
  SetIScsiGroupPresharedKey(request: { readonly key: Uint8Array; readonly persist: boolean }): void;
  /** Sets the security gateway for a destination. */
  SetIScsiTunnelModeOuterAddress(request: {
    readonly initiatorName: string | undefined;
    readonly initiatorPortNumber: number;
    readonly destinationAddress: string;
    readonly outerModeAddress: string;
    readonly persist: boolean;
  }): void;
  /** Logs in, or saves a login. */
  LoginIScsiTarget(request: LoginParameters): SessionIds;
  /** Logs out. */
  LogoutIScsiTarget(request: UniqueSessionId): void;
  /** Adds a connection to a session. */
  AddIScsiConnection(request: AddConnectionParameters): UniqueConnectionId;
  /** Takes a connection out of a session. */
  RemoveIScsiConnection(request: {
    readonly uniqueSessionId: UniqueSessionId;
    readonly connectionId: UniqueConnectionId;
  }): void;
  /** The names of the adapters. */
  ReportIScsiInitiatorList(): readonly string[];
  /** The sessions of all adapters. */
  GetIScsiSessionList(): readonly SessionInformation[];
  /** The saved logins of all adapters. */
  ReportIScsiPersistentLogins(): readonly PersistentLoginInformation[];
  /** Forgets saved logins. */
  RemoveIScsiPersistentTarget(request: RemoveParameters): void;
}

/** The name of a procedure. */
export type ProcedureName = keyof InitiatorServiceProcedures;

/** What a procedure is given. */
export type RequestOf<Name extends ProcedureName> = Parameters<InitiatorServiceProcedures[Name]>[0];

/** What a procedure answers. */
export interface AnswerOf<Name extends ProcedureName> {
  /** 0, an ISDSC status or a Win32 error. */
  readonly status: number;
  /** What was asked for; absent unless the status is success, and of a login that was only saved. */
  readonly value?: ReturnType<InitiatorServiceProcedures[Name]>;
}

type Procedure<Name extends ProcedureName> = (run: ServiceRun, request: RequestOf<Name>) => Task<AnswerOf<Name>>;

/** What the service does in each of them. */
export const PROCEDURES: { readonly [Name in ProcedureName]: Procedure<Name> } = {
  *SetIScsiIKEInfo(run, { initiatorName, initiatorPortNumber: portNumber, authInfo, persist }) {
    const { idType, id, securityFlags, key } = authInfo;
    const record: SecurityRecord = { kind: "preshared-key", portNumber, idType, id, securityFlags, key };
    return { status: yield* set(run, initiatorName, portNumber, record, persist) };
  },

  *GetIScsiIKEInfo(run, { initiatorName, initiatorPortNumber: portNumber, authInfo: { idType, id } }) {
    const scope = findScope(run, initiatorName, portNumber);
    if (typeof scope === "number") return { status: scope };
    let status: number = IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND;
    for (const link of scope.links) {
      const answer = yield* queryFlags(run.context, link, { portNumber, idType, id });
      if (answer.status === IsdscStatus.SUCCESS) return { status: answer.status, value: answer.securityFlags };
      ({ status } = answer);
    }
    return { status };
  },

  *SetIScsiGroupPresharedKey(run, { key, persist }) {
    return { status: yield* set(run, undefined, ALL_PORTS, { kind: "group-key", key }, persist) };
  },

  *SetIScsiTunnelModeOuterAddress(run, request) {
    const destination = resolveAddress(request.destinationAddress);
    const outerAddress = resolveAddress(request.outerModeAddress);
    if (destination === undefined || outerAddress === undefined) return { status: IsdscStatus.DNS_NAME_UNRESOLVED };
    const { initiatorName, initiatorPortNumber: portNumber, persist } = request;
    const record: SecurityRecord = { kind: "tunnel-address", portNumber, destination, outerAddress };
    return { status: yield* set(run, initiatorName, portNumber, record, persist) };
  },

  LoginIScsiTarget: logInForApplication,
  AddIScsiConnection: addConnectionForApplication,

  *LogoutIScsiTarget(run, { adapterUnique, adapterSpecific }) {
    const link = yield* run.linkOf(adapterUnique);
    return {
      status: typeof link === "number" ? link : statusOf(yield* logOut(link, adapterSpecific)),
    };
  },

  *RemoveIScsiConnection(run, { uniqueSessionId: { adapterUnique, adapterSpecific }, connectionId }) {
    const link = yield* run.linkOf(adapterUnique);
    if (typeof link === "number") return { status: link };
    if (connectionId.adapterUnique !== adapterUnique) return { status: IsdscStatus.INVALID_CONNECTION_ID };
    return { status: statusOf(yield* removeConnection(link, adapterSpecific, connectionId.adapterSpecific)) };
  },

  *ReportIScsiInitiatorList(run) {
    return { status: IsdscStatus.SUCCESS, value: run.links.map(({ name }) => name) };
  },

  GetIScsiSessionList: listSessions,
  ReportIScsiPersistentLogins: listPersistentLogins,
  RemoveIScsiPersistentTarget: removePersistentTarget,
};

function* set(
  run: ServiceRun,
  initiatorName: string | undefined,
  portNumber: number,
  record: SecurityRecord,
  persist: boolean,
): Task<number> {
  const scope = findScope(run, initiatorName, portNumber);
  return typeof scope === "number" ? scope : yield* applySetting(run.context, scope, { record, persist });
}
